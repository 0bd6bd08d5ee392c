"""Releasing: from a judged build to what analysts open, by renames alone.

Belongs here: the release's own look at the ledger, the release folder, the swap of `current`, rollback. Does not belong here: building
or judging anything. Order of steps: folder complete and on disk, restricted link, current link, log; whatever happens in between,
a reader finds one whole release.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import asdict, dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from orchestration import content_hash, folders, repair
from orchestration.ledger import GateVerdict, Ledger
from orchestration.settings import PROJECT, StudyPaths, UnusableSettings

PACKAGES = ("dagster", "dbt-core", "dbt-duckdb", "duckdb", "great-expectations", "polars")


class ReleaseRefused(Exception):
    """The ledger does not allow this release; the message names the gate."""


@dataclass(frozen=True)
class Candidate:
    """What is to be released: one build of one export under one fingerprint."""

    study: str
    export_id: str
    export_no: int
    exported_at: datetime
    fingerprint: str
    build_id: str
    required_gates: tuple[str, ...]
    protocol_version: str
    rules_sha256: str
    is_synthetic: bool
    input_files: list[dict[str, Any]]

    @property
    def release_id(self) -> str:
        return release_id(self.export_id, self.fingerprint)


def release_id(export_id: str, fingerprint: str) -> str:
    """The name of an export's release under a fingerprint."""
    return f"{export_id}-{fingerprint[:8]}"


def verify(candidate: Candidate, ledger: Ledger) -> dict[str, GateVerdict]:
    """The release's own look: every required gate passed, for this build of this export and this code.

    Raises:
        ReleaseRefused: a gate failed or said nothing about this build.
    """
    said = ledger.gates(candidate.build_id, candidate.export_id, candidate.fingerprint)
    for gate in candidate.required_gates:
        if gate not in said:
            raise ReleaseRefused(f"gate {gate} has not judged this build; run the graph from the raw export on")
        if said[gate].verdict != "PASS":
            raise ReleaseRefused(f"gate {gate} did not pass this build ({said[gate].verdict})")
    return said


def require_build(paths: StudyPaths) -> None:
    """Raise ReleaseRefused unless marts lie ready; a release moves them away, so there is nothing to release a second time."""
    if not paths.marts_db.is_file():
        raise ReleaseRefused("there is no build to release; run the graph from the raw export on")


def _require_same_content(paths: StudyPaths, promised: str | None) -> list[content_hash.TableContent]:
    import duckdb

    require_build(paths)
    with duckdb.connect(str(paths.marts_db), read_only=True) as connection:
        marts = content_hash.contents(connection, "marts", "marts")
        quality = content_hash.contents(connection, "marts", "quality")
    if content_hash.combined(marts) != promised:
        raise ReleaseRefused("the marts are not those that the last gate judged; run the graph from the raw export on")
    return [*marts, *quality]


def _git_commit() -> str | None:
    if not (PROJECT / ".git").exists() or shutil.which("git") is None:
        return None
    answer = subprocess.run(["git", "rev-parse", "HEAD"], cwd=PROJECT, capture_output=True, text=True, check=False)
    return answer.stdout.strip() or None


def manifest(
    candidate: Candidate, gates: dict[str, GateVerdict], tables: list[content_hash.TableContent]
) -> dict[str, Any]:
    """The release's manifest: what went in, what judged it, what came out. No wall clock in it."""
    return {
        "release_id": candidate.release_id,
        "study": candidate.study,
        "export_id": candidate.export_id,
        "export_no": candidate.export_no,
        "exported_at": candidate.exported_at.isoformat(),
        "is_synthetic": candidate.is_synthetic,
        "input_files": candidate.input_files,
        "fingerprint": candidate.fingerprint,
        "git_commit": _git_commit(),
        "protocol_version": candidate.protocol_version,
        "rule_set_sha256": candidate.rules_sha256,
        "packages": {name: version(name) for name in PACKAGES},
        "gates": {g: {"verdict": v.verdict, "findings": v.findings} for g, v in sorted(gates.items())},
        "tables": [asdict(table) for table in tables],
    }


def _make(folder: Path) -> None:
    """A folder of the release: readable for the group, whatever the umask."""
    folder.mkdir()
    folder.chmod(0o750)


