"""Receiving: what is refused, and that nothing is overwritten, followed or left half done."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from crafted import csv_text, dictionary_csv

from orchestration import cli, exports, receiving
from orchestration.settings import UnusableSettings

DATA = csv_text(("record_id", "weight", "baseline_complete"), [("1", "80", "2")]).encode()
DICTIONARY = dictionary_csv({"field_name": "record_id"}, {"field_name": "weight"})
NOW = datetime(2031, 3, 1, 2, 0, 0, tzinfo=UTC)


def handed_over(tmp_path: Path, name: str = "data.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(DATA)
    return path


def nothing_received(tmp_path: Path) -> bool:
    return not list((tmp_path / "raw").rglob("*.csv"))


@pytest.mark.parametrize("name", ["manifest.json", ".hidden.csv", "a\\b.csv", "two\nlines.csv", f"{'x' * 230}.csv"])
def test_a_name_that_a_manifest_could_not_carry_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UnusableSettings, match="a plain name of its own"):
        exports.receive("tiny", [handed_over(tmp_path, name)], tmp_path / "raw")
    assert nothing_received(tmp_path)


def test_a_link_handed_over_is_refused_wherever_it_points(tmp_path: Path) -> None:
    link = tmp_path / "link.csv"
    link.symlink_to(handed_over(tmp_path))
    with pytest.raises(UnusableSettings, match="is a link"):
        exports.receive("tiny", [link], tmp_path / "raw")
    assert nothing_received(tmp_path)


@pytest.mark.parametrize("kind", [os.mkfifo, os.mkdir])
def test_what_is_no_file_is_refused_and_not_waited_for(tmp_path: Path, kind: Callable[[Path], None]) -> None:
    kind(tmp_path / "data.csv")
    with pytest.raises(UnusableSettings, match="hand over a file"):
        exports.receive("tiny", [tmp_path / "data.csv"], tmp_path / "raw")


def test_a_file_that_may_not_be_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(*_: object, **__: object) -> int:
        raise PermissionError(13, "Permission denied")

    path = handed_over(tmp_path)
    monkeypatch.setattr("orchestration.receiving.os.open", denied)
    with pytest.raises(UnusableSettings, match=r"data\.csv cannot be read: Permission denied"):
        exports.receive("tiny", [path], tmp_path / "raw")


def test_receiving_never_overwrites(tmp_path: Path) -> None:
    """A folder of the same second, whatever is in it, stays as it is, and so does the file handed over."""
    taken = tmp_path / "raw" / "tiny" / "2031-03-01T020000Z"
    taken.mkdir(parents=True)
    (taken / "data.csv").write_text("another night\n")
    source = handed_over(tmp_path)
    folder = exports.receive("tiny", [source], tmp_path / "raw", NOW)
    assert folder.name == "2031-03-01T020001Z"
    assert [p.name for p in taken.iterdir()] == ["data.csv"]
    assert (taken / "data.csv").read_text() == "another night\n"
    assert source.read_bytes() == (folder / "data.csv").read_bytes() == DATA
    with pytest.raises(FileExistsError):
        receiving.write_new(folder / "data.csv", b"x")


def test_a_folder_half_received_is_taken_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, content: bytes) -> None:
        if path.name == "b.csv":
            raise OSError(28, "No space left on device")
        path.write_bytes(content)

    paths = [handed_over(tmp_path, "a.csv"), handed_over(tmp_path, "b.csv")]
    monkeypatch.setattr(exports, "write_new", full)
    with pytest.raises(OSError, match="No space"):
        exports.receive("tiny", paths, tmp_path / "raw")
    assert list((tmp_path / "raw" / "tiny").iterdir()) == []


def test_a_raw_folder_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "raw").write_text("a file\n")
    with pytest.raises(UnusableSettings, match="is not a folder"):
        exports.receive("tiny", [handed_over(tmp_path)], tmp_path / "raw")


def test_folders_and_files_are_for_their_owner_whatever_the_umask(tmp_path: Path) -> None:
    source = handed_over(tmp_path)
    source.chmod(0o666)
    before = os.umask(0)
    try:
        folder = exports.receive("tiny", [source], tmp_path / "raw")
    finally:
        os.umask(before)
    assert [p.stat().st_mode & 0o777 for p in (folder.parent, folder)] == [0o700, 0o700]
    assert {p.stat().st_mode & 0o777 for p in folder.iterdir()} == {0o600}


@pytest.mark.parametrize("files", [["no.csv"], ["link.csv"], ["dictionary.csv"]])
def test_unusable_input_ends_with_2_and_one_line(
    tmp_path: Path, files: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "dictionary.csv").write_bytes(DICTIONARY)
    (tmp_path / "link.csv").symlink_to(handed_over(tmp_path))
    monkeypatch.setenv("TRIALHOUSE_RAW", str(tmp_path / "raw"))
    monkeypatch.setattr(os, "umask", lambda _: 0)
    assert cli.main(["receive", "--study", "tiny", *(str(tmp_path / name) for name in files)]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("trialhouse: ")
    assert len(said.err.splitlines()) == 1
