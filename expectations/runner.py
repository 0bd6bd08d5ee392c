"""The gates: which checks a layer has, their judgement, and their findings.

Belongs here: from a layer to a GateResult. Does not belong here: Great Expectations' own words (`suites.py`), what
happens after a verdict (the orchestration). Keys are fetched only for what failed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from expectations.blinding import split
from expectations.checks import Check, check_of_rule, findings_frame, rules_by_id
from expectations.field_checks import FieldCheck, Limits, field_checks, limits_of
from expectations.file_checks import FileCheck, fact_frames, file_checks
from expectations.findings import CheckResult, GateResult, LandingFacts
from expectations.protocol import Protocol
from expectations.release_checks import release_checks
from expectations.rule_checks import RuleRun, run_rules
from expectations.suites import Expected, Outcome, judge

if TYPE_CHECKING:
    import duckdb

Finding = dict[str, Any]


def judge_files(protocol: Protocol, facts: LandingFacts) -> GateResult:
    """The file gate: the facts of a landing."""
    frames = fact_frames(facts, protocol)
    intended = file_checks(protocol, facts)
    outcomes: dict[str, Outcome] = {}
    for name, frame in frames.items():
        suite = [c.expected for c in intended if c.frame == name and c.applies]
        if frame.height:
            outcomes |= judge(frame.to_pandas(), suite)
    results = [_file_result(c, outcomes.get(c.check.check_id), frames[c.frame].height) for c in intended]
    findings = [f for c, r in zip(intended, results, strict=True) if r.violations for f in c.findings]
    return GateResult("g0", results, findings_frame(findings))


def _file_result(one: FileCheck, outcome: Outcome | None, rows: int) -> CheckResult:
    if not one.applies or rows == 0:
        return one.check.not_applicable()
    if outcome is None or outcome.error:
        return one.check.not_run()
    return one.check.result(0 if outcome.met else len(one.findings), rows)


def judge_layer(
    gate: str,
    protocol: Protocol,
    connection: duckdb.DuckDBPyConnection,
    changed_marts: Sequence[str] = (),
) -> GateResult:
    """The gate behind a layer that dbt built.

    Args:
        gate: g1, g2 or g3.
        protocol: the study's protocol.
        connection: the build, with catalogs `build` (default), `release` and `vault`, read-only.
        changed_marts: marts whose content differs from a release made before from the same inputs.

    Returns:
        Every intended check with its state, and the findings of those that were violated.
    """
    if gate == "g1":
        return _judge_forms(protocol, connection)
    results, findings = _judge_counts(split(protocol, run_rules(connection, protocol, gate)))
    if gate == "g3":
        for more_results, more_findings in (
            _judge_release(protocol, connection),
            _judge_sameness(protocol, connection, changed_marts),
        ):
            results += more_results
            findings += more_findings
    return GateResult(gate, results, findings_frame(findings))


# ---- g1


def _judge_forms(protocol: Protocol, connection: duckdb.DuckDBPyConnection) -> GateResult:
    exported: datetime = connection.execute("select cast(exported_date as timestamp) from raw.export").fetchall()[0][0]
    limits = limits_of(protocol.study, exported)
    results, findings = _judge_quarantine(protocol, connection)
    for form in protocol.forms:
        more_results, more_findings = _judge_form(protocol, connection, form.name, limits)
        results += more_results
        findings += more_findings
    return GateResult("g1", results, findings_frame(findings))


def _judge_form(
    protocol: Protocol, connection: duckdb.DuckDBPyConnection, form: str, limits: Limits
) -> tuple[list[CheckResult], list[Finding]]:
    intended = field_checks(protocol, form, limits)
    if not intended:
        return [], []
    relation = f'staging."{protocol.staging_table(form)}"'
    columns = ", ".join(dict.fromkeys(c.selected for c in intended))
    frame = connection.execute(f"select {columns} from {relation} where is_touched").df()
    outcomes = judge(frame, [c.expected for c in intended]) if len(frame) else {}
    results: list[CheckResult] = []
    findings: list[Finding] = []
    for one in intended:
        outcome = outcomes.get(one.check.check_id)
        is_broken = outcome is not None and not outcome.met and not outcome.error
        found = _field_findings(connection, relation, form, one) if is_broken else []
        results.append(_result(one.check, outcome, len(frame), len(found)))
        findings += found
    return results, findings


def _result(check: Check, outcome: Outcome | None, rows: int, violations: int) -> CheckResult:
    """A judge who says no where no row can be named has not run: that is an error of ours."""
    if rows == 0:
        return check.not_applicable()
    if outcome is None or outcome.error or (not outcome.met and not violations):
        return check.not_run()
    return check.result(violations, rows)


def _field_findings(connection: duckdb.DuckDBPyConnection, relation: str, form: str, one: FieldCheck) -> list[Finding]:
    keys = "participant_id, visit, repeat_instance"
    rows = connection.execute(
        f"select {keys} from {relation} where is_touched and ({one.breaks}) order by all"
    ).fetchall()
    return [one.check.finding(participant_id=p, visit=v, instance=i, form=form, field=one.field) for p, v, i in rows]


def _judge_quarantine(
    protocol: Protocol, connection: duckdb.DuckDBPyConnection
) -> tuple[list[CheckResult], list[Finding]]:
    """What staging set aside, one check for each reason; also the count of rows: in = out + aside."""
    relation = protocol.quarantine_table
    rules = [rule for rule in protocol.rules if rule["kind"] == "quarantine"]
    where = "select participant_id, form, repeat_instance, _source_row, event_name is not null, rule_id"
    aside = connection.execute(f'{where} from staging."{relation}" order by all').fetchall()
    visits = _visits_of(connection, relation)
    checks = {rule.rule_id: check_of_rule(rule, relation) for rule in rules}
    found: dict[str, list[Finding]] = {rule_id: [] for rule_id in checks}
    for participant, form, instance, row, _, rule_id in aside:
        found[rule_id].append(
            checks[rule_id].finding(
                participant_id=participant,
                form=form,
                instance=instance,
                visit=visits.get((form, row)),
                detail_key=f"row {row}",
            )
        )
    total = sum(_rows(connection, protocol, form.name) for form in protocol.forms) + len(aside)
    return _judge_counts(split(protocol, [RuleRun(c, found[rule_id], total) for rule_id, c in checks.items()]))


def _visits_of(connection: duckdb.DuckDBPyConnection, relation: str) -> dict[tuple[str, int], str]:
    columns = {
        c
        for (c,) in connection.execute(
            "select column_name from duckdb_columns() where table_name = ?", [relation]
        ).fetchall()
    }
    if "visit" not in columns:
        return {}
    rows = connection.execute(f'select form, _source_row, visit from staging."{relation}"').fetchall()
    return {(form, row): visit for form, row, visit in rows}


def _rows(connection: duckdb.DuckDBPyConnection, protocol: Protocol, form: str) -> int:
    sql = f'select count(*) from staging."{protocol.staging_table(form)}"'
    return int(connection.execute(sql).fetchall()[0][0])


# ---- g2 and g3


def _judge_row(counts: dict[str, int], suite: Sequence[Expected]) -> dict[str, Outcome]:
    """Judge counts of violations: one row, one column a count."""
    import pandas as pd

    return judge(pd.DataFrame([counts]), suite) if counts else {}


def _counted(check: Check, outcome: Outcome, violations: int, rows: int) -> CheckResult:
    if outcome.error:
        return check.not_run()
    return check.result(0 if outcome.met else violations, rows)


def _judge_counts(runs: Iterable[RuleRun]) -> tuple[list[CheckResult], list[Finding]]:
    all_runs = list(runs)
    ran = [run for run in all_runs if run.violations is not None]
    counts = {run.check.check_id: len(run.violations or ()) for run in ran}
    suite = [
        Expected(r.check.check_id, r.check.rule_id, "between", {"column": r.check.check_id, "max_value": 0})
        for r in ran
    ]
    outcomes = _judge_row(counts, suite)
    results = [run.check.not_run() for run in all_runs if run.violations is None]
    findings: list[Finding] = []
    for run in ran:
        result = _counted(run.check, outcomes[run.check.check_id], counts[run.check.check_id], run.population or 0)
        results.append(result)
        findings += (run.violations or []) if result.violations else []
    return results, findings


def _judge_release(
    protocol: Protocol, connection: duckdb.DuckDBPyConnection
) -> tuple[list[CheckResult], list[Finding]]:
    intended = release_checks(connection, protocol)
    counts = {c.check.check_id: len(c.findings) for c in intended}
    suite = [
        Expected(c.check.check_id, c.check.rule_id, "between", {"column": c.check.check_id, "max_value": 0})
        for c in intended
    ]
    outcomes = _judge_row(counts, suite)
    results = [
        _counted(c.check, outcomes[c.check.check_id], len(c.findings), c.rows)
        if c.applies
        else c.check.not_applicable()
        for c in intended
    ]
    return results, [f for c in intended if c.applies for f in c.findings]


def _judge_sameness(
    protocol: Protocol, connection: duckdb.DuckDBPyConnection, changed: Sequence[str]
) -> tuple[list[CheckResult], list[Finding]]:
    """Said alike on the first run and on any later one, because what is released must not tell them apart."""
    check = check_of_rule(rules_by_id(protocol.rules)["DQ-92"], "marts")
    expected = Expected(check.check_id, check.rule_id, "between", {"column": "changed", "max_value": 0})
    outcome = _judge_row({"changed": len(changed)}, [expected])[check.check_id]
    marts = "select count(*) from duckdb_tables() where database_name = 'release' and schema_name = 'marts'"
    rows = int(connection.execute(marts).fetchall()[0][0])
    return [_counted(check, outcome, len(changed), rows)], [check.finding(form=table) for table in changed]