def _write_parquet(marts_db: Path, folder: Path) -> None:
    import duckdb

    _make(folder)
    with duckdb.connect(str(marts_db), read_only=True) as connection:
        tables = connection.execute("select table_name from duckdb_tables() where schema_name = 'marts'").fetchall()
        for (table,) in tables:
            target = str(folder / f"{table}.parquet").replace("'", "''")
            connection.execute(f"copy (select * from marts.marts.{table} order by all) to '{target}' (format parquet)")


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _seal(folder: Path, mode: int) -> None:
    """Give every file of a finished release its mode and put it on disk."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            path.chmod(mode)
        _sync(path)
    _sync(folder)


def _settle(unfinished: Path, final: Path) -> None:
    """Rename a finished folder to its place; the same release made again must be the same, or takes the place of a damaged one."""
    if final.exists() and repair.is_whole_release(final):
        before = json.loads((final / "manifest.json").read_text())["tables"]
        now = json.loads((unfinished / "manifest.json").read_text())["tables"]
        if before != now:
            raise ReleaseRefused(f"release {final.name} was made before from the same inputs with another content")
        remove(unfinished)
        return
    folders.replace(unfinished, final)
    _sync(final.parent)


def point(link: Path, target: str) -> None:
    """Make a symbolic link point elsewhere by one rename."""
    fresh = link.parent / f".{link.name}.{os.getpid()}"
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(target)
    fresh.rename(link)
    _sync(link.parent)


def remove(folder: Path) -> None:
    """Delete a folder that nobody reads: unfinished work."""
    shutil.rmtree(folder)


def make_current(paths: StudyPaths, release_id: str) -> None:
    """Swap in a release that lies complete in its folders: the restricted part first, then the release."""
    _point_restricted(paths, release_id)
    point(paths.current, f"releases/{release_id}")


def _point_restricted(paths: StudyPaths, release_id: str) -> None:
    if (paths.restricted / "releases" / release_id).is_dir():
        for name in ("restricted.duckdb", "work_list.csv"):
            point(paths.restricted / name, f"releases/{release_id}/{name}")


def current_release(paths: StudyPaths) -> str | None:
    """The release that readers get now."""
    return os.readlink(paths.current).rsplit("/", 1)[-1] if paths.current.is_symlink() else None


def sweep(paths: StudyPaths) -> None:
    """Remove what an interrupted release left behind; the restricted part is that of the current release again."""
    for folder in (paths.releases, paths.restricted / "releases"):
        folders.bring_back(folder)
    for parent in (paths.home, paths.restricted):
        for rest in parent.glob(".*.[0-9]*"):
            if rest.is_symlink():
                rest.unlink()
    drafts = (*paths.record.glob("study.key.*"), *paths.record.glob(".ledger*"), *paths.home.glob("last_run.json.new"))
    for draft in drafts:
        draft.unlink()
    standing, link = current_release(paths), paths.restricted / "restricted.duckdb"
    if standing and link.is_symlink() and os.readlink(link) != f"releases/{standing}/restricted.duckdb":
        _point_restricted(paths, standing)


def _restricted_part(paths: StudyPaths, release_id: str, restricted_work_list: str) -> None:
    home = paths.restricted / "releases"
    home.mkdir(mode=0o700, exist_ok=True)
    unfinished = home / f".unfinished-{release_id}"
    unfinished.mkdir(mode=0o700)
    paths.restricted_db.rename(unfinished / "restricted.duckdb")
    (unfinished / "work_list.csv").write_text(restricted_work_list)
    _seal(unfinished, 0o600)
    final = home / release_id
    if repair.is_whole_restricted(final):
        remove(unfinished)
    else:
        folders.replace(unfinished, final)
        _sync(home)


def release(candidate: Candidate, paths: StudyPaths, ledger: Ledger, report: str, restricted_work_list: str) -> str:
    """Release a judged build; it becomes current unless a later export's release is current.

    Args:
        candidate: what is to be released.
        paths: the study's warehouse.
        ledger: where the gates' verdicts stand.
        report: the page `report.html` of this release.
        restricted_work_list: CSV text of the part of the work list that could reveal an arm.

    Returns:
        The release id.

    Raises:
        ReleaseRefused: a gate is missing or failed, or the build is not the judged one.
    """
    gates = verify(candidate, ledger)
    tables = _require_same_content(paths, gates[candidate.required_gates[-1]].marts_hash)
    sweep(paths)
    unfinished = paths.releases / f".unfinished-{candidate.release_id}"
    _make(unfinished)
    paths.marts_db.rename(unfinished / "marts.duckdb")
    _write_parquet(unfinished / "marts.duckdb", unfinished / "marts")
    (unfinished / "manifest.json").write_text(json.dumps(manifest(candidate, gates, tables), indent=2) + "\n")
    (unfinished / "report.html").write_text(report)
    _seal(unfinished, 0o640)
    _settle(unfinished, paths.releases / candidate.release_id)
    _restricted_part(paths, candidate.release_id, restricted_work_list)
    if _is_newest(paths, candidate.export_no):
        make_current(paths, candidate.release_id)
    ledger.log_release(candidate.release_id, candidate.export_id, "RELEASED")
    return candidate.release_id


def _is_newest(paths: StudyPaths, export_no: int) -> bool:
    standing = paths.current / "manifest.json"
    return not standing.is_file() or int(json.loads(standing.read_text())["export_no"]) <= export_no


def rollback(paths: StudyPaths, ledger: Ledger, to: str | None = None) -> str:
    """Make an earlier release current again; without `to`, the one before the current one.

    Raises:
        UnusableSettings: there is no such release.
    """
    standing = current_release(paths)
    log = [name for name, *_ in ledger.releases() if (paths.releases / name / "marts.duckdb").is_file()]
    earlier = log[: log.index(standing)] if standing in log else []
    wanted = to or (earlier[-1] if earlier else None)
    if wanted is None:
        raise UnusableSettings("there is no earlier release to go back to")
    if not (paths.releases / wanted / "marts.duckdb").is_file():
        known = ", ".join(dict.fromkeys(log)) or "none"
        raise UnusableSettings(f"there is no release {wanted}; releases: {known}")
    make_current(paths, wanted)
    export_id = json.loads((paths.releases / wanted / "manifest.json").read_text())["export_id"]
    ledger.log_release(wanted, export_id, "ROLLED_BACK")
    return wanted
