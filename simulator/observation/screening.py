"""Screening: consent, eligibility, diagnosis, demographics, examination, history; and the laboratory at screening and at the end.

Belongs here: everything asked before admission, of those randomized and of those who were not. Does not belong here: urine toxicology and
the timeline (modules of their own). Height, weight, blood pressure and laboratory values are invented.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from random import Random
from typing import Any

from simulator.observation.record import Record
from simulator.truth import AMENDED, Participant, ScreenFailure

# test: unit, limits of normal, mean, standard deviation, decimals
LABORATORY = (
    (1, "g/dL", 12.0, 17.5, 14.6, 1.2, 1),
    (2, "U/L", 7, 56, 28, 11, 0),
    (3, "U/L", 10, 40, 25, 8, 0),
    (4, "mg/dL", 0.6, 1.3, 0.95, 0.15, 2),
    (5, "mg/dL", 70, 140, 98, 14, 0),
    (6, "mmol/L", 3.5, 5.1, 4.2, 0.35, 1),
)
HISTORY = (
    ("high blood pressure", "Hypertension"),
    ("asthma as a child", "Asthma"),
    ("broken wrist", "Wrist fracture"),
    ("seasonal allergies", "Seasonal allergy"),
    ("smoker", "Tobacco user"),
)
CHILDBEARING = range(18, 56)


def randomized(rng: Random, person: Participant) -> Iterator[Record]:
    """The screening forms of somebody who is randomized later: every criterion met."""
    day, criteria = person.pday(person.screening), _criteria(rng)
    yield Record("SCR", "screening", 0, day, _screening(person))
    yield Record("SCR", "eligibility", 0, day, _eligibility(person.screening, len(criteria), None, None))
    yield from _examined(rng, person, day, criteria)
    yield from _history(rng, person, day)


def failed(rng: Random, person: ScreenFailure) -> Iterator[Record]:
    """The screening forms of somebody who is not randomized; one who declines at once leaves two."""
    item, criteria = person.failed_item if person.reason == 1 else None, _criteria(rng)
    yield Record("SCR", "screening", 0, 1, _screening(person))
    yield Record("SCR", "eligibility", 0, 1, _eligibility(person.screening, len(criteria), item, person.reason))
    if not person.is_brief:
        yield from _examined(rng, person, 1, criteria)


def _screening(person: Participant | ScreenFailure) -> dict[str, Any]:
    """The screening form; every record carries the label that it is synthetic."""
    return {
        "synthetic_data": 1,
        "site_id": person.site,
        "scr_date": person.screening,
        "scr_initials": person.initials,
        "icf_date": person.screening,
        "icf_version": "2.0" if person.screening >= AMENDED else "1.0",
    }


def _criteria(rng: Random) -> frozenset[int]:
    """Which of the seven DSM-IV criteria are met; three are needed."""
    return frozenset(rng.sample(range(1, 8), rng.choices((3, 4, 5, 6, 7), (5, 15, 30, 30, 20))[0]))


def _eligibility(day: date, criteria: int, failed_item: int | None, reason: int | None) -> dict[str, Any]:
    """Everything met unless `failed_item` names an exclusion criterion that applies."""
    values: dict[str, Any] = {"ie_date": day, "ie_dsm_criteria": criteria}
    values |= {f"ie_inc_{n}": 1 for n in range(1, 6)} | {f"ie_exc_{n}": int(n == failed_item) for n in range(1, 7)}
    values["ie_eligible"] = int(reason is None)
    return values | ({} if reason is None else {"ie_exclusion_reason": reason})


def _examined(rng: Random, person: Participant | ScreenFailure, day: int, criteria: frozenset[int]) -> Iterator[Record]:
    """Diagnosis, demographics and examination."""
    answers = {f"scd_crit_{n}": int(n in criteria) for n in range(1, 8)}
    yield Record("SCR", "scid", 0, day, {"scd_date": person.screening} | answers)
    yield Record("SCR", "demographics", 0, day, _demographics(person))
    yield Record("SCR", "physical", 0, day, _physical(rng, person))


def _demographics(person: Participant | ScreenFailure) -> dict[str, Any]:
    names = ("birth_date", "age", "sex", "race", "ethnicity", "route", "height_cm")
    return {f"dm_{name}": getattr(person, name) for name in names}


def _physical(rng: Random, person: Participant | ScreenFailure) -> dict[str, Any]:
    systolic = min(138, max(95, round(rng.gauss(121, 9))))
    weight = round(min(130.0, max(50.0, person.weight_kg + rng.gauss(0, 0.6))), 1)
    childbearing = person.sex == 2 and person.age in CHILDBEARING
    return {
        "pe_date": person.screening,
        "pe_sbp": systolic,
        "pe_dbp": min(88, max(52, round(systolic * 0.63 + rng.gauss(0, 3)))),
        "pe_hr": round(min(110, max(50, rng.gauss(73, 9)))),
        "pe_weight_kg": weight,
        "pe_bmi": round(weight / (person.height_cm / 100) ** 2, 1),
        "pe_pregnancy": 1 if childbearing else 3,
    }


def _history(rng: Random, person: Participant, day: int) -> Iterator[Record]:
    for instance, (said, code) in enumerate(rng.sample(HISTORY, rng.choice((0, 1, 1, 2))), 1):
        year = rng.randint(person.birth_date.year + 18, person.screening.year - 1)
        start = str(year) if rng.random() < 0.5 else f"{year}-{rng.randint(1, 12):02d}"
        values = {"mh_term": said, "mh_code": code, "mh_start": start, "mh_ongoing": int(rng.random() < 0.6)}
        yield Record("LOG", "medical_history", instance, day, values)


def laboratory(rng: Random, person: Participant, kept: dict[str, int | None]) -> Iterator[Record]:
    """Six tests at screening and at the end of the trial."""
    for visit in ("SCR", "EOT"):
        day = kept[visit]
        if day is None:
            continue
        for test, unit, low, high, mean, deviation, decimals in LABORATORY:
            value = max(mean * 0.3, rng.gauss(mean, deviation))
            values = {"lb_date": person.day(day), "lb_test": test, "lb_value": f"{value:.{decimals}f}"}
            yield Record(visit, "laboratory", test, day, values | {"lb_unit": unit, "lb_low": low, "lb_high": high})
