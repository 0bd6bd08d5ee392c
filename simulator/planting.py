"""Planting: which errors a person's forms get, from which export to which, and what the ledger says of each.

Belongs here: the choice of errors and their life over the nights. Does not belong here: what an error looks like (`defects/`).
States are the distinct contents of the database, one for each export but a repeated one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from random import Random

from simulator.defects import PLANTERS
from simulator.defects.model import DUPLICATE, WHOLE, Case, Change, Planter
from simulator.entry import Entry, Place

MOST_FIRST_A_PERSON = 6
# without it a record is gone, or another one
SCREENING: Place = ("SCR", "screening", 0)


@dataclass(frozen=True)
class Errors:
    """How many errors, of which kinds, and what becomes of them.

    Args:
        per_person: how many errors a screened person has on average, beyond the first of each kind; 0 plants nothing at all.
        rules: only these rule ids; empty is all.
        corrected, regressed: shares of the errors that are corrected before the last night, and of the corrected that come back.
    """

    per_person: float = 0.3
    rules: frozenset[str] = frozenset()
    corrected: float = 0.75
    regressed: float = 0.07

    @property
    def planters(self) -> tuple[Planter, ...]:
        """The kinds that may be planted."""
        return tuple(p for p in PLANTERS if not self.rules or p.rule_id in self.rules) if self.per_person > 0 else ()


def require_rules(rules: Iterable[str]) -> None:
    """Every rule asked for can be planted.

    Raises:
        ValueError: one cannot.
    """
    unknown = set(rules) - {planter.rule_id for planter in PLANTERS}
    if unknown:
        raise ValueError(f"no error of these rules can be planted: {', '.join(sorted(unknown))}")


@dataclass(frozen=True)
class Planted:
    """One error: its kind, its cells, and the intervals of states that have it."""

    planter: Planter
    changes: tuple[Change, ...]
    intervals: tuple[tuple[int, int], ...]

    def is_in(self, state: int) -> bool:
        """Whether the database has the error in a state."""
        return any(first <= state <= last for first, last in self.intervals)


@dataclass
class Gardener:
    """Plants errors person by person, and remembers which kinds have not been planted yet.

    Everybody of a trial up to the size of one block is seen by one gardener, so that every kind is planted at least once.
    """

    errors: Errors
    states: Sequence[date]
    is_first: bool
    waiting: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.is_first:
            self.waiting = {planter.name: planter.at_least for planter in self.errors.planters}

    def plant(self, case: Case) -> list[Planted]:
        """The errors of one person."""
        planted: list[Planted] = []
        for planter in self._waiting_for():
            has_room = planter.is_shared or len(planted) < MOST_FIRST_A_PERSON
            if has_room and self._add(case, planter, planted):
                self._planted(planter.name)
        for planter in self._drawn(case.rng):
            self._add(case, planter, planted)
        return planted

    def _planted(self, name: str) -> None:
        self.waiting[name] -= 1
        if not self.waiting[name]:
            del self.waiting[name]

    def _add(self, case: Case, planter: Planter, planted: list[Planted]) -> bool:
        found = self._try(case, planter, _cells(planted))
        planted += [] if found is None else [found]
        return found is not None

    def _waiting_for(self) -> list[Planter]:
        """Kinds that still wait for their first planting, those that need many people first."""
        found = [planter for planter in self.errors.planters if planter.name in self.waiting]
        return sorted(found, key=lambda planter: not planter.is_shared)

    def _drawn(self, rng: Random) -> list[Planter]:
        """As many kinds as the rate gives this person."""
        planters = self.errors.planters
        if not planters:
            return []
        count = int(self.errors.per_person) + (rng.random() < self.errors.per_person % 1)
        return rng.choices(planters, [planter.weight for planter in planters], k=count)

    def _try(self, case: Case, planter: Planter, taken: set[tuple[Place, str]]) -> Planted | None:
        for first in self._firsts(case.rng, planter):
            seen = self.states[first - planter.needs_earlier_export]
            changes = tuple(planter.make(replace(case, exported=seen)))
            cells = {((c.visit, c.form, c.instance), c.field) for c in changes}
            if not changes:
                continue
            if _overlap(cells, taken):
                return None
            return Planted(planter, changes, self._life(case.rng, planter, first))
        return None

    def _firsts(self, rng: Random, planter: Planter) -> list[int]:
        """States that may be the first to have an error, in the order in which they are tried."""
        earliest = int(planter.needs_earlier_export)
        latest = len(self.states) - (2 if planter.touches_endpoint else 1)
        if planter.is_shared:
            # all in the last state but one, when most people are there
            return [state for state in [max(0, len(self.states) - 2)] if state <= latest]
        states = list(range(earliest, latest + 1))
        rng.shuffle(states)
        return states

    def _life(self, rng: Random, planter: Planter, first: int) -> tuple[tuple[int, int], ...]:
        end = len(self.states) - 1
        if planter.is_shared:
            return ((first, first),)
        if first == end or (not planter.touches_endpoint and rng.random() >= self.errors.corrected):
            return ((first, end),)
        last = rng.randint(first, end - 1)
        back = last + 2
        if back <= end and not planter.touches_endpoint and rng.random() < self.errors.regressed:
            return ((first, last), (back, end))
        return ((first, last),)


def _cells(planted: Iterable[Planted]) -> set[tuple[Place, str]]:
    return {((c.visit, c.form, c.instance), c.field) for p in planted for c in p.changes}


def _overlap(cells: set[tuple[Place, str]], taken: set[tuple[Place, str]]) -> bool:
    """Whether a cell is changed already, a form of one is taken away or added by the other, or one is about the whole record."""
    if (SCREENING, WHOLE) in cells | taken:
        return bool(taken)
    whole = {place for place, name in cells | taken if name == WHOLE}
    return bool(cells & taken) or bool(whole & {place for place, _ in cells} & {place for place, _ in taken})


def state_of(
    entries: Mapping[Place, Entry], held: Iterable[Place], planted: Iterable[Planted], state: int
) -> list[Entry]:
    """The forms that the database holds of one person in one state, duplicates last."""
    forms = {place: entries[place] for place in held}
    doubled: list[Entry] = []
    for error in planted:
        if error.is_in(state):
            for change in error.changes:
                _apply(forms, doubled, change, next(iter(entries.values())))
    return [*forms.values(), *doubled]


def _apply(forms: dict[Place, Entry], doubled: list[Entry], change: Change, some: Entry) -> None:
    place = (change.visit, change.form, change.instance)
    if change.field == WHOLE and change.dirty == "":
        forms.pop(place, None)
    elif change.field == WHOLE:
        added = Entry(change.record_id, *place, some.entered, dict(change.values))
        if change.record_id != some.record_id or change.dirty == DUPLICATE:
            doubled.append(added)
        else:
            forms[place] = added
    elif place in forms:
        forms[place] = replace(forms[place], values=forms[place].values | {change.field: change.dirty})
