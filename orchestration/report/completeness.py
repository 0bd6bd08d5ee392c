"""Which forms that were due have come, by visit.

Belongs here: the heat map of expected forms. Expected forms stand in no released table: the counts come from the build, without
forms that are masked as a whole. Does not belong here: what is in the forms.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from orchestration.report.charts import ink_on
from orchestration.report.layout import nothing, section
from orchestration.report.markup import Html, counted, join, number, paragraph, tag
from orchestration.report.sources import EXPECTED_FORMS, Sources
from orchestration.report.subject import Subject

COUNTS = f"""
select visit, form, count(*), count(*) filter (is_received), count(*) filter (not is_received and not_done_reason is not null)
from {EXPECTED_FORMS} where is_due group by visit, form order by visit, form
"""
TITLE = "Forms received, by visit"
# One hue, stronger with what is missing: from a complete cell to an empty one.
SHADES = ("#f2f5f8", "#fde3c8", "#fdc08c", "#f79a52", "#e0701c", "#a63f03")
LIMITS = (0.0, 0.05, 0.15, 0.3, 0.5)


@dataclass(frozen=True)
class Cell:
    """Forms that were due, those that came, and those that did not and say why."""

    due: int = 0
    received: int = 0
    explained: int = 0

    def __add__(self, other: Cell) -> Cell:
        return Cell(self.due + other.due, self.received + other.received, self.explained + other.explained)

    @property
    def percent(self) -> str:
        """Rounded down: 100 only where nothing is missing."""
        return str(self.received * 100 // self.due)

    @property
    def shade(self) -> str:
        """The colour of what is missing."""
        missing = 1 - self.received / self.due
        return SHADES[sum(1 for limit in LIMITS if missing > limit)]

    @property
    def says(self) -> str:
        """The cell in words."""
        without = self.due - self.received - self.explained
        return (
            f"{number(self.received)} of {counted(self.due, 'form')} received; not received: {number(self.explained)}"
            f" with a reason, {number(without)} without"
        )


def completeness_section(subject: Subject, sources: Sources) -> Html:
    """The heat map, visits down and forms across."""
    rows = sources.rows_of(EXPECTED_FORMS, sql=COUNTS)
    cells = {(v, f): Cell(int(d), int(r), int(e)) for v, f, d, r, e in rows if f not in subject.hidden_forms}
    if not cells:
        return section("forms", TITLE, nothing("No form was due yet that a schedule expects."))
    visits = _in_order({visit for visit, _ in cells}, list(subject.visits))
    forms = _in_order({form for _, form in cells}, list(subject.forms))
    return section(
        "forms",
        TITLE,
        paragraph(f"{_sum(cells.values()).says}. Cells: per cent of the forms that were due."),
        tag("div", _heat(subject, cells, visits, forms), class_="scroll"),
        _legend(),
        paragraph(_note(subject), class_="small"),
    )


def _note(subject: Subject) -> str:
    listed = "Only forms that the schedule expects once at a visit count, and only once the visit's window has closed."
    return f"{listed} Forms that are masked as a whole are not counted." if subject.hidden_forms else listed


def _in_order(found: Iterable[str], known: Sequence[str]) -> list[str]:
    return sorted(found, key=lambda name: (known.index(name) if name in known else len(known), name))


def _sum(cells: Iterable[Cell]) -> Cell:
    return sum(cells, Cell())


def _heat(subject: Subject, cells: Mapping[tuple[str, str], Cell], visits: Sequence[str], forms: Sequence[str]) -> Html:
    names = [tag("th", tag("span", subject.form_label(form)), scope="col") for form in forms]
    head = tag("tr", tag("th", "Visit", scope="col"), *names, tag("th", tag("span", "All forms"), scope="col"))
    rows = [
        tag("tr", _visit(subject, v), *(_cell(cells.get((v, f))) for f in forms), _all(cells, visit=v)) for v in visits
    ]
    foot = tag("tr", tag("th", "All", scope="row"), *(_all(cells, form=f) for f in forms), _cell(_sum(cells.values())))
    return tag("table", tag("thead", head), tag("tbody", *rows), tag("tfoot", foot), class_="heat")


def _visit(subject: Subject, visit: str) -> Html:
    label = subject.visits.get(visit, "")
    return tag("th", visit, tag("span", f" {label}", class_="wide") if label else None, scope="row", title=label)


def _all(cells: Mapping[tuple[str, str], Cell], visit: str | None = None, form: str | None = None) -> Html:
    return _cell(_sum(cell for (v, f), cell in cells.items() if visit in (None, v) and form in (None, f)))


def _cell(cell: Cell | None) -> Html:
    if cell is None or not cell.due:
        return tag("td", class_="none")
    style = f"background:{cell.shade};color:{ink_on(cell.shade)}"
    return tag("td", cell.percent, style=style, title=cell.says)


def _legend() -> Html:
    names = ("complete", "up to 5 %", "15 %", "30 %", "50 %", "more")
    entries = (tag("li", tag("i", style=f"background:{s}"), " ", n) for s, n in zip(SHADES, names, strict=True))
    return tag("ul", tag("li", "Missing:"), join(entries), class_="legend")
