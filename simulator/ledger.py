"""The ledger of errors: `defects.csv`, one row a cell (or form, or file) and interval of exports.

Belongs here: its columns, and how planted and natural violations become rows. Does not belong here: which errors there are (`planting.py`,
`natural.py`). A row says nothing about what a warehouse finds; it says what was done.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from simulator import crf, schedule
from simulator.defects.model import FileChange
from simulator.entry import Entry, Place
from simulator.natural import natural
from simulator.nights import Night, good_nights, states_of
from simulator.observation import Record
from simulator.planting import Planted
from simulator.truth import Participant, ScreenFailure

PLANTED, NATURAL = "planted", "natural"
HEADER = (
    "rule_id",
    "origin",
    "kind",
    "file",
    "record_id",
    "redcap_event_name",
    "redcap_repeat_instrument",
    "redcap_repeat_instance",
    "form",
    "field",
    "clean_value",
    "dirty_value",
    "first_export",
    "last_export",
)


def ledger_rows(
    nights: Sequence[Night],
    person: Participant | ScreenFailure,
    records: Sequence[Record],
    entries: Mapping[Place, Entry],
    planted: Sequence[Planted],
    per_instrument: bool,
) -> list[Sequence[str]]:
    """The rows of one person."""
    rows = [row for error in planted for row in _planted(nights, error, per_instrument)]
    if isinstance(person, Participant):
        rows += _natural(nights, person, records, entries, per_instrument)
    return rows


def _planted(nights: Sequence[Night], error: Planted, per_instrument: bool) -> Iterator[Sequence[str]]:
    for first, last in error.intervals:
        for change in error.changes:
            key = _key(change.record_id, change.visit, change.form, change.instance)
            file = _file(change.form, per_instrument)
            said = (change.field, change.clean, change.dirty, *_span(nights, first, last))
            yield error.planter.rule_id, PLANTED, error.planter.name, file, *key, change.form, *said


def _natural(
    nights: Sequence[Night],
    person: Participant,
    records: Sequence[Record],
    entries: Mapping[Place, Entry],
    per_instrument: bool,
) -> Iterator[Sequence[str]]:
    days = [night.day for night in states_of(nights)]
    for fact in natural(person, records, entries):
        held = [
            state for state, day in enumerate(days) if fact.since < day and (fact.until is None or day <= fact.until)
        ]
        if held:
            key = _key(person.record_id, fact.visit, fact.form, fact.instance)
            said = ("", "", "", *_span(nights, held[0], held[-1]))
            yield fact.rule_id, NATURAL, fact.kind, _file(fact.form, per_instrument), *key, fact.form, *said


def _key(record_id: str, visit: str, form: str, instance: int) -> tuple[str, str, str, str]:
    own = (form, str(instance)) if form in crf.REPEATING else ("", "")
    return record_id, schedule.EVENTS[visit], *own


def _file(form: str, per_instrument: bool) -> str:
    return f"DATA_{form}" if per_instrument else "DATA"


def _span(nights: Sequence[Night], first: int, last: int) -> tuple[str, str]:
    """The first and the last good export of an interval of states."""
    return good_nights(nights, first)[0].export_id, good_nights(nights, last)[-1].export_id


def damaged_rows(night: Night, kind: str, changes: Sequence[FileChange]) -> Iterator[Sequence[str]]:
    """The rows of a night that is stopped."""
    nobody = ("",) * 6
    for change in changes:
        span = night.export_id, night.export_id
        yield change.rule_id, PLANTED, kind, change.file, *nobody, change.clean, change.dirty, *span
