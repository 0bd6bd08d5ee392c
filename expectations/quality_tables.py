"""The `quality` tables of a release in words: grain, key, and each column with its type, its meaning and what null means.

Belongs here: the one description of these tables, which code, documentation and tests read. Does not belong here: what
the tables are filled with (`quality.py`). Each description ends with `Never null.` or `Null: <why>.`
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

STRING, INTEGER, BIGINT = pl.String, pl.Int32, pl.Int64
Columns = dict[str, tuple[Any, str]]


@dataclass(frozen=True)
class QualityTable:
    """One table: what it holds, what one row is, which column names the row."""

    description: str
    grain: str
    key: str
    columns: Columns


FINDINGS = QualityTable(
    "What the gates found, on this export and the ones before; findings of masked rules are one row with their count.",
    "failed rule x record",
    "finding_id",
    {
        "finding_id": (STRING, "Hash of the rule and of where it failed: the same on every night. Never null."),
        "rule_id": (
            STRING,
            "Rule of the protocol; FLD-<form>-<field>-<kind> for a field's own check; MASKED for the count of masked"
            " findings. Never null.",
        ),
        "layer": (STRING, "Gate that judged: g0, g1, g2 or g3. Never null."),
        "severity": (STRING, "critical, major or minor. Never null."),
        "action": (STRING, "stop, aside (set aside in the quarantine), query or note. Never null."),
        "participant_id": (STRING, "Keyed hash of the record id. Null: not about one participant."),
        "visit": (STRING, "Protocol visit code. Null: not about a visit, or a study without a protocol."),
        "form": (STRING, "Form of the export. Null: not about a form."),
        "instance": (INTEGER, "Instance of a repeating form. Null: not repeating."),
        "field": (STRING, "Field of the form. Null: not about one field."),
        "detail_key": (STRING, "Day, file or row where a rule can fail several times. Null: the rest suffices."),
        "message": (STRING, "What is wrong, without any participant's value. Never null."),
        "first_export_no": (INTEGER, "Ordinal of the export that first had it. Never null."),
        "last_export_no": (INTEGER, "Ordinal of the last export that had it. Never null."),
    },
)
DATA_QUERIES = QualityTable(
    "One query for each finding whose action is aside or query, and its life over the exports.",
    "query",
    "query_id",
    {
        "query_id": (STRING, "Hash of the finding: a finding has one query. Never null."),
        "finding_id": (STRING, "Finding that it asks about (findings). Never null."),
        "rule_id": (STRING, "Rule of the finding. Never null."),
        "participant_id": (STRING, "Keyed hash of the record id. Null: not about one participant."),
        "form": (STRING, "Form of the export. Null: not about a form."),
        "field": (STRING, "Field of the form. Null: not about one field."),
        "status": (STRING, "OPEN, CLOSED (its rule ran and found nothing), or REOPENED. Never null."),
        "opened_export_no": (INTEGER, "Ordinal of the export that opened it. Never null."),
        "closed_export_no": (INTEGER, "Ordinal of the export that closed it. Null: not closed."),
        "times_reopened": (INTEGER, "How often it was closed and came back. Never null."),
        "age_days": (INTEGER, "Days from opening to closing, or to this export. Never null."),
    },
)
CHECK_RESULTS = QualityTable(
    "Every check that was intended for this export, whatever came of it.",
    "intended check",
    "check_id",
    {
        "check_id": (
            STRING,
            "Gate, relation, rule and, where one rule has several checks there, the part. Never null.",
        ),
        "rule_id": (STRING, "Rule of the protocol, or FLD-<form>-<field>-<kind> for a field's own check. Never null."),
        "layer": (STRING, "Gate that judged: g0, g1, g2 or g3. Never null."),
        "relation": (STRING, "Table or file that was judged. Never null."),
        "state": (
            STRING,
            "PASS, PASS_WITH_VIOLATIONS (within the tolerance, or the rule does not stop), FAIL, NOT_APPLICABLE,"
            " NOT_RUN, or MASKED (it ran, and its result is restricted). Never null.",
        ),
        "rows_evaluated": (BIGINT, "Rows the check was about. Null: not run or masked."),
        "violations": (BIGINT, "Rows that violated it. Null: not run or masked."),
    },
)
FILE_OUTCOMES = QualityTable(
    "Every file of this export: what it was taken for, and what came of it.",
    "file received",
    "file_name",
    {
        "file_name": (STRING, "Name as received. Never null."),
        "role": (STRING, "data, dictionary, arms, events, mapping, log or other. Never null."),
        "sha256": (STRING, "Hash of the content. Never null."),
        "encoding": (STRING, "Encoding it was read with. Null: not read as text."),
        "rows": (BIGINT, "Records in it. Null: not read as a table."),
        "verdict": (STRING, "ACCEPTED, UNCHANGED (the same data as the export before) or REFUSED. Never null."),
        "reason": (STRING, "Why it was refused. Null: accepted or unchanged."),
    },
)
UNPARSED_VALUE = QualityTable(
    "The text as received of every value that staging could not take, and of every value beyond its limits.",
    "field x record at fault",
    "source_file, source_row, field",
    {
        "study_id": (STRING, "The study. Never null."),
        "participant_id": (STRING, "Keyed hash of the record id. Never null."),
        "visit": (STRING, "Protocol visit code. Null: unscheduled, or a study without a protocol."),
        "form": (STRING, "Form of the export. Never null."),
        "instance": (INTEGER, "Instance of a repeating form. Null: not repeating."),
        "field": (STRING, "Field of the form; for a checkbox its column. Never null."),
        "raw_text": (STRING, "What the export holds, untrimmed. Never null."),
        "reason": (STRING, "NOT_PARSED, UNKNOWN_CODE, or OUT_OF_RANGE (its value is used all the same). Never null."),
        "source_file": (STRING, "File as received. Never null."),
        "source_row": (BIGINT, "Row of that file, the first after the header is 1. Never null."),
    },
)
TABLES = {
    "findings": FINDINGS,
    "data_queries": DATA_QUERIES,
    "check_results": CHECK_RESULTS,
    "file_outcomes": FILE_OUTCOMES,
}
# What the restricted file has too, with the findings, queries and checks of restricted rules.
RESTRICTED = ("findings", "data_queries", "check_results")


def schema(table: str) -> dict[str, Any]:
    """Names and types of a table's columns, in order."""
    return {name: kind for name, (kind, _) in TABLES[table].columns.items()}
