"""What is tried again: trouble that passes, by the errors that the operating system, DuckDB and SQLite really raise."""

from __future__ import annotations

import errno
import sqlite3
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from orchestration.dbt_runner import DbtFailed
from orchestration.lock import LockHeld
from orchestration.release import ReleaseRefused
from orchestration.settings import UnusableSettings
from orchestration.trouble import is_passing

HOLD = """
import duckdb, sys
held = duckdb.connect(sys.argv[1])
print("held", flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize(
    ("number", "passes"),
    [
        (errno.EBUSY, True),
        (errno.EAGAIN, True),
        (errno.ESTALE, True),
        (errno.ETIMEDOUT, True),
        (errno.ENOSPC, False),
        (errno.EACCES, False),
        (errno.ENOENT, False),
        (errno.EROFS, False),
    ],
)
def test_kinds_of_the_operating_system(number: int, passes: bool) -> None:
    assert is_passing(OSError(number, "words")) is passes


@pytest.mark.parametrize("kind", [ReleaseRefused, UnusableSettings, LockHeld, DbtFailed, RuntimeError])
def test_an_error_of_ours_is_not_tried_again(kind: type[Exception]) -> None:
    assert not is_passing(kind(f"Could not set lock on file; database is locked; errno {errno.EBUSY}"))


def _locked(path: Path) -> Exception:
    """The error of opening a DuckDB file that another process has open."""
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(duckdb.IOException) as caught:
            duckdb.connect(str(path))
        return caught.value
    finally:
        holder.kill()
        holder.wait()


def test_a_database_that_another_process_has_open(tmp_path: Path) -> None:
    error = _locked(tmp_path / "x.duckdb")
    assert is_passing(error)
    wrapped = DbtFailed("dbt build failed")
    wrapped.__cause__ = error
    assert is_passing(wrapped)


def test_a_database_that_is_not_there_or_no_database(tmp_path: Path) -> None:
    with pytest.raises(duckdb.IOException) as absent:
        duckdb.connect(str(tmp_path / "x.duckdb"), read_only=True)
    assert not is_passing(absent.value)


def test_a_ledger_that_another_process_writes(tmp_path: Path) -> None:
    path = tmp_path / "x.sqlite"
    with sqlite3.connect(path) as held:
        held.execute("create table t (a)")
        held.commit()
        held.execute("begin immediate")
        with pytest.raises(sqlite3.OperationalError) as caught:
            sqlite3.connect(path, timeout=0).execute("insert into t values (1)")
    assert is_passing(caught.value)
    with pytest.raises(sqlite3.OperationalError) as wrong:
        sqlite3.connect(path).execute("select nothing from t")
    assert not is_passing(wrong.value)
