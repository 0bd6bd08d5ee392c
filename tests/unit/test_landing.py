"""Landing: whole files, facts about them, and the raw room."""

from __future__ import annotations

import csv
import hashlib
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
from crafted import KEY, REAL_PROJECTS, SAMPLES, csv_text, dictionary_csv, dictionary_rows, export, sample_files

from expectations.protocol import Protocol, UnusableProtocol, protocol_from_dictionary
from orchestration import exports, keys, landing
from orchestration.exports import Export
from orchestration.landing import Landing, PreviousExport
from orchestration.settings import StudyPaths

FIELDS = (
    {"field_name": "pid"},
    {"field_name": "weight"},
    {"field_name": "why", "field_type": "checkbox", "select_choices_or_calculations": "1, a | 2, b"},
    {"field_name": "pulse", "form_name": "vitals"},
)
HEADER = (
    "record",
    "redcap_event_name",
    "redcap_repeat_instrument",
    "redcap_repeat_instance",
    "weight",
    "why___1",
    "why___2",
)
HEADER = (*HEADER, "baseline_complete", "pulse", "vitals_complete")
BASE = ("1", "visit_1_arm_1", "", "", "80", "0", "1", "2", "", "")
EMPTY = ("2", "visit_1_arm_1", "", "", "", "0", "0", "0", "", "")
PULSE = ("1", "visit_1_arm_1", "vitals", "1", "", "", "", "", "60", "2")
PULSE_2 = ("1", "visit_1_arm_1", "vitals", "2", "", "", "", "", "61", "2")
ROWS = (BASE, EMPTY, PULSE, PULSE_2)
DICTIONARY = dictionary_csv(*FIELDS)


@pytest.fixture
def paths(tmp_path: Path) -> StudyPaths:
    made = StudyPaths(tmp_path / "warehouse" / "tiny")
    made.make()
    return made


@pytest.fixture
def protocol() -> Protocol:
    return protocol_from_dictionary("tiny", dictionary_rows(*FIELDS), ())


def night(tmp_path: Path, name: str = "2031-03-01", content: bytes | None = None, **manifest: Any) -> Export:
    data = csv_text(HEADER, ROWS).encode() if content is None else content
    return export(
        tmp_path / "raw" / "tiny" / name, {"d.csv": ("data", data), "dict.csv": ("dictionary", DICTIONARY)}, **manifest
    )


def land(made: Export, protocol: Protocol, paths: StudyPaths, *before: Export) -> Landing:
    known = [
        PreviousExport(e.export_id, n, e.exported_at.isoformat(), exports.data_sha256(e), paths.landed / e.export_id)
        for n, e in enumerate(before, 1)
    ]
    return landing.land(made, protocol, paths, KEY, known)


def outcome(landed: Landing, name: str = "d.csv") -> dict[str, Any]:
    return landed.facts.files.row(by_predicate=pl.col("file_name") == name, named=True)


def test_every_cell_is_landed_with_where_it_came_from(tmp_path: Path, protocol: Protocol, paths: StudyPaths) -> None:
    landed = land(night(tmp_path), protocol, paths)
    frame = pl.read_parquet(landed.folder / "d.csv.parquet")
    assert frame.columns == [*HEADER, "_export_id", "_source_file", "_source_row"]
    assert frame.select(HEADER).rows() == list(ROWS)
    assert frame.select("_export_id", "_source_file").unique().rows() == [("2031-03-01", "d.csv")]
    assert frame["_source_row"].to_list() == [1, 2, 3, 4]


def test_landed_files_are_for_their_owner_only(tmp_path: Path, protocol: Protocol, paths: StudyPaths) -> None:
    made = night(tmp_path)
    landed = land(made, protocol, paths)
    landing.open_build(made, protocol, paths, KEY, 1, landed)
    assert landed.folder.stat().st_mode & 0o777 == 0o700
    assert {p.stat().st_mode & 0o777 for p in landed.folder.glob("*.parquet")} == {0o600}
    assert paths.build_db.stat().st_mode & 0o777 == 0o600


