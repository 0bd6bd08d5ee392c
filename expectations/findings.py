"""What a gate is told and what it says: facts of a landing, results of checks, findings.

Belongs here: the shapes that gates and orchestration share. Does not belong here: how anything is judged.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True)
class LandingFacts:
    """What the landing of one export saw; nothing in it is judged yet.

    files: file_name, role, form, sha256, encoding, rows, verdict, reason, is_named, is_present, is_hash_equal,
        is_readable, header_missing, header_unknown, header_duplicated (comma-joined names)
    forms: form, is_expected, is_present, is_declared_absent, rows, rows_before (null: no export before)
    lost_keys: form, participant_id, visit, instance
    export: manifest_problem, study_matches, is_synthetic, is_newer, identical_to, records,
        records_without_synthetic_flag
    """

    files: pl.DataFrame
    forms: pl.DataFrame
    lost_keys: pl.DataFrame
    export: dict[str, Any]


STATES = ("PASS", "PASS_WITH_VIOLATIONS", "FAIL", "NOT_APPLICABLE", "NOT_RUN")
ACTIONS = ("stop", "aside", "query", "note")
SEVERITIES = ("critical", "major", "minor")
FINDING_COLUMNS = {
    "rule_id": str,
    "layer": str,
    "severity": str,
    "action": str,
    "participant_id": str,
    "visit": str,
    "form": str,
    "instance": int,
    "field": str,
    "detail_key": str,
    "message": str,
    "is_restricted": bool,
}
IDENTITY = ("rule_id", "participant_id", "visit", "form", "instance", "field", "detail_key")


def finding_schema() -> dict[str, pl.DataType]:
    """Columns and types of a frame of findings."""
    import polars as pl

    types = {str: pl.String(), int: pl.Int64(), bool: pl.Boolean()}
    return {name: types[kind] for name, kind in FINDING_COLUMNS.items()}


def finding_id(row: Mapping[str, Any]) -> str:
    """The same finding on another night has the same id: rule, participant, visit, form, instance, field, detail."""
    return hashlib.md5("|".join("" if row[c] is None else str(row[c]) for c in IDENTITY).encode()).hexdigest()


@dataclass(frozen=True)
class CheckResult:
    """What came of one intended check. `violations` and `rows_evaluated` are null when it did not run."""

    check_id: str
    rule_id: str
    layer: str
    relation: str
    state: str
    rows_evaluated: int | None
    violations: int | None
    severity: str
    action: str
    is_restricted: bool
    message: str

    @property
    def blocks(self) -> bool:
        """A failed stop rule and a check that could not run keep the next layer from being built."""
        return self.state == "NOT_RUN" or (self.state == "FAIL" and self.action == "stop")


@dataclass(frozen=True)
class GateResult:
    """All checks of one gate on one build, and their findings."""

    gate: str
    checks: list[CheckResult]
    findings: pl.DataFrame

    @property
    def verdict(self) -> str:
        """PASS, FAIL (a stop rule failed), or ERROR (a check could not run: our own error)."""
        if any(check.state == "NOT_RUN" for check in self.checks):
            return "ERROR"
        return "FAIL" if any(check.blocks for check in self.checks) else "PASS"
