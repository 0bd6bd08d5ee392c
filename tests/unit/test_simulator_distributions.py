"""Twelve distributions of a large simulated trial lie where public data and general knowledge put them; each is printed (pytest -s).

Belongs here: shapes of what is drawn. Does not belong here: the calibrated counts (`test_simulator.py`), effects (`test_calibration.py`).
Sources: intervals between visits, reasons of missed visits, dilution and detection of urines are of public data of another trial
(CTN-0094); spending and days of use of trials in cocaine dependence; scores, vital signs and dissociation of general knowledge.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from statistics import fmean, median, stdev
from typing import Any

import pytest
from simulated import everybody

from simulator.history import Life
from simulator.observation import Record
from simulator.observation.questionnaires import REVERSED_FFMQ, REVERSED_PSS
from simulator.observation.urine import DETECTION
from simulator.observation.visits import SLOT_TARGETS
from simulator.truth import Participant

PARTICIPANTS = 1200
Measured = tuple[float, float, float]


def lives() -> Iterator[tuple[Participant, Sequence[Record]]]:
    for life in everybody(11, PARTICIPANTS, False):
        if isinstance(life, Life) and isinstance(life.person, Participant):
            yield life.person, life.records


def values(form: str, **wanted: Any) -> Iterator[tuple[Participant, Record]]:
    """Records of a form whose fields have some values."""
    for person, records in lives():
        for record in records:
            if record.form == form and all(record.values.get(k) == v for k, v in wanted.items()):
                yield person, record


def share(hits: Sequence[bool]) -> float:
    return sum(hits) / len(hits)


def weekday_of_use() -> Measured:
    """Days of use before admission: a Friday or Saturday against another day."""
    days = Counter(p.day(d).weekday() in (4, 5) for p, _ in lives() for d in p.use_days if d < 0)
    return (days[True] / 2) / (days[False] / 5), 1.15, 1.55


def gaps() -> list[int]:
    """Intervals between neighbouring slots, less the planned ones."""
    found = []
    for _, records in lives():
        held = {r.visit: r.pday for r in records if r.form == "visit_status" and r.values["vis_attended"] == 1}
        for a, b in itertools.pairwise(SLOT_TARGETS):
            if a in held and b in held:
                found.append(held[b] - held[a] - (SLOT_TARGETS[b] - SLOT_TARGETS[a]))
    return found


def days_between_visits_as_planned() -> Measured:
    """Published 38 of 100."""
    return share([gap == 0 for gap in gaps()]), 0.32, 0.46


def days_between_visits_off_by_one() -> Measured:
    """Published 25 of 100."""
    return share([abs(gap) == 1 for gap in gaps()]), 0.19, 0.33


def heaping_of_amounts() -> Measured:
    """Amounts of the last fifty up that are whole fifties."""
    spent = [r.values["tl_usd"] for _, r in values("tlfb", tl_used=1)]
    return share([usd % 50 == 0 for usd in spent if usd >= 120]), 0.85, 1.0


def dollars_a_day_of_use() -> Measured:
    """Published median 149."""
    return median(r.values["tl_usd"] for _, r in values("tlfb", tl_used=1)), 100, 200


def days_of_use_at_baseline() -> Measured:
    """Published 16 to 18 of 30."""
    return fmean(len([d for d in p.use_days if -29 <= d <= 0]) for p, _ in lives()), 14.5, 18.5


def reasons_of_missed_visits() -> Measured:
    """No shows among the reasons given; 1640 of 3320 in public data, and the amended list takes none away."""
    given = [
        r.values["vis_missed_reason"]
        for _, r in values("visit_status", vis_attended=0)
        if "vis_missed_reason" in r.values
    ]
    return share([reason == 1 for reason in given]), 0.42, 0.54


def detection_after_three_days() -> Measured:
    """Positives three days after the last use, measured 0.91."""
    read = [
        r.values["ur_bze"] == 1
        for p, r in values("urine", ur_done=1)
        if r.pday - max((d for d in p.use_days if d <= r.pday), default=-999) == 3
    ]
    return share(read), DETECTION[3] - 0.05, DETECTION[3] + 0.05


def dilute_specimens() -> Measured:
    """Published 3 of 100."""
    return share([r.values["ur_creatinine_mg_dl"] < 20 for _, r in values("urine", ur_done=1)]), 0.022, 0.038


def _score(record: Record, prefix: str, reversed_items: frozenset[int], top: int) -> int | None:
    items = {n: v for n, v in record.values.items() if n.startswith(f"{prefix}_") and n[-2:].isdigit()}
    if any(isinstance(v, str) for v in items.values()):
        return None
    return sum(top - v if int(n[-2:]) in reversed_items else v for n, v in items.items())


def _at_admission(form: str, keys: frozenset[int], top: int) -> list[int]:
    scores = [_score(r, form, keys, top) for _, r in values(form) if r.visit == "P1"]
    return [score for score in scores if score is not None]


def mindfulness_at_admission() -> Measured:
    """FFMQ-39 total about 125."""
    return fmean(_at_admission("ffmq", REVERSED_FFMQ, 6)), 120, 130


def spread_of_mindfulness() -> Measured:
    """Its standard deviation about 18."""
    return stdev(_at_admission("ffmq", REVERSED_FFMQ, 6)), 14, 22


def stress_at_admission() -> Measured:
    """PSS-10 about 19."""
    return fmean(_at_admission("pss", REVERSED_PSS, 4)), 17, 21


def spread_of_stress() -> Measured:
    """Its standard deviation about 7."""
    return stdev(_at_admission("pss", REVERSED_PSS, 4)), 5.5, 8.5


def _dissociation(arm: str) -> float:
    found = [r for p, r in values("cadss", cd_timepoint=40) if p.arm == arm]
    return fmean(sum(v for n, v in r.values.items() if n[-2:].isdigit() and n.startswith("cadss_")) for r in found)


def dissociation_under_ketamine() -> Measured:
    """CADSS at 40 minutes about 15."""
    return _dissociation("KET"), 9, 21


def dissociation_under_midazolam() -> Measured:
    """About 1."""
    return _dissociation("MDZ"), 0.0, 3.0


def rise_of_pressure_under_ketamine() -> Measured:
    """Systolic pressure at 40 minutes against before, about 15 to 20 mmHg."""
    after = [r.values["iv_sbp"] for p, r in values("infusion_vitals", iv_timepoint=40) if p.arm == "KET"]
    before = [r.values["iv_sbp"] for p, r in values("infusion_vitals", iv_timepoint=-10) if p.arm == "KET"]
    return fmean(after) - fmean(before), 12, 22


DISTRIBUTIONS: tuple[Callable[[], Measured], ...] = (
    weekday_of_use,
    days_between_visits_as_planned,
    days_between_visits_off_by_one,
    heaping_of_amounts,
    dollars_a_day_of_use,
    days_of_use_at_baseline,
    reasons_of_missed_visits,
    detection_after_three_days,
    dilute_specimens,
    mindfulness_at_admission,
    spread_of_mindfulness,
    stress_at_admission,
    spread_of_stress,
    dissociation_under_ketamine,
    dissociation_under_midazolam,
    rise_of_pressure_under_ketamine,
)


@pytest.mark.parametrize("measure", DISTRIBUTIONS, ids=lambda measure: measure.__name__)
def test_a_distribution_lies_where_it_should(measure: Callable[[], Measured]) -> None:
    found, low, high = measure()
    print(f"{measure.__name__.replace('_', ' ')}: {found:.3g} (between {low:g} and {high:g}) - {measure.__doc__}")
    assert low <= found <= high
