"""Questionnaires: craving, FFMQ, PSS and C-SSRS, item by item, consistent with the latent level and the reverse keys.

Belongs here: answers, items left out, and the total that the form itself calculates. Does not belong here: any score of the warehouse.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import expm1
from random import Random
from typing import Any

from simulator.observation.record import Record
from simulator.schedule import SCHEDULE
from simulator.truth import Participant

REVERSED_FFMQ = frozenset((3, 5, 8, 10, 12, 13, 14, 16, 17, 18, 22, 23, 25, 28, 30, 34, 35, 38, 39))
REVERSED_PSS = frozenset((4, 5, 7, 8))
LEFT_OUT, OVERLOOKED, OVERLOOKED_ITEMS = 0.004, 0.01, 4
LATENT_WEIGHT, ITEM_NOISE = 0.75, 0.8


def marks(rng: Random, person: Participant, kept: dict[str, int | None]) -> Iterator[Record]:
    """The craving scale of every visit kept."""
    for visit, day in kept.items():
        if day is not None and visit in SCHEDULE["craving"]:
            values = {"cr_date": person.day(day), "cr_vas_mm": _craving(rng, person, day)}
            yield Record(visit, "craving", 0, day, values)


def answers(rng: Random, person: Participant, kept: dict[str, int | None]) -> Iterator[Record]:
    """Every questionnaire of items of every visit kept."""
    for visit, day in kept.items():
        if day is None:
            continue
        date = person.day(day)
        if visit in SCHEDULE["ffmq"]:
            yield Record(visit, "ffmq", 0, day, {"ffmq_date": date} | _ffmq(rng, person, day))
            yield Record(visit, "pss", 0, day, {"pss_date": date} | _pss(rng, person, day))
        if visit in SCHEDULE["cssrs"]:
            yield Record(visit, "cssrs", 0, day, {"cs_date": date} | _cssrs(rng))


def _progress(day: int) -> float:
    return max(0, day - 2) / 34


def _craving(rng: Random, person: Participant, day: int) -> int:
    level = person.craving_before if day <= 2 else person.craving_after
    return int(min(100, max(0, round(expm1(level + rng.gauss(0, 0.25 if day <= 2 else 0.6))))))


def _item(rng: Random, level: float, low: int, high: int, reverse: bool) -> int:
    middle = (low + high) / 2
    latent = (-level if reverse else level) * LATENT_WEIGHT
    return int(min(high, max(low, round(middle + latent + rng.gauss(0, ITEM_NOISE)))))


def _left_out(rng: Random, items: dict[str, Any]) -> dict[str, Any]:
    """Now and then an item is left out, or coded as refused; now and then a part of a page is overlooked."""
    found = {name: rng.choice(("", "-99")) if rng.random() < LEFT_OUT else value for name, value in items.items()}
    if rng.random() < OVERLOOKED:
        first = rng.randrange(len(items) - OVERLOOKED_ITEMS + 1)
        found |= dict.fromkeys(list(items)[first : first + OVERLOOKED_ITEMS], "")
    return found


def _ffmq(rng: Random, person: Participant, day: int) -> dict[str, Any]:
    level = 0.27 + person.mindfulness * 0.6 + 0.3 * _progress(day)
    items = {f"ffmq_{n:02d}": _item(rng, level, 1, 5, n in REVERSED_FFMQ) for n in range(1, 40)}
    return _left_out(rng, items)


def _pss(rng: Random, person: Participant, day: int) -> dict[str, Any]:
    level = -0.1 + person.stress * 0.85 - 0.25 * _progress(day)
    items = _left_out(rng, {f"pss_{n:02d}": _item(rng, level, 0, 4, n in REVERSED_PSS) for n in range(1, 11)})
    return items | {"pss_total": _total(items)}


def _total(items: dict[str, Any]) -> int | str:
    """The sum as the form calculates it; blank when an item is missing."""
    if any(value in ("", "-99") for value in items.values()):
        return ""
    return sum(4 - int(value) if int(name[-2:]) in REVERSED_PSS else int(value) for name, value in items.items())


def _cssrs(rng: Random) -> dict[str, Any]:
    """Passive ideation in a few; nothing that calls for more."""
    level = rng.choices((0, 1, 2), (94, 4, 2))[0]
    return {f"cs_idea_{n}": int(n <= level) for n in range(1, 6)} | {"cs_behaviour": 0}
