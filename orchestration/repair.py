"""Damaged files of a warehouse: seeing them, and putting back what there is a copy of.

Belongs here: whether the ledger, a release or a restricted file can be read throughout. Does not belong here: what is only work in
progress (a build is made anew each night), and making a release again (`refresh.py`).
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from contextlib import closing
from dataclasses import asdict
from pathlib import Path

from orchestration import content_hash
from orchestration.failures import Damaged
from orchestration.ledger import copy_of
from orchestration.settings import StudyPaths


def require_ledger(paths: StudyPaths) -> None:
    """Raise unless the ledger can be read throughout, or there is none yet.

    Raises:
        Damaged: it is damaged or gone; it was set aside, and its copy (made after each verdict) put in its place, if there is one.
    """
    ledger, copy = paths.ledger, copy_of(paths.ledger)
    if is_whole_ledger(ledger):
        return
    if copy.is_file():
        _put_copy_in_place(ledger, copy)
        raise Damaged(f"{ledger} was damaged; its copy is in its place now, made after the last verdict: refresh again")
    if ledger.is_file() and ledger.stat().st_size > 0:
        raise Damaged(f"{ledger} is damaged and has no copy; put the folder {paths.record} back from a backup")


def is_whole_ledger(path: Path) -> bool:
    """Whether the file is a database with the ledger's tables, and can be read throughout."""
    if not path.is_file():
        return False
    try:
        with closing(sqlite3.connect(path, timeout=30)) as connection:
            tables = connection.execute("select count(*) from sqlite_schema where name = 'accepted_export'").fetchall()
            return tables == [(1,)] and connection.execute("pragma quick_check").fetchall() == [("ok",)]
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError:
        return False


def _put_copy_in_place(ledger: Path, copy: Path) -> None:
    """The damaged file and its journal are kept beside it; a journal would be played back into the copy."""
    for old in (ledger, ledger.with_name(f"{ledger.name}-journal")):
        if old.is_file():
            old.replace(old.with_name(f"{old.name}.damaged"))
    draft = ledger.with_name(f".{ledger.name}")
    shutil.copyfile(copy, draft)
    draft.chmod(0o600)
    os.replace(draft, ledger)


def is_whole_release(folder: Path) -> bool:
    """Whether a release's database can be read throughout and holds what its manifest says."""
    try:
        promised = json.loads((folder / "manifest.json").read_text())["tables"]
    except (OSError, ValueError, KeyError):
        return False
    found = _contents(folder / "marts.duckdb", "marts", ("marts", "quality"))
    return found is not None and [asdict(table) for table in found] == promised


def is_whole_restricted(folder: Path) -> bool:
    """Whether the restricted part of a release can be read throughout."""
    found = _contents(folder / "restricted.duckdb", "restricted", ("restricted", "quality"))
    return found is not None and (folder / "work_list.csv").is_file()


def _contents(path: Path, catalog: str, schemas: tuple[str, ...]) -> list[content_hash.TableContent] | None:
    """Every table of a database file; None when it cannot be read."""
    import duckdb

    try:
        with duckdb.connect(str(path), read_only=True) as connection:
            return [table for schema in schemas for table in content_hash.contents(connection, catalog, schema)]
    except duckdb.Error:
        return None
