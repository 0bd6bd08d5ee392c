"""Errors of adverse events, medication, deviations, the end of the trial, and of the audit log; and words that people spell as they like."""

from __future__ import annotations

from collections.abc import Sequence

from simulator.defects.model import PRESENT, WHOLE, Case, Change, Planter, cell, cells, changes, moved, taken_away
from simulator.entry import Entry

FATAL, DRUG_WITHDRAWN, ANTIDEPRESSANT = "5", "2", "1"
SPELLINGS = {
    "ibuprofen 400 mg": "Advil",
    "tylenol": "Tylenoll",
    "ondansetron": "zofran",
    "lisinopril": "lisinipril 10",
}
TERMS = {
    "headache": "HEADACHE!!",
    "felt dizzy": "dizzy / lightheaded",
    "common cold": "cold, sniffles",
    "dry mouth": "cotton mouth",
}


def _complete_dates(case: Case, entry: Entry) -> bool:
    start = entry.values.get("ae_start", "")
    return len(start) == 10 and start[-2:].isdigit()


def _ends_before(case: Case, entry: Entry) -> dict[str, str]:
    return {"ae_end": moved(entry.values["ae_start"], -3)}


def _before_consent(case: Case) -> Sequence[Change]:
    screened = case.one("SCR", "screening")
    found = [e for e in case.held("adverse_event") if _complete_dates(case, e)]
    if screened is None or not found:
        return ()
    return changes(case.rng.choice(found), {"ae_start": moved(screened.values["icf_date"], -20)})


def _prohibited(case: Case) -> Sequence[Change]:
    """An antidepressant during the trial, and no deviation."""
    if case.admission is None or not any(case.held("discharge")) or any(case.held("deviation")):
        return ()
    number = 1 + max((e.instance for e in case.entries.values() if e.form == "con_med"), default=0)
    start = moved(case.admission.isoformat(), 8)
    values = {
        "cm_name": "sertraline 50 mg",
        "cm_code": "SERTRALINE",
        "cm_class": ANTIDEPRESSANT,
        "cm_start": start,
        "cm_indication": "low mood",
        "cm_dictionary": "24.0",
    }
    if start >= case.exported.isoformat():
        return ()
    return [Change(case.record_id, "LOG", "con_med", number, WHOLE, "", PRESENT, values)]


def _completed_after_all(case: Case, entry: Entry) -> bool:
    return case.has_dropped_out and entry.values["ds_status"] == "2"


def _written_over(case: Case, entry: Entry) -> dict[str, str]:
    return {"pe_hr": str(int(entry.values["pe_hr"]) + 7)}


def _respelled(form: str, name: str, words: dict[str, str]) -> Planter:
    make = cell(form, name, lambda said: words[said], lambda case, entry: entry.values[name] in words)
    return Planter("", f"{name.replace('_', '-')}-spelled-freely", make)


PLANTERS = (
    Planter(
        "DQ-07",
        "telephone-number-in-a-narrative",
        cells("adverse_event", lambda c, e: {"ae_narrative": "sister Jane Roe called from 212-555-0142"}),
    ),
    # what is wrong is the correction, so there must be one
    Planter(
        "DQ-09",
        "correction-not-logged",
        cells("physical", _written_over),
        touches_endpoint=True,
        is_correction_logged=False,
    ),
    Planter("DQ-71", "event-ends-before-it-starts", cells("adverse_event", _ends_before, _complete_dates)),
    Planter("DQ-72", "event-before-consent", _before_consent),
    Planter("DQ-73", "serious-without-criterion", cells("adverse_event", lambda c, e: {"ae_serious": "1"})),
    Planter("DQ-74", "fatal-without-death", cells("adverse_event", lambda c, e: {"ae_outcome": FATAL})),
    Planter("DQ-75", "event-not-coded", cell("adverse_event", "ae_code", "")),
    Planter(
        "DQ-76", "withdrawn-after-a-whole-infusion", cells("adverse_event", lambda c, e: {"ae_action": DRUG_WITHDRAWN})
    ),
    Planter("DQ-77", "prohibited-medication", _prohibited),
    Planter("DQ-82", "disposition-missing", taken_away("disposition"), ("DQ-03",), True),
    Planter(
        "DQ-83",
        "dropout-called-completer",
        cells("disposition", lambda c, e: {"ds_status": "1", "ds_reason": ""}, _completed_after_all),
        touches_endpoint=True,
    ),
    _respelled("con_med", "cm_name", SPELLINGS),
    _respelled("adverse_event", "ae_term", TERMS),
)
