"""Landing a project without a protocol: what is refused and why, and forms that only have a status."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from crafted import KEY, csv_text, dictionary_csv, dictionary_rows, export
from test_landing import BASE, DICTIONARY, FIELDS, HEADER, ROWS, land, night, outcome

from expectations.protocol import Protocol, protocol_from_dictionary
from orchestration import landing
from orchestration.settings import StudyPaths


@pytest.fixture
def paths(tmp_path: Path) -> StudyPaths:
    made = StudyPaths(tmp_path / "warehouse" / "tiny")
    made.make()
    return made


@pytest.fixture
def protocol() -> Protocol:
    return protocol_from_dictionary("tiny", dictionary_rows(*FIELDS), ())


@pytest.mark.parametrize("dictionaries", [{}, {"a.csv": DICTIONARY, "b.csv": DICTIONARY}, {"a.csv": b"x,y\n1,2\n"}])
def test_a_project_without_one_usable_dictionary_says_so(
    tmp_path: Path, paths: StudyPaths, dictionaries: dict[str, bytes]
) -> None:
    files = {"d.csv": ("data", csv_text(HEADER, ROWS).encode())}
    files |= {name: ("dictionary", content) for name, content in dictionaries.items()}
    made = export(tmp_path / "raw" / "tiny" / "2031-03-01", files)
    said = outcome(land(made, Protocol("tiny", False, {"study_id": "tiny"}, (), ()), paths))
    assert (said["verdict"], "one data dictionary" in said["reason"]) == ("REFUSED", True)


def test_a_dictionary_that_contradicts_itself_is_refused(tmp_path: Path, protocol: Protocol, paths: StudyPaths) -> None:
    twice = dictionary_csv(*FIELDS, {"field_name": "weight"})
    files = {"d.csv": ("data", csv_text(HEADER, ROWS).encode()), "dict.csv": ("dictionary", twice)}
    said = outcome(land(export(tmp_path / "raw" / "tiny" / "2031-03-01", files), protocol, paths), "dict.csv")
    assert (said["verdict"], "column weight" in said["reason"]) == ("REFUSED", True)


def test_a_row_that_no_form_would_take_is_refused_not_lost(
    tmp_path: Path, protocol: Protocol, paths: StudyPaths
) -> None:
    astray = ("1", "visit_1_arm_1", "diary", "1", "", "", "", "", "60", "2")
    said = outcome(land(night(tmp_path, content=csv_text(HEADER, [*ROWS, astray]).encode()), protocol, paths))
    assert (said["verdict"], said["reason"]) == (
        "REFUSED",
        "1 row(s) of a repeating instrument that the dictionary does not have",
    )


@pytest.mark.parametrize(("event", "verdict"), [("visit_1_arm_1", "ACCEPTED"), ("visit_2_arm_1", "REFUSED")])
def test_an_event_that_the_mapping_lacks_is_refused(
    tmp_path: Path, protocol: Protocol, paths: StudyPaths, event: str, verdict: str
) -> None:
    mapping = b"arm_num,unique_event_name,form\n1,visit_1_arm_1,baseline\n"
    rows = [BASE, ("2", event, *BASE[2:])]
    files = {"d.csv": ("data", csv_text(HEADER, rows).encode()), "m.csv": ("mapping", mapping)}
    said = outcome(land(export(tmp_path / "raw" / "tiny" / "2031-03-01", files), protocol, paths))
    assert said["verdict"] == verdict
    assert said["reason"] == (None if verdict == "ACCEPTED" else "1 row(s) of an event that the mapping does not list")


def test_a_form_of_descriptions_has_a_status_and_no_field(tmp_path: Path, paths: StudyPaths) -> None:
    listed = (*FIELDS, {"field_name": "welcome", "form_name": "export", "field_type": "descriptive"})
    data = csv_text((*HEADER, "export_complete"), [(*BASE, "2")]).encode()
    files = {"d.csv": ("data", data), "dict.csv": ("dictionary", dictionary_csv(*listed))}
    made = export(tmp_path / "raw" / "tiny" / "2031-03-01", files)
    seen = protocol_from_dictionary("tiny", landing.dictionary_rows(made), ())
    landed = land(made, seen, paths)
    assert (outcome(landed)["verdict"], outcome(landed)["header_unknown"]) == ("ACCEPTED", "")
    landing.open_build(made, seen, paths, KEY, 1, landed)
    with duckdb.connect(str(paths.build_db), read_only=True) as build:
        assert build.execute("select form_complete from raw.form_export").fetchall() == [("2",)]
        assert build.execute("select export_id from raw.export").fetchall() == [("2031-03-01",)]
