"""What the endpoints of a simulation are, computed from its recorded facts by the published definitions.

Belongs here: the truth file's endpoints, written independently of the warehouse so that both can be compared. Does not belong here: any
influence on the facts; this module only reads them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from simulator.observation.record import Record
from simulator.truth import DISCHARGE, TRIAL_END, Participant

CARRYOVER_DAYS = 10
CONTACT_FORMS = frozenset(("infusion", "tlfb", "craving", "ffmq", "pss"))


@dataclass(frozen=True)
class Endpoints:
    """ABST2W, TTRELAPSE (relapse day and whether relapse happened) and ABST6M of one participant."""

    abst2w: bool
    relapse_day: int
    relapsed: bool
    abst6m: bool


@dataclass(frozen=True)
class _Facts:
    """Days of the trial as recorded: told use and abstinence, specimens as (day, positive, negative), contacts."""

    used: frozenset[int]
    abstained: frozenset[int]
    specimens: tuple[tuple[int, bool, bool], ...]
    contacts: frozenset[int]


def endpoints(person: Participant, records: Sequence[Record]) -> Endpoints:
    """The endpoints of one participant over the finished trial."""
    facts = _facts(person, records)
    day, relapsed = _relapse(person, facts)
    call = next(r.values for r in records if r.form == "followup")
    return Endpoints(
        abst2w=all(_confirmed(facts, week) for week in (4, 5)),
        relapse_day=day,
        relapsed=relapsed,
        abst6m=call["fu_reached"] == 1 and call["fu_abstinent"] == 1,
    )


def _facts(person: Participant, records: Sequence[Record]) -> _Facts:
    told = [
        (person.pday(r.values["tl_day"]), r.values["tl_used"]) for r in records if r.form == "tlfb" and r.visit != "M6"
    ]
    urine = [r for r in records if r.form == "urine" and r.values["ur_done"] == 1]
    return _Facts(
        used=frozenset(day for day, used in told if used == 1),
        abstained=frozenset(day for day, used in told if used == 0),
        specimens=tuple((r.pday, r.values["ur_bze"] == 1, r.values["ur_bze"] == 0 and _is_valid(r)) for r in urine),
        contacts=frozenset(r.pday for r in records if r.visit not in ("M6", "LOG") and _is_contact(r)),
    )


def _is_valid(record: Record) -> bool:
    return not (record.values["ur_creatinine_mg_dl"] < 20 and float(record.values["ur_specific_gravity"]) < 1.003)


def _is_contact(record: Record) -> bool:
    asked = {"visit_status": "vis_attended", "mbrp_session": "ms_attended", "urine": "ur_done"}
    if record.form in asked:
        return bool(record.values[asked[record.form]] == 1)
    return record.form in CONTACT_FORMS


def _confirmed(facts: _Facts, week: int) -> bool:
    days = range(7 * week - 6, 7 * week + 1)
    positive = any(pos for day, pos, _ in facts.specimens if day in days)
    negative = any(neg for day, _, neg in facts.specimens if day in days)
    return facts.abstained.issuperset(days) and negative and not positive


def _relapse(person: Participant, facts: _Facts) -> tuple[int, bool]:
    discharge = person.discharge_day
    if discharge < DISCHARGE:
        return 1, True
    candidates = [day for day in facts.used if day > discharge]
    candidates += _unexplained(facts, discharge)
    if not any(29 <= day <= 42 for day in facts.contacts):
        candidates.append(max(day for day in facts.contacts if day < 29) + 1)
    first = min(candidates, default=TRIAL_END + 1)
    return (first - discharge, True) if first <= TRIAL_END else (TRIAL_END - discharge, False)


def _unexplained(facts: _Facts, discharge: int) -> list[int]:
    """Positive specimens after discharge, but for a first one that use before discharge still explains."""
    after = sorted((day, positive) for day, positive, _ in facts.specimens if day > discharge)
    days = [day for day, positive in after if positive]
    last_use = max((d for d in facts.used if d <= discharge), default=-999)
    explained = bool(after) and after[0][1] and after[0][0] - last_use <= CARRYOVER_DAYS
    return days[1:] if explained else days
