"""Urine: who gives a specimen, what it reads, and its validity.

Belongs here: specimens. Does not belong here: what a warehouse counts of them.
Detection of cocaine metabolite by days since last use is measured in public trial data (CTN-0094); each reading is independent.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

from simulator.observation.record import Record
from simulator.schedule import SLOTS
from simulator.truth import DISCHARGE, Participant

DETECTION = (0.91, 0.95, 0.94, 0.91, 0.84, 0.76, 0.70, 0.57, 0.49, 0.44, 0.39)
LATE_DETECTION, FALSE_POSITIVE = 0.02, 0.005
DILUTE, TEMPERATURE_OUT, TEMPERATURE_99 = 0.03, 0.002, 0.007
PANEL = {"ur_thc": 0.25, "ur_opi": 0.02, "ur_amp": 0.02, "ur_mamp": 0.01}
CUTOFF_NG_ML = 300
NOT_GIVEN = 0.03


def specimens(rng: Random, person: Participant, kept: dict[str, int | None]) -> Iterator[Record]:
    """One urine form a visit that asks for one; now and then nobody could give a specimen, with the reason."""
    for number, visit in enumerate(("SCR", "P1", "P5", *SLOTS, "EOT"), 1):
        day = kept[visit]
        if day is None:
            continue
        if rng.random() < NOT_GIVEN and not person.is_planned:
            yield Record(visit, "urine", 0, day, {"ur_done": 0, "ur_not_done_reason": rng.choice((1, 2, 2, 4))})
        else:
            yield Record(visit, "urine", 0, day, _specimen(rng, person, visit, day, number))


def is_positive(rng: Random, person: Participant, day: int) -> bool:
    """One reading of cocaine metabolite by true use; a planned course is read without residue and without false positives."""
    earlier = [d for d in person.use_days if d <= day]
    since = day - max(earlier) if earlier else 99
    if person.is_planned and since > 0 and not any(d > DISCHARGE for d in earlier) and day > DISCHARGE:
        return False
    if person.must_keep and day >= 22:
        return False
    chance = DETECTION[since] if since < len(DETECTION) else (LATE_DETECTION if since < 22 else 0.0)
    return rng.random() < max(chance, 0.0 if person.is_planned else FALSE_POSITIVE)


def _specimen(rng: Random, person: Participant, visit: str, day: int, number: int) -> dict[str, Any]:
    dilute = rng.random() < DILUTE and not (person.must_keep and visit in ("W4B", "W5A"))
    positive = is_positive(rng, person, day)
    return {
        "ur_done": 1,
        "ur_date": person.day(day),
        "ur_specimen_id": f"U{person.site}{person.record_id[3:]}{number:02d}",
        "ur_received_date": person.day(day + rng.choice((0, 0, 1))),
        "ur_resulted_date": person.day(day + rng.choice((1, 1, 2, 3))),
        "ur_bze": int(positive),
        "ur_bze_ng_ml": round(rng.lognormvariate(7.8, 0.9)) + CUTOFF_NG_ML if positive else rng.randint(0, 250),
        "ur_bze_cutoff_ng_ml": CUTOFF_NG_ML,
        **_panel(rng, person, day),
        **_validity(rng, dilute),
    }


def _panel(rng: Random, person: Participant, day: int) -> dict[str, Any]:
    """The other analytes; opioids and benzodiazepines are absent before the infusion, midazolam shows for a week after it."""
    found = {name: int(rng.random() < chance) for name, chance in PANEL.items()}
    midazolam = person.arm == "MDZ" and 2 <= day <= 9 and rng.random() < 0.9
    benzodiazepine = rng.random() < 0.01
    if day < 2:
        return found | {"ur_opi": 0, "ur_bzd": 0}
    return found | {"ur_bzd": int(midazolam or benzodiazepine)}


def _validity(rng: Random, dilute: bool) -> dict[str, Any]:
    creatinine = rng.uniform(6, 19) if dilute else rng.uniform(40, 240)
    gravity = rng.uniform(1.0012, 1.0025) if dilute else rng.uniform(1.005, 1.030)
    drawn = rng.random()
    temperature = (
        99
        if drawn < TEMPERATURE_99
        else round(rng.uniform(86, 89.5), 1)
        if drawn < TEMPERATURE_99 + TEMPERATURE_OUT
        else round(rng.uniform(92, 98.5), 1)
    )
    return {
        "ur_creatinine_mg_dl": round(creatinine, 1),
        "ur_specific_gravity": f"{gravity:.4f}" if dilute else f"{gravity:.3f}",
        "ur_ph": round(rng.uniform(5.0, 7.8), 1),
        "ur_nitrite_ug_ml": 0,
        "ur_temp_f": temperature,
        "ur_validity": 2 if dilute else 1,
    }
