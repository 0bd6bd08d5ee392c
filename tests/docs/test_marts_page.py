"""docs/marts.md against a release: the tables, columns and types that are there, and no null where it says never."""

from __future__ import annotations

import re

from house import PROJECT, House

PAGE = PROJECT / "docs" / "marts.md"
TABLE = re.compile(r"(?m)^### (\w+\.\w+)$")
ROW = re.compile(r"(?m)^\| `(\w+)` \| (\w+) \| [^|]* \| .* \| ((?:[^|]|\\\|)*) \|$")
ROOMS = "(database_name = 'release' or database_name = 'vault' and schema_name = 'restricted')"


def page() -> dict[str, list[tuple[str, str, str]]]:
    """Each table of the page: its columns as (name, type, what null means)."""
    _, *parts = TABLE.split(PAGE.read_text(encoding="utf-8"))
    return {name: ROW.findall(text) for name, text in zip(parts[::2], parts[1::2], strict=True)}


def test_the_page_has_the_tables_and_columns_of_a_release_and_its_restricted_file(house: House) -> None:
    found: dict[str, list[tuple[str, str]]] = {}
    for table, name, kind in house.query(
        "select schema_name || '.' || table_name, column_name, lower(data_type) from duckdb_columns()"
        f" where {ROOMS} order by table_oid, column_index"
    ):
        found.setdefault(table, []).append((name, kind))
    assert {table: [c[:2] for c in columns] for table, columns in page().items()} == found


def test_what_is_never_null_has_a_value_in_every_row(house: House) -> None:
    empty = []
    for table, columns in page().items():
        where = f"vault.{table}" if table.startswith("restricted.") else table
        never = [name for name, _, null in columns if null == "never"]
        counts = ", ".join(f"count(*) - count({name})" for name in never)
        ((*nulls,),) = house.query(f"select {counts} from {where}")
        empty += [f"{table}.{name}" for name, count in zip(never, nulls, strict=True) if count]
    assert empty == []
