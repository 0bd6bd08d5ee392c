"""Trouble that passes: what is worth trying again after a moment.

Belongs here: telling a file that somebody holds, or a disk that is busy, from an error that will come again. Does not belong here:
waiting and trying (`defs/retries.py`).
"""

from __future__ import annotations

import errno
import sqlite3
import sys
from collections.abc import Iterator

# A full disk, a missing right and a missing file are not among them: these wait for a person.
PASSING = frozenset(
    (
        errno.EAGAIN,
        errno.EBUSY,
        errno.EDEADLK,
        errno.EINTR,
        errno.ENOLCK,
        errno.ESTALE,
        errno.ETIMEDOUT,
        errno.ETXTBSY,
    )
)
# DuckDB's words when another process has the file open; its exceptions carry no number.
DUCKDB_LOCKED = "Could not set lock on file"


def is_passing(error: BaseException) -> bool:
    """Whether the error, or one that it came from, is trouble that passes; the words of our own errors are not looked at."""
    return any(_passes(cause) for cause in chain(error))


def chain(error: BaseException) -> Iterator[BaseException]:
    """The error, what it came from, and so on to the first."""
    found: BaseException | None = error
    while found is not None:
        yield found
        found = found.__cause__


def _passes(error: BaseException) -> bool:
    if isinstance(error, OSError):
        return error.errno in PASSING
    if isinstance(error, sqlite3.OperationalError):
        # the low byte is the kind, whatever extended code SQLite gave
        return error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
    # without duckdb loaded, the error cannot be one of its own
    duckdb = sys.modules.get("duckdb")
    return duckdb is not None and isinstance(error, duckdb.IOException) and DUCKDB_LOCKED in str(error)
