"""Errors about who takes part: consent, eligibility, demographics, randomization, the record itself.

Belongs here: screening, randomization, weight, and records that are there twice, under a wrong id, or not at all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from simulator.defects.model import (
    DUPLICATE,
    PRESENT,
    WHOLE,
    Case,
    Change,
    Planter,
    added,
    cell,
    cells,
    changes,
    moved,
    randomized,
    removed,
)
from simulator.entry import Entry

POUNDS_PER_KG = 2.2046
MOST_KG = 160
# far above those of people who were screened
NUMBERS_OF_NOBODY = 900_000


def _whole_record(case: Case) -> list[Entry]:
    """All forms of a screen failure, if the export has them all."""
    held = [entry for entry in case.entries.values() if entry.entered < case.exported]
    return held if not case.is_randomized and len(held) == len(case.entries) else []


def _wrong_id(case: Case) -> Sequence[Change]:
    """A screen failure under an id that is none."""
    wrong = case.record_id.lower().replace("-", "_")
    return [change for entry in _whole_record(case) for change in (removed(entry), added(entry, record_id=wrong))]


def _vanished(case: Case) -> Sequence[Change]:
    return [removed(entry) for entry in _whole_record(case)]


def _twice(case: Case) -> Sequence[Change]:
    """An adverse event entered twice under one number."""
    found = list(case.held("adverse_event"))
    if not found:
        return ()
    entry = case.rng.choice(found)
    values = {**entry.values, "ae_relation": "3" if entry.values["ae_relation"] == "2" else "2"}
    return [Change(entry.record_id, entry.visit, entry.form, entry.instance, WHOLE, "", DUPLICATE, values)]


def _unknown_person(case: Case) -> Sequence[Change]:
    found = list(case.held("con_med"))
    nobody = f"{case.record_id[:3]}{NUMBERS_OF_NOBODY + int(case.record_id[3:])}"
    return [added(found[0], record_id=nobody)] if found else ()


def _few_criteria(case: Case, entry: Entry) -> Mapping[str, str]:
    met = [name for name, value in entry.values.items() if name.startswith("scd_crit") and value == "1"]
    return dict.fromkeys(met[2:], "0")


def _not_dependent(case: Case) -> Sequence[Change]:
    """Two of the seven criteria on the interview and on the eligibility form."""
    interview, eligibility = case.one("SCR", "scid"), case.one("SCR", "eligibility")
    if not case.is_randomized or interview is None or eligibility is None:
        return ()
    return [*changes(interview, _few_criteria(case, interview)), *changes(eligibility, {"ie_dsm_criteria": "2"})]


def _neighbours_number(case: Case) -> Sequence[Change]:
    mine = case.one("P2", "randomization")
    other = case.neighbour.entries.get(("P2", "randomization", 0)) if case.neighbour else None
    if mine is None or other is None or other.entered >= case.exported:
        return ()
    return changes(mine, {"rand_no": other.values["rand_no"]})


def _after_screening(case: Case) -> Sequence[Change]:
    """A craving form of a treatment week, of somebody who was never randomized."""
    screened = case.one("SCR", "screening")
    if (
        case.is_randomized
        or screened is None
        or case.pday(screened.values["scr_date"]) + 20 > case.pday(case.exported.isoformat())
    ):
        return ()
    values = {"cr_date": moved(screened.values["scr_date"], 16), "cr_vas_mm": "40"}
    return [Change(case.record_id, "W2A", "craving", 0, WHOLE, "", PRESENT, values)]


def _light(case: Case, entry: Entry) -> bool:
    return float(entry.values["adm_weight_kg"]) * POUNDS_PER_KG <= MOST_KG


def _ketamine(case: Case, entry: Entry) -> bool:
    return case.arm == "KET"


def _woman(case: Case, entry: Entry) -> bool:
    return case.is_randomized and entry.values.get("pe_pregnancy") == "1"


PLANTERS = (
    Planter("DQ-03", "record-vanished", _vanished, needs_earlier_export=True),
    Planter("DQ-04", "event-entered-twice", _twice),
    # the right id is gone as long as the wrong one stands, and the other way round afterwards
    Planter("DQ-05", "record-id-mistyped", _wrong_id, entails=("DQ-03",)),
    Planter("DQ-06", "record-unknown", _unknown_person),
    Planter("DQ-11", "consent-after-screening", cell("screening", "icf_date", lambda day: moved(day, 3))),
    Planter(
        "DQ-12",
        "old-consent-version",
        cell("screening", "icf_version", "1.0", lambda c, e: e.values["icf_version"] == "2.0"),
    ),
    Planter(
        "DQ-13",
        "age-mistyped",
        cell("demographics", "dm_age", lambda age: str(int(age) - 4 if int(age) > 40 else int(age) + 4), randomized),
    ),
    Planter("DQ-14", "ethnicity-code-unknown", cell("demographics", "dm_ethnicity", "6")),
    Planter("DQ-15", "criterion-not-met", cell("eligibility", "ie_inc_3", "0", randomized)),
    Planter("DQ-16", "too-few-criteria", _not_dependent),
    Planter("DQ-17", "randomization-number-twice", _neighbours_number),
    Planter("DQ-18", "randomized-after-infusion", cell("randomization", "rand_date", lambda day: moved(day, 1))),
    # the dose stays that of the other arm
    Planter(
        "DQ-19",
        "arms-out-of-balance",
        cell("randomization", "rand_arm", "2", _ketamine),
        entails=("DQ-25", "DQ-26"),
        touches_endpoint=True,
        at_least=3,
        weight=0.2,
    ),
    Planter("DQ-20", "form-of-a-screen-failure", _after_screening),
    Planter(
        "DQ-27",
        "weight-in-pounds",
        cell("admission", "adm_weight_kg", lambda kg: f"{float(kg) * POUNDS_PER_KG:.1f}", _light),
    ),
    Planter("DQ-28", "body-mass-index-mistyped", cell("physical", "pe_bmi", lambda index: f"{float(index) + 1.5:.1f}")),
    Planter("DQ-29", "pregnancy-test-positive", cell("physical", "pe_pregnancy", "2", _woman)),
    Planter("DQ-29", "pressure-high-before-infusion", cells("physical", lambda c, e: {"pe_sbp": "152"}, randomized)),
)
