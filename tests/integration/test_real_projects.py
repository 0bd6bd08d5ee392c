"""Real REDCap projects that nobody here wrote: received, landed whole, checked by their own dictionary, released.

Belongs here: the whole path of a study without a protocol, one refresh a project. Does not belong here: readers, landing and
staging by themselves (`tests/unit`). What is expected is read off each project's own files by the standard library alone.
"""

from __future__ import annotations

import csv
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import polars as pl
import pytest
from crafted import REAL_PROJECTS, SAMPLES, sample_files
from house import House

ORIGIN = ["_export_id", "_source_file", "_source_row"]
QUALITY = {"findings", "data_queries", "check_results", "file_outcomes"}
NUMBERS = {"integer": "BIGINT", "number": "DOUBLE", "number_comma_decimal": "DOUBLE"}
DATES = {"date_ymd": "DATE", "date_mdy": "DATE", "date_dmy": "DATE"}
YES_NO = ("yesno", "truefalse")


def table_of(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return [row for row in csv.reader(lines) if row]


@dataclass(frozen=True)
class Listed:
    """One row of a dictionary, as REDCap's own columns name it."""

    name: str
    form: str
    kind: str
    choices: tuple[str, ...]
    validation: str
    limits: tuple[str, str]
    is_identifier: bool
    is_required: bool

    @property
    def columns(self) -> dict[str, str]:
        """The staged columns and their types."""
        if self.kind == "checkbox":
            return {f"{self.name}___{re.sub('[^a-z0-9]', '_', code.lower())}": "BOOLEAN" for code in self.choices}
        typed = (NUMBERS | DATES).get(self.validation, "VARCHAR") if self.kind == "text" else "VARCHAR"
        return {self.name: "BOOLEAN" if self.kind in YES_NO else "BIGINT" if self.kind == "slider" else typed}

    @property
    def checks(self) -> set[str]:
        """The kinds of checks that follow from the row."""
        column_type = next(iter(self.columns.values()))
        is_coded = self.kind in ("radio", "dropdown", "checkbox", *YES_NO)
        kinds = {"codes"} if is_coded else set()
        kinds |= {"type"} if self.kind != "checkbox" and column_type != "VARCHAR" else set()
        kinds |= {"range"} if any(self.limits) or self.kind == "slider" else set()
        kinds |= {"required"} if self.is_required else set()
        return kinds | ({"limits"} if column_type == "DATE" and not self.is_identifier else set())


@dataclass(frozen=True)
class Real:
    """A real project after one refresh, and everything the two commands said."""

    house: House
    said: str

    @property
    def name(self) -> str:
        return self.house.study

    @property
    def data(self) -> list[list[str]]:
        return table_of(SAMPLES / self.name / "data.csv")

    @property
    def dictionary(self) -> list[Listed]:
        path = next(p for p in sample_files(self.name) if "Form Name" in table_of(p)[0])
        return [_listed(row) for row in table_of(path)[1:] if row[3] != "descriptive"]

    @property
    def identifiers(self) -> set[str]:
        """Cells of fields marked as identifiers, and record ids."""
        header, *rows = self.data
        marked = {field.name for field in self.dictionary if field.is_identifier} | {header[0]}
        return {cell for row in rows for name, cell in zip(header, row, strict=True) if name in marked and cell.strip()}

    def rows_of(self, form: str) -> int:
        """Rows of the data that hold anything of a form; an unticked box is nothing."""
        header, *rows = self.data
        fields = [field for field in self.dictionary[1:] if field.form == form]
        empty = {
            column: ("", "0") if field.kind == "checkbox" else ("",) for field in fields for column in field.columns
        }
        return sum(
            any(cell not in empty.get(name, (cell,)) for name, cell in zip(header, row, strict=True)) for row in rows
        )

    def relation(self, form: str) -> str:
        return f"stg_{re.sub('[^a-z0-9_]', '_', self.name)}__{form}"

    def build(self, sql: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.house.folder / "builds" / "build.duckdb"), read_only=True) as connection:
            return connection.execute(sql).fetchall()


def _listed(row: list[str]) -> Listed:
    choices = tuple(part.split(",", 1)[0].strip() for part in row[5].split("|")) if row[3] in CHOOSING else ()
    return Listed(row[0], row[1], row[3], choices, row[7], (row[8], row[9]), row[10] == "y", row[12] == "y")


CHOOSING = ("radio", "dropdown", "checkbox")


