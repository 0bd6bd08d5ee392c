"""Checks on the file that is about to be released: masks, blinding, personal identifiers.

Belongs here: rules of the last gate that look at the release as a whole. Does not belong here: rules about clinical
content (`rules/`). The floor of rule DQ-08 does not read masking.csv: a mask that somebody deletes there is still
missed here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from expectations.checks import Check, check_of_rule, rules_by_id
from expectations.protocol import Protocol

if TYPE_CHECKING:
    import duckdb

FLOOR_COLUMNS = (("dim_participant", "arm"), ("fct_infusion", "duration_minutes"), ("fct_infusion", "is_completed"))
FLOOR_ROWS = (
    ("fct_instrument_score", "instrument in ('CADSS23', 'CADSS6', 'HMS')"),
    ("fct_urine_result", "analyte = 'BZD'"),
    ("fct_use_pattern", "substance = 'BENZODIAZEPINE'"),
    ("fct_deviation", "category in ('DOSING', 'UNBLINDING')"),
    ("rpt_consort", "arm <> 'POOLED'"),
    (
        "fct_adverse_event",
        "start_pday is null or is_start_imputed or exists (select 1 from release.marts.fct_infusion as infusion"
        " where infusion.participant_id = fct_adverse_event.participant_id"
        " and infusion.infusion_pday = fct_adverse_event.start_pday)"
        " or exists (select 1 from protocol.study as study"
        " where study.study_id = fct_adverse_event.study_id and study.infusion_pday = fct_adverse_event.start_pday)",
    ),
)
FORBIDDEN_COLUMN = re.compile(r"(^|_)(drug|dose|doses|kit|lot|arm_code|randomization_no|volume_ml)(_|$)")
IDENTIFIER_COLUMN = re.compile(
    r"(^|_)(record_id|initials|birth|dob|phone|email|address|name_first|name_last|mrn|ssn)(_|$)"
)
CALENDAR_TYPES = ("DATE", "TIMESTAMP", "TIMESTAMP WITH TIME ZONE")
IDENTIFIER_PATTERNS = {
    "e-mail address": r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+[.][A-Za-z]{2,}",
    "telephone number": r"(^|[^0-9])[(]?[0-9]{3}([)][-. ]?|[-. ])[0-9]{3}[-. ][0-9]{4}([^0-9]|$)",
    "social security number": r"(^|[^0-9])[0-9]{3}-[0-9]{2}-[0-9]{4}([^0-9]|$)",
    "calendar date": r"(^|[^0-9])(19|20)[0-9]{2}-[01][0-9]-[0-3][0-9]([^0-9]|$)",
    "calendar date, other order": r"(^|[^0-9])[0-3]?[0-9][/.][0-3]?[0-9][/.](19|20)[0-9]{2}([^0-9]|$)",
    "medical record number": r"(^|[^A-Za-z])MRN[-: ]?[0-9]{4,}",
}


@dataclass(frozen=True)
class ReleaseCheck:
    """A check on the release and how many violations it found, each as a finding."""

    check: Check
    findings: list[dict[str, Any]] = field(default_factory=list, hash=False)
    rows: int = 1
    applies: bool = True


Column = tuple[str, str, str]


def release_checks(connection: duckdb.DuckDBPyConnection, protocol: Protocol) -> list[ReleaseCheck]:
    """Every check of the release as a whole; raises what DuckDB raises, a check that cannot run is no pass."""
    columns = connection.execute(
        "select table_name, column_name, data_type from duckdb_columns()"
        " where database_name = 'release' and schema_name = 'marts' order by 1, 2"
    ).fetchall()
    blinded = not protocol.is_unblinded
    return [
        _masks(connection, protocol, columns),
        _floor(connection, protocol, columns, blinded),
        _forbidden(protocol, columns, blinded),
        _identifier_columns(protocol, columns),
        _identifier_texts(connection, protocol, columns),
    ]


def _count(connection: duckdb.DuckDBPyConnection, table: str, condition: str) -> int:
    return int(connection.execute(f"select count(*) from release.marts.{table} where {condition}").fetchall()[0][0])


def _masks(connection: duckdb.DuckDBPyConnection, protocol: Protocol, columns: Sequence[Column]) -> ReleaseCheck:
    """Every mask that is in force holds: masked columns are null (or pooled), masked rows absent."""
    check = check_of_rule(rules_by_id(protocol.rules)["DQ-08"], "masking", "masks")
    known = {(table, column) for table, column, _ in columns}
    found = []
    for mask in protocol.active_masks:
        name = mask.column_name
        if (mask.relation, name) not in known:
            # rows may be hidden by a word no mart shows; a column that is not there cannot be seen to be empty
            if mask.mask_kind == "column":
                found.append(check.finding(form=mask.relation, field=name, detail_key="no such column"))
            continue
        shown = f"{name} is not null and cast({name} as varchar) <> 'POOLED'"
        escaped = mask.masked_value.replace("'", "''")
        leaks = _count(connection, mask.relation, shown if mask.mask_kind == "column" else f"{name} = '{escaped}'")
        if leaks:
            found.append(check.finding(form=mask.relation, field=name, detail_key=mask.masked_value or None))
    return ReleaseCheck(check, found, len(protocol.active_masks), bool(protocol.active_masks))


def _floor(
    connection: duckdb.DuckDBPyConnection, protocol: Protocol, columns: Sequence[Column], blinded: bool
) -> ReleaseCheck:
    """What no blinded release may show, whatever masking.csv says."""
    check = check_of_rule(rules_by_id(protocol.rules)["DQ-08"], "marts", "floor")
    tables = {table for table, _, _ in columns}
    conditions = [(t, c, f"{c} is not null") for t, c in FLOOR_COLUMNS] + [(t, c.split()[0], c) for t, c in FLOOR_ROWS]
    leaks = [(t, c) for t, c, sql in conditions if blinded and t in tables and _count(connection, t, sql)]
    return ReleaseCheck(check, [check.finding(form=t, field=c) for t, c in leaks], len(conditions), blinded)


def _forbidden(protocol: Protocol, columns: Sequence[Column], blinded: bool) -> ReleaseCheck:
    check = check_of_rule(rules_by_id(protocol.rules)["DQ-08"], "marts", "columns")
    leaks = [(t, c) for t, c, _ in columns if FORBIDDEN_COLUMN.search(c)]
    return ReleaseCheck(check, [check.finding(form=t, field=c) for t, c in leaks], len(columns), blinded)


def _identifier_columns(protocol: Protocol, columns: Sequence[Column]) -> ReleaseCheck:
    check = check_of_rule(rules_by_id(protocol.rules)["DQ-07"], "marts", "columns")
    identifiers = {f.name for f in protocol.fields if f.is_identifier}
    leaks = [
        (t, c) for t, c, kind in columns if c in identifiers or IDENTIFIER_COLUMN.search(c) or kind in CALENDAR_TYPES
    ]
    return ReleaseCheck(check, [check.finding(form=t, field=c) for t, c in leaks], len(columns))


def _identifier_texts(
    connection: duckdb.DuckDBPyConnection, protocol: Protocol, columns: Sequence[Column]
) -> ReleaseCheck:
    """No text in the release looks like a personal identifier or is a record id; findings name column and kind only."""
    check = check_of_rule(rules_by_id(protocol.rules)["DQ-07"], "marts", "texts")
    texts = [(t, c) for t, c, kind in columns if kind == "VARCHAR"]
    return ReleaseCheck(check, [check.finding(**f) for t, c in texts for f in _leaks(connection, t, c)], len(texts))


def _leaks(connection: duckdb.DuckDBPyConnection, table: str, column: str) -> Iterator[dict[str, str]]:
    quoted = [pattern.replace("'", "''") for pattern in IDENTIFIER_PATTERNS.values()]
    tests = [f"bool_or(regexp_matches(v, '{pattern}'))" for pattern in quoted]
    tests.append("bool_or(v in (select record_id from build.raw.participant_key))")
    values = f"select distinct {column} as v from release.marts.{table} where {column} is not null"
    seen = connection.execute(f"select {', '.join(tests)} from ({values})").fetchall()[0]
    for kind, leaks in zip((*IDENTIFIER_PATTERNS, "record id"), seen, strict=True):
        if leaks:
            yield {"form": table, "field": column, "detail_key": kind}
