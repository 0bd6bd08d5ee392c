"""Errors and their ledger: every rule that an export can break is broken, and the difference between clean and dirty is what the ledger says.

Belongs here: planted errors without the warehouse. Does not belong here: what the warehouse finds of them.
"""

from __future__ import annotations

import shutil
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from simulated import NO_ERRORS, Row, Written, keyed, rows_of, table, written

from simulator.defects import INVARIANTS, PLANTERS, STOPPING
from simulator.defects.model import WHOLE, Case, Planter
from simulator.enrolment import Enrolment
from simulator.history import Plan, case_of, lives
from simulator.ledger import HEADER
from simulator.nights import Night, calendar
from simulator.planting import Errors
from simulator.stopping import damage

RULES = {f"DQ-{number:02d}" for number in range(1, 93)}
Cell = tuple[tuple[str, ...], str]
CLOSED_EARLY = {planter.name for planter in PLANTERS if planter.touches_endpoint}


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Written:
    return written(tmp_path_factory.mktemp("clean"), nights=4, errors=NO_ERRORS)


@pytest.fixture(scope="module")
def dirty(tmp_path_factory: pytest.TempPathFactory) -> Written:
    return written(tmp_path_factory.mktemp("dirty"), nights=4)


def planted(made: Written) -> list[Row]:
    return [row for row in made.ledger() if row["origin"] == "planted"]


# ---- the catalogue


def test_every_rule_can_be_planted_stops_a_night_or_is_an_invariant() -> None:
    at_cells, at_files = {p.rule_id for p in PLANTERS} - {""}, {p.rule_id for p in STOPPING}
    assert at_cells | at_files | set(INVARIANTS) == RULES
    assert set(INVARIANTS).isdisjoint(at_cells | at_files)


def test_names_are_unique_and_what_is_entailed_are_rules() -> None:
    names = Counter(planter.name for planter in (*PLANTERS, *STOPPING))
    assert [name for name, count in names.items() if count > 1] == []
    assert {rule for planter in PLANTERS for rule in planter.entails} <= RULES


@pytest.mark.parametrize(("seed", "participants"), [(0, 55), (1, 60), (2, 55), (3, 90)])
def test_every_kind_is_planted_from_55_participants_and_three_nights_on(
    tmp_path: Path, seed: int, participants: int
) -> None:
    kinds = {row["kind"] for row in planted(written(tmp_path, seed, participants))}
    assert {planter.name for planter in PLANTERS} - kinds == set()


@pytest.mark.parametrize("planter", PLANTERS, ids=lambda planter: planter.name)
def test_a_kind_can_be_planted_on_anybody_who_gives_occasion(planter: Planter) -> None:
    """Hundreds of people: dates with an unknown day, missing codes, forms that are not there; each cell has the clean value given."""
    found = 0
    for case in cases():
        changed = planter.make(case)
        found += bool(changed)
        for change in changed:
            entry = case.entries.get((change.visit, change.form, change.instance))
            assert change.clean != change.dirty
            if change.field != WHOLE:
                assert entry is not None
                assert entry.values.get(change.field, "") == change.clean
    assert found > 5


@cache
def cases() -> tuple[Case, ...]:
    enrolment = Enrolment(8, 400, sites=2)
    plan = Plan(enrolment, calendar(enrolment, 3), Errors())
    made: list[Case] = []
    for life in lives(enrolment):
        made.append(case_of(plan, life, made[-1] if made else None))
    return tuple(made)


def test_only_the_rules_asked_for_are_planted(tmp_path: Path) -> None:
    made = written(tmp_path, errors=Errors(rules=frozenset({"DQ-14", "DQ-60"})))
    assert {row["rule_id"] for row in planted(made)} == {"DQ-14", "DQ-60"}


def test_a_higher_rate_plants_more(tmp_path: Path) -> None:
    few, many = (written(tmp_path / str(rate), errors=Errors(per_person=rate)) for rate in (0.1, 2.0))
    first, second = ({(row["record_id"], row["kind"]) for row in planted(made)} for made in (few, many))
    assert len(second) > len(first) + 60


# ---- the ledger is the difference


def difference(clean: Path, dirty: Path) -> Counter[Cell]:
    """Cells that differ between two exports of one night, by key and column, with both values."""
    before, after = keyed(clean), keyed(dirty)
    found: Counter[Cell] = Counter()
    for key in before.keys() | after.keys():
        left, right = before.get(key, {}), after.get(key, {})
        for column in list({**left, **right})[5:]:
            if column.endswith("_complete"):
                continue
            pair = left.get(column, "").strip(), right.get(column, "").strip()
            # what an untouched form shows of a checkbox is no value
            if pair[0] != pair[1] and not ("___" in column and set(pair) == {"", "0"}):
                found[(*key[:4], column), f"{pair[0]}>{pair[1]}"] += 1
    return found


def told(
    made: Written, night: str, form_cells: dict[tuple[str, ...], Row], whole: dict[tuple[str, ...], Row]
) -> Counter[Cell]:
    """What the ledger says differs on a night; a whole form is all its cells."""
    found: Counter[Cell] = Counter()
    for row in planted(made):
        if not row["first_export"] <= night <= row["last_export"]:
            continue
        key = (
            row["record_id"],
            row["redcap_event_name"],
            row["redcap_repeat_instrument"],
            row["redcap_repeat_instance"],
        )
        if row["field"] != "*":
            found[(*key, row["field"]), f"{row['clean_value']}>{row['dirty_value']}"] += 1
            continue
        source = whole if row["dirty_value"] == "" else form_cells
        taken = source.get((*key, "again") if row["dirty_value"] == "duplicate" else key, {})
        for column, value in taken.items():
            if value and column in _columns(row["form"]):
                pair = f"{value}>" if row["dirty_value"] == "" else f">{value}"
                if pair not in ("0>", ">0") or "___" not in column:
                    found[(*key, column), pair] += 1
    return found


