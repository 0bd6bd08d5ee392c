"""The simulated trial by itself: repeatable, labelled, calibrated, and exports whose files fit each other.

Belongs here: what the simulator writes, read without the warehouse. Does not belong here: the days of its visits
(`test_simulator_schedule.py`), what the warehouse makes of it (`tests/integration/test_simulated_trials.py`), the import law
(`tests/contract/test_imports.py`).
"""

from __future__ import annotations

import ast
import csv
import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from house import PROJECT, STUDY, broken_night, good_nights

from simulator import crf
from simulator.history import Simulation, simulate, write_broken, write_nights, write_truth

Row = dict[str, str]
ERA = range(2030, 2034)
ENTERED_FIELDS = {column for field in crf.FIELDS for column in field.columns}
# `fu_abstinent` is an answer given on the telephone; it is the only field that an endpoint repeats.
ENDPOINT_WORDS = re.compile(r"abst(?!inent$)|relapse|dropout|endpoint|completer|responder")


@cache
def simulation(seed: int = 0, participants: int = 55, is_calibrated: bool = True, is_clean: bool = False) -> Simulation:
    """A simulation, made once for all tests that only read it."""
    return simulate(seed, participants, is_calibrated, is_clean)


def tree(folder: Path) -> dict[str, bytes]:
    """Every file below a folder with its bytes."""
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def made(out: Path, seed: int, participants: int = 20) -> dict[str, bytes]:
    """What two nights, a broken one and the truth of an uncalibrated simulation are, byte by byte."""
    trial = simulate(seed, participants, calibrated=False)
    *_, last = write_nights(trial, out, 2)
    write_truth(trial, out)
    write_broken(last, out / "broken")
    return tree(out)


def table(night: Path, role: str) -> list[Row]:
    """The rows of a night's file of one role."""
    said = json.loads((night / "manifest.json").read_text())
    name = next(file["name"] for file in said["files"] if file["role"] == role)
    with (night / name).open(newline="") as lines:
        return list(csv.DictReader(lines))


def keyed(night: Path) -> dict[tuple[str, ...], Row]:
    """The data of a night by record, event, instrument and instance."""
    rows = table(night, "data")
    keys = list(rows[0])[:4]
    found = {tuple(row[key] for key in keys): row for row in rows}
    assert len(found) == len(rows)
    return found


# ---- the same seed, and the committed exports


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(tmp_path: Path) -> None:
    first = made(tmp_path / "first", seed=5)
    assert made(tmp_path / "again", seed=5) == first
    other = made(tmp_path / "other", seed=6)
    assert other["truth/participants.csv"] != first["truth/participants.csv"]
    assert not {n for n in first.keys() & other.keys() if "_DATA_" in n and first[n] == other[n]}


def test_more_participants_move_nobody_elses_draws() -> None:
    """Who is randomized changes with the number, but a participant of both trials is born on the same day in both."""
    few, more = (simulate(7, n, calibrated=False).trial.participants for n in (20, 30))
    born = {person.record_id: (person.birth_date, person.route) for person in few}
    both = [(born[p.record_id], (p.birth_date, p.route)) for p in more if p.record_id in born]
    assert len(both) > 5
    assert [pair for pair in both if pair[0] != pair[1]] == []


def test_the_committed_exports_are_what_the_makefile_target_writes(tmp_path: Path) -> None:
    good, broken = tmp_path / "good", tmp_path / "broken"
    command = ["make", "-s", "-o", ".venv/.ready", f"BIN={Path(sys.executable).parent}", "example-exports"]
    subprocess.run([*command, f"EXAMPLES={good}", f"BROKEN_EXAMPLES={broken}"], cwd=PROJECT, check=True)
    assert [path.name for path in sorted(good.iterdir())] == [night.name for night in good_nights()]
    assert tree(good) == tree(PROJECT / "raw" / STUDY)
    assert tree(broken) == tree(PROJECT / "tests" / "data" / "broken" / STUDY)


# ---- labels


@pytest.mark.parametrize("night", [*good_nights(), broken_night()], ids=lambda night: night.name)
def test_manifest_and_project_title_say_synthetic(night: Path) -> None:
    said = json.loads((night / "manifest.json").read_text())
    assert (said["study"], said["synthetic"]) == (STUDY, True)
    assert STUDY.endswith("_syn")
    assert [row["name"] for row in table(night, "arms")] == ["KETMBRP-SYN (SYNTHETIC: no participant data)"]


@pytest.mark.parametrize("night", good_nights(), ids=lambda night: night.name)
def test_every_record_is_labelled_and_lies_in_the_synthetic_era(night: Path) -> None:
    rows = table(night, "data")
    labelled = {row["record_id"] for row in rows if row["synthetic_data"] == "1"}
    assert labelled == {row["record_id"] for row in rows}
    assert {row["synthetic_data"] for row in rows} == {"", "1"}
    dated = [
        (column, int(value[:4]))
        for row in rows
        for column, value in row.items()
        if re.fullmatch(r"\d{4}-\d\d(-\d\d)?", value)
    ]
    assert {column for column, year in dated if year not in ERA} == {"dm_birth_date"}
    assert len({column for column, _ in dated}) > 15


def test_no_endpoint_is_among_the_fields_and_none_reaches_an_export() -> None:
    assert [name for name in ENTERED_FIELDS if ENDPOINT_WORDS.search(name)] == []
    for entry in simulation().entries:
        assert entry.values.keys() <= ENTERED_FIELDS


