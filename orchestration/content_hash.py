"""Hashes of tables that say whether two results are the same.

Belongs here: the one definition of "same content". Rows in any order, doubles to eleven significant digits (sums may differ in the
last bits with the order of addition), columns in the table's order. Does not belong here: what is done with a hash.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb


@dataclass(frozen=True)
class TableContent:
    """One table's rows and content hash."""

    schema: str
    table: str
    rows: int
    sha256: str


def _text_of(name: str, data_type: str) -> str:
    quoted = f'"{name}"'
    text = f"printf('%.10e', {quoted} + 0.0)" if data_type in ("DOUBLE", "FLOAT") else f"cast({quoted} as varchar)"
    return f"coalesce(replace({text}, '|', '||'), '|0')"


def table_content(connection: duckdb.DuckDBPyConnection, catalog: str, schema: str, table: str) -> TableContent:
    """Rows and content hash of one table; the hash covers column names and types too."""
    columns = connection.execute(
        "select column_name, data_type from duckdb_columns()"
        " where database_name = ? and schema_name = ? and table_name = ? order by column_index",
        [catalog, schema, table],
    ).fetchall()
    row_text = " || ' | ' || ".join(_text_of(name, data_type) for name, data_type in columns)
    header = ",".join(f"{name} {data_type}" for name, data_type in columns)
    rows, digest = connection.execute(
        f"select count(*), sha256(? || coalesce(string_agg(h, '' order by h), ''))"
        f' from (select md5({row_text}) as h from "{catalog}"."{schema}"."{table}")',
        [header],
    ).fetchone()  # type: ignore[misc]  # an aggregate without group by always gives one row
    return TableContent(schema, table, int(rows), str(digest))


def contents(connection: duckdb.DuckDBPyConnection, catalog: str, schema: str) -> list[TableContent]:
    """Content of every table of a schema, by name."""
    tables = connection.execute(
        "select table_name from duckdb_tables() where database_name = ? and schema_name = ? order by 1",
        [catalog, schema],
    ).fetchall()
    return [table_content(connection, catalog, schema, table) for (table,) in tables]


def combined(tables: list[TableContent]) -> str:
    """One line that stands for several tables."""
    return ";".join(f"{t.schema}.{t.table}={t.sha256}" for t in tables)
