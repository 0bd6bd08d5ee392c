"""One refresh at a time: the lock file of a study's warehouse.

Belongs here: taking, holding and naming the holder of `<WAREHOUSE>/<study>/.lock`. Does not belong here: what is done under the lock.
The lock is the operating system's (`flock`): it ends with the process that holds it, however that process ends.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

UNNAMED = "a process that left no name"
LOOK_SECONDS = 0.05

_held_here: set[Path] = set()


class LockHeld(Exception):
    """Another process holds the lock (exit code 4); the message says which."""


def holder(lock: Path) -> str:
    """Who holds the lock, in words, as far as its file says; the last to sign need not be the one who holds it now."""
    try:
        note = json.loads(lock.read_text())
        if not _runs(int(note["pid"])):
            return UNNAMED
        return f"process {note['pid']} ({note['command']}) since {note['since']}"
    except (OSError, ValueError, KeyError):
        return UNNAMED


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def held_by(lock: Path) -> str | None:
    """Who holds the lock now, in words; None when nobody does."""
    if not lock.is_file():
        return None
    with lock.open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return holder(lock)
    return None


@contextmanager
def hold(lock: Path, command: str) -> Iterator[None]:
    """Hold the lock while the block runs; a block inside a block of the same process holds it already.

    Raises:
        LockHeld: another process holds it; nothing is waited for but a look by `held_by`.
    """
    if lock in _held_here:
        yield
        return
    with lock.open("a+") as file:
        if not (_taken(file) or _taken(file, after=LOOK_SECONDS)):
            raise LockHeld(f"another refresh is running: {holder(lock)}")
        _held_here.add(lock)
        try:
            _sign(file.fileno(), command)
            yield
        finally:
            _held_here.discard(lock)


def _taken(file: IO[str], after: float = 0) -> bool:
    time.sleep(after)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _sign(descriptor: int, command: str) -> None:
    note = {"pid": os.getpid(), "command": command, "since": datetime.now(UTC).isoformat(timespec="seconds")}
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, json.dumps(note).encode(), 0)
