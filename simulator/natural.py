"""Violations that nobody planted: what a real trial does by itself.

Belongs here: visits outside their windows or on weekends, specimens that contradict what was told, results without a medication to explain
them; told from what was lived and recorded, never by running a rule. Does not belong here: errors of entry.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from simulator import crf, schedule
from simulator.endpoints import CARRYOVER_DAYS
from simulator.entry import Entry, Place
from simulator.observation import Record
from simulator.observation.visits import SLOT_TARGETS, window
from simulator.truth import Participant

CONTRADICTION_DAYS = 3
LOWEST_TEMPERATURE_F = 90
SATURDAY = 5


@dataclass(frozen=True)
class Fact:
    """One violation: its rule, a word for its kind, the form it shows on, and from when until when the database shows it."""

    rule_id: str
    kind: str
    visit: str
    form: str
    instance: int
    since: date
    until: date | None = None


def natural(person: Participant, records: Sequence[Record], entries: Mapping[Place, Entry]) -> Iterator[Fact]:
    """The violations of one randomized participant."""
    yield from _visits(person, records, entries)
    yield from _late_forms(records, entries)
    yield from _urine(person, records, entries)
    yield from _timeline(person, records, entries)


def _entered(entries: Mapping[Place, Entry], record: Record) -> date:
    return entries[record.visit, record.form, record.instance].entered


def _visits(person: Participant, records: Sequence[Record], entries: Mapping[Place, Entry]) -> Iterator[Fact]:
    for record in records:
        if record.form != "visit_status" or record.values["vis_attended"] != 1:
            continue
        entered = _entered(entries, record)
        if record.visit in SLOT_TARGETS:
            first, last = window(record.visit)
            if not first <= record.pday <= last:
                yield Fact("DQ-33", "visit-outside-window", record.visit, record.form, 0, entered)
        if record.values["vis_date"].weekday() >= SATURDAY:
            yield Fact("DQ-39", "visit-on-weekend", record.visit, record.form, 0, entered)


def _late_forms(records: Sequence[Record], entries: Mapping[Place, Entry]) -> Iterator[Fact]:
    """A form of an attended visit that reaches the database after the visit form."""
    attended = {
        r.visit: _entered(entries, r) for r in records if r.form == "visit_status" and r.values["vis_attended"] == 1
    }
    arrived: dict[tuple[str, str], date] = {}
    for record in records:
        place = (record.visit, record.form)
        arrived[place] = min(arrived.get(place, date.max), _entered(entries, record))
    for record in records:
        if record.form == "mbrp_session" and record.values["ms_attended"] == 1:
            since, until = _entered(entries, record), attended[record.visit]
            if since < until:
                yield Fact("DQ-80", "visit-form-not-there-yet", record.visit, record.form, 0, since, until)
    for visit, since in attended.items():
        for form in _expected(visit):
            arrival = arrived.get((visit, form))
            if arrival is None or arrival > since:
                yield Fact("DQ-36", "form-not-there-yet", visit, form, 0, since, arrival)
                if form == "urine":
                    yield Fact("DQ-59", "urine-not-there-yet", visit, form, 0, since, arrival)


def _expected(visit: str) -> list[str]:
    """Forms that an attended visit must have once."""
    planned = [form for form, visits in schedule.SCHEDULE.items() if visit in visits]
    return [form for form in planned if form not in crf.REPEATING and (form, visit) not in schedule.UNPLANNED]


def _urine(person: Participant, records: Sequence[Record], entries: Mapping[Place, Entry]) -> Iterator[Fact]:
    told = {
        person.pday(r.values["tl_day"]): r.values["tl_used"] for r in records if r.form == "tlfb" and r.visit != "M6"
    }
    medicated = any(r.form == "con_med" for r in records)
    for record in records:
        if record.form != "urine" or record.values["ur_done"] != 1:
            continue
        for rule_id, kind in _contradictions(record, told):
            yield Fact(rule_id, kind, record.visit, record.form, 0, _entered(entries, record))
        unexplained = record.values["ur_bzd"] == 1 or record.values["ur_opi"] == 1
        if record.pday > 9 and unexplained:
            yield Fact("DQ-68", "positive-without-medication", record.visit, record.form, 0, _entered(entries, record))
        if record.values["ur_temp_f"] < LOWEST_TEMPERATURE_F:
            yield Fact("DQ-66", "cold-specimen", record.visit, record.form, 0, _entered(entries, record))
        if record.values["ur_amp"] == 1 and not medicated:
            yield Fact("DQ-69", "positive-without-medication", record.visit, record.form, 0, _entered(entries, record))


def _contradictions(record: Record, told: Mapping[int, int]) -> Iterator[tuple[str, str]]:
    used = [day for day, said in told.items() if said == 1 and day <= record.pday]
    since = record.pday - max(used) if used else None
    before = range(record.pday - CONTRADICTION_DAYS, record.pday)
    if record.values["ur_bze"] == 1:
        if told.get(record.pday) != 1 and all(told.get(day) == 0 for day in before):
            yield "DQ-61", "positive-without-told-use"
        if since is not None and CONTRADICTION_DAYS < since <= CARRYOVER_DAYS:
            yield "DQ-62", "carry-over-possible"
    elif since is not None and since <= 1:
        yield "DQ-63", "negative-after-told-use"


def _timeline(person: Participant, records: Sequence[Record], entries: Mapping[Place, Entry]) -> Iterator[Fact]:
    """Little use before admission; an interview that reaches the database after a later one leaves a gap until then."""
    interviews: dict[str, date] = {}
    used = 0
    for record in records:
        if record.form != "tlfb" or record.visit == "M6":
            continue
        interviews[record.visit] = max(interviews.get(record.visit, date.min), _entered(entries, record))
        used += person.pday(record.values["tl_day"]) in schedule.BASELINE and record.values["tl_used"] == 1
    arrived = list(interviews.items())
    if used < schedule.FEWEST_BASELINE_USE_DAYS:
        yield Fact("DQ-58", "little-use-before-admission", arrived[0][0], "tlfb", 1, arrived[0][1])
    for number, (visit, day) in enumerate(arrived[:-1]):
        since = min(later for _, later in arrived[number + 1 :])
        if since < day:
            yield Fact("DQ-51", "interview-not-there-yet", visit, "tlfb", 1, since, day)
