"""What went wrong with the machine, in words: a full disk, a damaged database, a warehouse that went away, half an environment.

Belongs here: telling these from the words of the many libraries that meet them, and what to do about each. Does not belong here: verdicts of
gates, unusable input, and errors of our own code, which keep their own words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

KINDS = (
    (
        "full disk",
        re.compile(r"no space left on device|disk is full|disk quota exceeded|disk i/o error", re.IGNORECASE),
        "the disk is full, or failing; free space where the warehouse lies, and run the refresh again",
    ),
    (
        "damaged database",
        re.compile(
            r"file is not a database|disk image is malformed|malformed database schema|not a valid duckdb database"
            r"|checksum|corrupt|unsupported file format",
            re.IGNORECASE,
        ),
        "a database file of the warehouse is damaged; run the refresh again, what can be made again is made again",
    ),
    (
        "unreachable file",
        re.compile(r"unable to open database file", re.IGNORECASE),
        "a file of the warehouse cannot be opened; see whether the warehouse is still there and can be written",
    ),
    (
        "environment",
        re.compile(r"no module named|cannot import name|no package metadata was found", re.IGNORECASE),
        "the environment is not whole; make it again with: make clean-environment setup",
    ),
)


class Damaged(Exception):
    """A file of the warehouse is damaged (exit code 1); the message says which, and what was done about it."""


def kind_of(texts: Iterable[str]) -> str | None:
    """The first kind of failure that one of the texts tells of: see KINDS."""
    said = " ".join(texts)
    return next((kind for kind, pattern, _ in KINDS if pattern.search(said)), None)


def in_words(texts: Iterable[str]) -> str | None:
    """What happened and what to do, or None when it is no failure of the machine."""
    kind = kind_of(texts)
    return next((words for name, _, words in KINDS if name == kind), None)


def texts_of(error: BaseException) -> Iterator[str]:
    """The words of an error and of everything that it came from."""
    seen: BaseException | None = error
    while seen is not None:
        yield str(seen)
        seen = seen.__cause__ or seen.__context__