@pytest.mark.parametrize("module", ["truth", "calibration", "observation", "entry", "export", "crf"])
def test_what_makes_the_facts_knows_no_endpoint(module: str) -> None:
    """Endpoints are computed from the records in the end: whatever makes records cannot read them."""
    parsed = ast.parse((PROJECT / "simulator" / f"{module}.py").read_text())
    imported = {node.module for node in ast.walk(parsed) if isinstance(node, ast.ImportFrom)}
    assert "__future__" in imported
    assert imported.isdisjoint({"simulator.endpoints", "simulator.history"})


# ---- calibration


def test_the_calibrated_truth_has_the_published_counts(tmp_path: Path) -> None:
    with write_truth(simulation(), tmp_path).open(newline="") as lines:
        people = list(csv.DictReader(lines))
    counts = Counter((e, p["arm"]) for p in people for e in ("abst2w", "abst6m") if p[e] == "true")
    assert Counter(p["arm"] for p in people) == {"KET": 27, "MDZ": 28}
    assert (counts["abst2w", "KET"], counts["abst2w", "MDZ"]) == (13, 3)
    assert (counts["abst6m", "KET"], counts["abst6m", "MDZ"]) == (12, 0)


def test_the_calibrated_relapses_are_those_of_the_plan() -> None:
    from simulator.calibration import PLAN

    found = Counter((p.arm, e.relapse_day if e.relapsed else None) for p, e in simulation().endpoints)
    assert found == Counter((course.arm, course.relapse_day) for course in PLAN)
    assert {e.relapse_day for _, e in simulation().endpoints if not e.relapsed} == {30}


def test_the_plan_needs_its_own_number_of_participants() -> None:
    with pytest.raises(ValueError, match="55 participants"):
        simulate(0, participants=20, calibrated=True)


def test_errors_of_entry_touch_no_endpoint() -> None:
    dirty, clean = simulation(), simulation(is_clean=True)
    assert dirty.endpoints == clean.endpoints
    assert dirty.entries != clean.entries


# ---- from one night to the next


def test_the_second_night_corrects_adds_and_lacks_one_declined_record() -> None:
    first, second = (keyed(night) for night in good_nights())
    gone = {key[0] for key in first.keys() - second.keys()}
    assert gone == {"NY-006"}
    assert gone.isdisjoint(key[0] for key in second)
    (row,) = (row for key, row in first.items() if key[0] == "NY-006")
    assert (row["ie_eligible"], row["ie_exclusion_reason"]) == ("0", "2")
    changed = {
        (column, row[column], second[key][column])
        for key, row in first.items()
        if key in second
        for column in row
        if row[column] not in ("", "0") and row[column] != second[key][column]
    }
    assert changed == {
        ("ms_minutes", "600", "60"),
        ("ae_severity", "3", "1"),
        ("dm_ethnicity", "6", "1"),
        ("ur_ph", "17.1", "6.7"),
    }


def test_the_second_night_has_forms_that_were_late() -> None:
    """Facts of a day before the first export that it does not hold: entered after it."""
    first, second = (keyed(night) for night in good_nights())
    late = {
        column
        for key, row in second.items()
        for column in ("vis_date", "ffmq_date", "tl_day", "ur_date", "ae_start")
        if row[column] and row[column] < good_nights()[0].name and not first.get(key, {}).get(column)
    }
    assert {"ffmq_date", "ur_date"} <= late


def test_the_broken_night_lacks_a_column_and_is_cut_off() -> None:
    good, broken = good_nights()[-1], broken_night()
    assert broken.name > good.name
    said = json.loads((broken / "manifest.json").read_text())
    assert said["files"] == json.loads((good / "manifest.json").read_text())["files"]
    rows = table(broken, "data")
    assert len(rows) < next(f["rows"] for f in said["files"] if f["role"] == "data")
    assert ("ur_bze" in rows[0], "ur_bze_result" in rows[0]) == (False, True)


# ---- the files of one export fit each other


@pytest.mark.parametrize("night", good_nights(), ids=lambda night: night.name)
def test_arms_events_and_mapping_fit_the_data(night: Path) -> None:
    arms = {row["arm_num"] for row in table(night, "arms")}
    events = {row["unique_event_name"]: row["arm_num"] for row in table(night, "events")}
    mapping = {(row["unique_event_name"], row["form"]) for row in table(night, "mapping")}
    forms = {row["Variable / Field Name"]: row["Form Name"] for row in table(night, "dictionary")}
    assert arms == set(events.values()) == {"1"}
    assert all(name.endswith("_arm_1") for name in events)
    assert {event for event, _ in mapping} == set(events)
    assert {form for _, form in mapping} == set(forms.values())
    for row in table(night, "data"):
        filled = set(_filled_forms(row, forms))
        assert filled
        assert {(row["redcap_event_name"], form) for form in filled} <= mapping
        assert not row["redcap_repeat_instrument"] or filled == {row["redcap_repeat_instrument"]}


def _filled_forms(row: Row, forms: dict[str, str]) -> Iterator[str]:
    """Forms that a row holds something of; a checkbox that nobody ticked is no such thing."""
    for column, value in row.items():
        name, _, choice = column.partition("___")
        if name != "record_id" and name in forms and value and not (choice and value == "0"):
            yield forms[name]


def test_the_dictionary_names_every_column_of_the_data() -> None:
    for night in good_nights():
        fields = [row["Variable / Field Name"] for row in table(night, "dictionary")]
        assert fields == [field.name for field in crf.FIELDS]
        columns = {column.partition("___")[0] for column in table(night, "data")[0]}
        statuses = {f"{form}_complete" for form in crf.FORMS}
        keys = {"redcap_event_name", "redcap_repeat_instrument", "redcap_repeat_instance"}
        assert columns == set(fields) | statuses | keys