@pytest.fixture(scope="module", params=REAL_PROJECTS)
def real(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Real:
    """One project, received and refreshed once for all tests."""
    if not SAMPLES.is_dir():
        pytest.skip("the real REDCap projects are not beside the project")
    house = House(tmp_path_factory.mktemp("real"), study=request.param)
    received = house.run("receive", *map(str, sample_files(request.param)), code=0)
    refreshed = house.run("refresh", code=0)
    return Real(house, "".join((received.stdout, received.stderr, refreshed.stdout, refreshed.stderr)))


def test_it_is_released(real: Real) -> None:
    run = real.house.last_run
    assert (run["verdict"], run["exit_code"]) == ("RELEASED", 0)
    assert {gate: said["verdict"] for gate, said in run["gates"].items()} == {
        "g0": "PASS",
        "g1": "PASS",
        "g2": "NOT_APPLICABLE",
        "g3": "NOT_APPLICABLE",
    }
    assert real.house.current == f"releases/{run['release_id']}"


def test_every_cell_is_landed_and_nothing_else(real: Real) -> None:
    header, *rows = real.data
    export_id = real.house.last_run["export_id"]
    frame = pl.read_parquet(real.house.folder / "record" / "landed" / export_id / "data.csv.parquet")
    assert frame.columns == [*header, *ORIGIN]
    wanted = [(*row, export_id, "data.csv", number) for number, row in enumerate(rows, 1)]
    assert frame.sort("_source_row").rows() == wanted


def test_a_release_holds_quality_and_no_mart(real: Real) -> None:
    tables = real.house.query("select schema_name, table_name from duckdb_tables() where database_name = 'release'")
    assert set(tables) == {("quality", name) for name in QUALITY}
    assert list((real.house.folder / "current" / "marts").iterdir()) == []
    assert {(t["schema"], t["table"]) for t in real.house.manifest["tables"]} == set(tables)
    outcomes = real.house.query("select file_name, verdict from quality.file_outcomes")
    assert set(outcomes) == {(path.name, "ACCEPTED") for path in sample_files(real.name)}


def test_every_field_is_staged_with_the_type_of_its_dictionary(real: Real) -> None:
    record, *fields = real.dictionary
    assert {field.name for field in fields if field.is_identifier} <= {c for f in fields for c in f.columns}
    for form in {field.form for field in (record, *fields)}:
        found = dict(
            real.build(
                f"select column_name, data_type from duckdb_columns() where table_name = '{real.relation(form)}'"
            )
        )
        wanted = {column: kind for field in fields if field.form == form for column, kind in field.columns.items()}
        assert {column: found.get(column) for column in wanted} == wanted, form
        assert {f"{field.name}__missing" for field in fields if field.form == form} <= set(found), form


def test_types_ranges_choices_and_required_fields_became_checks_and_nothing_else(real: Real) -> None:
    wanted = {(real.relation(f.form), f.name, kind) for f in real.dictionary[1:] for kind in f.checks}
    rows = real.house.query("select relation, rule_id, check_id from quality.check_results where layer = 'g1'")
    found = set()
    for relation, rule, check_id in rows:
        if relation.endswith("__quarantine"):
            continue
        # a rule of a field of its own is FLD-<form>-<field>-<kind>; a rule of the catalogue names field and kind after it
        name, kind = rule.split("-")[2:] if rule.startswith("FLD-") else check_id.split(":")[-2:]
        found.add((relation, name, kind))
    assert found == wanted
    assert wanted


def test_a_form_is_judged_on_every_row_that_holds_anything_of_it(real: Real) -> None:
    for form in {field.form for field in real.dictionary[1:]}:
        held = real.rows_of(form)
        evaluated = real.house.query(
            f"select distinct rows_evaluated from quality.check_results where relation = '{real.relation(form)}'"
        )
        assert evaluated in ([], [(held,)]), form
        assert real.build(f"select count(*) from staging.{real.relation(form)} where is_touched") == [(held,)], form


def test_the_graph_tells_which_forms_and_rows_there_were(real: Real) -> None:
    """Before an export is read, the graph knows no form of such a study."""
    with dg.DagsterInstance.from_config(str(real.house.home / "warehouse" / ".dagster")) as instance:
        event = instance.get_latest_materialization_event(dg.AssetKey([real.name, "staging", "forms"]))
    assert event is not None
    assert event.asset_materialization is not None
    told = str(event.asset_materialization.metadata["forms"].value)
    rows = [[cell.strip() for cell in line.strip("| ").split("|")] for line in told.splitlines()[2:]]
    assert {(row[0], int(row[3])) for row in rows} == {(f, real.rows_of(f)) for f in {d.form for d in real.dictionary}}


def shown(values: set[str], text: str) -> bool:
    """Whether any of the values stands in a text as a word of its own; short ones but for words say nothing there."""
    telling = [value for value in values if len(value) >= 5 or (len(value) >= 3 and value.isalpha())]
    return any(re.search(rf"(?<![0-9A-Za-z]){re.escape(value)}(?![0-9A-Za-z])", text) for value in telling)


def leaves(content: object) -> set[str]:
    """Every text in a JSON document."""
    if isinstance(content, dict):
        return {text for key, value in content.items() for text in leaves(value) | {str(key)}}
    if isinstance(content, list):
        return {text for value in content for text in leaves(value)}
    return {content} if isinstance(content, str) else set()


def test_no_identifier_and_no_record_id_leaves_the_closed_rooms(real: Real) -> None:
    release = (real.house.folder / "current").resolve()
    texts = real.house.query(
        "select schema_name, table_name, column_name from duckdb_columns()"
        " where database_name = 'release' and data_type = 'VARCHAR'"
    )
    assert len(texts) > 20
    for schema, table, column in texts:
        cells = {cell for (cell,) in real.house.query(f"select {column} from {schema}.{table}") if cell is not None}
        assert not cells & real.identifiers, (table, column)
        assert not shown(real.identifiers, "\n".join(cells)), (table, column)
    for path in [p for p in release.rglob("*") if p.is_file()] + [real.house.folder / "last_run.json"]:
        assert not shown(real.identifiers, path.read_bytes().decode("latin-1")), path.name
    for document in (real.house.manifest, real.house.last_run):
        assert not leaves(document) & real.identifiers
    assert not shown(real.identifiers, real.said)


def test_the_search_for_identifiers_sees_them_where_they_are(real: Real) -> None:
    telling = any(field.is_identifier for field in real.dictionary)
    assert shown(real.identifiers, (SAMPLES / real.name / "data.csv").read_text(encoding="utf-8-sig")) == telling


def test_a_second_refresh_says_nothing_new(real: Real) -> None:
    manifest = real.house.folder / "current" / "manifest.json"
    before = manifest.stat().st_mtime_ns, real.house.current, json.dumps(real.house.last_run)
    done = real.house.run("refresh", code=0)
    assert "nothing new" in done.stdout
    assert (manifest.stat().st_mtime_ns, real.house.current, json.dumps(real.house.last_run)) == before
