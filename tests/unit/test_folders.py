"""Replacing a folder: whatever moment a process is killed at, one whole folder is there afterwards."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from orchestration import folders


class Killed(BaseException):
    """Stands for the end of the process."""


def _folder(path: Path, word: str) -> Path:
    path.mkdir()
    (path / "word").write_text(word)
    return path


def _words(parent: Path) -> dict[str, str]:
    return {path.name: (path / "word").read_text() for path in parent.iterdir()}


def test_the_new_folder_takes_the_place_of_the_old_one(tmp_path: Path) -> None:
    _folder(tmp_path / "night", "old")
    folders.replace(_folder(tmp_path / ".night", "new"), tmp_path / "night")
    assert _words(tmp_path) == {"night": "new"}


@pytest.mark.parametrize(("renames", "left"), [(1, "old"), (2, "new")])
def test_killed_after_a_rename(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, renames: int, left: str) -> None:
    done = []
    rename, rmtree = Path.rename, shutil.rmtree

    def counted(self: Path, target: Path) -> Path:
        if len(done) == renames:
            raise Killed
        done.append(self)
        return rename(self, target)

    def stopped(path: Path, ignore_errors: bool = False) -> None:
        if len(done) == renames:
            raise Killed
        rmtree(path, ignore_errors)

    _folder(tmp_path / "night", "old")
    fresh = _folder(tmp_path / ".night", "new")
    with monkeypatch.context() as patched:
        patched.setattr(Path, "rename", counted)
        patched.setattr(shutil, "rmtree", stopped)
        with pytest.raises(Killed):
            folders.replace(fresh, tmp_path / "night")
    folders.bring_back(tmp_path)
    assert _words(tmp_path) == {"night": left}


def test_drafts_are_removed_and_a_folder_that_is_not_there_is_no_error(tmp_path: Path) -> None:
    _folder(tmp_path / ".night", "half")
    _folder(tmp_path / "night", "whole")
    folders.bring_back(tmp_path)
    folders.bring_back(tmp_path / "nowhere")
    assert _words(tmp_path) == {"night": "whole"}
