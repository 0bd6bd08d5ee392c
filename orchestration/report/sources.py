"""The tables a report reads: the release, the release before, and the build's expected forms.

Belongs here: opening them side by side, read-only, and asking. Does not belong here: what is asked, and the restricted file, which is
never opened here. A study may have less than all tables: who asks says which ones the question needs.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from orchestration.report.subject import Subject

EXPECTED_FORMS = "build.intermediate.int_expected_form"


class Sources:
    """Catalogs `release`, `before` (if there is one) and `build` (if it is there)."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        listed = "select database_name || '.' || schema_name || '.' || table_name from duckdb_tables()"
        self.tables = frozenset(name for (name,) in connection.execute(listed).fetchall())

    def has(self, *tables: str) -> bool:
        """Whether all of these tables, named with their catalog, are there."""
        return self.tables.issuperset(tables)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """All rows of a query; it names its tables with their catalog and its order."""
        return self._connection.execute(sql).fetchall()

    def rows_of(self, *tables: str, sql: str) -> list[tuple[Any, ...]]:
        """The same, and no rows where one of the tables is not there."""
        return self.rows(sql) if self.has(*tables) else []


@contextmanager
def opened(subject: Subject) -> Iterator[Sources]:
    """The sources of a report while the block runs."""
    files = {"release": subject.marts, "build": subject.build}
    if subject.before and subject.before.is_kept:
        files["before"] = subject.before.marts
    with duckdb.connect() as connection:
        for alias, path in files.items():
            if path.is_file():
                connection.execute(f"attach '{_quoted(path)}' as {alias} (read_only)")
        yield Sources(connection)


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
