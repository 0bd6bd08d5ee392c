"""The lock: one holder, named, gone with its process."""

from __future__ import annotations

import fcntl
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from orchestration.lock import LOOK_SECONDS, LockHeld, held_by, hold

HOLD = """
import sys
from pathlib import Path
from orchestration.lock import hold
with hold(Path(sys.argv[1]), "the other one"):
    print("held", flush=True)
    sys.stdin.read()
"""


def _holder(lock: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(lock)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_a_second_process_is_refused_at_once_and_told_who_holds_it(tmp_path: Path) -> None:
    lock = tmp_path / ".lock"
    process = _holder(lock)
    try:
        with pytest.raises(LockHeld, match=rf"process {process.pid} \(the other one\)"), hold(lock, "this one"):
            pass
    finally:
        process.kill()
        process.wait()


def test_a_killed_holder_leaves_no_lock(tmp_path: Path) -> None:
    lock = tmp_path / ".lock"
    process = _holder(lock)
    process.kill()
    process.wait()
    with hold(lock, "this one"):
        assert lock.read_text().count("this one") == 1


def test_the_same_process_may_ask_again_inside(tmp_path: Path) -> None:
    lock = tmp_path / ".lock"
    with hold(lock, "outer"):
        with hold(lock, "inner"):
            pass
        assert "outer" in lock.read_text()
        with pytest.raises(subprocess.CalledProcessError):
            subprocess.run(
                [sys.executable, "-c", HOLD, str(lock)], check=True, capture_output=True, input="", text=True
            )


def test_a_look_says_who_holds_it_and_takes_nothing(tmp_path: Path) -> None:
    lock = tmp_path / ".lock"
    assert held_by(lock) is None
    process = _holder(lock)
    try:
        assert str(held_by(lock)).startswith(f"process {process.pid} (the other one) since")
    finally:
        process.kill()
        process.wait()
    assert held_by(lock) is None
    with hold(lock, "this one"):
        pass


def test_a_holder_that_did_not_sign_is_not_called_by_the_last_ones_name(tmp_path: Path) -> None:
    lock = tmp_path / ".lock"
    process = _holder(lock)
    process.kill()
    process.wait()
    with lock.open() as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert held_by(lock) == "a process that left no name"


def test_a_look_at_the_wrong_moment_does_not_refuse_a_refresh(tmp_path: Path) -> None:
    lock = tmp_path / ".lock"
    lock.touch()
    with lock.open() as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        timer = threading.Timer(LOOK_SECONDS / 2, fcntl.flock, (file, fcntl.LOCK_UN))
        timer.start()
        with hold(lock, "this one"):
            assert "this one" in lock.read_text()
        timer.join()
