"""The simulated trial keeps to its schedule: visits in their windows, interviews that follow each other, forms where they belong.

Belongs here: on which days things happen in the calibrated simulation. Does not belong here: files and labels (`test_simulator.py`).
"""

from __future__ import annotations

import itertools
from collections import Counter
from datetime import date

import pytest
from simulated import entries, everybody

from simulator import schedule
from simulator.entry import Entry
from simulator.history import Life
from simulator.truth import Participant

WINDOWS = {"A": (1, 3), "B": (4, 7)}


Trial = tuple[Life, ...]


@pytest.fixture(scope="module")
def trial() -> Trial:
    """The calibrated trial."""
    return everybody()


def people(trial: Trial) -> dict[str, Participant]:
    return {life.person.record_id: life.person for life in trial if isinstance(life.person, Participant)}


def day_of(trial: Trial, entry: Entry, name: str) -> int:
    """The protocol day of a date on a form."""
    return people(trial)[entry.record_id].pday(date.fromisoformat(entry.values[name]))


def kept_days(trial: Trial) -> list[tuple[str, int]]:
    """Visits that were kept and the protocol days they were kept on, screening aside."""
    kept = (e for e in entries(trial) if e.form == "visit_status" and "vis_date" in e.values and e.visit != "SCR")
    return [(e.visit, day_of(trial, e, "vis_date")) for e in kept]


def test_every_form_is_filled_at_a_visit_that_has_it(trial: Trial) -> None:
    filled = {(entry.form, entry.visit) for entry in entries(trial)}
    planned = {(form, visit) for form, visits in schedule.SCHEDULE.items() for visit in visits}
    assert filled == planned - schedule.UNPLANNED


def test_hospital_days_infusion_and_discharge_are_on_their_days(trial: Trial) -> None:
    days = kept_days(trial)
    assert {(visit, day) for visit, day in days if visit[0] == "P"} == {(f"P{day}", day) for day in range(1, 6)}
    for name, day in {"adm_date": 1, "rand_date": 2, "inf_date": 2, "dis_date": 5}.items():
        assert {
            day_of(trial, e, name) for e in entries(trial) if name in e.values and e.record_id in people(trial)
        } == {day}, name


def test_outpatient_visits_lie_in_their_slots_and_the_end_has_a_visit_of_its_own(trial: Trial) -> None:
    """Slot A of week w is days 7(w-1)+1 to +3, slot B +4 to +7; the end of the trial is day 36 or soon after."""
    days = kept_days(trial)
    for week in range(2, 6):
        for slot, (first, last) in WINDOWS.items():
            kept = Counter(day - 7 * (week - 1) for visit, day in days if visit == f"W{week}{slot}")
            assert first <= min(kept) <= max(kept) <= last, (week, slot)
            assert kept.most_common(1)[0][0] == {"A": 2, "B": 5}[slot], (week, slot)
    end = Counter(day for visit, day in days if visit == "EOT")
    assert min(end) == 36
    assert max(end) <= 42


def test_six_months_are_asked_within_the_window_about_the_days_before(trial: Trial) -> None:
    called = [e for e in entries(trial) if e.form == "followup" and e.values["fu_reached"] == "1"]
    days = [day_of(trial, e, "fu_date") for e in called]
    assert 154 <= min(days) <= max(days) <= 210
    assert {e.values["fu_lookback_days"] for e in called} == {"30"}


def test_a_timeline_interview_tells_the_days_since_the_one_before_it(trial: Trial) -> None:
    told: dict[str, list[tuple[str, str]]] = {}
    for entry in entries(trial):
        if entry.form == "tlfb" and entry.visit != "M6":
            assert entry.values["tl_day"] < entry.values["tl_interview_date"]
            told.setdefault(entry.record_id, []).append((entry.values["tl_day"], entry.values["tl_interview_date"]))
    assert len(told) == 55
    for days in told.values():
        listed = sorted(date.fromisoformat(day) for day, _ in days)
        assert [(b - a).days for a, b in itertools.pairwise(listed)] == [1] * (len(listed) - 1)
        assert [interview for _, interview in sorted(days)] == sorted(interview for _, interview in days)
