"""What changed since the release before.

Belongs here: participants, queries and rows of two releases side by side. Does not belong here: which release is the one before
(`subject.py`), and any cell that changed: rows are counted, not compared.
"""

from __future__ import annotations

from collections.abc import Mapping

from orchestration.report.flow import WORDS, Flow, flow_of
from orchestration.report.layout import figure, figures, nothing, section
from orchestration.report.markup import Html, breakable, details, number, paragraph, table, tag
from orchestration.report.sources import Sources
from orchestration.report.subject import Before, Subject

TITLE = "What changed since the last release"
QUERIES = """
with now as (select query_id, status from release.quality.data_queries),

was as (select query_id, status from before.quality.data_queries)

select
    count(*) filter (now.query_id is not null and was.query_id is null) as new,
    count(*) filter (now.status = 'CLOSED' and was.status <> 'CLOSED') as closed,
    count(*) filter (now.status <> 'CLOSED' and was.status = 'CLOSED') as reopened,
    count(*) filter (was.status <> 'CLOSED') as open_before,
    count(*) filter (now.status <> 'CLOSED') as open_now
from now
full join was on now.query_id = was.query_id
"""


def changes_section(subject: Subject, sources: Sources) -> Html:
    """The comparison, or why there is none."""
    before = subject.before
    if before is None:
        return section("changes", TITLE, nothing("This is the study's first release: there is none to compare with."))
    if not before.is_kept:
        gone = f"The release before, {before.release_id}, is no longer kept: there is nothing to compare with."
        return section("changes", TITLE, nothing(gone))
    compared = paragraph(
        "Compared with ", tag("code", before.release_id), ", the release of the last export before this one."
    )
    parts = _participants(sources), _queries(sources), _tables(before, sources)
    return section("changes", TITLE, compared, figures(*parts))


def _participants(sources: Sources) -> Html | None:
    now, was = flow_of(sources), flow_of(sources, "before")
    if not now.counts:
        return None
    rows = [_row(label, was.total(box), now.total(box)) for box, label in WORDS.items() if _any(now, was, box)]
    return figure("Participants", table(("", "Before", "Now", "Change"), rows))


def _any(now: Flow, was: Flow, box: str) -> bool:
    return bool(now.total(box) or was.total(box))


def _row(label: str, was: int, now: int) -> tuple[str, int, int, str]:
    return label, was, now, _change(now - was)


def _change(difference: int) -> str:
    """With its sign; the minus is a real one."""
    return f"{'+' if difference > 0 else '−' if difference < 0 else ''}{number(abs(difference))}"


def _queries(sources: Sources) -> Html | None:
    needed = ("release.quality.data_queries", "before.quality.data_queries")
    counted = sources.rows_of(*needed, sql=QUERIES)
    if not counted:
        return None
    new, closed, reopened, was, now = (int(n) for n in counted[0])
    rows = [("New", new), ("Closed", closed), ("Opened again", reopened), ("Open before", was), ("Open now", now)]
    return figure("Data queries", table(("", "Queries"), rows))


def _rows_now(sources: Sources) -> dict[str, int]:
    names = sorted(name.removeprefix("release.") for name in sources.tables if name.startswith("release."))
    return {name: int(sources.rows(f"select count(*) from release.{name}")[0][0]) for name in names}


def _tables(before: Before, sources: Sources) -> Html:
    was, now = before.rows(), _rows_now(sources)
    names = sorted(was.keys() | now.keys())
    changed = [n for n in names if was.get(n) != now.get(n)]
    same = [n for n in names if n not in changed]
    header = ("Table", "Before", "Now", "Change")
    shown = (
        table(header, [_table(n, was, now) for n in changed])
        if changed
        else nothing("No table has another number of rows.")
    )
    rest = details(
        f"{len(same)} tables with the same number of rows", table(header, [_table(n, was, now) for n in same])
    )
    return figure("Rows by table", shown, rest if same else None)


def _table(name: str, was: Mapping[str, int], now: Mapping[str, int]) -> tuple[Html, int | None, int | None, str]:
    change = "new" if name not in was else "no longer" if name not in now else _change(now[name] - was[name])
    return breakable(name), was.get(name), now.get(name), change
