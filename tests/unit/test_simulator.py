"""The simulated trial by itself: repeatable, labelled, calibrated, and exports whose files fit each other.

Belongs here: what the simulator writes, read without the warehouse. Does not belong here: the days of its visits
(`test_simulator_schedule.py`), its errors (`test_simulator_errors.py`), what the warehouse makes of it
(`tests/integration/test_simulated_trials.py`), the import law (`tests/contract/test_imports.py`).
"""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from house import PROJECT, STUDY, broken_night, committed_nights, good_nights
from simulated import NO_ERRORS, Row, entries, everybody, keyed, rows_of, table, written

from simulator import crf
from simulator.calibration import PLAN
from simulator.enrolment import Enrolment
from simulator.history import Plan, lives, write
from simulator.nights import calendar
from simulator.planting import Errors
from simulator.truth import Participant

ERA = range(2030, 2034)
ENTERED_FIELDS = {column for field in crf.FIELDS for column in field.columns} | {f"{f}_timestamp" for f in crf.SURVEYS}
# `fu_abstinent` is an answer given on the telephone; it is the only field that an endpoint repeats.
ENDPOINT_WORDS = re.compile(r"abst(?!inent$)|relapse|dropout|endpoint|completer|responder")
FACTS = ["truth", "enrolment", "calibration", "entry", "export", "crf", "codes", "schedule", "nights", "observation/*"]


def tree(folder: Path) -> dict[str, bytes]:
    """Every file below a folder with its bytes."""
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


# ---- the same seed, and the committed exports


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(tmp_path: Path) -> None:
    first = tree(written(tmp_path / "first", seed=5, participants=20).out)
    assert tree(written(tmp_path / "again", seed=5, participants=20).out) == first
    other = tree(written(tmp_path / "other", seed=6, participants=20).out)
    assert other["truth/participants.csv"] != first["truth/participants.csv"]
    assert not {n for n in first.keys() & other.keys() if "_DATA_" in n and first[n] == other[n]}


def test_what_is_written_does_not_depend_on_the_number_of_processes(tmp_path: Path) -> None:
    """More people than one block holds, so that both processes have something to do."""
    one = tree(written(tmp_path / "one", participants=200, nights=2).out)
    assert tree(written(tmp_path / "two", participants=200, nights=2, workers=2).out) == one


def test_more_participants_move_nobody_elses_draws() -> None:
    """Who is randomized changes with the number, but a participant of both trials is born in the same year in both, but for days."""
    few, more = ({p.person.record_id: p.person for p in lives(Enrolment(7, n))} for n in (20, 30))
    both = [(few[r], more[r]) for r in few if isinstance(few[r], Participant) and isinstance(more[r], Participant)]
    assert len(both) > 5
    assert [(a.initials, a.sex, a.race) for a, _ in both] == [(b.initials, b.sex, b.race) for _, b in both]


def test_sites_share_the_people_and_every_id_follows_the_pattern() -> None:
    people = [life.person for life in lives(Enrolment(3, 40, sites=3))]
    assert Counter(person.site for person in people).keys() == {"NY", "AA", "AB"}
    assert all(re.fullmatch(r"[A-Z]{2}-\d{3,6}", person.record_id) for person in people)
    assert [p.record_id for p in people] == sorted(p.record_id for p in people)[-20:] + sorted(
        p.record_id for p in people
    )[:-20]


