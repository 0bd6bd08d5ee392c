"""Inputs beyond all measure: a stated limit and a message, or it works; never out of memory.

The short form tries each limit at its edge, the long form (`make test-long`) real gigabytes and a million rows, in a process whose memory is
measured.
"""

from __future__ import annotations

import hashlib
import json
import os
import resource
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from crafted import csv_text, dictionary_csv
from desk import DATA, DAYS, DICTIONARY, HEADER, Desk

from orchestration.readers.delimited import LIMIT_COLUMNS, LIMIT_RECORD_BYTES

MOST_MEMORY_MIB = 6 << 10
DIARY = ("pid", "redcap_repeat_instrument", "redcap_repeat_instance", "mood", "diary_complete")
DIARY_FIELDS = dictionary_csv(
    {"field_name": "pid", "form_name": "diary"},
    {"field_name": "mood", "form_name": "diary", "text_validation_type_or_show_slider_number": "integer"},
)


def diary(rows: int, same_key: bool = False) -> bytes:
    """So many rows of one participant, each with a key of its own or all with the same."""
    return csv_text(
        DIARY, [("1", "diary", "1" if same_key else str(n + 1), str(n % 10), "2") for n in range(rows)]
    ).encode()


def wide(columns: int) -> tuple[bytes, bytes]:
    """Data and dictionary with so many columns, two hundred a form."""
    names = [f"f{n}" for n in range(columns - 1)]
    fields = [{"field_name": name, "form_name": f"form_{n // 200}"} for n, name in enumerate(names)]
    dictionary = dictionary_csv({"field_name": "pid", "form_name": "form_0"}, *fields)
    return csv_text(("pid", *names), [("1", *("1" for _ in names))]).encode(), dictionary


def test_a_row_of_more_than_the_limit(desk: Desk) -> None:
    cell = "x" * LIMIT_RECORD_BYTES
    desk.night(
        DAYS[1], DATA + csv_text(HEADER, [("p-big", "40", "1", "", "2", "5", cell, "2")]).encode().split(b"\n", 1)[1]
    )
    said = desk.stopped_at("g0").out
    assert "the row that begins in line 4 is too long: 16 MiB is the most that is read in one row" in said


def test_a_cell_just_below_the_limit_is_read(desk: Desk) -> None:
    cell = "x" * (LIMIT_RECORD_BYTES - 1000)
    desk.night(DAYS[1], csv_text(HEADER, [("p-big", "40", "1", "", "2", "5", cell, "2")]).encode())
    desk.refresh(0)
    assert desk.build_rows("select length(note) from staging.stg_tiny__diary") == [(len(cell),)]


def test_more_columns_than_the_limit(desk: Desk) -> None:
    data, dictionary = wide(20_000)
    desk.night(DAYS[1], data, dictionary)
    assert f"20000 columns; {LIMIT_COLUMNS} is the most that is read in one file" in desk.stopped_at("g0").out


def test_more_fields_in_one_form_than_the_limit(desk: Desk) -> None:
    fields = [{"field_name": f"f{n}"} for n in range(1_001)]
    data = csv_text(("pid", *(f"f{n}" for n in range(1_001))), [("1", *("1" for _ in fields))]).encode()
    desk.night(DAYS[1], data, dictionary_csv({"field_name": "pid"}, *fields))
    said = desk.stopped_at("g0").out
    assert "the form(s) baseline have too many fields: 1000 is the most that is built" in said


def test_many_rows_of_one_participant(desk: Desk) -> None:
    desk.night(DAYS[1], diary(20_000), DIARY_FIELDS)
    desk.refresh(0)
    assert desk.build_rows("select count(*), count(distinct participant_id) from staging.stg_tiny__diary") == [
        (20_000, 1)
    ]


def test_a_file_handed_over_that_is_too_large(tmp_path: Path) -> None:
    """A file of holes: nothing of it is read."""
    large = tmp_path / "large.csv"
    large.touch()
    os.truncate(large, 2 << 30)
    tried = Desk(tmp_path / "desk").command("receive", str(large))
    assert tried.code == 2
    assert (
        "is larger than 1024 MiB, the most that is read in one file; export fewer records or forms at a time"
        in tried.err
    )


@pytest.fixture
def measured() -> Iterator[None]:
    """What this process takes at most from here on stays below a bound; the peak before counts, too, so the bound is generous."""
    yield
    factor = 1 if sys.platform == "darwin" else 1 << 10
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * factor < MOST_MEMORY_MIB << 20


def _with_large_cell(folder: Path, cell_mib: int) -> None:
    """Lengthen the data file by a row with a cell of so many MiB, and say so in the manifest."""
    data = folder / "data.csv"
    with data.open("ab") as file:
        file.write(b"p-big,40,1,,2,5,")
        for _ in range(cell_mib):
            file.write(b"x" * (1 << 20))
        file.write(b",2\n")
    with data.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    said = json.loads((folder / "manifest.json").read_text())
    said["files"][0]["sha256"] = sha256
    (folder / "manifest.json").write_text(json.dumps(said))


@pytest.mark.long
@pytest.mark.usefixtures("measured")
@pytest.mark.parametrize(
    ("cell_mib", "words"), [(2048, "larger than 1024 MiB, the most that is read in one file"), (900, "is too long")]
)
def test_a_cell_of_gigabytes(desk: Desk, cell_mib: int, words: str) -> None:
    _with_large_cell(desk.night(DAYS[1], DATA, DICTIONARY), cell_mib)
    assert words in desk.stopped_at("g0").out


@pytest.mark.long
@pytest.mark.usefixtures("measured")
def test_as_many_columns_as_the_limit_allows(desk: Desk) -> None:
    data, dictionary = wide(LIMIT_COLUMNS)
    desk.night(DAYS[1], data, dictionary)
    desk.refresh(0)


@pytest.mark.long
@pytest.mark.usefixtures("measured")
def test_a_million_rows_of_one_participant(desk: Desk) -> None:
    desk.night(DAYS[1], diary(1_000_000), DIARY_FIELDS)
    desk.refresh(0)
    assert desk.build_rows("select count(*) from staging.stg_tiny__diary") == [(1_000_000,)]


@pytest.mark.long
@pytest.mark.usefixtures("measured")
def test_a_million_rows_with_one_key(desk: Desk) -> None:
    """All are set aside, each with its finding."""
    desk.night(DAYS[1], diary(1_000_000, same_key=True), DIARY_FIELDS)
    desk.refresh(0)
    assert desk.query("select count(*) from quality.findings where rule_id = 'DQ-04'") == [(1_000_000,)]
