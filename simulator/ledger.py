"""The ledger of errors: `defects.csv`, one row a cell (or form, or file) and interval of exports.

Belongs here: its columns, and how planted and natural violations become rows. Does not belong here: which errors there are (`planting.py`,
`natural.py`). A row says nothing about what a warehouse finds; it says what was done.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from simulator import crf, schedule
from simulator.defects.model import Place
from simulator.entry import Entry
from simulator.natural import natural
from simulator.nights import Night
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
    states: Sequence[Night],
    person: Participant | ScreenFailure,
    records: Sequence[Record],
    entries: Mapping[Place, Entry],
    planted: Sequence[Planted],
    per_instrument: bool,
) -> list[Sequence[str]]:
    """The rows of one person."""
    rows = [row for error in planted for row in _planted(nights, error, per_instrument)]
    return [*rows, *_natural(nights, states, person, records, entries, per_instrument)]


def _planted(nights: Sequence[Night], error: Planted, per_instrument: bool) -> Iterator[Sequence[str]]:
    for first, last in error.intervals:
        span = _first(nights, first), _last(nights, last)
        for change in error.changes:
            key = _key(change.record_id, change.visit, change.form, change.instance)
            file = _file(change.form, per_instrument)
            said = (change.field, change.clean, change.dirty)
            yield error.planter.rule_id, PLANTED, error.planter.name, file, *key, change.form, *said, *span


def _natural(
    nights: Sequence[Night],
    states: Sequence[Night],
    person: Participant | ScreenFailure,
    records: Sequence[Record],
    entries: Mapping[Place, Entry],
    per_instrument: bool,
) -> Iterator[Sequence[str]]:
    if not isinstance(person, Participant):
        return
    days = [night.day for night in states]
    for fact in natural(person, records, entries):
        held = [
            state for state, day in enumerate(days) if fact.since < day and (fact.until is None or day <= fact.until)
        ]
        if held:
            key = _key(person.record_id, fact.visit, fact.form, fact.instance)
            span = _first(nights, held[0]), _last(nights, held[-1])
            yield fact.rule_id, NATURAL, fact.kind, _file(fact.form, per_instrument), *key, fact.form, "", "", "", *span


def _key(record_id: str, visit: str, form: str, instance: int) -> tuple[str, str, str, str]:
    own = (form, str(instance)) if form in crf.REPEATING else ("", "")
    return record_id, schedule.EVENTS[visit], *own


def _file(form: str, per_instrument: bool) -> str:
    return f"DATA_{form}" if per_instrument else "DATA"


def _first(nights: Sequence[Night], state: int) -> str:
    return next(night.export_id for night in nights if night.state == state and not night.stopped_by)


def _last(nights: Sequence[Night], state: int) -> str:
    return next(night.export_id for night in reversed(nights) if night.state == state and not night.stopped_by)


class Ledger:
    """The ledger's file while it is written."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("w", newline="")
        self._writer = csv.writer(self._file, lineterminator="\n")
        self._writer.writerow(HEADER)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def add(self, rows: Iterable[Sequence[str]]) -> None:
        """Write some rows."""
        self._writer.writerows(rows)
