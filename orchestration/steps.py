"""What one run does, step by step, without Dagster: land, judge, build, judge, ..., release.

Belongs here: the steps as plain functions and who hears of them. Facts pass between steps in files below `builds/`, so that a step may
run in another process than the one before. Does not belong here: how files are read, how dbt or a gate works, who starts a run.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from orchestration import exports
from orchestration.layers import RAW, Layer, gates, gates_from
from orchestration.ledger import GateVerdict, Judgement
from orchestration.night import Night, begin, state_of

if TYPE_CHECKING:
    from expectations.findings import GateResult
    from orchestration.dbt_runner import DbtProject, NodeResult
    from orchestration.landing import PreviousExport

Listener = Callable[[str, str, float], None]
_listeners: list[Listener] = []


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Hear of every finished step while the block runs: its name, words, seconds."""
    _listeners.append(listener)
    try:
        yield
    finally:
        _listeners.remove(listener)


def _tell(step: str, words: str, seconds: float) -> None:
    for listener in _listeners:
        listener(step, words, seconds)


def land(night: Night) -> dict[str, int]:
    """Land every file of the export and open the build on it; returns rows by form."""
    from orchestration import landing

    started = time.monotonic()
    begin(night)
    landed = landing.land(night.export, night.protocol, night.paths, night.study_key, _previous(night))
    landing.save_facts(landed.facts, night.paths.builds / "facts")
    rows = landing.open_build(night.export, night.protocol, night.paths, night.study_key, _export_no(night), landed)
    _tell("raw", f"{landed.facts.files.height} files landed", time.monotonic() - started)
    return rows


def _export_no(night: Night) -> int:
    return night.ledger.export_no(night.export.export_id)


def _previous(night: Night) -> list[PreviousExport]:
    from orchestration.landing import PreviousExport

    own = _export_no(night)
    return [
        PreviousExport(e.export_id, e.export_no, e.exported_at, e.data_sha256, night.paths.landed / e.export_id)
        for e in night.ledger.accepted()
        if e.export_no < own
    ]


def _dbt_project(night: Night) -> DbtProject:
    from orchestration import dbt_runner, staging

    if night.protocol.is_registered:
        return dbt_runner.main_project(night.protocol.study_id)
    folder = staging.generic_project(night.protocol, night.paths.builds / "dbt_project")
    return dbt_runner.DbtProject(folder, night.protocol.study_id)


def build(night: Night, layer: Layer, select: Sequence[str]) -> list[NodeResult]:
    """Build a layer with dbt; verdicts on it and on later layers fall.

    Raises:
        StepRefused: the build in progress is another's.
        DbtFailed: a node failed.
    """
    from orchestration import dbt_runner

    started = time.monotonic()
    state = state_of(night)
    night.ledger.forget_gates(state.build_id, gates_from(night.protocol, layer))
    if layer.name == "marts" and tuple(select) == layer.select:
        for database in (night.paths.marts_db, night.paths.restricted_db):
            database.unlink(missing_ok=True)
    results = dbt_runner.build(_dbt_project(night), night.paths, select)
    dbt_runner.require_success(results)
    tables = sum(1 for r in results if r.unique_id.startswith("model."))
    _tell(layer.name, f"{tables} tables", time.monotonic() - started)
    return results


@dataclass(frozen=True)
class StagedForm:
    """A form's rows in staging: all of them, those that hold anything, and those that were set aside."""

    form: str
    table: str
    rows: int
    touched: int
    aside: int


def staged_rows(night: Night) -> list[StagedForm]:
    """The forms of the export and their rows in the build's staging."""
    from orchestration import judgement

    with closing(judgement.open_build(night)) as connection:
        counted = f"select form, count(*) from staging.{night.protocol.quarantine_table} group by form"
        aside = dict(connection.execute(counted).fetchall())
        forms = []
        for form in night.protocol.forms:
            table = night.protocol.staging_table(form.name)
            sql = f"select count(*), count(*) filter (is_touched) from staging.{table}"
            rows, touched = connection.execute(sql).fetchall()[0]
            forms.append(StagedForm(form.name, table, rows, touched, aside.get(form.name, 0)))
    return forms


def judge(night: Night, layer: Layer) -> GateResult:
    """Let a gate judge its layer; its checks and findings are kept, whatever it says.

    Raises:
        StepRefused: the build in progress is another's.
    """
    from orchestration import judgement, verdict

    started = time.monotonic()
    state = state_of(night)
    result = judgement.run_gate(night, layer)
    judgement.save(result, night.judged)
    if layer == RAW and result.verdict == "PASS":
        night.ledger.accept(
            night.export.export_id, night.export.exported_at.isoformat(), exports.data_sha256(night.export)
        )
    is_last = layer.gate == gates(night.protocol)[-1]
    marts_hash = judgement.add_quality(night) if is_last and result.verdict == "PASS" else None
    said = GateVerdict(layer.gate, result.verdict, result.findings.height, time.monotonic() - started, marts_hash)
    night.ledger.record_gate(state.build_id, state.export_id, state.fingerprint, said)
    _tell(
        f"gate {layer.gate}", f"{result.verdict}: {len(result.checks)} checks, {said.findings} findings", said.seconds
    )
    if result.verdict == "FAIL":
        judgement.keep(night)
        judgement.write_work_lists(night)
        verdict.conclude(night, "STOPPED")
        night.ledger.judge(
            Judgement(state.export_id, state.fingerprint, night.files_sha256, "STOPPED", layer.gate, None)
        )
    return result


def release(night: Night) -> str:
    """Release the judged build and write down the verdict; returns the release id.

    Raises:
        StepRefused: the build in progress is another's.
        ReleaseRefused: the ledger does not allow it.
    """
    from orchestration import judgement, verdict
    from orchestration import release as releases

    started = time.monotonic()
    state = state_of(night)
    candidate = verdict.candidate(night, state)
    said = releases.verify(candidate, night.ledger)
    releases.require_build(night.paths)
    page = judgement.report(night, candidate.release_id, said)
    restricted = judgement.write_work_lists(night)
    release_id = releases.release(candidate, night.paths, night.ledger, page, restricted)
    judgement.keep(night)
    # the ledger comes last: what a killed run has not written down is done again
    verdict.conclude(night, "RELEASED", release_id=release_id)
    night.ledger.judge(Judgement(state.export_id, state.fingerprint, night.files_sha256, "RELEASED", None, release_id))
    _tell("release", release_id, time.monotonic() - started)
    return release_id
