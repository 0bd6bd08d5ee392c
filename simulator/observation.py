"""What the trial sees of the truth: visits kept and missed, specimens, interviews, questionnaires, the infusion and what follows.

Belongs here: the passage from days lived to facts recorded, each with the protocol day it belongs to. Does not belong here: file formats,
codes of missing values, errors of entry.
Detection of cocaine metabolite by days since last use: measured in public trial data (CTN-0094); reading after reading independent.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any

from simulator.crf import SLOTS, WEEKLY
from simulator.truth import DISCHARGE, Participant, stream

DETECTION = (0.91, 0.95, 0.94, 0.91, 0.84, 0.76, 0.70, 0.57, 0.49, 0.44, 0.39)
LATE_DETECTION, FALSE_POSITIVE = 0.02, 0.005
SLOT_TARGETS = {f"W{week}{slot}": 7 * (week - 1) + (2 if slot == "A" else 5) for week in range(2, 6) for slot in "AB"}
TIMEPOINTS = (-10, 0, 10, 20, 30, 40, 60, 90, 120)
CADSS_TIMEPOINTS = (-10, 40, 120)
LOOKBACK_M6 = 30
REVERSED_FFMQ = frozenset((3, 5, 8, 10, 12, 13, 14, 16, 17, 18, 22, 23, 25, 28, 30, 34, 35, 38, 39))
REVERSED_PSS = frozenset((4, 5, 7, 8))
MISSED_REASONS = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10)
MISSED_WEIGHTS = (1640, 518, 503, 230, 203, 171, 70, 41, 36, 28)


@dataclass(frozen=True)
class Record:
    """One filled form: visit (LOG for the ongoing event), form, instance (0: not repeating), protocol day, values by field."""

    visit: str
    form: str
    instance: int
    pday: int
    values: dict[str, Any] = field(default_factory=dict, hash=False)


def observe(seed: int, person: Participant) -> list[Record]:
    """Everything recorded about one randomized participant over the whole trial."""
    visits = _visit_days(stream(seed, person.record_id, "visits"), person)
    return [
        *_screening(person),
        *_hospital(stream(seed, person.record_id, "hospital"), person),
        *_visit_forms(stream(seed, person.record_id, "reasons"), person, visits),
        *_sessions(stream(seed, person.record_id, "sessions"), person, visits),
        *_urine(stream(seed, person.record_id, "urine"), person, visits),
        *_timeline(stream(seed, person.record_id, "timeline"), person, visits),
        *_questionnaires(stream(seed, person.record_id, "questionnaires"), person, visits),
        *_events(stream(seed, person.record_id, "events"), person),
        *_ending(stream(seed, person.record_id, "ending"), person, visits),
    ]


# ---- visits


def _is_there(person: Participant, pday: int) -> bool:
    return person.last_contact_day is None or pday <= person.last_contact_day


def _visit_days(rng: Random, person: Participant) -> dict[str, int | None]:
    """Protocol day of each visit that was kept, null for one that was missed."""
    days: dict[str, int | None] = {"SCR": person.pday(person.screening)}
    days |= {f"P{day}": day if day <= person.discharge_day else None for day in range(1, DISCHARGE + 1)}
    for slot in SLOTS:
        days[slot] = _slot_day(rng, person, slot)
    end = 36 + rng.choice((0, 0, 0, 1, 1, 2, 3, 5))
    keeps_end = person.is_planned or rng.random() < 0.9
    days["EOT"] = end if person.last_contact_day is None and keeps_end else None
    if person.is_planned and person.last_contact_day is not None and person.last_contact_day > DISCHARGE:
        days[_slot_of(person.last_contact_day)] = person.last_contact_day
    return days


def _slot_of(pday: int) -> str:
    week, day = (pday - 1) // 7 + 1, (pday - 1) % 7 + 1
    return f"W{week}{'A' if day <= 3 else 'B'}"


def _slot_day(rng: Random, person: Participant, slot: str) -> int | None:
    target = SLOT_TARGETS[slot]
    day = target + rng.choices((0, -1, 1, 2, -2), (60, 15, 15, 7, 3))[0]
    first, last = (target - 1, target + 1) if slot.endswith("A") else (target - 1, target + 2)
    if person.is_planned:
        day = min(last, max(first, day))
    chance = 0.92 if not any(d > DISCHARGE for d in person.use_days if d <= day) else 0.75
    required = person.must_keep and slot in ("W4B", "W5A")
    kept = rng.random() < chance or required
    return day if kept and _is_there(person, day) else None


def _visit_forms(rng: Random, person: Participant, visits: dict[str, int | None]) -> Iterator[Record]:
    gone = 0
    for visit, day in visits.items():
        if day is None:
            gone += 1
            if gone > 6:
                continue
            values: dict[str, Any] = {"vis_attended": 0}
            if rng.random() < 0.5:
                values["vis_missed_reason"] = rng.choices(MISSED_REASONS, MISSED_WEIGHTS)[0]
            yield Record(visit, "visit_status", 0, SLOT_TARGETS.get(visit, 42 if visit == "EOT" else 5) + 3, values)
        else:
            yield Record(visit, "visit_status", 0, day, {"vis_attended": 1, "vis_date": person.day(day)})


# ---- screening and hospital


def _screening(person: Participant) -> Iterator[Record]:
    day = person.pday(person.screening)
    yield Record("SCR", "screening", 0, day, screening_values(person.site, person.screening, person.initials))
    yield Record("SCR", "eligibility", 0, day, eligibility_values(person.screening, None, None))
    yield Record("SCR", "demographics", 0, day, demographic_values(person))


def screening_values(site: str, day: Any, initials: str) -> dict[str, Any]:
    """The screening form; every record carries the label that it is synthetic."""
    named = {"site_id": site, "scr_date": day, "scr_initials": initials}
    return {"synthetic_data": 1, **named, "icf_date": day, "icf_version": "1.0"}


def eligibility_values(day: Any, failed_item: int | None, reason: int | None) -> dict[str, Any]:
    """The eligibility form: everything met unless `failed_item` names an exclusion criterion that applies."""
    values: dict[str, Any] = {"ie_date": day, "ie_dsm_criteria": 5, "ie_eligible": 1 if reason is None else 0}
    values |= {f"ie_inc_{n}": 1 for n in range(1, 6)} | {f"ie_exc_{n}": int(n == failed_item) for n in range(1, 7)}
    return values | ({} if reason is None else {"ie_exclusion_reason": reason})


def demographic_values(person: Any) -> dict[str, Any]:
    """The demographics form of anybody who was screened."""
    values = {
        name: getattr(person, name) for name in ("birth_date", "age", "sex", "race", "ethnicity", "route", "height_cm")
    }
    return {f"dm_{name}": value for name, value in values.items()}


def _hospital(rng: Random, person: Participant) -> Iterator[Record]:
    yield Record("P1", "admission", 0, 1, {"adm_date": person.day(1), "adm_weight_kg": person.weight_kg})
    randomization = {
        "rand_date": person.day(2),
        "rand_no": person.randomization_no,
        "rand_arm": 1 if person.arm == "KET" else 2,
    }
    yield Record("P2", "randomization", 0, 2, randomization | {"rand_kit": f"K{1000 + person.randomization_no}"})
    yield from _infusion(rng, person)
    day = person.discharge_day
    status = {"dis_date": person.day(day), "dis_status": 1 if day == DISCHARGE else 2}
    yield Record(f"P{day}" if day == DISCHARGE else "P5", "discharge", 0, day, status)


def _infusion(rng: Random, person: Participant) -> Iterator[Record]:
    ketamine = person.arm == "KET"
    start = rng.randint(9 * 60, 11 * 60 + 30)
    minutes = rng.choices((40, 39, 41, 42, 38), (80, 6, 8, 4, 2))[0]
    dose = round(person.weight_kg * 0.5, 1) if ketamine else round(person.weight_kg * 0.025, 2)
    rescue = ketamine and rng.random() < 0.08
    yield Record(
        "P2",
        "infusion",
        0,
        2,
        {
            "inf_date": person.day(2),
            "inf_start": clock(start),
            "inf_stop": clock(start + minutes),
            "inf_drug": 1 if ketamine else 2,
            "inf_dose_mg": dose,
            "inf_volume_ml": 100,
            "inf_lot": "L31A" if ketamine else "L31B",
            "inf_weight_kg": person.weight_kg,
            "inf_completed": 1,
            "inf_interrupted_minutes": 0,
            "inf_rescue": int(rescue),
        },
    )
    pressure, pulse = rng.gauss(122, 9), rng.gauss(72, 8)
    for instance, minute in enumerate(TIMEPOINTS, 1):
        yield Record("P2", "infusion_vitals", instance, 2, _vitals(rng, minute, start, pressure, pulse, ketamine))
    for instance, minute in enumerate(CADSS_TIMEPOINTS, 1):
        level = {-10: 0.05, 40: 0.9 if ketamine else 0.08, 120: 0.12 if ketamine else 0.05}[minute]
        items = {f"cadss_{n:02d}": min(4, int(rng.expovariate(1 / max(level, 0.01)) * 0.9)) for n in range(1, 24)}
        if minute == -10:
            items = {name: min(1, value) if rng.random() < 0.2 else 0 for name, value in items.items()}
        yield Record("P2", "cadss", instance, 2, {"cd_timepoint": minute, "cd_date": person.day(2)} | items)


def clock(minutes: int) -> str:
    """Minutes after midnight as HH:MM."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _vitals(rng: Random, minute: int, start: int, pressure: float, pulse: float, ketamine: bool) -> dict[str, Any]:
    effect = 18 * max(0.0, 1 - abs(minute - 40) / 60) if ketamine else -3 * (0 < minute < 60)
    systolic = round(pressure + effect + rng.gauss(0, 5))
    return {
        "iv_timepoint": minute,
        "iv_time": clock(start + minute),
        "iv_sbp": systolic,
        "iv_dbp": round(systolic * 0.63 + rng.gauss(0, 3)),
        "iv_hr": round(pulse + effect * 0.5 + rng.gauss(0, 4)),
        "iv_rr": round(rng.gauss(15, 1.5)),
        "iv_spo2": min(100, round(rng.gauss(98, 0.9))),
        "iv_temp_c": round(rng.gauss(36.7, 0.2), 1),
        "iv_sedation": int(0 < minute < 60) * rng.choice((0, 1, 1, 2)),
    }