def test_facts_of_a_good_night(tmp_path: Path, protocol: Protocol, paths: StudyPaths) -> None:
    facts = land(night(tmp_path), protocol, paths).facts
    assert facts.files.select("file_name", "role", "rows", "verdict", "reason").rows() == [
        ("d.csv", "data", 4, "ACCEPTED", None),
        ("dict.csv", "dictionary", 4, "ACCEPTED", None),
    ]
    assert facts.forms.rows() == [("baseline", True, True, False, 1, None), ("vitals", True, True, False, 2, None)]
    assert facts.lost_keys.height == 0
    assert facts.export == {
        "manifest_problem": None,
        "study_matches": True,
        "is_synthetic": False,
        "is_newer": True,
        "identical_to": None,
        "records": 2,
        "records_without_synthetic_flag": 0,
    }


def test_facts_survive_being_written(tmp_path: Path, protocol: Protocol, paths: StudyPaths) -> None:
    facts = land(night(tmp_path), protocol, paths).facts
    landing.save_facts(facts, tmp_path / "facts")
    again = landing.load_facts(tmp_path / "facts")
    assert again.export == facts.export
    for name in ("files", "forms", "lost_keys"):
        assert getattr(again, name).equals(getattr(facts, name), null_equal=True)


@pytest.mark.parametrize(
    ("header", "row", "words"),
    [
        (HEADER[:4] + HEADER[5:], BASE[:4] + BASE[5:], "lacks 1 field(s) of its own dictionary: weight"),
        ((*HEADER, "colour"), (*BASE, "red"), "1 column(s) that its own dictionary does not have: colour"),
        ((*HEADER, "weight"), (*BASE, "80"), "named twice in the header: weight"),
        (("1", "80"), ("2", "81"), "no column of the header belongs to a form"),
        (HEADER, (*BASE, "x"), "longer than the header"),
    ],
)
def test_a_header_that_does_not_fit_is_refused(
    tmp_path: Path, protocol: Protocol, paths: StudyPaths, header: tuple[str, ...], row: tuple[str, ...], words: str
) -> None:
    said = outcome(land(night(tmp_path, content=csv_text(header, [row]).encode()), protocol, paths))
    assert said["verdict"] == "REFUSED"
    assert words in said["reason"]


def test_a_shifted_header_shows_no_value(tmp_path: Path, protocol: Protocol, paths: StudyPaths) -> None:
    said = outcome(land(night(tmp_path, content=b"1,smith\n2,jones\n"), protocol, paths))
    assert "smith" not in f"{said['reason']}{said['header_unknown']}"


def test_a_field_new_to_the_protocol_is_landed_and_noted(tmp_path: Path, protocol: Protocol, paths: StudyPaths) -> None:
    wider = dictionary_csv(*FIELDS, {"field_name": "colour", "form_name": "vitals"})
    data = csv_text((*HEADER, "colour"), [(*BASE, "red")]).encode()
    folder = tmp_path / "raw" / "tiny" / "2031-03-01"
    landed = land(export(folder, {"d.csv": ("data", data), "dict.csv": ("dictionary", wider)}), protocol, paths)
    assert outcome(landed)["verdict"] == "ACCEPTED"
    assert outcome(landed)["header_unknown"] == "colour"
    assert pl.read_parquet(landed.folder / "d.csv.parquet")["colour"].to_list() == ["red"]


@pytest.mark.parametrize(("content", "words"), [(b"", "empty"), (csv_text(HEADER, []).encode(), "no record")])
def test_an_empty_file_is_refused(
    tmp_path: Path, protocol: Protocol, paths: StudyPaths, content: bytes, words: str
) -> None:
    said = outcome(land(night(tmp_path, content=content), protocol, paths))
    assert said["verdict"] == "REFUSED"
    assert words in said["reason"]


def test_changed_missing_and_unnamed_files(tmp_path: Path, protocol: Protocol, paths: StudyPaths) -> None:
    made = night(tmp_path)
    (made.folder / "d.csv").write_bytes(csv_text(HEADER, [BASE]).encode())
    (made.folder / "dict.csv").unlink()
    (made.folder / "extra.csv").write_text("x\n")
    landed = land(Export("tiny", made.folder), protocol, paths)
    changed, missing, extra = (outcome(landed, name) for name in ("d.csv", "dict.csv", "extra.csv"))
    assert (changed["is_hash_equal"], changed["is_present"], changed["verdict"]) == (False, True, "REFUSED")
    assert (missing["is_present"], missing["verdict"]) == (False, "REFUSED")
    assert (extra["is_named"], extra["verdict"]) == (False, "REFUSED")
    assert landed.facts.forms["is_present"].to_list() == [False, False]