@pytest.mark.parametrize(
    ("participants", "sites", "words"), [(10, 0, "sites"), (10, 99, "sites"), (800_000, 1, "more sites")]
)
def test_a_trial_that_does_not_fit_its_sites_is_refused(participants: int, sites: int, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Enrolment(0, participants, sites)


def test_the_committed_exports_are_what_the_makefile_target_writes(tmp_path: Path) -> None:
    command = ["make", "-s", "-o", ".venv/.ready", f"BIN={Path(sys.executable).parent}", "example-exports"]
    subprocess.run([*command, f"EXAMPLES={tmp_path}"], cwd=PROJECT, check=True)
    assert [path.name for path in sorted(tmp_path.iterdir())] == [night.name for night in committed_nights()]
    assert tree(tmp_path) == tree(PROJECT / "raw" / STUDY)


# ---- labels


@pytest.mark.parametrize("night", committed_nights(), ids=lambda night: night.name)
def test_manifest_and_project_title_say_synthetic(night: Path) -> None:
    said = json.loads((night / "manifest.json").read_text())
    assert (said["study"], said["synthetic"]) == (STUDY, True)
    assert STUDY.endswith("_syn")
    assert [row["name"] for row in table(night, "arms")] == ["KETMBRP-SYN (SYNTHETIC: no participant data)"]


def test_every_record_is_labelled_and_lies_in_the_synthetic_era() -> None:
    for entry in entries(everybody()):
        assert entry.form != "screening" or entry.values["synthetic_data"] == "1"
        days = {n: v for n, v in entry.values.items() if re.fullmatch(r"\d{4}-\d\d-\d\d", v)}
        assert {name for name, day in days.items() if int(day[:4]) not in ERA} <= {"dm_birth_date"}
    screened = {entry.record_id for entry in entries(everybody()) if entry.form == "screening"}
    assert screened == {entry.record_id for entry in entries(everybody())}


def test_no_endpoint_is_among_the_fields_and_none_reaches_an_export() -> None:
    assert [name for name in ENTERED_FIELDS if ENDPOINT_WORDS.search(name)] == []
    for entry in entries(everybody()):
        assert entry.values.keys() <= ENTERED_FIELDS


@pytest.mark.parametrize("module", FACTS)
def test_what_makes_the_facts_knows_no_endpoint(module: str) -> None:
    """Endpoints are computed from the records in the end: whatever makes records cannot read them."""
    for path in (PROJECT / "simulator").glob(f"{module}.py"):
        imported = {n.module for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.ImportFrom)}
        assert "__future__" in imported
        assert imported.isdisjoint({"simulator.endpoints", "simulator.history", "simulator.natural"}), path.name


# ---- calibration


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_calibrated_truth_has_the_published_counts(seed: int) -> None:
    people = [(life.person, life.endpoints) for life in everybody(seed) if life.endpoints is not None]
    counts = Counter((e, p.arm) for p, f in people for e in ("abst2w", "abst6m") if getattr(f, e))
    assert Counter(p.arm for p, _ in people) == {"KET": 27, "MDZ": 28}
    assert (counts["abst2w", "KET"], counts["abst2w", "MDZ"]) == (13, 3)
    assert (counts["abst6m", "KET"], counts["abst6m", "MDZ"]) == (12, 0)


def test_the_calibrated_relapses_are_those_of_the_plan() -> None:
    people = [(life.person, life.endpoints) for life in everybody() if life.endpoints is not None]
    found = Counter((p.arm, e.relapse_day if e.relapsed else None) for p, e in people)
    assert found == Counter((course.arm, course.relapse_day) for course in PLAN)
    assert {e.relapse_day for _, e in people if not e.relapsed} == {30}


def test_the_plan_needs_its_own_number_of_participants() -> None:
    with pytest.raises(ValueError, match="55 participants"):
        Enrolment(0, participants=20, calibrated=True)


# ---- from one night to the next


def test_a_night_without_change_repeats_the_one_before_it_byte_for_byte() -> None:
    first, second = good_nights()[:2]
    assert table(first, "data") == table(second, "data")
    assert [p.read_bytes() for p in first.glob("*_DATA_*")] == [p.read_bytes() for p in second.glob("*_DATA_*")]


def test_the_trial_grows_and_forms_come_late() -> None:
    """Facts of a day before an export that it does not hold: entered after it."""
    _, first, second, *_ = (keyed(night) for night in good_nights())
    assert len(first) < len(second)
    late = {
        column
        for key, row in second.items()
        for column in ("vis_date", "ffmq_date", "tl_day", "ur_date", "lb_date")
        if row[column] and row[column] < good_nights()[1].name and not first.get(key, {}).get(column)
    }
    assert {"ffmq_date", "lb_date"} <= late


