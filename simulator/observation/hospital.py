"""The five days in hospital: admission, randomization, the infusion with its vital signs and CADSS, discharge; and all therapy sessions.

Belongs here: what is recorded of the infusion and of MBRP sessions, the outpatient ones too. Does not belong here: adverse events
(`events.py`). The rise of blood pressure and of dissociation under ketamine is assumed, not published.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

from simulator.observation.record import Record, clock
from simulator.schedule import WEEKLY
from simulator.truth import DISCHARGE, Participant

TIMEPOINTS = (-10, 0, 10, 20, 30, 40, 60, 90, 120)
CADSS_TIMEPOINTS = (-10, 40, 120)
CADSS_LEVELS = {"KET": {-10: 0.05, 40: 1.15, 120: 0.12}, "MDZ": {-10: 0.05, 40: 0.3, 120: 0.05}}
FIDELITY_SAMPLE = 0.3
NOT_NOTED, NOT_KNOWN, NOT_DONE = 0.02, -98, -96


def stay(rng: Random, person: Participant) -> Iterator[Record]:
    """Admission to discharge."""
    yield Record("P1", "admission", 0, 1, {"adm_date": person.day(1), "adm_weight_kg": person.weight_kg})
    number = person.randomization_no
    arm = 1 if person.arm == "KET" else 2
    randomization = {"rand_date": person.day(2), "rand_no": number, "rand_arm": arm, "rand_kit": f"K{1000 + number}"}
    yield Record("P2", "randomization", 0, 2, randomization)
    yield from _infusion(rng, person)
    day = person.discharge_day
    status = {"dis_date": person.day(day), "dis_status": 1 if day == DISCHARGE else 2}
    yield Record("P5", "discharge", 0, day, status)


def _infusion(rng: Random, person: Participant) -> Iterator[Record]:
    start = rng.randint(9 * 60, 11 * 60 + 30)
    minutes = rng.choices((40, 39, 41, 42, 38), (80, 6, 8, 4, 2))[0]
    yield Record("P2", "infusion", 0, 2, _given(rng, person, start, minutes))
    pressure, pulse = rng.gauss(122, 8), rng.gauss(72, 7)
    for instance, minute in enumerate(TIMEPOINTS, 1):
        yield Record("P2", "infusion_vitals", instance, 2, _vitals(rng, person, minute, start, pressure, pulse))
    for instance, minute in enumerate(CADSS_TIMEPOINTS, 1):
        level = CADSS_LEVELS[person.arm][minute] * rng.lognormvariate(-0.2, 0.6)
        items = {f"cadss_{n:02d}": _cadss_item(rng, level, minute) for n in range(1, 24)}
        yield Record("P2", "cadss", instance, 2, {"cd_timepoint": minute, "cd_date": person.day(2)} | items)


def _given(rng: Random, person: Participant, start: int, minutes: int) -> dict[str, Any]:
    ketamine = person.arm == "KET"
    return {
        "inf_date": person.day(2),
        "inf_start": clock(start),
        "inf_stop": clock(start + minutes),
        "inf_drug": 1 if ketamine else 2,
        "inf_dose_mg": round(person.weight_kg * 0.5, 1) if ketamine else round(person.weight_kg * 0.025, 2),
        "inf_volume_ml": 100,
        "inf_lot": "L31A" if ketamine else "L31B",
        "inf_weight_kg": person.weight_kg,
        "inf_completed": 1,
        "inf_interrupted_minutes": 0,
        "inf_rescue": int(ketamine and rng.random() < 0.08),
    }


def _cadss_item(rng: Random, level: float, minute: int) -> int:
    value = min(4, int(rng.expovariate(1 / max(level, 0.01)) * 0.9))
    return min(1, value) if minute == -10 else value


def _vitals(rng: Random, person: Participant, minute: int, start: int, pressure: float, pulse: float) -> dict[str, Any]:
    effect = 18 * max(0.0, 1 - abs(minute - 40) / 60) if person.arm == "KET" else -3 * (0 < minute < 60)
    systolic = min(176, round(pressure + effect + rng.gauss(0, 5)))
    return {
        "iv_timepoint": minute,
        "iv_time": clock(start + minute),
        "iv_sbp": systolic,
        "iv_dbp": round(systolic * 0.63 + rng.gauss(0, 3)),
        "iv_hr": round(pulse + effect * 0.5 + rng.gauss(0, 4)),
        "iv_rr": round(rng.gauss(15, 1.5)),
        "iv_spo2": min(100, max(92, round(rng.gauss(98, 0.9)))),
        "iv_temp_c": round(rng.gauss(36.7, 0.2), 1) if rng.random() >= NOT_NOTED else NOT_DONE,
        "iv_sedation": int(0 < minute < 60) * rng.choice((0, 1, 1, 2)),
    }


def sessions(rng: Random, person: Participant, kept: dict[str, int | None]) -> Iterator[Record]:
    """The eight MBRP sessions, of visits that were kept."""
    for number, visit in enumerate(("P2", "P3", "P4", "P5", *WEEKLY), 1):
        day = kept[visit]
        if day is None:
            continue
        there = number <= 4 or rng.random() < 0.9
        values: dict[str, Any] = {"ms_session_no": number, "ms_attended": int(there)}
        yield Record(visit, "mbrp_session", 0, day, values | (_held(rng, person, day, number) if there else {}))


def _held(rng: Random, person: Participant, day: int, number: int) -> dict[str, Any]:
    values: dict[str, Any] = {
        "ms_date": person.day(day),
        "ms_minutes": rng.choice((55, 60, 60, 60, 65, 75)) if rng.random() >= NOT_NOTED else NOT_KNOWN,
        "ms_therapist": rng.choice(("T1", "T2")),
    }
    if number > 4:
        values["ms_home_practice_days"] = rng.randint(0, 7)
    rated = rng.random() < FIDELITY_SAMPLE
    values["ms_fid_rated"] = int(rated)
    if rated:
        first = rng.choices((2, 3, 4, 5), (5, 25, 50, 20))[0]
        values |= {"ms_fid_rater_1": first, "ms_fid_rater_2": min(5, max(1, first + rng.choice((-1, 0, 0, 0, 1))))}
    return values