def _sessions(rng: Random, person: Participant, visits: dict[str, int | None]) -> Iterator[Record]:
    for number, visit in enumerate(("P2", "P3", "P4", "P5", *WEEKLY), 1):
        day = visits[visit]
        if day is None:
            continue
        there = number <= 4 or rng.random() < 0.9
        values: dict[str, Any] = {"ms_session_no": number, "ms_attended": int(there)}
        if there:
            values |= {
                "ms_date": person.day(day),
                "ms_minutes": rng.choice((55, 60, 60, 60, 65, 75)),
                "ms_therapist": rng.choice(("T1", "T2")),
            }
            values |= {"ms_home_practice_days": rng.randint(0, 7)} if number > 4 else {}
        yield Record(visit, "mbrp_session", 0, day, values)


# ---- urine and timeline


def _is_positive(rng: Random, person: Participant, day: int) -> bool:
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
    dilute = rng.random() < 0.03 and not (person.must_keep and visit in ("W4B", "W5A"))
    positive = _is_positive(rng, person, day)
    creatinine = rng.uniform(6, 19) if dilute else rng.uniform(40, 240)
    gravity = rng.uniform(1.0012, 1.0025) if dilute else rng.uniform(1.005, 1.030)
    midazolam = person.arm == "MDZ" and 2 <= day <= 9 and rng.random() < 0.9
    return {
        "ur_done": 1,
        "ur_date": person.day(day),
        "ur_specimen_id": f"U{person.record_id[3:]}{number:02d}",
        "ur_bze": int(positive),
        "ur_bze_ng_ml": round(rng.lognormvariate(7.8, 0.9)) + 300 if positive else rng.randint(0, 250),
        "ur_bze_cutoff_ng_ml": 300,
        "ur_thc": int(rng.random() < 0.25),
        "ur_opi": int(rng.random() < 0.02),
        "ur_amp": int(rng.random() < 0.02),
        "ur_mamp": int(rng.random() < 0.01),
        "ur_bzd": int(midazolam or rng.random() < 0.01),
        "ur_creatinine_mg_dl": round(creatinine, 1),
        "ur_specific_gravity": f"{gravity:.4f}" if dilute else f"{gravity:.3f}",
        "ur_ph": round(rng.uniform(5.0, 7.8), 1),
        "ur_nitrite_ug_ml": 0,
        "ur_temp_f": 99 if rng.random() < 0.007 else round(rng.uniform(92, 98.5), 1),
        "ur_validity": 2 if dilute else 1,
    }