def test_the_amendment_brings_a_field_a_choice_and_a_consent_version() -> None:
    before, after = ({r["Variable / Field Name"]: r for r in table(n, "dictionary")} for n in good_nights()[1:3])
    assert after.keys() - before.keys() == {"vis_mode"}
    choices = "Choices, Calculations, OR Slider Labels"
    assert "11, No transport" in after["vis_missed_reason"][choices]
    assert "11, No transport" not in before["vis_missed_reason"][choices]
    versions = {row["icf_version"] for row in table(good_nights()[-1], "data")} - {""}
    assert versions >= {"1.0", "2.0"}


def test_the_broken_night_lacks_a_column_and_is_cut_off() -> None:
    said = json.loads((broken_night() / "manifest.json").read_text())
    rows = table(broken_night(), "data")
    assert len(rows) < next(f["rows"] for f in said["files"] if f["role"] == "data")
    assert ("ur_bze" in rows[0], "ur_bze_result" in rows[0]) == (False, True)


def test_files_are_written_as_if_they_had_passed_through_hands() -> None:
    """A byte order mark with carriage returns, a Windows code page, a header in capitals; the dictionary is always cp1252."""
    contents = [next(night.glob("*_DATA_*")).read_bytes() for night in good_nights()]
    assert any(content.startswith(b"\xef\xbb\xbf") and b"\r\n" in content for content in contents)
    assert any(b"d\xe9j\xe0 vu" in content for content in contents)
    assert any("déjà vu".encode() in content for content in contents)
    with pytest.raises(UnicodeDecodeError):
        next(good_nights()[0].glob("*_DataDictionary_*")).read_text(encoding="utf-8")


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
        columns = {column.partition("___")[0] for column in table(night, "data")[0]}
        statuses = {f"{form}_complete" for form in crf.FORMS} | {f"{form}_timestamp" for form in crf.SURVEYS}
        keys = {"redcap_event_name", "redcap_repeat_instrument", "redcap_repeat_instance", "redcap_survey_identifier"}
        assert columns == set(fields) | statuses | keys


def test_one_file_an_instrument_holds_the_same_cells(tmp_path: Path) -> None:
    enrolment = Enrolment(4, 12)
    nights = calendar(enrolment, 1)
    write(Plan(enrolment, nights, Errors(), per_instrument=False), tmp_path / "flat")
    write(Plan(enrolment, nights, Errors(), per_instrument=True), tmp_path / "many")
    (flat,), (many,) = ((tmp_path / kind / STUDY).iterdir() for kind in ("flat", "many"))
    said = json.loads((many / "manifest.json").read_text())
    assert [f["form"] for f in said["files"] if f["role"] == "data"] == list(crf.FORMS)
    cells = Counter(_cells(table(flat, "data")))
    parts = Counter(cell for f in said["files"] if f["role"] == "data" for cell in _cells(rows_of(many / f["name"])))
    assert parts == cells


def _cells(rows: list[Row]) -> Iterator[tuple[str, ...]]:
    """Every cell with its key, but for what an untouched form shows."""
    for row in rows:
        key = tuple(list(row.values())[:4])
        for column, value in list(row.items())[4:]:
            if value and not (value == "0" and ("___" in column or column.endswith("_complete"))):
                yield (*key, column, value)


def test_without_errors_nothing_is_planted(tmp_path: Path) -> None:
    made = written(tmp_path, errors=NO_ERRORS)
    assert {row["origin"] for row in made.ledger()} == {"natural"}


def test_a_tenth_of_the_forms_is_entered_twice_and_the_second_person_seldom_differs() -> None:
    twice = table(good_nights()[-1], "other")
    held = sum(entry.entered < date.fromisoformat(good_nights()[-1].name) for entry in entries(everybody()))
    assert 0.08 < len(twice) / held < 0.12
    compared, discordant = (sum(int(row[name]) for row in twice) for name in ("fields_compared", "fields_discordant"))
    assert 0.002 < discordant / compared < 0.006
