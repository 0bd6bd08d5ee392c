"""What an error is: cells that the dirty export has otherwise, who can have it, and what it breaks besides its own rule.

Belongs here: the shapes, and the few ways to make an error out of a person's forms. Does not belong here: any particular error.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random

from simulator.entry import Entry, Place

WHOLE, DUPLICATE, PRESENT = "*", "duplicate", "form"


@dataclass(frozen=True)
class Change:
    """One cell that the dirty export has otherwise.

    The field `*` is the whole form: clean is blank when the form is added (with `values`), dirty is blank when it is taken away.
    """

    record_id: str
    visit: str
    form: str
    instance: int
    field: str
    clean: str
    dirty: str
    values: Mapping[str, str] = dataclasses.field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Case:
    """One screened person as entered without error; only forms entered before `exported` may be changed."""

    record_id: str
    arm: str | None
    admission: date | None
    is_randomized: bool
    has_dropped_out: bool
    entries: Mapping[Place, Entry] = dataclasses.field(hash=False)
    neighbour: Case | None
    rng: Random = dataclasses.field(hash=False)
    exported: date

    def held(self, form: str) -> Iterator[Entry]:
        """The person's entries of a form that the export has."""
        return (e for e in self.entries.values() if e.form == form and e.entered < self.exported)

    def one(self, visit: str, form: str, instance: int = 0) -> Entry | None:
        """One entry, if the export has it."""
        entry = self.entries.get((visit, form, instance))
        return entry if entry is not None and entry.entered < self.exported else None

    def pday(self, day: str) -> int:
        """The protocol day of an ISO date; of somebody never admitted, days from 2000 on."""
        start = self.admission or date(2000, 1, 1)
        return (date.fromisoformat(day) - start).days + 1


Make = Callable[[Case], Sequence[Change]]
Test = Callable[[Case, Entry], bool]
Values = Callable[[Case, Entry], Mapping[str, str]]


@dataclass(frozen=True)
class Planter:
    """One kind of error.

    Args:
        rule_id: the rule it breaks; blank for messiness that breaks none.
        name: short and unique; a rule may have several kinds.
        make: the changes for one person; none when the person gives no occasion.
        entails: further rules that the same cells unavoidably break.
        touches_endpoint: something is changed that an endpoint is made of; such an error is corrected before the last night.
        at_least: how many people it takes to be seen; more than one for rules that look at many people together.
        weight: relative frequency when errors are drawn at a rate.
        needs_earlier_export: it can only be seen against the export before.
        is_correction_logged: whether the audit log knows of the correction.
    """

    rule_id: str
    name: str
    make: Make
    entails: tuple[str, ...] = ()
    touches_endpoint: bool = False
    at_least: int = 1
    weight: float = 1.0
    needs_earlier_export: bool = False
    is_correction_logged: bool = True

    @property
    def is_shared(self) -> bool:
        """Whether one person is not enough: all who have it have it at the same time."""
        return self.at_least > 1


@dataclass(frozen=True)
class FileChange:
    """What was done to a file of an export."""

    rule_id: str
    file: str
    clean: str
    dirty: str


@dataclass(frozen=True)
class NightPlanter:
    """One way to spoil a whole export, so that its rule stops the night."""

    rule_id: str
    name: str
    make: Callable[[Path], Sequence[FileChange]]


def always(case: Case, entry: Entry) -> bool:
    """Every entry gives occasion."""
    return True


def randomized(case: Case, entry: Entry) -> bool:
    """Entries of people who are randomized."""
    return case.is_randomized


def moved(day: str, days: int) -> str:
    """An ISO date so many days later."""
    return (date.fromisoformat(day) + timedelta(days=days)).isoformat()


def changes(entry: Entry, values: Mapping[str, str]) -> list[Change]:
    """Changes of some fields of one form; those that change nothing are left out."""
    place = entry.record_id, entry.visit, entry.form, entry.instance
    pairs = ((name, entry.values.get(name, ""), dirty) for name, dirty in values.items())
    return [Change(*place, name, clean, dirty) for name, clean, dirty in pairs if clean != dirty]


def cells(form: str, values: Values, where: Test = always) -> Make:
    """Change some fields of one form of the person, drawn among those that give occasion."""

    def make(case: Case) -> Sequence[Change]:
        found = [entry for entry in case.held(form) if where(case, entry)]
        if not found:
            return ()
        entry = case.rng.choice(found)
        return changes(entry, values(case, entry))

    return make


def cell(form: str, name: str, dirty: str | Callable[[str], str], where: Test = always) -> Make:
    """Change one filled field; `dirty` is the wrong value, or makes it from the right one."""

    def has_value(case: Case, entry: Entry) -> bool:
        value = entry.values.get(name, "")
        return bool(value) and value[0] != "-" and where(case, entry)

    def values(case: Case, entry: Entry) -> Mapping[str, str]:
        return {name: dirty(entry.values[name]) if callable(dirty) else dirty}

    return cells(form, values, has_value)


def taken_away(form: str, where: Test = always) -> Make:
    """Take one form away."""

    def make(case: Case) -> Sequence[Change]:
        found = [entry for entry in case.held(form) if where(case, entry)]
        return [removed(case.rng.choice(found))] if found else ()

    return make


def removed(entry: Entry) -> Change:
    """The change that takes a form away."""
    return Change(entry.record_id, entry.visit, entry.form, entry.instance, WHOLE, PRESENT, "")


def added(entry: Entry, record_id: str = "", instance: int | None = None, **values: str) -> Change:
    """The change that adds a form like another one, with some other values."""
    number = entry.instance if instance is None else instance
    place = record_id or entry.record_id, entry.visit, entry.form, number
    return Change(*place, WHOLE, "", PRESENT, {**entry.values, **values})