def _urine(rng: Random, person: Participant, visits: dict[str, int | None]) -> Iterator[Record]:
    for number, visit in enumerate(("SCR", "P1", "P5", *SLOTS, "EOT"), 1):
        day = visits[visit]
        if day is None:
            continue
        if rng.random() < 0.03 and not person.is_planned:
            yield Record(visit, "urine", 0, day, {"ur_done": 0, "ur_not_done_reason": rng.choice((1, 2, 2, 4))})
        else:
            yield Record(visit, "urine", 0, day, _specimen(rng, person, visit, day, number))


def _timeline(rng: Random, person: Participant, visits: dict[str, int | None]) -> Iterator[Record]:
    """One record a day: each interview covers the days from the one before it to the day before itself."""
    interviewer = rng.choice(("I1", "I2", "I3"))
    screened = visits["SCR"]
    assert screened is not None  # everybody randomized was screened
    asked_from = screened - 30
    for visit in ("SCR", "P1", *SLOTS, "EOT"):
        held = visits[visit]
        if held is None:
            continue
        days = range(asked_from, min(held, 36) if visit == "EOT" else held)
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
        hidden = used and day > first_after and not person.is_planned and rng.random() < 0.1
        unsure = first_after < day < 22 and not used and rng.random() < 0.01
        told = 9 if unsure else int(used and not hidden)
        yield Record(visit, "tlfb", instance, held, _day_values(rng, person, day, told, held, interviewer))


