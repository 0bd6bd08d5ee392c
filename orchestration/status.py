"""What a warehouse holds and waits for, in words: the command `status`.

Belongs here: reading what stands in the ledger, the manifests and the lock. Does not belong here: any change, and any decision.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from orchestration import release, waiting
from orchestration.ledger import Judgement, Ledger
from orchestration.lock import held_by
from orchestration.settings import Settings
from orchestration.verdict import ALL_GATES, last_run


def whereabouts(settings: Settings) -> str:
    """The current release and its marts, in two lines; or that there is none."""
    current = release.current_release(settings.paths)
    if current is None:
        return "nothing was released yet"
    return f"current release: {current}\nmarts: {settings.paths.current / 'marts.duckdb'}"


def status(settings: Settings) -> str:
    """Releases, exports waiting and stopped, last verdict, and who holds the lock, as text.

    Raises:
        UnusableSettings: unknown study.
    """
    waiting.require_study(settings)
    ledger = Ledger(settings.paths.ledger) if settings.paths.ledger.is_file() else None
    run = last_run(settings)
    lines = [f"study: {settings.study}", whereabouts(settings)]
    if run is not None:
        lines.append(f"last run: export {run['export_id']}: {run['verdict']} (exit code {run['exit_code']})")
    if ledger is not None:
        lines += [*_releases(settings, ledger), *_stopped(settings, ledger.judgements())]
    lines.append("waiting: " + _listed([e.export_id for e in waiting.pending(settings)]))
    lines.append("still being written: " + _listed(waiting.unfinished(settings)))
    lines.append("lock: " + (held_by(settings.paths.lock) or "free"))
    return "\n".join(lines)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names) or "none"


def _releases(settings: Settings, ledger: Ledger) -> list[str]:
    """One line for each release that is there, in the order they were made; the current one has an arrow."""
    made = {release_id: at for release_id, _, action, at in ledger.releases() if action == "RELEASED"}
    manifests = {name: _manifest(settings.paths.releases / name) for name in made}
    there = {name: manifest for name, manifest in manifests.items() if manifest is not None}
    current = release.current_release(settings.paths)
    header = ["", "release", "export", "released (UTC)", *ALL_GATES]
    rows = [
        ["->" if n == current else "", n, m["export_id"], made[n][:16].replace("T", " "), *_gates(m)]
        for n, m in there.items()
    ]
    return ["releases (verdict and findings of each gate):", *_aligned([header, *rows])]


def _manifest(folder: Path) -> dict[str, Any] | None:
    path = folder / "manifest.json"
    return json.loads(path.read_text()) if path.is_file() else None


def _gates(manifest: dict[str, Any]) -> list[str]:
    said = manifest["gates"]
    return [f"{said[gate]['verdict']} {said[gate]['findings']}" if gate in said else "-" for gate in ALL_GATES]


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    cells = ([cell.ljust(width) for cell, width in zip(row, widths, strict=True)] for row in rows)
    return [f"  {'  '.join(row)}".rstrip() for row in cells]


def _stopped(settings: Settings, judgements: Sequence[Judgement]) -> Iterator[str]:
    """Exports whose last word is a gate's no, each with the gate and the work list."""
    last = {judgement.export_id: judgement for judgement in judgements}
    stopped = [judgement for judgement in last.values() if judgement.verdict == "STOPPED"]
    if not stopped:
        yield "stopped: none"
        return
    yield "stopped:"
    for judgement in stopped:
        work_list = settings.paths.work / judgement.export_id / "work_list.csv"
        where = f"work list: {work_list}" if work_list.is_file() else "its work list was removed"
        yield f"  {judgement.export_id}  at gate {judgement.stopped_at}; {where}"
