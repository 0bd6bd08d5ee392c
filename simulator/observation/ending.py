"""The end: disposition, and the telephone call at six months. Does not belong here: who is counted as abstinent."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from simulator.observation.record import Record
from simulator.observation.timeline import LOOKBACK_M6
from simulator.truth import Participant

CLOSED_DAY, NOT_REACHED_DAY = 43, 211


def of_trial(rng: Random, person: Participant, kept: dict[str, int | None]) -> Iterator[Record]:
    """One disposition and one call."""
    last = max(day for day in kept.values() if day is not None)
    if person.last_contact_day is None and last >= 29:
        yield Record("LOG", "disposition", 0, last, {"ds_date": person.day(last), "ds_status": 1})
    else:
        values = {"ds_date": person.day(CLOSED_DAY), "ds_status": 2, "ds_reason": rng.choice((1, 1, 1, 2))}
        yield Record("LOG", "disposition", 0, CLOSED_DAY, values | {"ds_consent_withdrawn": 0})
    held = person.month6_day
    if not person.month6_reached:
        yield Record("M6", "followup", 0, NOT_REACHED_DAY, {"fu_reached": 0})
        return
    told = {"fu_reached": 1, "fu_date": person.day(held), "fu_abstinent": int(person.month6_abstinent)}
    yield Record("M6", "followup", 0, held, told | {"fu_lookback_days": LOOKBACK_M6})
