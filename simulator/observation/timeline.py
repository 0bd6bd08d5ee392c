"""The timeline follow-back: one record a day, told at interviews, with what people keep to themselves.

Belongs here: what is told of each day. Does not belong here: what was true of it (`truth.py`).
Amounts are log-normal and remembered as round sums; a tenth of the days of use after a first lapse are not told.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

from simulator.observation.record import Record
from simulator.schedule import SLOTS
from simulator.truth import DISCHARGE, TRIAL_END, Participant

LOOKBACK_M6 = 30
HIDDEN, UNSURE = 0.1, 0.01
DOLLARS_A_GRAM = 80
INTERVIEWERS = ("I1", "I2", "I3")


def interviews(rng: Random, person: Participant, kept: dict[str, int | None]) -> Iterator[Record]:
    """Each interview covers the days from the one before it to the day before itself."""
    interviewer = rng.choice(INTERVIEWERS)
    screened = kept["SCR"]
    assert screened is not None  # everybody randomized was screened
    asked_from = screened - 30
    for visit in ("SCR", "P1", *SLOTS, "EOT"):
        held = kept[visit]
        if held is None:
            continue
        days = range(asked_from, min(held, TRIAL_END + 1) if visit == "EOT" else held)
        yield from _interview(rng, person, visit, held, days, interviewer)
        asked_from = held
    if person.month6_reached:
        held = person.month6_day
        yield from _interview(rng, person, "M6", held, range(held - LOOKBACK_M6, held), interviewer)


def _interview(
    rng: Random, person: Participant, visit: str, held: int, days: range, interviewer: str
) -> Iterator[Record]:
    first_after = min((d for d in person.use_days if d > DISCHARGE), default=999)
    for instance, day in enumerate(days, 1):
        used = day in person.use_days
        hidden = used and day > first_after and not person.is_planned and rng.random() < HIDDEN
        unsure = first_after < day < 22 and not used and rng.random() < UNSURE
        told = 9 if unsure else int(used and not hidden)
        yield Record(visit, "tlfb", instance, held, _day(rng, person, day, told, held, interviewer))


def _day(rng: Random, person: Participant, day: int, told: int, held: int, interviewer: str) -> dict[str, Any]:
    values: dict[str, Any] = {
        "tl_day": person.day(day),
        "tl_substance": 1,
        "tl_used": told,
        "tl_interview_date": person.day(held),
        "tl_interviewer": interviewer,
        "tl_controlled_env": int(1 <= day <= min(person.discharge_day, DISCHARGE)),
    }
    if told != 1:
        return values
    spent = heaped(person.spending_usd * rng.lognormvariate(0, 0.4))
    return values | {
        "tl_usd": spent,
        "tl_grams": round(min(14.0, spent / DOLLARS_A_GRAM), 2),
        "tl_route": person.route,
    }


def heaped(amount: float) -> int:
    """People remember round sums."""
    step = 10 if amount < 60 else 20 if amount < 120 else 50 if amount < 400 else 100
    return int(min(900, max(step, round(amount / step) * step)))
