"""Entry: recorded facts as REDCap holds them.

Belongs here: when a form reaches the database, values as exported text, the time stamp of a survey. Does not belong here: what happened
(`observation/`), errors (`defects/`), files (`export.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

from simulator.crf import FIELDS, FORMS, SURVEYS
from simulator.observation import Record
from simulator.truth import Participant, ScreenFailure, stream

FIELDS_OF = {form: tuple(f for f in FIELDS if f.form == form) for form in FORMS}
DELAYS, DELAY_WEIGHTS = (0, 1, 2, 3, 45), (50, 25, 13, 10, 2)
AT_ONCE = frozenset(("screening", "randomization"))
# The laboratory sends its results in batches.
LABORATORY_DELAYS = (30, 120)
NOT_COMPLETED, NOT_COMPLETED_SHARE = "[not completed]", 0.03
INCOMPLETE, COMPLETE = "0", "2"
# of the forms of a visit; of the fields compared
TWICE, DISCORDANT = 0.1, 0.004
ONGOING = "LOG"
Place = tuple[str, str, int]
ISO_DATE = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True)
class Entry:
    """One form as entered: record, visit, form, instance, the day it was entered, its values as exported text, its status."""

    record_id: str
    visit: str
    form: str
    instance: int
    entered: date
    values: dict[str, str] = field(default_factory=dict, hash=False)
    complete: str = COMPLETE

    @property
    def place(self) -> Place:
        """Where the form lies within the record: visit, form, instance."""
        return self.visit, self.form, self.instance


@dataclass(frozen=True)
class EnteredTwice:
    """A form that a second person entered as well: how many fields were compared, and how many differed and were adjudicated."""

    entry: Entry
    compared: int
    discordant: int


def entered_twice(seed: int, entries: Iterable[Entry]) -> list[EnteredTwice]:
    """The sample of forms that are entered twice; the export has the adjudicated values."""
    found = []
    for entry in entries:
        rng = stream(seed, *entry.place, entry.record_id, "second entry")
        if rng.random() < TWICE:
            compared = len(entry.values)
            found.append(EnteredTwice(entry, compared, sum(rng.random() < DISCORDANT for _ in range(compared))))
    return found


def text(value: Any) -> str:
    """A value as REDCap exports it raw."""
    return value.isoformat() if isinstance(value, date) else str(value)


def enter(seed: int, person: Participant | ScreenFailure, records: Iterable[Record]) -> Sequence[Entry]:
    """One person's forms as entered, each some days after the fact; what one visit holds of a form is entered on one day."""
    rng = stream(seed, person.record_id, "entry")
    delays: dict[Place, int] = {}
    entries = []
    for record in records:
        sheet = (record.visit, record.form, record.instance if record.visit == ONGOING else 0)
        delays.setdefault(sheet, _delay(rng, record))
        entries.append(_entry(rng, person, record, delays[sheet]))
    return entries


def _delay(rng: Random, record: Record) -> int:
    late = rng.choices(DELAYS, DELAY_WEIGHTS)[0]
    if record.form in AT_ONCE:
        return 0
    return LABORATORY_DELAYS[record.visit == "EOT"] if record.form == "laboratory" else late


def _entry(rng: Random, person: Participant | ScreenFailure, record: Record, delay: int) -> Entry:
    day = person.day(record.pday) if isinstance(person, Participant) else person.screening
    values = {name: text(value) for name, value in record.values.items()}
    # nothing is entered before it has happened
    entered = max(
        [day + timedelta(days=delay), *(date.fromisoformat(v) for v in values.values() if ISO_DATE.fullmatch(v))]
    )
    complete = COMPLETE
    if record.form in SURVEYS:
        finished = rng.random() >= NOT_COMPLETED_SHARE
        stamp = f"{day.isoformat()} {rng.randint(9, 16):02d}:{rng.randint(0, 59):02d}:{rng.randint(0, 59):02d}"
        values[f"{record.form}_timestamp"] = stamp if finished else NOT_COMPLETED
        complete = COMPLETE if finished else INCOMPLETE
    return Entry(person.record_id, record.visit, record.form, record.instance, entered, values, complete)
