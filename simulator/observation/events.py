"""Adverse events, medication and deviations, on the ongoing event.

Belongs here: what may happen on any day. Does not belong here: the end of the trial (`ending.py`). All of it is invented.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

from simulator.observation.record import Record
from simulator.truth import TRIAL_END, Participant

DICTIONARY = "24.0"
ADVERSE_EVENTS = (
    ("headache", "Headache", 1),
    ("nausea after lunch", "Nausea", 1),
    ("felt dizzy", "Dizziness", 1),
    ("trouble sleeping", "Insomnia", 1),
    ("dry mouth", "Dry mouth", 1),
    ("déjà vu", "Déjà vu", 1),
    ("common cold", "Nasopharyngitis", 1),
    ("back pain", "Back pain", 2),
)
MEDICATIONS = (
    ("ibuprofen 400 mg", "IBUPROFEN", 6, "headache"),
    ("tylenol", "PARACETAMOL", 6, "back pain"),
    ("ondansetron", "ONDANSETRON", 8, "nausea"),
    ("lisinopril", "LISINOPRIL", 7, "hypertension"),
)
PARTIAL_DATE = 0.08
UNKNOWN_DATE = "-98"


def during(rng: Random, person: Participant) -> Iterator[Record]:
    """What happens between admission and the last contact."""
    last = max(1, person.last_contact_day or TRIAL_END)
    for instance in range(1, rng.choice((0, 1, 1, 2, 3)) + 1):
        day = rng.choice((2, 2, rng.randint(1, last)))
        yield Record("LOG", "adverse_event", instance, day, _adverse_event(rng, person, day))
    for instance in range(1, rng.choice((0, 0, 1, 2)) + 1):
        day = rng.randint(1, last)
        yield Record("LOG", "con_med", instance, day, _medication(rng, person, day))
    if rng.random() < 0.12:
        yield Record("LOG", "deviation", 1, 16, _deviation(rng, person, last))


def _adverse_event(rng: Random, person: Participant, day: int) -> dict[str, Any]:
    said, code, severity = rng.choice(ADVERSE_EVENTS)
    start = person.day(day).isoformat()
    return {
        "ae_term": said,
        "ae_code": code,
        "ae_start": rng.choice((start[:7], f"{start[:7]}-UN")) if rng.random() < PARTIAL_DATE and day > 5 else start,
        "ae_end": person.day(min(day + rng.randint(0, 5), 60)).isoformat(),
        "ae_severity": severity,
        "ae_serious": 0,
        "ae_relation": rng.choice((1, 2, 3)) if day == 2 else 1,
        "ae_action": 1,
        "ae_outcome": 1,
        "ae_aware_date": person.day(day + rng.choice((0, 1, 2))),
        "ae_dictionary": DICTIONARY,
    }


def _medication(rng: Random, person: Participant, day: int) -> dict[str, Any]:
    said, code, group, why = rng.choice(MEDICATIONS)
    start = person.day(day).isoformat()
    # ongoing, a few days, or nobody knows
    end = rng.choice(("", "", person.day(day + rng.randint(1, 6)).isoformat(), UNKNOWN_DATE))
    return {
        "cm_name": said,
        "cm_code": code,
        "cm_class": group,
        "cm_start": start,
        "cm_end": end,
        "cm_indication": why,
        "cm_dictionary": DICTIONARY,
    }


def _deviation(rng: Random, person: Participant, last: int) -> dict[str, Any]:
    category = rng.choice((3, 5, 6, 6))
    day = 2 if category == 3 else min(last, 16)
    values = {"dv_category": category, "dv_major": int(category == 3), "dv_date": person.day(day)}
    return values | {"dv_description": "see source"}