def _columns(form: str) -> set[str]:
    from simulator.export import columns_of

    return {column for column in columns_of(form, True) if not column.endswith("_complete")}


def test_the_difference_between_clean_and_dirty_is_exactly_the_ledgers_planted_part(
    clean: Written, dirty: Written
) -> None:
    assert [p.name for p in clean.exports] == [p.name for p in dirty.exports]
    for left, right in zip(clean.exports, dirty.exports, strict=True):
        expected = told(dirty, right.name, keyed(right), keyed(left))
        found = difference(left, right)
        assert found - expected == Counter(), f"{right.name}: not in the ledger"
        assert expected - found == Counter(), f"{right.name}: in the ledger only"
        assert sum(found.values()) > 10


def test_what_an_endpoint_is_made_of_is_right_again_on_the_last_night(dirty: Written) -> None:
    last = dirty.exports[-1].name
    assert {row["kind"] for row in planted(dirty) if row["last_export"] == last}.isdisjoint(CLOSED_EARLY)


def test_errors_are_corrected_and_some_come_back(tmp_path: Path) -> None:
    made = written(tmp_path, nights=6, errors=Errors(per_person=1.0, regressed=0.5))
    last = made.exports[-1].name
    cells = Counter(tuple(list(row.values())[:11]) for row in planted(made))
    assert any(row["last_export"] < last for row in planted(made))
    assert any(row["last_export"] == last for row in planted(made))
    assert max(cells.values()) == 2


def test_the_ledgers_columns_are_those_promised(dirty: Written) -> None:
    assert tuple(dirty.ledger()[0]) == HEADER
    assert {row["file"] for row in dirty.ledger()} == {"DATA"}
    assert {row["origin"] for row in dirty.ledger()} == {"planted", "natural"}


# ---- the log


def test_every_change_between_two_nights_has_its_entry_in_the_log_but_those_planted(dirty: Written) -> None:
    silent = {(r["record_id"], r["field"]) for r in planted(dirty) if r["rule_id"] == "DQ-09"}
    assert silent
    missed = set()
    for before, after in zip(dirty.exports, dirty.exports[1:], strict=False):
        logged = {(line["record"], name) for line in table(after, "log") for name in _logged(line["details"])}
        old = keyed(before)
        for key, row in keyed(after).items():
            for column, value in list(row.items())[5:]:
                if column.endswith(("_complete", "_timestamp")) or "___" in column or key not in old or len(key) > 4:
                    continue
                if old[key].get(column, "") != value and (key[0], column) not in logged:
                    missed.add((key[0], column))
    assert missed == silent


def _logged(details: str) -> list[str]:
    return [part.split(" = ")[0] for part in details.split(", ")]


def test_the_log_is_newest_first_in_the_form_of_redcap(dirty: Written) -> None:
    lines = table(dirty.exports[1], "log")
    moments = [line["timestamp"] for line in lines]
    assert moments == sorted(moments, reverse=True)
    assert list(lines[0]) == ["timestamp", "username", "action", "details", "record"]
    kinds = {" ".join(line["action"].split()[:2]) for line in lines}
    assert {"Create record", "Update record"} <= kinds


def test_a_record_that_vanished_is_deleted_in_the_log(dirty: Written) -> None:
    gone = {row["record_id"] for row in planted(dirty) if row["kind"] == "record-vanished"}
    deleted = {
        line["record"] for night in dirty.exports for line in table(night, "log") if line["action"].startswith("Delete")
    }
    assert gone
    assert gone <= deleted


# ---- nights that must be stopped


@pytest.mark.parametrize("planter", STOPPING, ids=lambda planter: planter.name)
def test_each_way_to_spoil_a_night_changes_its_files(clean: Written, tmp_path: Path, planter: object) -> None:
    from simulator.defects.model import NightPlanter

    assert isinstance(planter, NightPlanter)
    good = clean.exports[0]
    spoiled = Path(shutil.copytree(good, tmp_path / good.name))
    night = Night(clean.nights[0].day, 0, stopped_by=planter.name)
    rows = list(damage(spoiled, night))
    assert [row[0] for row in rows] == [planter.rule_id]
    changed = [
        p.name
        for p in good.iterdir()
        if not (spoiled / p.name).is_file() or (spoiled / p.name).read_bytes() != p.read_bytes()
    ]
    assert set(changed) >= {row[3] for row in rows}


def test_a_night_that_is_stopped_stands_between_the_good_ones(tmp_path: Path) -> None:
    made = written(tmp_path, participants=20, nights=3, stops=("DQ-01", "DQ-02"))
    assert [night.stopped_by for night in sorted(made.nights, key=lambda n: n.day)] == ["", "", "DQ-01", "DQ-02", ""]
    assert {row["rule_id"] for row in rows_of(made.out / "truth" / "defects.csv") if not row["record_id"]} == {
        "DQ-01",
        "DQ-02",
    }
