"""The machine fails: a full disk, a damaged file, half an environment. Exit code 1 with one clear line; the next refresh repairs."""

from __future__ import annotations

import importlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from importlib.abc import MetaPathFinder
from pathlib import Path

import pytest
from desk import DAYS, Desk, Tried, mounted, rubbish
from house import PROJECT

LATER = b"pid,age,sex,seen,screening_complete,mood,note,diary_complete\np-one,41,1,2031-01-02,2,5,calm,2\n"
LONG = pytest.mark.long
FULL = "the disk is full, or failing; free space where the warehouse lies, and run the refresh again"


def one_line(tried: Tried) -> str:
    """The one line that says what went wrong, on either stream."""
    lines = [line for line in tried.said.splitlines() if line.startswith(("our own error: ", "trialhouse: "))]
    assert len(lines) == 1, tried.said
    return lines[0]


def repaired(desk: Desk, day: str) -> None:
    """The next refresh succeeds, and nothing of the failure is left."""
    desk.refresh(0)
    assert desk.current.startswith(f"releases/{day}-")
    assert "nothing new" in desk.refresh(0).out
    assert rubbish(desk.home / "warehouse") == []


@pytest.mark.usefixtures("can_mount")
@pytest.mark.parametrize(
    "free_kib", [0, pytest.param(300, marks=LONG), pytest.param(1000, marks=LONG), 2000, pytest.param(4000, marks=LONG)]
)
def test_a_full_disk(good: Desk, tmp_path: Path, free_kib: int) -> None:
    """The disk fills up at once, while landing, in the build, or when the release is written."""
    with mounted(tmp_path / "disk", "size=40m,mode=700") as disk:
        desk = good.copy(disk / "desk")
        desk.night(DAYS[1], LATER)
        before = desk.current
        filler = disk / "filler"
        _leave(disk, filler, free_kib << 10)
        assert FULL in one_line(desk.refresh(1))
        assert desk.current == before
        assert desk.query("select count(*) from quality.file_outcomes") == [(2,)]
        filler.unlink()
        repaired(desk, DAYS[1])


def _leave(disk: Path, filler: Path, free: int) -> None:
    """Fill a disk up to so many bytes."""
    with filler.open("wb") as file:
        space = os.statvfs(disk)
        os.posix_fallocate(file.fileno(), 0, max(space.f_bavail * space.f_frsize - free, 1))


def _overwrite(path: Path) -> None:
    path.write_bytes(b"no database, but long enough for a header " * 200)


def _cut(path: Path) -> None:
    """What a disk that was full, or a copy that broke off, leaves."""
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size // 3)


