"""Tables for the rules' SQL: as the models' contracts and the canonical entities have them, filled with a few rows.

Belongs here: building what a rule reads, and running it. Does not belong here: any check.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import yaml
from house import PROJECT, STUDY

from expectations.rule_checks import RULES, WHERE

DBT = PROJECT / "dbt_project"
EXPORTED = date(2031, 12, 31)
Rows = Sequence[Mapping[str, Any]]


@cache
def contracts() -> dict[str, dict[str, str]]:
    """Column types by relation, from the models' own contracts."""
    found: dict[str, dict[str, str]] = {}
    for path in sorted((DBT / "models").rglob("*.yml")):
        for model in yaml.safe_load(path.read_text()).get("models", ()):
            columns = {c["name"]: c["data_type"] for c in model.get("columns", ()) if "data_type" in c}
            found.setdefault(model["name"], columns)
    return found


@cache
def entities() -> dict[str, dict[str, str]]:
    """Column types by canonical entity, from the macro that defines them."""
    text = (DBT / "macros" / "canonical.sql").read_text()
    listed = re.findall(r"'(\w+)': '([^']+)'", text)
    keys = {"study_id": "string", "participant_id": "string"}
    return {name: keys | dict(column.split() for column in columns.split(",")) for name, columns in listed}


def _place(name: str) -> tuple[str, dict[str, str]]:
    """Where a relation lies for a rule, and its columns."""
    if name.startswith("mapped_"):
        return name, entities()[name.removeprefix("mapped_")]
    schema = "intermediate" if name.startswith("int_") else "release.marts"
    return f"{schema}.{name}", contracts()[name]


def read_relations(rule_id: str) -> set[str]:
    """The intermediate models, maps and marts that a rule's SQL names."""
    text = (RULES / f"{rule_id}.sql").read_text()
    found = re.findall(r"\b(?:intermediate|release[.]marts)[.](\w+)|\b(mapped_\w+)", text)
    return {model or entity for model, entity in found}


def violations(rule_id: str, seeds: Path = DBT / "seeds" / "protocol", **tables: Rows) -> list[dict[str, Any]]:
    """What a rule finds in these rows; relations that are not given are empty, the protocol is the example study's."""
    with duckdb.connect() as connection:
        connection.execute("attach ':memory:' as release; create schema release.marts")
        connection.execute("create schema intermediate; create schema protocol; create schema raw")
        connection.execute("create table raw.export as select ? as study_id, ? as exported_date", [STUDY, EXPORTED])
        for path in sorted(seeds.glob("*.csv")):
            source = f"read_csv('{path}', header = true, sample_size = -1)"
            connection.execute(f"create table protocol.{path.stem} as select * from {source}")
        named = read_relations(rule_id)
        assert tables.keys() <= named, "the rule does not read that"
        for name in sorted(named):
            _fill(connection, name, tables.get(name, ()))
        found = connection.execute((RULES / f"{rule_id}.sql").read_text()).fetchall()
    return [dict(zip(WHERE, row, strict=True)) for row in found]


def _fill(connection: duckdb.DuckDBPyConnection, name: str, rows: Rows) -> None:
    place, columns = _place(name)
    connection.execute(f"create table {place} ({', '.join(f'{c} {kind}' for c, kind in columns.items())})")
    for row in rows:
        known = {"study_id": STUDY} | dict(row)
        marks = ", ".join("?" for _ in known)
        connection.execute(f"insert into {place} ({', '.join(known)}) values ({marks})", list(known.values()))


def who(found: Sequence[Mapping[str, Any]]) -> list[str]:
    """The participants of findings, sorted."""
    return sorted(row["participant_id"] for row in found)
