"""Errors of visits and dates: wrong weeks, wrong years, forms that are missing, what follows after the end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from simulator.defects.model import Case, Change, Planter, cell, cells, changes, moved, taken_away
from simulator.entry import Entry
from simulator.observation.visits import window
from simulator.schedule import SLOTS

FRIDAY = 4
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _was_attended(entry: Entry) -> bool:
    return entry.values.get("vis_attended") == "1"


def _can_be_late(case: Case, entry: Entry) -> bool:
    day = entry.values.get("vis_date", "")
    return entry.visit == "EOT" and bool(day) and moved(day, 8) < case.exported.isoformat()


def _is_friday_in_slot_b(case: Case, entry: Entry) -> bool:
    if entry.visit not in SLOTS or not entry.visit.endswith("B") or not _was_attended(entry):
        return False
    day = entry.values["vis_date"]
    return date.fromisoformat(day).weekday() == FRIDAY and case.pday(day) < window(entry.visit)[1]


def _on_one_day(case: Case) -> Sequence[Change]:
    """The second visit of a week under the date of the first."""
    for week in range(2, 6):
        first, second = case.one(f"W{week}A", "visit_status"), case.one(f"W{week}B", "visit_status")
        if first and second and _was_attended(first) and _was_attended(second):
            return changes(second, {"vis_date": first.values["vis_date"]})
    return ()


def _withdrawn_early(case: Case) -> Sequence[Change]:
    """Consent withdrawn on a day after which visits were held."""
    ended = case.one("LOG", "disposition")
    held = [e.values["vis_date"] for e in case.held("visit_status") if e.visit in SLOTS and _was_attended(e)]
    if ended is None or len(held) < 3 or ended.values["ds_status"] != "2":
        return ()
    return changes(ended, {"ds_date": sorted(held)[0], "ds_reason": "2", "ds_consent_withdrawn": "1"})


def _at_weekly_visit(case: Case, entry: Entry) -> bool:
    return entry.visit in SLOTS


def _in_words(day: str) -> str:
    """4-Mar-31."""
    moment = date.fromisoformat(day)
    return f"{moment.day}-{MONTHS[moment.month - 1]}-{moment.year % 100}"


def _with_slashes(day: str) -> str:
    """03/04/31."""
    return f"{day[5:7]}/{day[8:]}/{day[2:4]}"


def _ten_years_on(case: Case, entry: Entry) -> Mapping[str, str]:
    day = entry.values["lb_date"]
    return {"lb_date": f"{int(day[:4]) + 10}{day[4:]}"}


PLANTERS = (
    # the forms of the visit keep their dates
    Planter(
        "DQ-33",
        "visit-after-its-window",
        cell("visit_status", "vis_date", lambda day: moved(day, 8), _can_be_late),
        ("DQ-39", "DQ-46"),
        True,
    ),
    Planter("DQ-34", "two-visits-on-one-day", _on_one_day, ("DQ-33", "DQ-46", "DQ-80"), True),
    Planter("DQ-35", "visit-after-withdrawal", _withdrawn_early, ("DQ-82", "DQ-83"), True),
    Planter("DQ-36", "questionnaire-missing", taken_away("ffmq", _at_weekly_visit), ("DQ-03",)),
    Planter("DQ-37", "year-mistyped", cells("laboratory", _ten_years_on)),
    Planter("DQ-38", "date-in-words", cell("laboratory", "lb_date", _in_words)),
    Planter("DQ-38", "date-with-slashes", cell("scid", "scd_date", _with_slashes)),
    Planter(
        "DQ-39",
        "visit-on-a-saturday",
        cell("visit_status", "vis_date", lambda day: moved(day, 1), _is_friday_in_slot_b),
        touches_endpoint=True,
    ),
    Planter("DQ-59", "urine-form-missing", taken_away("urine", _at_weekly_visit), ("DQ-03", "DQ-36"), True),
    Planter(
        "DQ-80", "session-on-another-day", cell("mbrp_session", "ms_date", lambda day: moved(day, 1), _at_weekly_visit)
    ),
)
