"""A simulated trial from beginning to end: person by person through truth, observation, entry and errors, into every export at once.

Belongs here: the passage of one person through all stages, and the order of the work. Does not belong here: what happens in a stage.
People go through in blocks, on as many processes as wanted; what is written does not depend on how many.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice
from pathlib import Path

from simulator import redcap_log
from simulator.defects.model import Case
from simulator.endpoints import Endpoints, endpoints
from simulator.enrolment import Enrolment
from simulator.entry import EnteredTwice, Entry, Place, enter, entered_twice
from simulator.export import Export, Layout
from simulator.ledger import HEADER as LEDGER_HEADER
from simulator.ledger import ledger_rows
from simulator.nights import Night, states_of
from simulator.observation import Record, observe, observe_failure
from simulator.planting import Errors, Gardener, Planted, state_of
from simulator.stopping import damage
from simulator.tables import table
from simulator.truth import Participant, ScreenFailure, stream
from simulator.truth_files import HEADER as TRUTH_HEADER
from simulator.truth_files import truth_row

BLOCK = 250
Person = Participant | ScreenFailure


@dataclass(frozen=True)
class Life:
    """One person at every stage: truth, facts recorded, forms as entered without error, and the endpoints of somebody randomized."""

    person: Person
    records: tuple[Record, ...]
    entries: tuple[Entry, ...]
    endpoints: Endpoints | None


def live(enrolment: Enrolment, position: int, record_id: str) -> Life:
    """Take one person through truth, observation and entry."""
    person = enrolment.person(position, record_id)
    if isinstance(person, ScreenFailure):
        records = observe_failure(enrolment.seed, person)
        return Life(person, tuple(records), tuple(enter(enrolment.seed, person, records)), None)
    records = observe(enrolment.seed, person)
    entries = tuple(enter(enrolment.seed, person, records))
    return Life(person, tuple(records), entries, endpoints(person, records))


def lives(enrolment: Enrolment) -> Iterator[Life]:
    """Everybody, in the order of record ids."""
    return (live(enrolment, position, record_id) for position, record_id in enrolment.places())


@dataclass(frozen=True)
class Plan:
    """What is to be written: whose trial, which nights, which errors, how laid out, with the audit log or without."""

    enrolment: Enrolment
    nights: Sequence[Night]
    errors: Errors
    per_instrument: bool = False
    with_log: bool = True

    @property
    def states(self) -> list[Night]:
        """The first good night of each state."""
        return states_of(self.nights)


@dataclass
class Block:
    """What some people add to the files: lines of data by night and file, of the log by state, of the ledger and of the truth."""

    data: list[dict[str, list[str]]]
    log: list[list[redcap_log.Line]]
    twice: list[EnteredTwice] = field(default_factory=list)
    ledger: list[Sequence[str]] = field(default_factory=list)
    truth: list[Sequence[str]] = field(default_factory=list)
    unplanted: tuple[str, ...] = ()
    people: int = 0


@dataclass(frozen=True)
class Written:
    """What was written: the exports' folders, oldest first, and the kinds of error that nobody gave occasion for."""

    exports: tuple[Path, ...]
    unplanted: tuple[str, ...]


def _block(plan: Plan, places: tuple[bool, Sequence[tuple[int, str]]]) -> Block:
    """Take some people through everything."""
    is_first, people = places
    states = plan.states
    gardener = Gardener(plan.errors, [night.day for night in states], is_first)
    made = Block([{} for _ in plan.nights], [[] for _ in states])
    before: Case | None = None
    for position, record_id in people:
        life = live(plan.enrolment, position, record_id)
        before = case_of(plan, life, before)
        planted = gardener.plant(before)
        _add(plan, made, life, before, planted)
    made.unplanted, made.people = tuple(gardener.waiting), len(people)
    return made


def case_of(plan: Plan, life: Life, neighbour: Case | None) -> Case:
    """What errors are planted on: the person as entered, and whoever stands before."""
    randomized = life.person if isinstance(life.person, Participant) else None
    return Case(
        record_id=life.person.record_id,
        arm=None if randomized is None else randomized.arm,
        admission=None if randomized is None else randomized.admission,
        is_randomized=randomized is not None,
        has_dropped_out=randomized is not None and randomized.last_contact_day is not None,
        entries={entry.place: entry for entry in life.entries},
        # who stands before somebody is enough: a chain of everybody would keep them all
        neighbour=None if neighbour is None else replace(neighbour, neighbour=None),
        rng=stream(plan.enrolment.seed, life.person.record_id, "errors"),
        exported=plan.states[-1].day,
    )


