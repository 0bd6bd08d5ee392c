"""The verdict on a run: what is to be released, and `last_run.json`.

Belongs here: facts about a run for people and scripts. Does not belong here: the ledger, which is what programs decide by.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from orchestration import fingerprint
from orchestration.layers import gates
from orchestration.night import BuildState, Night, StepRefused, state_of
from orchestration.release import Candidate, current_release
from orchestration.settings import SEEDS, Settings

EXIT_CODES = {"RELEASED": 0, "STOPPED": 3, "ERROR": 1}
ALL_GATES = ("g0", "g1", "g2", "g3")


def candidate(night: Night, state: BuildState) -> Candidate:
    """The build in progress as a candidate for release."""
    return Candidate(
        study=night.settings.study,
        export_id=night.export.export_id,
        export_no=night.ledger.export_no(night.export.export_id),
        exported_at=night.export.exported_at,
        fingerprint=state.fingerprint,
        build_id=state.build_id,
        required_gates=gates(night.protocol),
        protocol_version=night.protocol.study.get("protocol_version", ""),
        rules_sha256=fingerprint.hash_files([SEEDS / "rules.csv"], SEEDS),
        is_synthetic=night.export.is_synthetic,
        input_files=night.export.input_files,
    )


def _gates(night: Night, state: BuildState | None) -> dict[str, dict[str, Any]]:
    said = {} if state is None else night.ledger.gates(state.build_id, state.export_id, state.fingerprint)
    required = gates(night.protocol)
    return {
        gate: {
            "verdict": said[gate].verdict if gate in said else "NOT_RUN" if gate in required else "NOT_APPLICABLE",
            "findings": said[gate].findings if gate in said else None,
        }
        for gate in ALL_GATES
    }


def _stopped_by(night: Night) -> list[str]:
    """The rules that stopped the night, in words: what was found, and where; never a participant's value."""
    from orchestration import judgement

    results = judgement.load(night.judged)
    stopping = {c.check_id: c for r in results for c in r.checks if c.blocks and not c.is_restricted}
    rules = {c.rule_id for c in stopping.values()}
    said = [
        f"{row['rule_id']}: {row['message']}{_where(row)}"
        for result in results
        for row in result.findings.iter_rows(named=True)
        if row["rule_id"] in rules and row["action"] == "stop" and not row["is_restricted"]
    ]
    return list(dict.fromkeys(said))


def _where(row: dict[str, Any]) -> str:
    named = [str(row[name]) for name in ("form", "field", "detail_key") if row[name] is not None]
    return f" ({', '.join(named)})" if named else ""


def conclude(night: Night, verdict: str, release_id: str | None = None, error: str | None = None) -> dict[str, Any]:
    """Write `last_run.json` and return it.

    Raises:
        StepRefused: the build in progress is another's.
    """
    state = state_of(night)
    return _write(night, verdict, _gates(night, state), datetime.fromisoformat(state.started_at), release_id, error)


def conclude_error(night: Night, error: str, started: datetime) -> dict[str, Any]:
    """The same for an error of ours, which may have come before there was a build."""
    try:
        gates_said = _gates(night, state_of(night))
    except StepRefused:
        gates_said = _gates(night, None)
    return _write(night, "ERROR", gates_said, started, None, error)


def _write(
    night: Night,
    verdict: str,
    gates_said: dict[str, dict[str, Any]],
    started: datetime,
    release_id: str | None,
    error: str | None,
) -> dict[str, Any]:
    work_list = night.paths.work / night.export.export_id / "work_list.csv"
    run = {
        "study": night.settings.study,
        "export_id": night.export.export_id,
        "verdict": verdict,
        "exit_code": EXIT_CODES[verdict],
        "release_id": release_id,
        "current_release": current_release(night.paths),
        "gates": gates_said,
        "stopped_by": _stopped_by(night) if verdict == "STOPPED" else [],
        "work_list": str(work_list) if work_list.is_file() else None,
        "seconds": round((datetime.now(UTC) - started).total_seconds(), 1),
        "error": error,
    }
    fresh = night.paths.last_run.with_suffix(".json.new")
    fresh.write_text(json.dumps(run, indent=2) + "\n")
    fresh.rename(night.paths.last_run)
    return run


def last_run(settings: Settings) -> dict[str, Any] | None:
    """What `last_run.json` says, if anything."""
    path = settings.paths.last_run
    return json.loads(path.read_text()) if path.is_file() else None
