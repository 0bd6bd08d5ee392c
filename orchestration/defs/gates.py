"""The gates in the graph: each is the asset of its layer's findings and carries the checks itself.

Belongs here: how a gate's result is shown and how it stops a run. Does not belong here: judging (`expectations/`).
A failed gate is a failed blocking check on an asset that was materialized: its findings are kept, the next layer does not run.
"""

import time
from collections.abc import Iterable, Iterator

import dagster as dg

from expectations.findings import CheckResult, GateResult
from orchestration import steps
from orchestration.defs.graph import GATE_OWNERS, StudyGraph
from orchestration.defs.retries import tried_again
from orchestration.layers import Layer
from orchestration.night import open_night

GATE_CHECK = "gate"


def check_name(text: str) -> str:
    """A check's name as Dagster allows it."""
    return "".join(c if c.isalnum() else "_" for c in text).lower()


def judged_parts(graph: StudyGraph, layer: Layer) -> dict[str, str]:
    """What a gate judges, as known before it runs, each with words about it: forms at the form gate, rules elsewhere."""
    protocol = graph.protocol
    rules = {rule.rule_id: f"{rule.rule_id}: {rule['message']}" for rule in protocol.rules if rule.layer == layer.gate}
    if layer.gate != "g1":
        return rules
    forms = {protocol.staging_table(f.name): f"{f.label}: types, code lists, ranges, required" for f in protocol.forms}
    return forms | {protocol.staging_table("quarantine"): "Rows set aside: keys used twice, unknown participants"}


def gate_asset(graph: StudyGraph, layer: Layer, judged: Iterable[dg.AssetKey]) -> dg.AssetsDefinition:
    """The findings of one layer, with one blocking check for the gate and one check for each relation or rule."""
    key = graph.findings_key(layer)
    parts = judged_parts(graph, layer)
    names = {check_name(part): part for part in parts}
    spec = dg.AssetSpec(
        key=key,
        deps=list(judged),
        group_name=f"gate_{layer.gate}",
        description=f"Findings of gate {layer.gate} on the {layer.name} layer; its blocking check stops the night",
        kinds={"great_expectations"},
        owners=GATE_OWNERS,
        tags=graph.tags(layer.name),
        partitions_def=graph.partitions,
    )
    checks = [
        dg.AssetCheckSpec(GATE_CHECK, asset=key, blocking=True, description=f"Gate {layer.gate}: no rule that stops")
    ]
    checks += [dg.AssetCheckSpec(name, asset=key, description=parts[part]) for name, part in names.items()]

    @dg.multi_asset(
        specs=[spec],
        check_specs=checks,
        name=graph.op_name(f"judge_{layer.name}"),
        required_resource_keys={graph.lock_key},
    )
    def judge(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
        started = time.monotonic()
        with tried_again(context):
            result = steps.judge(open_night(graph.study, context.partition_key), layer)
        if result.verdict == "ERROR":
            raise dg.Failure(f"gate {layer.gate}: a check could not run", allow_retries=False)
        return dg.MaterializeResult(
            asset_key=key,
            metadata={
                "findings": result.findings.height,
                "verdict": result.verdict,
                "seconds": round(time.monotonic() - started, 1),
                "worst rules": worst_rules(result),
            },
            check_results=list(_check_results(key, names, result)),
        )

    return judge


def _worst_first(result: GateResult) -> list[CheckResult]:
    order = {"stop": 0, "aside": 1, "query": 2, "note": 3}
    shown = [c for c in result.checks if c.violations and not c.is_restricted]
    return sorted(shown, key=lambda c: (order[c.action], -(c.violations or 0), c.check_id))


def worst_rules(result: GateResult, most: int = 20) -> dg.MarkdownMetadataValue:
    """A table of what failed, worst first; restricted checks stand without their counts."""
    shown = _worst_first(result)
    lines = ["| rule | relation | action | severity | violations | of |", "|---|---|---|---|---|---|"]
    lines += [
        f"| {c.rule_id} | {c.relation} | {c.action} | {c.severity} | {c.violations} | {c.rows_evaluated} |"
        for c in shown[:most]
    ]
    hidden = sum(1 for c in result.checks if c.is_restricted)
    return dg.MetadataValue.md("\n".join(lines) + f"\n\n{hidden} checks are masked: their results are restricted.")


def _check_results(key: dg.AssetKey, names: dict[str, str], result: GateResult) -> Iterator[dg.AssetCheckResult]:
    yield dg.AssetCheckResult(
        asset_key=key,
        check_name=GATE_CHECK,
        passed=result.verdict == "PASS",
        severity=dg.AssetCheckSeverity.ERROR,
        metadata={
            "verdict": result.verdict,
            "checks": len(result.checks),
            "findings": result.findings.height,
            "worst rule": next((f"{c.rule_id} ({c.action})" for c in _worst_first(result)), "none"),
            "worst rules": worst_rules(result),
        },
    )
    for name, part in names.items():
        yield _one_check(key, name, [c for c in result.checks if part in (c.relation, c.rule_id)])


def _one_check(key: dg.AssetKey, name: str, checks: list[CheckResult]) -> dg.AssetCheckResult:
    open_checks = [c for c in checks if not c.is_restricted]
    violations = sum(c.violations or 0 for c in open_checks)
    blocks = any(c.blocks for c in checks)
    return dg.AssetCheckResult(
        asset_key=key,
        check_name=name,
        passed=not blocks and violations == 0,
        severity=dg.AssetCheckSeverity.ERROR if blocks else dg.AssetCheckSeverity.WARN,
        metadata={"checks": len(checks), "violations": violations, "masked checks": len(checks) - len(open_checks)},
    )