def _day_values(rng: Random, person: Participant, day: int, told: int, held: int, interviewer: str) -> dict[str, Any]:
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
    spent = _heaped(person.spending_usd * rng.lognormvariate(0, 0.4))
    return values | {"tl_usd": spent, "tl_grams": round(min(14.0, spent / 80), 2), "tl_route": person.route}


def _heaped(amount: float) -> int:
    """People remember round sums."""
    step = 10 if amount < 60 else 20 if amount < 150 else 50
    return int(min(950, max(step, round(amount / step) * step)))


# ---- questionnaires


def _item(rng: Random, level: float, low: int, high: int, reverse: bool) -> int:
    middle = (low + high) / 2
    value = min(high, max(low, round(middle + (-level if reverse else level) * 0.75 + rng.gauss(0, 0.8))))
    return int(value)


def _questionnaires(rng: Random, person: Participant, visits: dict[str, int | None]) -> Iterator[Record]:
    for visit in ("SCR", "P1", "P5", *WEEKLY, "EOT"):
        day = visits[visit]
        if day is None:
            continue
        after = max(0, day - 2) / 34 if day > 2 else 0.0
        yield Record(visit, "craving", 0, day, {"cr_date": person.day(day), "cr_vas_mm": _craving(rng, person, day)})
        if visit in ("SCR", "P5"):
            continue
        mindful = person.mindfulness * 0.8 + 0.4 * after
        stressed = person.stress * 0.8 - 0.25 * after
        ffmq = {f"ffmq_{n:02d}": _item(rng, mindful, 1, 5, n in REVERSED_FFMQ) for n in range(1, 40)}
        pss = {f"pss_{n:02d}": _item(rng, stressed, 0, 4, n in REVERSED_PSS) for n in range(1, 11)}
        yield Record(visit, "ffmq", 0, day, {"ffmq_date": person.day(day)} | ffmq)
        yield Record(visit, "pss", 0, day, {"pss_date": person.day(day)} | pss)


