"""The released tables against their contract: names, types, keys, nulls, words; and what every model of ours declares.

The contract is a table of its own beside the project, one row a column; without it only the models' own declarations are judged.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest
from house import PROJECT, STUDY, House

from orchestration import dbt_runner

CONTRACTS = PROJECT.parent / "shared" / "contracts.csv"
# Comes with the library of endpoints.
NOT_YET = {"marts.fct_word_endpoint"}
# Notes that read like a list of values and are a description.
DESCRIBES = {"subscale or total"}
LAYERS = {"staging", "intermediate", "marts", "restricted"}


@dataclass(frozen=True)
class Column:
    """One row of the contract."""

    table: str
    name: str
    type: str
    is_key: bool
    is_never_null: bool
    note: str


def read_contracts(path: Path) -> list[Column]:
    with path.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    return [
        Column(r["table"], r["column"], r["type"], r["key"] == "yes", r["null_means"] == "never", r["note"])
        for r in rows
        if r["table"] not in NOT_YET
    ]


def words(note: str) -> set[str] | None:
    """The values that a note enumerates, if it does: `A, B, C`, `A or B`, `g0 to g3`, or single characters and their meaning."""
    said = "" if note in DESCRIBES else re.sub(r" \(.*\)", "", note)
    if parts := re.fullmatch(r"(\w+) or (\w+)(, .*)?", said):
        return {parts[1], parts[2]}
    if parts := re.fullmatch(r"(\D)(\d) to \1(\d)", said):
        return {f"{parts[1]}{n}" for n in range(int(parts[2]), int(parts[3]) + 1)}
    listed = said.split(", ")
    if len(listed) > 1 and all(re.fullmatch(r"\w+", word) for word in listed):
        return set(listed)
    if len(listed) > 1 and all(re.match(r"\S \w", word) for word in listed):
        return {word[0] for word in listed}
    return None


def _values(column: Column) -> str:
    """Every value of an enumerated column; of a word of single characters, each character."""
    value = f"unnest(string_split({column.name}, ''))" if (words(column.note) or set()) & {"+"} else column.name
    return f"select distinct {value} from {column.table} where {column.name} is not null"


def problems(connection: duckdb.DuckDBPyConnection, columns: list[Column]) -> Iterator[str]:
    """What the open database has and the contract does not allow, each as `table.column: what`; never a value."""
    found: dict[tuple[str, str], str] = {
        (f"{schema}.{table}", name): kind.lower()
        for schema, table, name, kind in connection.execute(
            "select schema_name, table_name, column_name, data_type from duckdb_columns() where not internal"
        ).fetchall()
    }
    for column in columns:
        where = f"{column.table}.{column.name}"
        kind = found.get((column.table, column.name))
        if kind is None:
            yield f"{where}: missing"
            continue
        if kind != column.type:
            yield f"{where}: {kind} instead of {column.type}"
        yield from (f"{where}: {what}" for what in _wrong_values(connection, column))
    for table in dict.fromkeys(c.table for c in columns):
        yield from _wrong_keys(connection, table, [c.name for c in columns if c.table == table and c.is_key], found)


def _wrong_values(connection: duckdb.DuckDBPyConnection, column: Column) -> Iterator[str]:
    nulls = connection.execute(f"select count(*) from {column.table} where {column.name} is null").fetchall()[0][0]
    if nulls and (column.is_never_null or column.is_key):
        yield "null"
    allowed = words(column.note)
    if allowed and {value for (value,) in connection.execute(_values(column)).fetchall()} - allowed:
        yield "a value that the contract does not list"


def _wrong_keys(
    connection: duckdb.DuckDBPyConnection, table: str, key: list[str], found: dict[tuple[str, str], str]
) -> Iterator[str]:
    if not key or any((table, name) not in found for name in key):
        yield f"{table}: no key"
        return
    names = ", ".join(key)
    if connection.execute(f"select 1 from {table} group by {names} having count(*) > 1 limit 1").fetchall():
        yield f"{table}: the key is not unique"


@pytest.fixture(scope="module")
def contract() -> list[Column]:
    if not CONTRACTS.is_file():
        pytest.skip("no contracts.csv in the folder beside the project: the released tables are not compared with it")
    return read_contracts(CONTRACTS)


def test_the_released_tables_keep_the_contract(house: House, contract: list[Column]) -> None:
    assert len(contract) > 150
    release = (house.folder / "current").resolve() / "marts.duckdb"
    with duckdb.connect() as connection:
        connection.execute(f"attach '{release}' as release (read_only)")
        connection.execute("use release")
        assert list(problems(connection, contract)) == []


def test_the_contract_enumerates(contract: list[Column]) -> None:
    listed = {f"{c.table}.{c.name}": words(c.note) for c in contract if words(c.note)}
    assert listed["marts.fct_use_pattern.word"] == {"+", "-", "o", "*", "_"}
    assert listed["quality.findings.layer"] == {"g0", "g1", "g2", "g3"}
    assert listed["marts.dim_participant.arm_dummy"] == {"A", "B"}
    assert len(listed["quality.check_results.state"]) == 6  # type: ignore[arg-type]
    assert len(listed) >= 16


@pytest.mark.parametrize(
    ("rows", "wrong"),
    [
        ("('p', 1, 'Y'), ('q', 1, 'N')", []),
        ("('p', 1, 'Y'), ('p', 2, 'N')", ["marts.t: the key is not unique"]),
        ("('p', 1, 'Y'), (null, 1, 'N')", ["marts.t.person: null"]),
        ("('p', null, 'Y')", ["marts.t.days: null"]),
        ("('p', 1, 'Y'), ('q', 1, null)", []),
        ("('p', 1, 'Q')", ["marts.t.used: a value that the contract does not list"]),
        ("('p', 1.5, 'Y')", ["marts.t.days: decimal(2,1) instead of integer"]),
    ],
)
def test_a_broken_contract_is_seen(rows: str, wrong: list[str]) -> None:
    columns = [
        Column("marts.t", "person", "varchar", True, True, ""),
        Column("marts.t", "days", "integer", False, True, "days told"),
        Column("marts.t", "used", "varchar", False, False, "Y, N, U"),
    ]
    with duckdb.connect() as connection:
        connection.execute("create schema marts")
        connection.execute(f"create table marts.t as select * from (values {rows}) as t (person, days, used)")
        assert list(problems(connection, columns)) == wrong
        missing = Column("marts.t", "route", "varchar", False, False, "")
        assert "marts.t.route: missing" in list(problems(connection, [*columns, missing]))


Node = dict[str, Any]


@pytest.fixture(scope="module")
def manifest() -> dict[str, Node]:
    """Models and tests as dbt parsed them."""
    nodes: dict[str, Node] = dbt_runner.manifest_json(dbt_runner.main_project(STUDY))["nodes"]
    return nodes


def undeclared(nodes: dict[str, Node]) -> list[str]:
    """What a model of ours does not declare: an enforced contract, a description of everything, a key.

    The maps are not asked: their columns are the entity's by the macro they end with, and they keep what was sent twice.
    """
    keyed = {n["attached_node"] for n in nodes.values() if n.get("test_metadata", {}).get("name") == "unique_key"}
    wrong = []
    for unique_id, node in nodes.items():
        if node["resource_type"] != "model" or node["name"].startswith("map_"):
            continue
        name = node["name"]
        wrong += [f"{name}: no enforced contract"] if not node["contract"]["enforced"] else []
        wrong += [f"{name}: no description"] if not node["description"].strip() else []
        wrong += [f"{name}: no columns"] if not node["columns"] else []
        wrong += [f"{name}.{c['name']}: no description" for c in node["columns"].values() if not c["description"]]
        wrong += [f"{name}: no key test"] if unique_id not in keyed else []
    return wrong


def test_every_model_declares_contract_descriptions_and_key(manifest: dict[str, Node]) -> None:
    models = [n for n in manifest.values() if n["resource_type"] == "model"]
    assert {n["schema"] for n in models} == LAYERS
    assert len(models) == len(list((PROJECT / "dbt_project" / "models").rglob("*.sql")))
    assert undeclared(manifest) == []


def test_every_map_ends_with_its_entitys_columns(manifest: dict[str, Node]) -> None:
    maps = [n for n in manifest.values() if n["name"].startswith("map_")]
    assert len(maps) > 10
    ends = {n["name"]: re.search(r"{{ (?:as_entity|not_collected)\('(\w+)'.*}}\s*$", n["raw_code"]) for n in maps}
    assert [name for name, end in ends.items() if not end or end[1] != name.split("__")[1]] == []
    assert [n["name"] for n in maps if not n["description"].strip()] == []


def test_what_a_model_does_not_declare_is_seen(manifest: dict[str, Node]) -> None:
    week = dict(manifest["model.trialhouse.int_week"]) | {"description": " ", "contract": {"enforced": False}}
    week["columns"] = {"week": {"name": "week", "description": ""}}
    assert undeclared({"model.trialhouse.int_week": week}) == [
        "int_week: no enforced contract",
        "int_week: no description",
        "int_week.week: no description",
        "int_week: no key test",
    ]
