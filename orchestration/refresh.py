"""A refresh: every waiting export, oldest first, each as one run of the study's job in this process.

Belongs here: the order of runs, progress and the summary a person reads. Does not belong here: what a run does (`steps.py`, `definitions.py`).
"""

from __future__ import annotations

from typing import Any

from orchestration import release, waiting
from orchestration.exports import Export
from orchestration.lock import hold
from orchestration.settings import Settings, UnusableSettings
from orchestration.status import whereabouts
from orchestration.verdict import last_run

RELEASED = 0
SHOWN = 5


def refresh(settings: Settings, export_id: str | None = None) -> int:
    """Run every waiting export through all gates; returns the exit code of the command.

    Raises:
        UnusableSettings: unknown study, no export, or a warehouse that cannot be written.
        LockHeld: another refresh runs.
    """
    waiting.require_study(settings)
    settings.paths.make()
    with hold(settings.paths.lock, "trialhouse refresh"):
        release.sweep(settings.paths)
        unfinished = waiting.unfinished(settings)
        for folder in unfinished:
            print(f"export {folder}: no manifest yet, still being written; waited for")
        due = waiting.pending(settings, export_id)
        if not due:
            return _nothing_new(settings, bool(unfinished))
        return [_run(settings, export) for export in due][-1]


def _nothing_new(settings: Settings, something_waits: bool) -> int:
    standing = waiting.standing(settings)
    if standing is not None:
        stopped = f" at gate {standing.stopped_at}" if standing.stopped_at else ""
        print(f"nothing new: export {standing.export_id} stands as {standing.verdict}{stopped}")
        print(whereabouts(settings))
    elif not something_waits:
        raise UnusableSettings(
            f"no export in {settings.exports}; hand one over with: trialhouse receive --study {settings.study} FILE..."
        )
    return RELEASED


def _run(settings: Settings, export: Export) -> int:
    """One export, one run of the job, in this process and recorded in Dagster's own storage."""
    from orchestration import steps, verdict
    from orchestration.defs.run import run_job
    from orchestration.night import open_export

    print(f"{settings.study}: export {export.export_id}", flush=True)
    with steps.listening(_progress):
        error = run_job(settings, export)
    tonight = open_export(settings, export)
    concluded = last_run(settings) if error is None else verdict.conclude(tonight, "ERROR", error=error)
    assert concluded is not None  # a run that neither failed nor concluded does not exist
    print(summary(concluded))
    print(whereabouts(settings))
    return int(concluded["exit_code"])


def _progress(step: str, words: str, seconds: float) -> None:
    print(f"  {step:<14} {words:<60} {seconds:6.1f} s", flush=True)


def summary(run: dict[str, Any]) -> str:
    """What a person wants to know at the end of a run, from `last_run.json`."""
    lines = [f"verdict: {run['verdict']} in {run['seconds']:.1f} s"]
    for gate, said in run["gates"].items():
        findings = "" if said["findings"] is None else f"{said['findings']} findings"
        lines.append(f"  gate {gate}  {said['verdict']:<15} {findings}")
    lines += [f"stopped by {said}" for said in run["stopped_by"][:SHOWN]]
    if len(run["stopped_by"]) > SHOWN:
        lines.append(f"and {len(run['stopped_by']) - SHOWN} more; all of them stand in the work list")
    if run["work_list"]:
        lines.append(f"work list: {run['work_list']}")
    if run["error"]:
        lines.append(f"our own error: {run['error']}")
    return "\n".join(lines)
