"""The `quality` tables of a release, from what the gates said of every export so far.

Belongs here: findings with their first and last night, the life of data queries, the list of checks, work lists. Pure
functions: the same judged exports give the same tables. Does not belong here: judging, files. Findings of restricted
rules never enter a released table.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import polars as pl

from expectations.findings import ACTIONS, SEVERITIES, GateResult, finding_id
from expectations.quality_tables import schema

FINDINGS_SCHEMA = schema("findings")
QUERIES_SCHEMA = schema("data_queries")
CHECKS_SCHEMA = schema("check_results")
OUTCOMES_SCHEMA = schema("file_outcomes")
QUERIED = ("aside", "query")
POOLED = "MASKED"
WORK_COLUMNS = [
    "rule_id",
    "severity",
    "action",
    "status",
    "record_id",
    "participant_id",
    "visit",
    "form",
    "instance",
    "field",
    "detail_key",
    "message",
    "first_export_no",
    "age_days",
    "query_id",
    "finding_id",
]


@dataclass(frozen=True)
class Judged:
    """One export and what its gates said, as far as they ran."""

    export_no: int
    export_id: str
    exported_at: datetime
    gates: list[GateResult]

    def findings(self) -> Iterator[dict[str, Any]]:
        """Findings of all gates, each with its id."""
        for gate in self.gates:
            for row in gate.findings.iter_rows(named=True):
                yield row | {"finding_id": finding_id(row)}

    def rules_that_ran(self) -> set[str]:
        """Rules of which every check ran; only these can say that a finding is gone."""
        checks = [check for gate in self.gates for check in gate.checks]
        return {c.rule_id for c in checks} - {c.rule_id for c in checks if c.state == "NOT_RUN"}


@dataclass
class _Life:
    """A finding over the nights."""

    row: dict[str, Any]
    first: int
    last: int
    opened: int
    opened_at: datetime
    status: str = "OPEN"
    closed: int | None = None
    closed_at: datetime | None = None
    reopened: int = 0


@dataclass(frozen=True)
class Quality:
    """The tables; `restricted_*` are for the restricted area only."""

    findings: pl.DataFrame
    data_queries: pl.DataFrame
    check_results: pl.DataFrame
    restricted_findings: pl.DataFrame
    restricted_queries: pl.DataFrame
    restricted_checks: pl.DataFrame
    current: frozenset[str] = field(default_factory=frozenset)


def quality(history: Sequence[Judged]) -> Quality:
    """Tables as of the last export of the history.

    Args:
        history: judged exports in the order of their numbers; the last is the one to be released or reported.
    """
    lives = _lives(history)
    open_lives = [life for life in lives if not life.row["is_restricted"]]
    hidden = [life for life in lives if life.row["is_restricted"]]
    checks = [check for gate in history[-1].gates for check in gate.checks]
    now = frozenset(row["finding_id"] for row in history[-1].findings())
    return Quality(
        findings=_findings(open_lives, pooled=len([x for x in hidden if x.row["finding_id"] in now]), history=history),
        data_queries=_queries(open_lives, history[-1]),
        check_results=_checks(checks, masked=True),
        restricted_findings=_findings(hidden, pooled=0, history=history),
        restricted_queries=_queries(hidden, history[-1]),
        restricted_checks=_checks((c for c in checks if c.is_restricted), masked=False),
        current=now,
    )


def _lives(history: Sequence[Judged]) -> list[_Life]:
    lives: dict[str, _Life] = {}
    for judged in history:
        seen = {row["finding_id"]: row for row in judged.findings()}
        _close(lives, seen, judged)
        for identity, row in seen.items():
            if identity in lives:
                _see_again(lives[identity], row, judged)
            else:
                no, at = judged.export_no, judged.exported_at
                lives[identity] = _Life(row, no, no, no, at)
    return sorted(lives.values(), key=lambda life: str(life.row["finding_id"]))


def _close(lives: Mapping[str, _Life], seen: Mapping[str, object], judged: Judged) -> None:
    ran = judged.rules_that_ran()
    for identity, life in lives.items():
        if identity not in seen and life.status != "CLOSED" and life.row["rule_id"] in ran:
            life.status, life.closed, life.closed_at = "CLOSED", judged.export_no, judged.exported_at


def _see_again(life: _Life, row: dict[str, Any], judged: Judged) -> None:
    life.last, life.row = judged.export_no, row
    if life.status == "CLOSED":
        life.status, life.closed, life.closed_at = "REOPENED", None, None
        life.reopened += 1


def _findings(lives: Iterable[_Life], pooled: int, history: Sequence[Judged]) -> pl.DataFrame:
    rows = [life.row | {"first_export_no": life.first, "last_export_no": life.last} for life in lives]
    if pooled:
        rows.append(_pooled(pooled, history))
    return pl.DataFrame([{c: row[c] for c in FINDINGS_SCHEMA} for row in rows], schema=FINDINGS_SCHEMA, orient="row")


def _pooled(count: int, history: Sequence[Judged]) -> dict[str, Any]:
    """All findings of masked rules as one count: neither rule nor record."""
    row: dict[str, Any] = dict.fromkeys(FINDINGS_SCHEMA) | {
        "rule_id": POOLED,
        "layer": "g2",
        "severity": "major",
        "action": "note",
    }
    row |= {"message": f"{count} findings of masked rules; they are restricted", "finding_id": finding_id(row)}
    return row | {"first_export_no": history[-1].export_no, "last_export_no": history[-1].export_no}


def query_id(finding: str) -> str:
    """A finding has one query; its id is known from the finding alone."""
    return hashlib.md5(f"query|{finding}".encode()).hexdigest()[:16]


def _queries(lives: Iterable[_Life], now: Judged) -> pl.DataFrame:
    rows = [_query(life, now) for life in lives if life.row["action"] in QUERIED]
    return pl.DataFrame(rows, schema=QUERIES_SCHEMA, orient="row")


def _query(life: _Life, now: Judged) -> dict[str, Any]:
    until = life.closed_at or now.exported_at
    return {
        "query_id": query_id(life.row["finding_id"]),
        "finding_id": life.row["finding_id"],
        **{name: life.row[name] for name in ("rule_id", "participant_id", "form", "field")},
        "status": life.status,
        "opened_export_no": life.opened,
        "closed_export_no": life.closed,
        "times_reopened": life.reopened,
        "age_days": (until.date() - life.opened_at.date()).days,
    }


def _checks(checks: Iterable[Any], masked: bool) -> pl.DataFrame:
    rows = []
    for check in sorted(checks, key=lambda c: c.check_id):
        row = {name: getattr(check, name) for name in CHECKS_SCHEMA}
        if masked and check.is_restricted and check.state not in ("NOT_APPLICABLE", "NOT_RUN"):
            row |= {"state": "MASKED", "rows_evaluated": None, "violations": None}
        rows.append(row)
    return pl.DataFrame(rows, schema=CHECKS_SCHEMA, orient="row")


def work_list(
    findings: pl.DataFrame, queries: pl.DataFrame, current: frozenset[str], participants: pl.DataFrame
) -> pl.DataFrame:
    """What somebody has to do now, most urgent first, with the real record ids.

    Args:
        findings: released or restricted findings of `quality`.
        queries: the queries that belong to them.
        current: ids of the findings that stand on this export.
        participants: record_id, participant_id.
    """
    order = {name: n for n, name in enumerate(ACTIONS)}, {name: n for n, name in enumerate(SEVERITIES)}
    return (
        findings.filter(pl.col("finding_id").is_in(list(current)) & (pl.col("action") != "note"))
        .join(queries.select("finding_id", "query_id", "status", "age_days"), on="finding_id", how="left")
        .join(participants.select("record_id", "participant_id"), on="participant_id", how="left")
        .sort(
            pl.col("action").replace_strict(order[0], return_dtype=pl.Int8),
            pl.col("severity").replace_strict(order[1], return_dtype=pl.Int8),
            "rule_id",
            "record_id",
            "finding_id",
            nulls_last=True,
        )
        .select(WORK_COLUMNS)
    )
