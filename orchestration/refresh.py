"""A refresh: every waiting export, oldest first, each as one run of the study's job in this process.

Belongs here: the order of runs, progress and the summary a person reads. Does not belong here: what a run does (`steps.py`, `definitions.py`).
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from orchestration import failures, release, repair, waiting
from orchestration.exports import Export
from orchestration.failures import Damaged
from orchestration.lock import hold
from orchestration.settings import Settings, UnusableSettings
from orchestration.shell import set_history_aside
from orchestration.status import whereabouts
from orchestration.verdict import last_run

RELEASED = 0
SHOWN = 5


def refresh(settings: Settings, export_id: str | None = None) -> int:
    """Run every waiting export through all gates; returns the exit code of the command.

    Raises:
        UnusableSettings: unknown study, no export, or a warehouse that cannot be written.
        LockHeld: another refresh runs.
        Damaged: the ledger is damaged, or the current release is and cannot be made again.
    """
    waiting.require_study(settings)
    settings.paths.make()
    with hold(settings.paths.lock, "trialhouse refresh"):
        repair.require_ledger(settings.paths)
        release.sweep(settings.paths)
        unfinished = waiting.unfinished(settings)
        for folder in unfinished:
            print(f"export {folder}: no manifest yet, still being written; waited for")
        due = waiting.pending(settings, export_id) or _to_be_made_again(settings)
        if not due:
            return _nothing_new(settings, bool(unfinished))
        return [_run(settings, export) for export in due][-1]


def _to_be_made_again(settings: Settings) -> list[Export]:
    """The export of the current release, if that release is damaged."""
    current = release.current_release(settings.paths)
    if current is None or repair.is_whole_release(settings.paths.releases / current):
        return []
    found = [e for e in waiting.complete_exports(settings) if current.startswith(f"{e.export_id}-")]
    if not found:
        raise Damaged(f"release {current} is damaged and its export is gone; go back to another: trialhouse rollback")
    print(f"release {current} is damaged; it is made again from its export")
    return found


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
    from orchestration import night, verdict

    print(f"{settings.study}: export {export.export_id}", flush=True)
    started = datetime.now(UTC)
    error = _attempt(settings, export)
    if error is not None and failures.kind_of([error]) == "full disk":
        night.drop_databases(settings.paths.builds)
    tonight = night.open_export(settings, export)
    concluded = last_run(settings) if error is None else verdict.conclude_error(tonight, error, started)
    assert concluded is not None  # a run that neither failed nor concluded does not exist
    print(summary(concluded))
    print(whereabouts(settings))
    return int(concluded["exit_code"])


def _attempt(settings: Settings, export: Export) -> str | None:
    """Run the job; our own error in words, or None when it came to a verdict."""
    from orchestration import steps
    from orchestration.defs.run import run_job

    try:
        with steps.listening(_progress):
            return run_job(settings, export)
    except Exception as error:
        # what Dagster itself could not do, outside of any step: write its history of runs, for one
        texts = list(failures.texts_of(error))
        words = failures.in_words(texts)
        if words is None:
            raise
        if failures.kind_of(texts) == "damaged database":
            return f"{words} (Dagster's history of runs was set aside: {set_history_aside(settings)})"
        return words


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
