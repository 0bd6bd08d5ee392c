"""The flow of participants, after CONSORT: boxes and arrows from `rpt_consort`.

Belongs here: the boxes, their words and their order. Does not belong here: counting; the mart has counted. Boxes are HTML, so that their
text wraps on a phone; arrows are borders.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from orchestration.report.layout import nothing, section
from orchestration.report.markup import Html, join, tag, words
from orchestration.report.sources import Sources
from orchestration.report.subject import Subject

POOLED = "POOLED"
WORDS = {
    "ASSESSED": "Assessed for eligibility",
    "EXCLUDED": "Excluded",
    "IN_SCREENING": "Still in screening",
    "RANDOMIZED": "Randomized",
    "RECEIVED": "Received the treatment",
    "NOT_RECEIVED": "Did not receive the treatment",
    "COMPLETED": "Completed the trial",
    "DISCONTINUED": "Discontinued",
    "ONGOING": "Still in the trial",
    "ANALYSED_ITT": "Analysed, intention to treat",
}


@dataclass(frozen=True)
class Flow:
    """Counts by box, reason (empty: the box's total) and arm."""

    counts: Mapping[tuple[str, str, str], int]

    @property
    def arms(self) -> list[str]:
        """The arms that are shown; none while they are pooled."""
        return sorted({arm for _, _, arm in self.counts} - {POOLED})

    def total(self, box: str, arm: str | None = None) -> int:
        """Participants in a box, of one arm or of all."""
        return sum(n for (b, reason, a), n in self.counts.items() if b == box and not reason and arm in (None, a))

    def reasons(self, box: str, arm: str | None = None) -> list[tuple[str, int]]:
        """Participants by reason, the most frequent first."""
        found: dict[str, int] = {}
        for (b, reason, a), n in self.counts.items():
            if b == box and reason and arm in (None, a):
                found[reason] = found.get(reason, 0) + n
        return sorted(found.items(), key=lambda item: (-item[1], item[0]))


def consort_of(catalog: str) -> str:
    """The mart that has counted."""
    return f"{catalog}.marts.rpt_consort"


def flow_of(sources: Sources, catalog: str = "release") -> Flow:
    """The flow as a release has it; empty where the release has none."""
    consort = consort_of(catalog)
    rows = sources.rows_of(consort, sql=f"select box, reason, arm, participants from {consort} order by all")
    return Flow({(box, reason, arm): int(n) for box, reason, arm, n in rows})


def flow_section(subject: Subject, flow: Flow) -> Html:
    """The picture; by arm below randomization once the study is unblinded, and not before, whatever the mart holds."""
    if not flow.counts:
        return section("flow", "Flow of participants", nothing("Nobody was screened yet."))
    top = _box(flow, "ASSESSED"), _step(_side(flow, "EXCLUDED"), _side(flow, "IN_SCREENING", if_any=True))
    below = _by_arm(flow) if subject.is_unblinded and flow.arms else _pooled(flow)
    return section("flow", "Flow of participants", tag("div", *top, _box(flow, "RANDOMIZED"), below, class_="flow"))


def _pooled(flow: Flow) -> Html:
    return join(
        [
            _step(_side(flow, "NOT_RECEIVED")),
            _box(flow, "RECEIVED"),
            _step(_side(flow, "DISCONTINUED"), _side(flow, "ONGOING", if_any=True)),
            _box(flow, "COMPLETED"),
            _step(),
            _box(flow, "ANALYSED_ITT"),
        ]
    )


def _by_arm(flow: Flow) -> Html:
    return join([tag("div", class_="stem"), tag("div", join(_arm(flow, arm) for arm in flow.arms), class_="arms")])


def _arm(flow: Flow, arm: str) -> Html:
    """One arm's boxes, each under its arrow; the first tells which arm it is."""
    boxes = []
    for group in (
        ("RANDOMIZED",),
        ("RECEIVED", "NOT_RECEIVED"),
        ("COMPLETED", "DISCONTINUED", "ONGOING"),
        ("ANALYSED_ITT",),
    ):
        title = tag("h3", f"Arm {arm}") if group == ("RANDOMIZED",) else None
        boxes += [_step(), tag("div", title, join(_lines(flow, box, arm) for box in group), class_="box")]
    return tag("div", *boxes, class_="arm")


def _lines(flow: Flow, box: str, arm: str | None = None) -> Html:
    """A box's words and number, and its reasons."""
    reasons = [tag("li", words(reason), " ", tag("b", n)) for reason, n in flow.reasons(box, arm)]
    listed = tag("ul", *reasons) if reasons else None
    return tag("div", WORDS[box], " ", tag("b", flow.total(box, arm)), listed)


def _box(flow: Flow, box: str, arm: str | None = None) -> Html:
    return tag("div", _lines(flow, box, arm), class_="box main")


def _side(flow: Flow, box: str, if_any: bool = False) -> Html | None:
    """Those who leave the flow here; without anybody some boxes are not shown."""
    return None if if_any and not flow.total(box) else _lines(flow, box)


def _step(*sides: Html | None) -> Html:
    """An arrow down, with a branch where somebody leaves."""
    there = [side for side in sides if side is not None]
    if not there:
        return tag("div", class_="step")
    return tag("div", tag("div", *there, class_="box side"), class_="step branch")
