"""Errors of the timeline follow-back and of the six-month call."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from simulator.defects.model import Case, Change, Planter, added, cell, cells, changes, moved, taken_away
from simulator.entry import Entry
from simulator.schedule import BASELINE, FEWEST_BASELINE_USE_DAYS

HOSPITAL = range(2, 6)
UNKNOWN_DAYS, MOST_CHANGED = 11, 14
TOLD_NOTHING = {"tl_usd": "", "tl_grams": "", "tl_route": ""}
USED = {"tl_used": "1", "tl_usd": "50", "tl_grams": "0.6", "tl_route": "1"}


def _answer(used: str) -> Callable[[Case, Entry], bool]:
    return lambda case, entry: case.is_randomized and entry.visit != "M6" and entry.values["tl_used"] == used


def _day_in(days: range) -> Callable[[Case, Entry], bool]:
    return lambda case, entry: case.is_randomized and entry.visit != "M6" and case.pday(entry.values["tl_day"]) in days


def _inside(case: Case, entry: Entry) -> bool:
    """A day with days told before and after it by the same interview."""
    return (
        _day_in(range(-25, 30))(case, entry)
        and entry.instance > 1
        and (case.one(entry.visit, "tlfb", entry.instance + 1) is not None)
    )


def _told_twice(case: Case) -> Sequence[Change]:
    """A day of one interview told again by a later one, otherwise."""
    first = next((e for e in case.held("tlfb") if e.visit == "P1" and e.values["tl_used"] == "0"), None)
    later = [e for e in case.held("tlfb") if e.visit in ("W2A", "W2B")]
    if first is None or not later:
        return ()
    last = max((e for e in later if e.visit == later[0].visit), key=lambda e: e.instance)
    return [added(last, instance=last.instance + 1, tl_day=first.values["tl_day"], tl_controlled_env="0", **USED)]


def _many_unknown(case: Case) -> Sequence[Change]:
    found = [e for e in case.held("tlfb") if _day_in(BASELINE)(case, e) and e.values["tl_used"] == "0"]
    if len(found) < UNKNOWN_DAYS:
        return ()
    return [change for entry in found[:UNKNOWN_DAYS] for change in changes(entry, {"tl_used": "9"})]


def _little_use(case: Case) -> Sequence[Change]:
    used = [e for e in case.held("tlfb") if _day_in(BASELINE)(case, e) and e.values["tl_used"] == "1"]
    surplus = used[FEWEST_BASELINE_USE_DAYS - 1 :]
    if len(used) < FEWEST_BASELINE_USE_DAYS or len(surplus) > MOST_CHANGED:
        return ()
    return [change for e in surplus for change in changes(e, {"tl_used": "0", **TOLD_NOTHING})]


def _amounts_not_asked(case: Case) -> Sequence[Change]:
    """All amounts of one interviewer's participant coded as unknown."""
    used = [e for e in case.held("tlfb") if e.values.get("tl_grams")]
    return [change for e in used for change in changes(e, {"tl_grams": "-98"})] if len(used) >= 5 else ()


def _contradicted(case: Case, entry: Entry) -> Mapping[str, str]:
    return {"fu_abstinent": "0" if entry.values["fu_abstinent"] == "1" else "1"}


def _reached(case: Case, entry: Entry) -> bool:
    return entry.values.get("fu_reached") == "1"


PLANTERS = (
    Planter("DQ-51", "day-missing", taken_away("tlfb", _inside), ("DQ-03",), True),
    Planter("DQ-52", "day-told-twice", _told_twice, touches_endpoint=True),
    Planter(
        "DQ-53",
        "day-of-the-interview-itself",
        cells("tlfb", lambda c, e: {"tl_interview_date": e.values["tl_day"]}, _day_in(range(7, 30))),
        touches_endpoint=True,
    ),
    Planter("DQ-54", "amount-without-use", cells("tlfb", lambda c, e: {"tl_usd": "40"}, _answer("0"))),
    Planter("DQ-55", "amount-beyond-belief", cell("tlfb", "tl_usd", "1500", _answer("1"))),
    # a day of use in hospital is a first use before discharge; urine at discharge may contradict what was told before
    Planter("DQ-56", "use-in-hospital", cells("tlfb", lambda c, e: USED, _day_in(HOSPITAL)), touches_endpoint=True),
    Planter("DQ-57", "many-days-unknown", _many_unknown, touches_endpoint=True, weight=0.2),
    # positive specimens at screening and admission then stand against what is told
    Planter("DQ-58", "little-use-before-admission", _little_use, ("DQ-61", "DQ-62"), True, weight=0.2),
    Planter(
        "DQ-84", "call-contradicts-its-timeline", cells("followup", _contradicted, _reached), touches_endpoint=True
    ),
    Planter(
        "DQ-84",
        "call-outside-its-window",
        cell("followup", "fu_date", lambda day: moved(day, -60), _reached),
        touches_endpoint=True,
    ),
    Planter("DQ-90", "amounts-never-asked", _amounts_not_asked, at_least=3, weight=0.2),
)