def _craving(rng: Random, person: Participant, day: int) -> int:
    from math import expm1

    level = person.craving_before if day <= 2 else person.craving_after
    return int(min(100, max(0, round(expm1(level + rng.gauss(0, 0.25 if day <= 2 else 0.6))))))


# ---- events and the end

ADVERSE_EVENTS = (
    ("headache", "Headache", 1),
    ("nausea after lunch", "Nausea", 1),
    ("felt dizzy", "Dizziness", 1),
    ("trouble sleeping", "Insomnia", 1),
    ("dry mouth", "Dry mouth", 1),
    ("common cold", "Nasopharyngitis", 1),
    ("back pain", "Back pain", 2),
)
MEDICATIONS = (
    ("ibuprofen 400 mg", "IBUPROFEN", 6, "headache"),
    ("tylenol", "PARACETAMOL", 6, "back pain"),
    ("ondansetron", "ONDANSETRON", 8, "nausea"),
    ("lisinopril", "LISINOPRIL", 7, "hypertension"),
)


def _events(rng: Random, person: Participant) -> Iterator[Record]:
    last = person.last_contact_day or 35
    for instance in range(1, rng.choice((0, 1, 1, 2, 3)) + 1):
        day = rng.choice((2, 2, rng.randint(1, max(1, last))))
        said, code, severity = rng.choice(ADVERSE_EVENTS)
        start = person.day(day).isoformat()
        yield Record(
            "LOG",
            "adverse_event",
            instance,
            day,
            {
                "ae_term": said,
                "ae_code": code,
                "ae_start": start[:7] if rng.random() < 0.08 and day > 5 else start,
                "ae_end": person.day(min(day + rng.randint(0, 5), 60)).isoformat(),
                "ae_severity": severity,
                "ae_serious": 0,
                "ae_relation": rng.choice((1, 2, 3)) if day == 2 else 1,
                "ae_action": 1,
                "ae_outcome": 1,
            },
        )
    for instance in range(1, rng.choice((0, 0, 1, 2)) + 1):
        said, code, group, why = rng.choice(MEDICATIONS)
        day = rng.randint(1, max(1, last))
        values = {
            "cm_name": said,
            "cm_code": code,
            "cm_class": group,
            "cm_start": person.day(day).isoformat(),
            "cm_indication": why,
        }
        yield Record("LOG", "con_med", instance, day, values)
    if rng.random() < 0.12:
        category = rng.choice((3, 5, 6, 6))
        values = {
            "dv_category": category,
            "dv_major": int(category == 3),
            "dv_date": person.day(2 if category == 3 else min(last, 16)),
        }
        yield Record("LOG", "deviation", 1, 16, values | {"dv_description": "see source"})


def _ending(rng: Random, person: Participant, visits: dict[str, int | None]) -> Iterator[Record]:
    kept = [day for day in visits.values() if day is not None]
    if person.last_contact_day is None and max(kept) >= 29:
        yield Record("LOG", "disposition", 0, max(kept), {"ds_date": person.day(max(kept)), "ds_status": 1})
    else:
        reason = rng.choice((1, 1, 1, 2))
        values = {"ds_date": person.day(43), "ds_status": 2, "ds_reason": reason, "ds_consent_withdrawn": 0}
        yield Record("LOG", "disposition", 0, 43, values)
    held = person.month6_day
    if not person.month6_reached:
        yield Record("M6", "followup", 0, 211, {"fu_reached": 0})
        return
    told = {
        "fu_reached": 1,
        "fu_date": person.day(held),
        "fu_abstinent": int(person.month6_abstinent),
        "fu_lookback_days": LOOKBACK_M6,
    }
    yield Record("M6", "followup", 0, held, told)
