"""Files that somebody hands over: read once, and written where nobody has a file yet.

Belongs here: what a received file may be called and be, and writing for the owner only. Does not belong here: manifests
and what an export is (`exports.py`), what a file holds (`readers/`).
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from orchestration.readers.text import Unreadable, require_size
from orchestration.settings import UnusableSettings

MANIFEST = "manifest.json"
# A landed file is called like the received one with an ending of its own, and a file system takes 255 bytes.
LONGEST_NAME = 200


def is_plain_name(name: str) -> bool:
    """Whether a name stays within its folder and is not the manifest's."""
    return bool(name) and name not in (".", "..", MANIFEST) and not re.search(r"[/\\\0]", name)


def contents_of(files: Sequence[Path]) -> dict[str, bytes]:
    """Name and content of each file.

    Raises:
        UnusableSettings: a name cannot be used, twice or at all, or a file is none or cannot be read.
    """
    contents: dict[str, bytes] = {}
    for path in files:
        if path.name in contents or not _is_receivable(path.name):
            raise UnusableSettings(
                f"{path.name!r}: give each file a plain name of its own, not {MANIFEST}, not hidden, without line ends"
            )
        contents[path.name] = _content(path)
    return contents


def _is_receivable(name: str) -> bool:
    is_short = len(os.fsencode(name)) <= LONGEST_NAME
    return is_plain_name(name) and name.isprintable() and not name.startswith(".") and is_short


def _content(path: Path) -> bytes:
    """A regular file's content, read once: what is hashed is what is written."""
    try:
        kind = path.lstat().st_mode
        if stat.S_ISLNK(kind):
            raise UnusableSettings(f"{path} is a link; hand over the file it points to")
        if not stat.S_ISREG(kind):
            raise UnusableSettings(f"{path} is a folder, a pipe or a device; hand over a file")
        require_size(path.stat().st_size)
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb") as file:
            return file.read()
    except Unreadable as problem:
        raise UnusableSettings(f"{path} is {problem}; export fewer records or forms at a time") from problem
    except OSError as error:
        raise UnusableSettings(f"{path} cannot be read: {error.strerror}") from error


def new_folder(parent: Path, moment: datetime) -> tuple[Path, datetime]:
    """A folder nobody has, named by the time; the next free second when two arrive in one."""
    while True:
        folder = parent / moment.strftime("%Y-%m-%dT%H%M%SZ")
        try:
            parent.parent.mkdir(parents=True, exist_ok=True)
            parent.mkdir(mode=0o700, exist_ok=True)
            folder.mkdir(mode=0o700)
        except FileExistsError:
            _require_folder(parent)
            moment += timedelta(seconds=1)
        except OSError as error:
            raise UnusableSettings(f"{folder} cannot be written: {error.strerror}") from error
        else:
            return folder, moment


def _require_folder(parent: Path) -> None:
    for place in (parent.parent, parent):
        if not place.is_dir():
            raise UnusableSettings(f"{place} is not a folder")


def write_new(path: Path, content: bytes) -> None:
    """Write a file that is not there yet, for its owner only from the first byte."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
