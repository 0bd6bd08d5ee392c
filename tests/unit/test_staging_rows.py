"""Staging: which rows belong to a form, and which are set aside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
from crafted import build, csv_text, export, project_of

from expectations.protocol import protocol_from_dictionary

VISIT = {"field_name": "weight", "form_name": "visit"}
VITALS = {"field_name": "pulse", "form_name": "vitals"}
SCREENING = {"field_name": "consent", "form_name": "screening"}
ROW_HEADER = ("pid", "redcap_event_name", "redcap_repeat_instrument", "redcap_repeat_instance")
ROW_HEADER = (*ROW_HEADER, "consent", "screening_complete", "weight", "visit_complete", "pulse", "vitals_complete")
SCREENED = [(record, "scr", "", "", "yes", "2", "", "", "", "") for record in ("1", "2", "3")]
MAPPING = b"arm_num,unique_event_name,form\n1,scr,screening\n1,v1,visit\n1,v1,vitals\n"


def rows_project(
    home: Path, rows: Sequence[Sequence[str]], mapping: bytes | None, screening: bool
) -> duckdb.DuckDBPyConnection:
    dictionary, listed = project_of(SCREENING, VISIT, VITALS)
    protocol = protocol_from_dictionary("rows", listed, ())
    if screening:
        forms = tuple(replace(form, is_repeating=form.name == "vitals") for form in protocol.forms)
        protocol = replace(
            protocol, is_registered=True, study={"study_id": "rows", "screening_form": "screening"}, forms=forms
        )
    files = {"d.csv": ("data", csv_text(ROW_HEADER, rows).encode()), "dict.csv": ("dictionary", dictionary)}
    files |= {"m.csv": ("mapping", mapping)} if mapping else {}
    return build(export(home / "raw" / "rows" / "2031-03-01", files, study="rows"), protocol, home)


def staged(connection: duckdb.DuckDBPyConnection, form: str, field: str) -> list[tuple[Any, ...]]:
    columns = f"record_id, event_name, repeat_instance, {field}, is_touched"
    return connection.execute(f"select {columns} from staging.stg_rows__{form} order by all").fetchall()


def aside(connection: duckdb.DuckDBPyConnection) -> list[tuple[Any, ...]]:
    columns = "form, record_id, event_name, repeat_instance, rule_id, _source_row"
    return connection.execute(f"select {columns} from staging.stg_rows__quarantine order by all").fetchall()


def test_rows_with_a_mapping(tmp_path: Path) -> None:
    """The event designates the form, whatever a row holds; a repeating form takes its own rows, a plain one none."""
    rows = [
        *SCREENED,
        ("1", "v1", "", "", "", "", "80", "2", "", ""),
        ("1", "v1", "vitals", "1", "", "", "", "", "60", "2"),
        ("1", "v1", "vitals", "2", "", "", "", "", "61", "2"),
        ("2", "v1", "", "", "", "", "", "0", "", ""),
        ("3", "v2", "", "", "", "", "90", "2", "", ""),
    ]
    with rows_project(tmp_path, rows, MAPPING, screening=True) as connection:
        assert staged(connection, "screening", "consent") == [(r, "scr", None, "yes", True) for r in ("1", "2", "3")]
        assert staged(connection, "visit", "weight") == [("1", "v1", None, "80", True), ("2", "v1", None, None, False)]
        assert staged(connection, "vitals", "pulse") == [("1", "v1", 1, "60", True), ("1", "v1", 2, "61", True)]
        assert aside(connection) == []
        reasons = connection.execute("select weight__missing from staging.stg_rows__visit order by 1").fetchall()
        assert reasons == [("NOT_ASKED",), (None,)]


def test_rows_without_a_mapping(tmp_path: Path) -> None:
    """A row belongs to each form of which it holds anything; form status does not count."""
    rows = [
        ("1", "v1", "", "", "yes", "2", "80", "2", "", ""),
        ("2", "v1", "", "", "", "0", "", "0", "", ""),
        ("3", "v1", "", "2", "", "0", "82", "2", "", ""),
        ("1", "v1", "vitals", "1", "", "", "", "", "60", "2"),
    ]
    with rows_project(tmp_path, rows, None, screening=False) as connection:
        assert staged(connection, "screening", "consent") == [("1", "v1", None, "yes", True)]
        assert staged(connection, "visit", "weight") == [("1", "v1", None, "80", True), ("3", "v1", 2, "82", True)]
        assert staged(connection, "vitals", "pulse") == [("1", "v1", 1, "60", True)]
        assert aside(connection) == []


def test_a_project_of_unknown_repeats_with_a_mapping(tmp_path: Path) -> None:
    """A base row of a form that repeats has a blank status; an untouched row of a form that does not has 0."""
    rows = [
        ("1", "v1", "", "", "", "", "80", "2", "", ""),
        ("1", "v1", "vitals", "1", "", "", "", "", "60", "2"),
        ("2", "v1", "", "", "", "", "", "0", "", ""),
    ]
    with rows_project(tmp_path, rows, MAPPING, screening=False) as connection:
        assert staged(connection, "visit", "weight") == [("1", "v1", None, "80", True), ("2", "v1", None, None, False)]
        assert staged(connection, "vitals", "pulse") == [("1", "v1", 1, "60", True)]


def test_rows_set_aside_and_rows_kept_are_all_rows(tmp_path: Path) -> None:
    """Every row of a doubled key, an unusable key, a record never screened: aside; the rest stays."""
    rows = [
        *SCREENED,
        ("1", "v1", "", "", "", "", "80", "2", "", ""),
        (" 1 ", "v1", "", "", "", "", "81", "2", "", ""),
        ("2", "v1", "", "", "", "", "82", "2", "", ""),
        ("9", "v1", "", "", "", "", "83", "2", "", ""),
        ("", "v1", "", "", "", "", "84", "2", "", ""),
        ("2", "v1", "vitals", "1", "", "", "", "", "60", "2"),
        ("2", "v1", "vitals", "new", "", "", "", "", "61", "2"),
        ("3", "v1", "vitals", "1", "", "", "", "", "62", "2"),
        ("3", "v1", "vitals", "1", "", "", "", "", "62", "2"),
    ]
    with rows_project(tmp_path, rows, MAPPING, screening=True) as connection:
        assert staged(connection, "visit", "weight") == [("2", "v1", None, "82", True)]
        assert staged(connection, "vitals", "pulse") == [("2", "v1", 1, "60", True)]
        assert aside(connection) == [
            ("visit", "1", "v1", None, "DQ-04", 4),
            ("visit", "1", "v1", None, "DQ-04", 5),
            ("visit", "9", "v1", None, "DQ-06", 7),
            ("visit", None, "v1", None, "DQ-04", 8),
            ("vitals", "2", "v1", None, "DQ-04", 10),
            ("vitals", "3", "v1", 1, "DQ-04", 11),
            ("vitals", "3", "v1", 1, "DQ-04", 12),
        ]
