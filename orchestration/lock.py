"""One refresh at a time: the lock file of a study's warehouse.

Belongs here: taking, holding and naming the holder of `<WAREHOUSE>/<study>/.lock`. Does not belong here: what is done under the lock.
The lock is the operating system's (`flock`): it ends with the process that holds it, however that process ends.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

_held_here: set[Path] = set()


class LockHeld(Exception):
    """Another process holds the lock (exit code 4); the message says which."""


def holder(lock: Path) -> str:
    """Who holds the lock, in words, as far as its file says."""
    try:
        note = json.loads(lock.read_text())
        return f"process {note['pid']} ({note['command']}) since {note['since']}"
    except (OSError, ValueError, KeyError):
        return "a process that left no name"


@contextmanager
def hold(lock: Path, command: str) -> Iterator[None]:
    """Hold the lock while the block runs; a block inside a block of the same process holds it already.

    Raises:
        LockHeld: another process holds it; raised at once, nothing is waited for.
    """
    if lock in _held_here:
        yield
        return
    with lock.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise LockHeld(f"another refresh is running: {holder(lock)}") from None
        _held_here.add(lock)
        try:
            _sign(file.fileno(), command)
            yield
        finally:
            _held_here.discard(lock)


def _sign(descriptor: int, command: str) -> None:
    note = {"pid": os.getpid(), "command": command, "since": datetime.now(UTC).isoformat(timespec="seconds")}
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, json.dumps(note).encode(), 0)
