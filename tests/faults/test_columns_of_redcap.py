"""Columns that REDCap adds by itself, and files beside the data that differ from it: a survey's export is read as any other.

Belongs here: what stands in an export and in no dictionary. Does not belong here: encodings of the data (`test_read_right.py`), headers that
are refused (`test_files_stopped.py`).
"""

from __future__ import annotations

from pathlib import Path

import pytest
from crafted import csv_text, dictionary_csv
from desk import DAYS, FIELDS, Desk

OWN = ("redcap_repeat_instrument", "redcap_repeat_instance", "redcap_survey_identifier", "diary_timestamp")
HEADER = ("pid", *OWN[:3], "age", "sex", "seen", "screening_complete", OWN[3], "mood", "note", "diary_complete")
ROWS = (
    ("p-one", "", "", "", "40", "1", "2031-01-02", "2", "2031-01-03 10:11:12", "5", "calm", "2"),
    ("p-two", "", "", "two", "50", "2", "2031-01-03", "2", "[not completed]", "", "", "0"),
    ("p-six", "", "", "", "60", "2", "2031-01-04", "2", "", "6", "", "2"),
)
LOG = csv_text(("timestamp", "username", "action", "details", "record"), [("2031-02-28 10:06", "u", "x", "y", "p-one")])
# the note of a field, in bytes that are cp1252 and not UTF-8
DICTIONARY = dictionary_csv(*FIELDS[:-1], FIELDS[-1] | {"field_label": "naïve – own words"}).decode().encode("cp1252")


@pytest.fixture(scope="module")
def survey(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """One night: the data, its columns in another order than the dictionary's fields, and the files beside it."""
    desk = Desk(tmp_path_factory.mktemp("survey"))
    turned = [HEADER[0], *reversed(HEADER[1:])]
    rows = [(row[0], *reversed(row[1:])) for row in ROWS]
    files = {
        "data.csv": ("data", csv_text(turned, rows).encode()),
        "dictionary.csv": ("dictionary", DICTIONARY),
        "log.csv": ("log", LOG.encode()),
    }
    desk.export(DAYS[0], files)
    desk.refresh(0)
    return desk


def test_every_file_is_taken_with_the_encoding_it_came_in(survey: Desk) -> None:
    noted = survey.query("select role, encoding, rows, verdict from quality.file_outcomes")
    expected = [("data", "utf-8", 3), ("dictionary", "cp1252", len(FIELDS)), ("log", "utf-8", 1)]
    assert sorted(noted) == [(*row, "ACCEPTED") for row in expected]


def test_redcaps_own_columns_are_no_unknown_ones(survey: Desk) -> None:
    assert survey.query("select * from quality.findings where layer = 'g0'") == []


def test_they_are_landed_as_they_came_and_are_no_answers(survey: Desk) -> None:
    landed = survey.folder / "record" / "landed" / DAYS[0] / "data.csv.parquet"
    kept = survey.query(f"select diary_timestamp, redcap_survey_identifier from read_parquet('{landed}') order by pid")
    assert sorted(kept) == sorted((row[8], row[3]) for row in ROWS)
    columns = survey.build_rows("select column_name from duckdb_columns() where schema_name = 'staging'")
    assert {name for (name,) in columns}.isdisjoint(OWN)


def test_a_form_with_nothing_but_a_time_stamp_was_not_filled(survey: Desk) -> None:
    diary = survey.build_rows("select record_id, mood, note, is_touched from staging.stg_tiny__diary order by all")
    assert [row for row in diary if row[3]] == [("p-one", 5, "calm", True), ("p-six", 6, None, True)]
    screening = survey.build_rows(
        "select record_id, age, sex, is_touched from staging.stg_tiny__screening order by all"
    )
    assert screening == [("p-one", 40, "F", True), ("p-six", 60, "M", True), ("p-two", 50, "M", True)]


def test_a_time_stamp_of_no_form_is_unknown(survey: Desk, tmp_path: Path) -> None:
    """Only a form's own time stamp is REDCap's: any other column has to be in the dictionary."""
    desk = survey.copy(tmp_path / "desk")
    header = [name.replace("diary_timestamp", "dairy_timestamp") for name in HEADER]
    desk.night(DAYS[1], csv_text(header, ROWS).encode(), DICTIONARY)
    desk.stopped_at("g0")
    assert "dairy_timestamp" in Path(desk.last_run["work_list"]).read_text()
