"""Visits: on which days they are kept, and what is written of those that are missed.

Belongs here: days and the visit form. Does not belong here: what happens at a visit.
Attendance falls after a lapse; the gap between two visits is the planned one in about 38 of 100 cases and off by a day in about 25 (real
visit intervals of a public trial).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from random import Random
from typing import Any

from simulator import schedule
from simulator.observation.record import Record
from simulator.truth import AMENDED, DISCHARGE, Participant

SLOT_TARGETS = {f"W{week}{slot}": 7 * (week - 1) + (2 if slot == "A" else 5) for week in range(2, 6) for slot in "AB"}
JITTER, JITTER_WEIGHTS = (0, -1, 1, 2, -2, 3), (60, 10, 10, 9, 7, 4)
ATTENDANCE, ATTENDANCE_AFTER_LAPSE = 0.92, 0.75
# counts of reasons among missed visits of a public trial; most missed visits have none
MISSED_REASONS = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10)
MISSED_WEIGHTS = (1640, 518, 503, 230, 203, 171, 70, 41, 36, 28)
OTHER_REASON, TRANSPORT = 3, 11
REASON_GIVEN = 0.4
MOST_MISSED_FORMS = 6


def days(rng: Random, person: Participant) -> dict[str, int | None]:
    """Protocol day of each visit that was kept, null for one that was missed."""
    kept: dict[str, int | None] = {"SCR": person.pday(person.screening)}
    kept |= {f"P{day}": day if day <= person.discharge_day else None for day in range(1, DISCHARGE + 1)}
    before = DISCHARGE
    for slot in schedule.SLOTS:
        kept[slot] = _slot_day(rng, person, slot, before)
        before = kept[slot] or before
    end = max(36, before + 1) + rng.choice((0, 0, 0, 1, 1, 2, 3, 5))
    keeps_end = person.is_planned or rng.random() < 0.9
    kept["EOT"] = end if person.last_contact_day is None and keeps_end else None
    if person.is_planned and person.last_contact_day is not None and person.last_contact_day > DISCHARGE:
        kept[_slot_of(person.last_contact_day)] = person.last_contact_day
    return kept


def _slot_of(pday: int) -> str:
    week, day = (pday - 1) // 7 + 1, (pday - 1) % 7 + 1
    return f"W{week}{'A' if day <= 3 else 'B'}"


def window(slot: str) -> tuple[int, int]:
    """First and last protocol day of a slot."""
    target = SLOT_TARGETS[slot]
    return (target - 1, target + 1) if slot.endswith("A") else (target - 1, target + 2)


def _slot_day(rng: Random, person: Participant, slot: str, before: int) -> int | None:
    day = max(before + 1, SLOT_TARGETS[slot] + rng.choices(JITTER, JITTER_WEIGHTS)[0])
    if person.is_planned:
        first, last = window(slot)
        day = min(last, max(first, day))
    lapsed = any(DISCHARGE < d <= day for d in person.use_days)
    required = person.must_keep and slot in ("W4B", "W5A")
    comes = rng.random() < (ATTENDANCE_AFTER_LAPSE if lapsed else ATTENDANCE) or required
    return day if comes and is_there(person, day) else None


def is_there(person: Participant, pday: int) -> bool:
    """Whether somebody has not left the trial yet."""
    return person.last_contact_day is None or pday <= person.last_contact_day


def forms(rng: Random, person: Participant, kept: dict[str, int | None]) -> Iterator[Record]:
    """The visit form of every visit kept and of the first visits missed."""
    missed = 0
    for visit, day in kept.items():
        if day is not None:
            yield Record(visit, "visit_status", 0, day, _attended(rng, person.day(day), visit))
            continue
        missed += 1
        if missed <= MOST_MISSED_FORMS:
            noted = _noted(visit)
            yield Record(visit, "visit_status", 0, noted, _missed(rng, person.day(noted)))


def _noted(visit: str) -> int:
    """The day on which it is clear that nobody will come."""
    return SLOT_TARGETS.get(visit, 42 if visit == "EOT" else DISCHARGE) + 3


def _attended(rng: Random, day: date, visit: str) -> dict[str, Any]:
    """Since the amendment the form asks how the visit was held."""
    by_video = visit in schedule.SLOTS and rng.random() < 0.1
    return {"vis_attended": 1, "vis_date": day} | ({"vis_mode": 1 + by_video} if day >= AMENDED else {})


def _missed(rng: Random, day: date) -> dict[str, Any]:
    reason = rng.choices(MISSED_REASONS, MISSED_WEIGHTS)[0]
    if day >= AMENDED and reason == OTHER_REASON and rng.random() < 0.5:
        reason = TRANSPORT
    return {"vis_attended": 0} | ({"vis_missed_reason": reason} if rng.random() < REASON_GIVEN else {})