def test_an_unchanged_night(tmp_path: Path, protocol: Protocol, paths: StudyPaths) -> None:
    first, second = night(tmp_path), night(tmp_path, "2031-03-02")
    land(first, protocol, paths)
    landed = land(second, protocol, paths, first)
    assert outcome(landed)["verdict"] == "UNCHANGED"
    assert outcome(landed, "dict.csv")["verdict"] == "ACCEPTED"
    assert landed.facts.export["identical_to"] is None
    assert landed.facts.export["is_newer"]


def test_a_stale_export_sent_again(tmp_path: Path, protocol: Protocol, paths: StudyPaths) -> None:
    first = night(tmp_path)
    second = night(tmp_path, "2031-03-02", content=csv_text(HEADER, ROWS[:3]).encode())
    third = night(tmp_path, "2031-03-03")
    land(first, protocol, paths)
    land(second, protocol, paths, first)
    facts = land(third, protocol, paths, first, second).facts
    assert facts.export["identical_to"] == "2031-03-01"
    late = night(
        tmp_path, "2031-03-04", content=csv_text(HEADER, ROWS[1:]).encode(), exported_at="2031-03-02T02:00:00Z"
    )
    assert not land(late, protocol, paths, first, second).facts.export["is_newer"]


def test_lost_keys_are_those_that_held_something(tmp_path: Path, protocol: Protocol, paths: StudyPaths) -> None:
    """The second pulse goes; the untouched row of record 2 goes, too, and was never a key of a form."""
    first = night(tmp_path)
    second = night(tmp_path, "2031-03-02", content=csv_text(HEADER, [BASE, PULSE]).encode())
    land(first, protocol, paths)
    facts = land(second, protocol, paths, first).facts
    assert facts.lost_keys.rows() == [("vitals", keys.participant_id(KEY, "1"), None, 2)]
    assert facts.forms.select("form", "rows", "rows_before").rows() == [("baseline", 1, 1), ("vitals", 1, 2)]


def test_an_absent_form_is_typed_and_empty(tmp_path: Path, protocol: Protocol, paths: StudyPaths) -> None:
    content = csv_text(HEADER[:8], [BASE[:8]]).encode()
    made = night(tmp_path, content=content, absent_forms=["vitals"])
    landed = land(made, protocol, paths)
    landing.open_build(made, protocol, paths, KEY, 1, landed)
    assert landed.facts.forms.select("form", "is_present", "is_declared_absent").rows() == [
        ("baseline", True, False),
        ("vitals", False, True),
    ]
    with duckdb.connect(str(paths.build_db), read_only=True) as build:
        assert build.execute("select pulse, _source_row from raw.vitals").fetchall() == []


def test_a_damaged_copy_does_not_replace_what_was_landed(tmp_path: Path, protocol: Protocol, paths: StudyPaths) -> None:
    made = night(tmp_path)
    landed = land(made, protocol, paths)
    before = hashlib.sha256((landed.folder / "d.csv.parquet").read_bytes()).hexdigest()
    (made.folder / "d.csv").write_bytes(b"")
    again = land(Export("tiny", made.folder), protocol, paths)
    assert outcome(again)["verdict"] == "REFUSED"
    assert hashlib.sha256((again.folder / "d.csv.parquet").read_bytes()).hexdigest() == before
    assert [p.name for p in paths.landed.iterdir()] == ["2031-03-01"]


def test_the_raw_room(tmp_path: Path, protocol: Protocol, paths: StudyPaths) -> None:
    mapping = b"arm_num,unique_event_name,form\n1,visit_1_arm_1,baseline\n"
    files = {"d.csv": ("data", csv_text(HEADER, ROWS).encode()), "m.csv": ("mapping", mapping)}
    made = export(tmp_path / "raw" / "tiny" / "2031-03-01", files)
    rows = landing.open_build(made, protocol, paths, KEY, 7, land(made, protocol, paths))
    assert rows == {"baseline": 1, "vitals": 2, "export": 1, "participant_key": 2, "mapping": 1}
    with duckdb.connect(str(paths.build_db), read_only=True) as build:
        said = build.execute(
            "select study_id, export_id, export_no, cast(exported_at as varchar) from raw.export"
        ).fetchall()
        assert said == [("tiny", "2031-03-01", 7, "2031-03-01 02:00:00")]
        people = dict(build.execute("select record_id, participant_id from raw.participant_key").fetchall())
        assert people == {record: keys.participant_id(KEY, record) for record in ("1", "2")}
        assert build.execute("select event_name, form from raw.mapping").fetchall() == [("visit_1_arm_1", "baseline")]
        view = build.execute("select * from raw.vitals order by _source_row")
        assert [column[0] for column in view.description] == [
            *("record_id", "event_name", "repeat_instrument", "repeat_instance", "pulse", "form_complete"),
            *("_export_id", "_source_file", "_source_row"),
        ]
        assert len(view.fetchall()) == 4


