"""What the file gate stops: exit code 3, the fault named with its file and line, no value shown, the last good release current."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from crafted import csv_text, dictionary_csv
from desk import DATA, DAYS, FIELDS, GOOD, HEADER, Desk

SECRET = "p-secret-4711"
ROWS = [*GOOD, (SECRET, "60", "1", "2031-01-04", "2", "7", "", "2")]
TEXT = csv_text(HEADER, ROWS)
LINES = TEXT.splitlines(keepends=True)


def renamed(old: str, new: str) -> bytes:
    return TEXT.replace(old, new, 1).encode()


def without_column(position: int) -> bytes:
    cut = [[cell for at, cell in enumerate(row) if at != position] for row in (HEADER, *ROWS)]
    return csv_text(cut[0], cut[1:]).encode()


DATA_FAULTS = {
    "file empty": (b"", "data.csv", "the file is empty"),
    "a header and no record": (LINES[0].encode(), "data.csv", "a header and no record"),
    "a column less": (without_column(1), "data.csv", "the header lacks 1 field(s) of its own dictionary: age"),
    "a column more": (
        csv_text((*HEADER, "extra"), [(*row, "") for row in ROWS]).encode(),
        "data.csv",
        "1 column(s) that its own dictionary does not have: extra",
    ),
    "a column renamed": (
        renamed("mood", "moods"),
        "data.csv",
        "the header lacks 1 field(s) of its own dictionary: mood",
    ),
    "a column twice": (renamed("note", "mood"), "data.csv", "named twice in the header: mood"),
    "a row longer than the header": (
        (TEXT + f"{SECRET},1,1,2031-01-01,2,5,x,2,9\n").encode(),
        "data.csv",
        "the row in line 5 is longer than the header: 9 values under 8 columns",
    ),
    "a row shorter than the header": (
        (TEXT + f"{SECRET},1\n").encode(),
        "data.csv",
        "the row in line 5 is shorter than the header: 2 values under 8 columns",
    ),
    "a quote never closed": (
        (TEXT + f'{SECRET},1,1,2031-01-01,2,5,"x,2\n').encode(),
        "data.csv",
        "a quote opened in line 5 is never closed",
    ),
    "a NUL byte": (TEXT.replace("calm", "ca\0lm").encode(), "data.csv", "a NUL byte in line 2"),
    "a page instead of a table": (b"<html>" + TEXT.encode(), "data.csv", "export the records as CSV"),
}


@pytest.mark.parametrize("fault", DATA_FAULTS)
def test_a_fault_of_the_data_file(desk: Desk, fault: str) -> None:
    content, name, words = DATA_FAULTS[fault]
    desk.night(DAYS[1], content)
    tried = desk.stopped_at("g0")
    assert words in tried.out
    assert name in tried.out
    assert SECRET not in tried.said + (desk.folder / "last_run.json").read_text()
    assert any(words in said for said in desk.last_run["stopped_by"])


def test_the_night_after_is_released_and_the_stopped_one_stays_for_the_record(desk: Desk) -> None:
    desk.night(DAYS[1], b"")
    desk.stopped_at("g0")
    desk.night(DAYS[2], TEXT.encode())
    desk.refresh(0)
    assert desk.current.startswith(f"releases/{DAYS[2]}-")
    assert "nothing new" in desk.refresh(0).out
    assert (desk.folder / "record" / "judged" / DAYS[1] / "g0.parquet").is_file()


def _no_json(folder: Path) -> None:
    (folder / "manifest.json").write_text("{half a manif")


def _missing(folder: Path) -> None:
    (folder / "data.csv").unlink()


def _changed(folder: Path) -> None:
    (folder / "data.csv").write_bytes(DATA.replace(b"40", b"41"))


def _link(folder: Path) -> None:
    outside = folder.parent.parent / "outside.csv"
    (folder / "data.csv").rename(outside)
    (folder / "data.csv").symlink_to(outside)


def _more(folder: Path) -> None:
    (folder / "forgotten.csv").write_bytes(DATA)


def _named(name: str) -> Callable[[Path], None]:
    def rename(folder: Path) -> None:
        outside = folder / name
        outside.write_bytes((folder / "data.csv").read_bytes())
        (folder / "data.csv").unlink()
        manifest = json.loads((folder / "manifest.json").read_text())
        manifest["files"][0]["name"] = name
        (folder / "manifest.json").write_text(json.dumps(manifest))

    return rename


FOLDER_FAULTS: dict[str, tuple[Callable[[Path], None], str]] = {
    "manifest not JSON": (_no_json, "the manifest is not readable as JSON; write it again"),
    "a named file missing": (_missing, "named by the manifest and not there; export again"),
    "a named file changed": (_changed, "not the file the manifest was written for: its sha256 differs"),
    "a named file is a link": (_link, "a link, not a file; put the file itself into the folder"),
    "a name above the folder": (_named("../x.csv"), "the manifest names 1 file(s) outside the export's folder"),
    "more files than named": (_more, "not named by the manifest; remove it, or name it and export again"),
}


@pytest.mark.parametrize("fault", FOLDER_FAULTS)
def test_a_fault_of_the_folder(desk: Desk, fault: str) -> None:
    do, words = FOLDER_FAULTS[fault]
    do(desk.night(DAYS[1]))
    assert words in desk.stopped_at("g0").out


def test_an_absolute_name(desk: Desk, tmp_path: Path) -> None:
    _named(str(tmp_path / "x.csv"))(desk.night(DAYS[1]))
    assert "outside the export's folder" in desk.stopped_at("g0").out


def test_a_form_missing(desk: Desk) -> None:
    """The dictionary lists it, no column carries it, and the manifest does not say that it is absent."""
    desk.night(DAYS[1], csv_text(HEADER[:5], [row[:5] for row in GOOD]).encode())
    assert re.search(
        r"a form the protocol expects is not in the export and not declared absent.*\(diary", desk.stopped_at("g0").out
    )
    desk.night(DAYS[2], csv_text(HEADER[:5], [row[:5] for row in ROWS]).encode(), absent_forms=["diary"])
    desk.refresh(0)


def test_an_older_export_sent_again_is_stopped(desk: Desk) -> None:
    desk.night(DAYS[1], TEXT.encode())
    desk.refresh(0)
    desk.night(DAYS[2], DATA)
    assert f"the data are those of an earlier export ({DAYS[0]})" in desk.stopped_at("g0").out
    desk.night(DAYS[3], TEXT.replace("calm", "well").encode(), exported_at=f"{DAYS[0]}T02:00:00Z")
    assert "the export is not newer than the last accepted one" in desk.stopped_at("g0").out


def test_an_export_identical_to_the_one_before_is_released_as_unchanged(desk: Desk) -> None:
    desk.night(DAYS[1])
    desk.refresh(0)
    outcomes = dict(desk.query("select file_name, verdict from quality.file_outcomes"))
    assert outcomes == {"data.csv": "UNCHANGED", "dictionary.csv": "ACCEPTED"}
    assert desk.current.startswith(f"releases/{DAYS[1]}-")


def test_a_dictionary_that_is_gone_stops_the_night(desk: Desk) -> None:
    desk.export(DAYS[1], {"data.csv": ("data", TEXT.encode())})
    assert "hand over one data dictionary" in desk.stopped_at("g0").out
    desk.night(DAYS[2], TEXT.encode(), dictionary_csv(*FIELDS, {"field_name": "age"}))
    assert "both export a column age" in desk.stopped_at("g0").out
