"""Errors of urine specimens: results, cut-offs, validity, numbers and dates of the laboratory."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from simulator.defects.model import Case, Change, Planter, cell, cells, changes, moved
from simulator.entry import Entry

NEGATIVE, POSITIVE = {"ur_bze": "0", "ur_bze_ng_ml": "120"}, {"ur_bze": "1", "ur_bze_ng_ml": "1400"}
VALID = "1"


def _done(case: Case, entry: Entry) -> bool:
    return entry.values.get("ur_done") == "1"


def _days_since_use(case: Case, entry: Entry) -> int | None:
    """Days from the last day of use told to the specimen; none when none was told before it."""
    day = case.pday(entry.values["ur_date"])
    told = [case.pday(e.values["tl_day"]) for e in case.held("tlfb") if e.visit != "M6" and e.values["tl_used"] == "1"]
    before = [use for use in told if use <= day]
    return day - max(before) if before else None


def _since(first: int, last: int, result: str) -> Callable[[Case, Entry], bool]:
    def test(case: Case, entry: Entry) -> bool:
        if not _done(case, entry) or not case.is_randomized or entry.values["ur_bze"] != result:
            return False
        days = _days_since_use(case, entry)
        return days is not None and first <= days <= last

    return test


def _without_medication(name: str) -> Callable[[Case, Entry], bool]:
    def test(case: Case, entry: Entry) -> bool:
        late = case.is_randomized and _done(case, entry) and case.pday(entry.values["ur_date"]) > 9
        return late and entry.values[name] == "0" and not any(case.held("con_med"))

    return test


def _number_of_another(case: Case) -> Sequence[Change]:
    found = [entry for entry in case.held("urine") if _done(case, entry)]
    if len(found) < 2:
        return ()
    return changes(found[1], {"ur_specimen_id": found[0].values["ur_specimen_id"]})


def _received_before(case: Case, entry: Entry) -> Mapping[str, str]:
    return {"ur_received_date": moved(entry.values["ur_date"], -2)}


def _valid(case: Case, entry: Entry) -> bool:
    return _done(case, entry) and entry.values["ur_validity"] == VALID


PLANTERS = (
    Planter("DQ-60", "cut-off-missing", cell("urine", "ur_bze_cutoff_ng_ml", "")),
    Planter(
        "DQ-61",
        "positive-without-told-use",
        cells("urine", lambda c, e: POSITIVE, _since(11, 60, "0")),
        touches_endpoint=True,
    ),
    # use four to ten days before is none in the three days before
    Planter(
        "DQ-62", "positive-days-after-use", cells("urine", lambda c, e: POSITIVE, _since(4, 10, "0")), ("DQ-61",), True
    ),
    Planter(
        "DQ-63", "negative-after-use", cells("urine", lambda c, e: NEGATIVE, _since(0, 1, "1")), touches_endpoint=True
    ),
    Planter("DQ-64", "validity-not-as-measured", cell("urine", "ur_validity", "2", _valid)),
    Planter("DQ-66", "temperature-in-celsius", cell("urine", "ur_temp_f", lambda f: f"{(float(f) - 32) / 1.8:.1f}")),
    Planter(
        "DQ-68",
        "benzodiazepine-without-medication",
        cells("urine", lambda c, e: {"ur_bzd": "1"}, _without_medication("ur_bzd")),
    ),
    Planter(
        "DQ-69",
        "amphetamine-without-medication",
        cells("urine", lambda c, e: {"ur_amp": "1"}, _without_medication("ur_amp")),
    ),
    Planter("DQ-70", "specimen-number-twice", _number_of_another),
    Planter("DQ-70", "received-before-collected", cells("urine", _received_before, _done)),
)