def test_one_file_an_instrument(tmp_path: Path, protocol: Protocol, paths: StudyPaths) -> None:
    """A file of one form that counts instances need not name the form in every row."""
    one = csv_text(("pid", "weight", "why___1", "why___2", "baseline_complete"), [("1", "80", "0", "1", "2")]).encode()
    two = csv_text(("pid", "redcap_repeat_instance", "pulse", "vitals_complete"), [("1", "1", "60", "2")]).encode()
    made = export(tmp_path / "raw" / "tiny" / "2031-03-01", {"a.csv": ("data", one), "b.csv": ("data", two)})
    files = [{**f, "form": "vitals"} if f["name"] == "b.csv" else f for f in made.input_files]
    made = export(made.folder, {"a.csv": ("data", one), "b.csv": ("data", two)}, files=files)
    landed = land(made, protocol, paths)
    assert set(landed.facts.files["verdict"]) == {"ACCEPTED"}
    landing.open_build(made, protocol, paths, KEY, 1, landed)
    with duckdb.connect(str(paths.build_db), read_only=True) as build:
        assert build.execute("select record_id, repeat_instrument, pulse from raw.vitals").fetchall() == [
            ("1", "vitals", "60")
        ]


@pytest.mark.parametrize("rubbish", [b"", b"this is no database"])
def test_a_damaged_build_is_made_anew(tmp_path: Path, protocol: Protocol, paths: StudyPaths, rubbish: bytes) -> None:
    paths.build_db.write_bytes(rubbish)
    made = night(tmp_path)
    assert landing.open_build(made, protocol, paths, KEY, 1, land(made, protocol, paths))["baseline"] == 1


@pytest.mark.parametrize("dictionary", [None, b"", b"a,b\n1\n"])
def test_a_project_needs_a_dictionary_that_can_be_read(tmp_path: Path, dictionary: bytes | None) -> None:
    files = {"d.csv": ("data", csv_text(HEADER, ROWS).encode())}
    files |= {"dict.csv": ("dictionary", dictionary)} if dictionary is not None else {}
    with pytest.raises(UnusableProtocol):
        landing.dictionary_rows(export(tmp_path / "2031-03-01", files))


def test_an_unreadable_export_still_gives_facts(tmp_path: Path, paths: StudyPaths) -> None:
    """Without a usable dictionary there is no form; every file's fate is told nevertheless."""
    made = export(tmp_path / "2031-03-01", {"d.csv": ("data", b"\0")})
    nothing = Protocol("tiny", False, {"study_id": "tiny"}, (), ())
    landed = land(made, nothing, paths)
    assert outcome(landed)["verdict"] == "REFUSED"
    assert landing.open_build(made, nothing, paths, KEY, 1, landed) == {"export": 1, "participant_key": 0, "mapping": 0}


@pytest.mark.parametrize("project", REAL_PROJECTS)
def test_real_projects_are_landed_cell_by_cell(project: str, tmp_path: Path, paths: StudyPaths) -> None:
    if not SAMPLES.is_dir():
        pytest.skip(f"real REDCap projects are not at {SAMPLES}")
    folder = exports.receive(project, sample_files(project), tmp_path / "raw")
    made = Export(project, folder)
    landed = land(made, protocol_from_dictionary(project, landing.dictionary_rows(made), ()), paths)
    assert set(landed.facts.files["verdict"]) == {"ACCEPTED"}
    for path in sample_files(project):
        with path.open(encoding="utf-8-sig", newline="") as lines:
            rows = [row for row in csv.reader(lines) if row]
        frame = pl.read_parquet(landed.folder / f"{path.name}.parquet").sort("_source_row")
        assert [name for name in frame.columns if not name.startswith("_")] == [
            name.strip().lower() for name in rows[0]
        ]
        assert [list(row[:-3]) for row in frame.rows()] == rows[1:]
