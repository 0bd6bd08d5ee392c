"""Errors of the five days in hospital: infusion, vital signs, CADSS, sessions. Drug and dose follow the arm, so most are masked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from simulator.defects.model import Case, Change, Planter, added, cell, cells, moved, taken_away
from simulator.entry import Entry
from simulator.observation.record import clock

KETAMINE_MG_PER_KG, MIDAZOLAM_MG_PER_KG = 0.5, 0.025


def _stopped_after(minutes: int) -> Callable[[Case, Entry], Mapping[str, str]]:
    def values(case: Case, entry: Entry) -> Mapping[str, str]:
        hours, start = map(int, entry.values["inf_start"].split(":"))
        return {"inf_stop": clock(60 * hours + start + minutes)}

    return values


def _rounded(dose: str) -> str:
    return str(5 * round(float(dose) / 5))


def _far_from_round(case: Case, entry: Entry) -> bool:
    dose = float(entry.values["inf_dose_mg"])
    return case.arm == "KET" and abs(dose - 5 * round(dose / 5)) > 1


def _dose_of_other_arm(case: Case, entry: Entry) -> Mapping[str, str]:
    weight = float(entry.values["inf_weight_kg"])
    return {"inf_dose_mg": f"{weight * (MIDAZOLAM_MG_PER_KG if case.arm == 'KET' else KETAMINE_MG_PER_KG):.2f}"}


def _second_infusion(case: Case) -> Sequence[Change]:
    """An infusion on the third day as well."""
    given = case.one("P2", "infusion")
    if given is None or moved(given.values["inf_date"], 2) > case.exported.isoformat():
        return ()
    again = added(given, inf_date=moved(given.values["inf_date"], 1))
    return [Change(again.record_id, "P3", again.form, 0, again.field, "", again.dirty, again.values)]


def _at(minute: str) -> Callable[[Case, Entry], bool]:
    return lambda case, entry: entry.values.get("iv_timepoint", entry.values.get("cd_timepoint")) == minute


def _dissociated_before(case: Case, entry: Entry) -> Mapping[str, str]:
    return {f"cadss_{n:02d}": "3" for n in range(1, 5)}


def _asked_twice(case: Case) -> Sequence[Change]:
    """The same time point again with another answer."""
    found = [entry for entry in case.held("cadss") if _at("40")(case, entry)]
    if not found:
        return ()
    other = "1" if found[0].values["cadss_01"] != "1" else "2"
    return [added(found[0], instance=4, cadss_01=other)]


PLANTERS = (
    Planter(
        "DQ-21", "discharged-late", cell("discharge", "dis_date", lambda day: moved(day, 3)), touches_endpoint=True
    ),
    # vital signs, CADSS, sessions and the randomization keep their day
    Planter("DQ-22", "infusion-a-day-late", cell("infusion", "inf_date", lambda day: moved(day, 1)), ("DQ-79",)),
    Planter("DQ-23", "second-infusion", _second_infusion, ("DQ-22",)),
    Planter("DQ-24", "infusion-of-52-minutes", cells("infusion", _stopped_after(52))),
    Planter("DQ-24", "infusion-stopped-at-31-minutes", cells("infusion", _stopped_after(31))),
    Planter("DQ-25", "dose-rounded", cell("infusion", "inf_dose_mg", _rounded, _far_from_round), ("DQ-26",)),
    Planter("DQ-26", "dose-of-the-other-arm", cells("infusion", _dose_of_other_arm), ("DQ-25",)),
    Planter("DQ-30", "time-point-missing", taken_away("infusion_vitals", _at("60")), ("DQ-03",)),
    Planter("DQ-31", "heart-rate-mistyped", cell("infusion_vitals", "iv_hr", lambda rate: f"{rate}0")),
    Planter("DQ-32", "pressure-without-event", cells("infusion_vitals", lambda c, e: {"iv_sbp": "186"}, _at("40"))),
    Planter("DQ-48", "cadss-twice-at-one-time", _asked_twice),
    Planter("DQ-50", "dissociated-before-the-infusion", cells("cadss", _dissociated_before, _at("-10"))),
    Planter("DQ-79", "session-of-ten-hours", cell("mbrp_session", "ms_minutes", "600")),
    Planter("DQ-81", "fidelity-rating-outside-its-scale", cell("mbrp_session", "ms_fid_rater_1", "9")),
)
