"""Intended checks, and how an outcome becomes a result.

Belongs here: the one place where violations, tolerance and action turn into a state. Does not belong here: what is
checked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from expectations.findings import FINDING_COLUMNS, CheckResult, finding_schema
from expectations.protocol import Rule

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True)
class Check:
    """One intended check: a rule on a relation, with what follows when it is violated more often than tolerated."""

    check_id: str
    rule_id: str
    layer: str
    relation: str
    severity: str
    action: str
    message: str
    is_restricted: bool = False
    tolerance: int = 0

    def result(self, violations: int, rows: int) -> CheckResult:
        """The result of a check that ran; without any row to evaluate it is not applicable."""
        if rows == 0 and violations == 0:
            return self._as("NOT_APPLICABLE", 0, 0)
        if violations == 0:
            return self._as("PASS", rows, 0)
        fails = self.action == "stop" and violations > self.tolerance
        return self._as("FAIL" if fails else "PASS_WITH_VIOLATIONS", rows, violations)

    def not_applicable(self) -> CheckResult:
        return self._as("NOT_APPLICABLE", 0, 0)

    def not_run(self) -> CheckResult:
        """The check could not be judged: our error, never a pass."""
        return self._as("NOT_RUN", None, None)

    def _as(self, state: str, rows: int | None, violations: int | None) -> CheckResult:
        return CheckResult(
            self.check_id,
            self.rule_id,
            self.layer,
            self.relation,
            state,
            rows,
            violations,
            self.severity,
            self.action,
            self.is_restricted,
            self.message,
        )

    def finding(self, **where: Any) -> dict[str, Any]:
        """A finding of this check; `where` names participant, visit, form, instance, field, detail_key."""
        known: dict[str, Any] = {
            "rule_id": self.rule_id,
            "layer": self.layer,
            "severity": self.severity,
            "action": self.action,
        }
        known |= {"message": self.message, "is_restricted": self.is_restricted}
        return dict.fromkeys(FINDING_COLUMNS) | known | where


def check_of_rule(
    rule: Rule, relation: str, part: str = "", action: str | None = None, is_restricted: bool | None = None
) -> Check:
    """The check of a catalogue rule on a relation; `part` tells apart several checks of one rule on one relation."""
    restricted = rule["is_restricted"] == "true" if is_restricted is None else is_restricted
    parts = (rule["layer"], relation, rule.rule_id, part)
    return Check(
        check_id=":".join(p for p in parts if p),
        rule_id=rule.rule_id,
        layer=rule["layer"],
        relation=relation,
        severity=rule.severity,
        action=action or rule.action,
        message=rule["message"],
        is_restricted=restricted,
        tolerance=int(rule["tolerance"] or 0),
    )


def rules_by_id(rules: Iterable[Rule]) -> dict[str, Rule]:
    return {rule.rule_id: rule for rule in rules}


def findings_frame(rows: Iterable[Mapping[str, Any]]) -> pl.DataFrame:
    """Findings as a frame with the columns every gate gives."""
    import polars as pl

    return pl.DataFrame(list(rows), schema=finding_schema(), orient="row")