def _add(plan: Plan, made: Block, life: Life, case: Case, planted: Sequence[Planted]) -> None:
    made.truth.append(truth_row(life.person, life.endpoints))
    if plan.with_log:
        made.twice += entered_twice(plan.enrolment.seed, life.entries)
    made.ledger += ledger_rows(plan.nights, life.person, life.records, case.entries, planted, plan.per_instrument)
    before: Mapping[Place, Entry] = {}
    for state, night in enumerate(plan.states):
        held = [entry.place for entry in life.entries if entry.entered < night.day]
        forms = state_of(case.entries, held, planted, state) if held else []
        _add_data(plan, made, forms, state)
        after = {entry.place: entry for entry in forms if entry.record_id == case.record_id}
        if plan.with_log:
            made.log[state] += redcap_log.lines(case.record_id, before, after, night.day, _unlogged(planted))
        before = after


def _unlogged(planted: Sequence[Planted]) -> list[tuple[Place, str]]:
    """Cells whose correction left no entry in the log."""
    changes = (change for error in planted if not error.planter.is_correction_logged for change in error.changes)
    return [((change.visit, change.form, change.instance), change.field) for change in changes]


def _add_data(plan: Plan, made: Block, forms: Sequence[Entry], state: int) -> None:
    written: dict[bool, dict[str, list[str]]] = {}
    for number, night in enumerate(plan.nights):
        if night.state != state:
            continue
        if night.is_amended not in written:
            written[night.is_amended] = Layout(night.is_amended, plan.per_instrument).rows(forms)
        for part, rows in written[night.is_amended].items():
            made.data[number].setdefault(part, []).extend(rows)


def _blocks(enrolment: Enrolment) -> Iterator[tuple[bool, list[tuple[int, str]]]]:
    places = enrolment.places()
    is_first = True
    while people := list(islice(places, BLOCK)):
        yield is_first, people
        is_first = False


def write(plan: Plan, out: Path, workers: int = 1, told: Callable[[int], object] = lambda people: None) -> Written:
    """Write every export of a plan, the ledger and the truth.

    Args:
        plan: what to write.
        out: folder for `ketmbrp_syn/<export>/` and `truth/`.
        workers: processes to share the work.
        told: called with the number of people done, as they are done.

    Raises:
        FileExistsError: one of the exports is there already.
    """
    exports = [Export(out, night, plan.per_instrument) for night in plan.nights]
    logs: list[list[redcap_log.Line]] = [[] for _ in plan.states]
    twice: list[EnteredTwice] = []
    unplanted: tuple[str, ...] = ()
    with ExitStack() as stack:
        add_truth = stack.enter_context(table(out / "truth" / "participants.csv", TRUTH_HEADER))
        add_errors = stack.enter_context(table(out / "truth" / "defects.csv", LEDGER_HEADER))
        for block in _made(plan, workers, stack):
            for export, rows in zip(exports, block.data, strict=True):
                export.add(rows)
            for log, lines in zip(logs, block.log, strict=True):
                log += lines
            twice += block.twice
            unplanted += block.unplanted
            add_truth(block.truth)
            add_errors(block.ledger)
            told(block.people)
        folders = [_close(plan, export, logs, twice) for export in exports]
        for night, folder in zip(plan.nights, folders, strict=True):
            if night.stopped_by:
                add_errors(damage(folder, night))
    return Written(tuple(folders), unplanted)


def _made(plan: Plan, workers: int, stack: ExitStack) -> Iterable[Block]:
    work = partial(_block, plan)
    if workers == 1:
        return map(work, _blocks(plan.enrolment))
    pool = stack.enter_context(multiprocessing.get_context("fork").Pool(workers))
    return pool.imap(work, _blocks(plan.enrolment))


def _close(
    plan: Plan, export: Export, logs: Sequence[Sequence[redcap_log.Line]], twice: Sequence[EnteredTwice]
) -> Path:
    if plan.with_log:
        lines = sorted(logs[export.night.state], reverse=True)
        export.add_table("Logging", "log", redcap_log.HEADER, lines, "utf-8")
        shown = plan.states[export.night.state].day
        export.add_second_entries([second for second in twice if second.entry.entered < shown])
    return export.close()