def _scramble(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2)
        file.write(b"\xff" * (path.stat().st_size // 2))


DAMAGES: dict[str, Callable[[Path], None]] = {"overwritten": _overwrite, "cut short": _cut, "scrambled": _scramble}
SOME_DAMAGES = ["scrambled", *(pytest.param(name, marks=LONG) for name in ("overwritten", "cut short"))]


@pytest.mark.parametrize("damage", SOME_DAMAGES)
def test_a_damaged_ledger_is_put_back_from_its_copy(desk: Desk, damage: str) -> None:
    before, ledger = desk.current, desk.folder / "record" / "ledger.sqlite"
    DAMAGES[damage](ledger)
    assert f"{ledger} was damaged; its copy is in its place now" in one_line(desk.refresh(1))
    assert (desk.folder / "record" / "ledger.sqlite.damaged").is_file()
    assert desk.current == before
    assert f"nothing new: export {DAYS[0]} stands as RELEASED" in desk.refresh(0).out
    desk.night(DAYS[1], LATER)
    repaired(desk, DAYS[1])
    assert desk.manifest["export_no"] == 2


def test_a_ledger_that_is_gone_is_put_back_too(desk: Desk) -> None:
    (desk.folder / "record" / "ledger.sqlite").unlink()
    desk.refresh(1)
    assert "nothing new" in desk.refresh(0).out


def test_a_damaged_ledger_without_a_copy_says_what_only_a_backup_can_do(desk: Desk) -> None:
    record = desk.folder / "record"
    _overwrite(record / "ledger.sqlite")
    (record / "ledger.copy.sqlite").unlink()
    for _ in range(2):
        assert f"put the folder {record} back from a backup" in one_line(desk.refresh(1))


@pytest.mark.parametrize("damage", SOME_DAMAGES)
def test_a_damaged_release_is_made_again_from_its_export(desk: Desk, damage: str) -> None:
    before = desk.manifest
    DAMAGES[damage]((desk.folder / "current").resolve() / "marts.duckdb")
    assert "is damaged; it is made again from its export" in desk.refresh(0).out
    assert desk.manifest == before
    assert desk.query("select count(*) from quality.file_outcomes") == [(2,)]
    repaired(desk, DAYS[0])


def test_a_damaged_restricted_file_is_replaced_when_its_release_is_made_again(desk: Desk) -> None:
    _overwrite((desk.folder / "restricted" / "restricted.duckdb").resolve())
    desk.refresh(0, "--export", DAYS[0])
    assert desk.query("select count(*) from vault.restricted.unparsed_value") == [(0,)]


def test_a_damaged_release_whose_export_is_gone_is_said(desk: Desk) -> None:
    _overwrite((desk.folder / "current").resolve() / "marts.duckdb")
    shutil.rmtree(desk.raw / desk.study / DAYS[0])
    assert "is damaged and its export is gone" in one_line(desk.refresh(1))


def test_a_damaged_build_does_no_harm(desk: Desk) -> None:
    _overwrite(desk.folder / "builds" / "build.duckdb")
    (desk.folder / "builds" / "build.json").write_text("")
    desk.night(DAYS[1], LATER)
    repaired(desk, DAYS[1])


def test_a_build_that_is_damaged_while_it_is_used(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    from orchestration import dbt_runner

    desk.night(DAYS[1], LATER)
    before, build = desk.current, dbt_runner.build

    def damaging(*arguments: object) -> object:
        _overwrite(desk.folder / "builds" / "build.duckdb")
        return build(*arguments)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(dbt_runner, "build", damaging)
        assert "a database file of the warehouse is damaged" in one_line(desk.refresh(1))
    assert (desk.current, desk.last_run["verdict"]) == (before, "ERROR")
    repaired(desk, DAYS[1])


@pytest.mark.parametrize("name", [pytest.param("runs.db", marks=LONG), "runs/index.db"])
def test_a_damaged_history_of_runs_is_set_aside(desk: Desk, name: str) -> None:
    desk.night(DAYS[1], LATER)
    before = desk.current
    _overwrite(desk.home / "warehouse" / ".dagster" / "history" / name)
    assert "Dagster's history of runs was set aside" in one_line(desk.refresh(1))
    assert (desk.current, desk.last_run["verdict"]) == (before, "ERROR")
    desk.refresh(0)
    assert desk.current.startswith(f"releases/{DAYS[1]}-")


class Missing(MetaPathFinder):
    """Python's own word on a package that is not there."""

    def __init__(self, name: str) -> None:
        self.name = name

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> None:
        if fullname == self.name:
            raise ModuleNotFoundError(f"No module named {fullname!r}")


@pytest.mark.parametrize("module", ["orchestration.refresh", "orchestration.judgement", "dbt.cli.main"])
def test_an_environment_that_is_half_installed(desk: Desk, module: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package is missing when the command starts, when a step does, or when dbt is called."""
    desk.night(DAYS[1], LATER)
    before = desk.current
    parent, _, name = module.rpartition(".")
    importlib.import_module(module)
    with monkeypatch.context() as patched:
        patched.delitem(sys.modules, module)
        patched.delattr(importlib.import_module(parent), name)
        patched.setattr(sys, "meta_path", [Missing(module), *sys.meta_path])
        said = one_line(desk.refresh(1))
    assert "the environment is not whole; make it again with: make clean-environment setup" in said
    assert desk.current == before
    repaired(desk, DAYS[1])


def test_a_half_made_environment_is_made_again_by_the_next_target(tmp_path: Path) -> None:
    """Only an environment whose stamp was written last is taken for a whole one."""
    for name in ("Makefile", "requirements.lock", "requirements-dev.lock", "pyproject.toml"):
        shutil.copy(PROJECT / name, tmp_path)
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "python").symlink_to(sys.executable)

    def plan() -> str:
        command = ["make", "--dry-run", "refresh"]
        return subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, text=True).stdout

    assert "setting up .venv" in plan()
    (tmp_path / ".venv" / ".ready").write_text(f"{tmp_path}\n")
    assert "setting up .venv" not in plan()
    (tmp_path / ".venv" / ".ready").write_text("/somewhere/else\n")
    assert "setting up .venv" in plan()
