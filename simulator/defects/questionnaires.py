"""Errors of questionnaires: keys, totals, answers copied or ticked straight down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from simulator.defects.model import Case, Change, Planter, cell, cells, changes, moved
from simulator.entry import Entry
from simulator.observation.questionnaires import REVERSED_FFMQ

FFMQ = tuple(f"ffmq_{n:02d}" for n in range(1, 40))
PSS = tuple(f"pss_{n:02d}" for n in range(1, 11))
REVERSED = frozenset(f"ffmq_{n:02d}" for n in REVERSED_FFMQ)


def _is_answered(case: Case, entry: Entry) -> bool:
    return all(entry.values.get(name, "")[:1].isdigit() for name in FFMQ)


def _prereversed(case: Case) -> Sequence[Change]:
    """The forms of one batch, the calendar month of the first, with the reversed items reversed already."""
    held = sorted((e for e in case.held("ffmq") if _is_answered(case, e)), key=lambda e: e.entered)
    batch = [e for e in held if e.entered.strftime("%Y-%m") == held[0].entered.strftime("%Y-%m")]
    return [change for e in batch for change in changes(e, {n: str(6 - int(e.values[n])) for n in sorted(REVERSED)})]


def _copied(case: Case) -> Sequence[Change]:
    """The answers of the person before, at the same visit."""
    mine = case.one("P1", "ffmq")
    other = case.neighbour.entries.get(("P1", "ffmq", 0)) if case.neighbour else None
    if mine is None or other is None or other.entered >= case.exported:
        return ()
    return changes(mine, {name: other.values[name] for name in FFMQ})


def _straight(case: Case, entry: Entry) -> Mapping[str, str]:
    return dict.fromkeys(FFMQ, "3")


def _at_the_end_of_the_scale(case: Case, entry: Entry) -> Mapping[str, str]:
    return {name: "1" if name in REVERSED else "5" for name in FFMQ}


def _in_week(case: Case, entry: Entry) -> bool:
    return _is_answered(case, entry) and entry.visit in ("W3A", "W4A")


def _shifted(case: Case, entry: Entry) -> Mapping[str, str]:
    """One to five instead of nought to four."""
    return {name: str(int(entry.values[name]) + 1) for name in PSS if entry.values[name][:1].isdigit()}


def _has_top(case: Case, entry: Entry) -> bool:
    return any(entry.values.get(name) == "4" for name in PSS)


def _heaped(case: Case) -> Sequence[Change]:
    """Every mark of the person at an end or in the middle of the line."""
    marks = [e for e in case.held("craving") if e.values.get("cr_vas_mm")]
    return [c for e in marks for c in changes(e, {"cr_vas_mm": str(50 * round(int(e.values["cr_vas_mm"]) / 50))})]


PLANTERS = (
    Planter("DQ-40", "answer-outside-its-scale", cell("ffmq", "ffmq_11", "6")),
    # the form's own total was made of the right answers
    Planter("DQ-40", "stress-scale-shifted", cells("pss", _shifted, _has_top), ("DQ-42",)),
    Planter("DQ-41", "mindfulness-reversed-already", _prereversed, ("DQ-47",), at_least=12, weight=0.1),
    Planter(
        "DQ-42",
        "total-mistyped",
        cell("pss", "pss_total", lambda total: str(int(total) + 3 if int(total) < 30 else int(total) - 3)),
    ),
    Planter("DQ-43", "ticked-straight-down", cells("ffmq", _straight, _is_answered)),
    Planter("DQ-46", "questionnaire-dated-early", cell("pss", "pss_date", lambda day: moved(day, -4))),
    Planter("DQ-47", "mindfulness-jumps", cells("ffmq", _at_the_end_of_the_scale, _in_week)),
    Planter("DQ-49", "answers-of-somebody-else", _copied),
    Planter("DQ-78", "ideation-without-safety-form", cells("cssrs", lambda c, e: {"cs_idea_4": "1"})),
    Planter("DQ-91", "marks-heaped", _heaped, touches_endpoint=True, at_least=40, weight=0.1),
)
