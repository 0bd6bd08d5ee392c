"""The tables of the current release: which there are, and one of them as a file for somebody else's program.

Belongs here: reading what is released, never what is restricted or being built. Does not belong here: releasing (`release.py`) and
shells (`shell.py`).
"""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.settings import Settings, StudyPaths, UnusableSettings

if TYPE_CHECKING:
    import duckdb

ENDINGS = (".csv", ".parquet")


def current_folder(paths: StudyPaths) -> Path:
    """The folder of the current release: the same one for as long as its caller needs it, whatever is released meanwhile.

    Raises:
        UnusableSettings: nothing was released yet.
    """
    if not paths.current.is_symlink():
        raise UnusableSettings(f"nothing was released yet below {paths.home}; run trialhouse refresh first")
    return paths.current.resolve()


def quoted(path: Path) -> str:
    """A path as it stands between apostrophes in SQL."""
    return str(path).replace("'", "''")


def _open(folder: Path) -> duckdb.DuckDBPyConnection:
    import duckdb

    connection = duckdb.connect()
    connection.execute(f"attach '{quoted(folder / 'marts.duckdb')}' as release (read_only)")
    connection.execute("use release")
    return connection


def _names(connection: duckdb.DuckDBPyConnection) -> list[str]:
    found = connection.execute(
        "select schema_name || '.' || table_name from duckdb_tables() where database_name = 'release' order by 1"
    )
    return [name for (name,) in found.fetchall()]


def rows(folder: Path) -> dict[str, int]:
    """Rows of each table of a release, by `schema.table`."""
    with closing(_open(folder)) as connection:
        counts = (f"select '{name}', count(*) from {name}" for name in _names(connection))
        found = connection.execute(" union all ".join(counts)).fetchall()
    return dict(sorted(found))


def export(settings: Settings, table: str, to: Path, force: bool = False) -> int:
    """Write one table of the current release to a file; returns its rows.

    A file that ends in .csv is for spreadsheets (UTF-8 with its mark, see `spreadsheet.py`), one in .parquet keeps every type.

    Raises:
        UnusableSettings: nothing is released, no such table, or the file may not be written.
    """
    folder = current_folder(settings.paths)
    _require_target(settings, to, force)
    with closing(_open(folder)) as connection:
        known = _names(connection)
        if table not in known:
            raise UnusableSettings(f"no table {table} in release {folder.name}; tables: {', '.join(known)}")
        draft = to.with_name(f".{to.name}.{os.getpid()}")
        try:
            written = _write(connection, table, draft, to.suffix.lower())
            draft.replace(to)
        finally:
            draft.unlink(missing_ok=True)
    return written


def _require_target(settings: Settings, to: Path, force: bool) -> None:
    if to.suffix.lower() not in ENDINGS:
        raise UnusableSettings(f"{to}: the file's ending says what it becomes: {' or '.join(ENDINGS)}")
    if not to.parent.is_dir():
        raise UnusableSettings(f"{to}: there is no folder {to.parent}")
    if to.resolve().is_relative_to(settings.warehouse.resolve()):
        raise UnusableSettings(f"{to} lies in the warehouse, where a release must stay as it is; choose another place")
    if to.is_dir() or (to.exists() and not force):
        raise UnusableSettings(f"{to} is there already; --force writes over a file")


def _write(connection: duckdb.DuckDBPyConnection, table: str, draft: Path, ending: str) -> int:
    from orchestration import spreadsheet

    ordered = f"select * from {table} order by all"
    if ending == ".csv":
        frame = connection.sql(ordered).pl()
        spreadsheet.safe(frame).write_csv(draft, include_bom=True)
        return frame.height
    connection.execute(f"copy ({ordered}) to '{quoted(draft)}' (format parquet)")
    (count,) = connection.execute(f"select count(*) from {table}").fetchall()[0]
    return int(count)
