"""dbt inside this process: parse once, build one layer at a time.

Belongs here: calling dbt and keeping its parsed manifest current. Does not belong here: which layers there are and what a failure
means to a run. A manifest is parsed once per state of the project's files and kept in `dbt_project/target/<study>/`; it does not
depend on where a warehouse lies, because dbt only ever sees catalog names (`build`, `release`, `vault`).
"""

from __future__ import annotations

import json
import logging
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestration import failures, fingerprint
from orchestration.settings import DBT_PROJECT, StudyPaths

if TYPE_CHECKING:
    from dbt.contracts.graph.manifest import Manifest

PARSED = ("manifest.json", "partial_parse.msgpack")
UNTESTED = ("--exclude-resource-type", "unit_test")
SUCCESS = frozenset({"success", "pass", "warn", "no-op"})
os.environ.setdefault("DO_NOT_TRACK", "1")
os.environ.setdefault("DBT_SEND_ANONYMOUS_USAGE_STATS", "0")


class DbtFailed(Exception):
    """dbt could not do its work: our own error (exit code 1)."""


@dataclass(frozen=True)
class NodeResult:
    """What dbt did with one node: unique id, status, seconds, and for a failure dbt's own words."""

    unique_id: str
    status: str
    seconds: float
    message: str | None

    @property
    def succeeded(self) -> bool:
        return self.status in SUCCESS


@dataclass(frozen=True)
class DbtProject:
    """A dbt project and the target that stands for the study.

    The main project serves every study that has models of its own; a study without gets a generated one below its builds.
    """

    folder: Path
    target: str

    @property
    def artifacts(self) -> Path:
        return self.folder / "target" / self.target

    def state(self) -> str:
        """Hash of the files a parsed manifest depends on."""
        if self.folder == DBT_PROJECT:
            return fingerprint.project()
        files = sorted(p for p in self.folder.rglob("*") if p.is_file() and p.suffix in (".sql", ".yml"))
        kept = [p for p in files if self.artifacts not in p.parents]
        return fingerprint.hash_files(kept, self.folder)


def main_project(study: str) -> DbtProject:
    """The committed dbt project, seen from one study."""
    return DbtProject(DBT_PROJECT, study)


def _arguments(project: DbtProject) -> list[str]:
    """dbt says nothing on the screen: its words, which may hold values, stand in its log."""
    folder = str(project.folder)
    return [
        "--project-dir",
        folder,
        "--profiles-dir",
        folder,
        "--target",
        project.target,
        "--no-version-check",
        "--quiet",
        "--log-level",
        "none",
    ]


@contextmanager
def _environment(builds: Path) -> Iterator[None]:
    """dbt reads the place of the build from the environment; put back afterwards."""
    before = os.environ.get("TRIALHOUSE_BUILDS")
    os.environ["TRIALHOUSE_BUILDS"] = str(builds)
    try:
        yield
    finally:
        os.environ.pop("TRIALHOUSE_BUILDS", None)
        if before is not None:
            os.environ["TRIALHOUSE_BUILDS"] = before


@contextmanager
def database_closed_after() -> Iterator[None]:
    """dbt keeps the database open from node to node, which is cheaper by a third, and would keep it for good."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager

    try:
        yield
    finally:
        if DuckDBConnectionManager._ENV is not None:
            DuckDBConnectionManager.env().close()
            DuckDBConnectionManager.close_all_connections()


@contextmanager
def _quiet_logging() -> Iterator[None]:
    """A log that cannot be written, on a full disk, is no reason for a traceback on the screen: what failed is said by its own error."""
    before = logging.raiseExceptions
    logging.raiseExceptions = False
    try:
        yield
    finally:
        logging.raiseExceptions = before


def _invoke(arguments: list[str], builds: Path, manifest: Manifest | None = None) -> Any:
    from dbt.cli.main import dbtRunner

    with _environment(builds), database_closed_after(), _quiet_logging():
        answer = dbtRunner(manifest=manifest).invoke(arguments)
    logging.getLogger().handlers.clear()
    if answer.exception is not None:
        raise DbtFailed(f"dbt {arguments[0]} failed: {answer.exception}") from answer.exception
    return answer.result


def is_prepared(project: DbtProject) -> bool:
    """Whether the kept manifest belongs to the project's files as they are."""
    stamp = project.artifacts / "project.sha256"
    wanted = (*(project.artifacts / name for name in PARSED), stamp)
    return all(p.is_file() for p in wanted) and stamp.read_text() == project.state()


def prepare(project: DbtProject) -> None:
    """Parse the project if its files changed since the last time. Opens no database.

    Two processes may do so at once: each parses in a folder of its own, and the stamp comes last.

    Raises:
        DbtFailed: the project does not parse.
    """
    if is_prepared(project):
        return
    project.artifacts.mkdir(parents=True, exist_ok=True)
    stamp = project.artifacts / "project.sha256"
    state = project.state()
    with tempfile.TemporaryDirectory(prefix=".parse-", dir=project.artifacts) as folder:
        paths = ["--target-path", folder, "--log-path", folder]
        _invoke(["parse", *_arguments(project), *paths, "--no-partial-parse"], Path(folder))
        stamp.unlink(missing_ok=True)
        for name in PARSED:
            Path(folder, name).replace(project.artifacts / name)
        Path(folder, "stamp").write_text(state)
        Path(folder, "stamp").replace(stamp)


def manifest_json(project: DbtProject) -> dict[str, Any]:
    """The manifest as dagster-dbt reads it; parsed first if need be."""
    prepare(project)
    content: dict[str, Any] = json.loads((project.artifacts / "manifest.json").read_text())
    return content


def _parsed(project: DbtProject) -> Manifest:
    prepare(project)
    return _loaded(project, project.state())


@lru_cache(maxsize=1)
def _loaded(project: DbtProject, _state: str) -> Manifest:
    """The parsed project, read once for all layers of a run."""
    from dbt.contracts.graph.manifest import Manifest

    manifest = Manifest.from_msgpack((project.artifacts / "partial_parse.msgpack").read_bytes())
    manifest.build_flat_graph()
    return manifest


def build(project: DbtProject, paths: StudyPaths, select: Sequence[str]) -> list[NodeResult]:
    """Run `dbt build` on a selection, in this process, without the unit tests.

    Args:
        project: the dbt project, seen from a study.
        paths: where the study's build lies.
        select: dbt selectors, such as `fqn:trialhouse.intermediate`.

    Returns:
        One result per node that dbt ran, failed ones included.

    Raises:
        DbtFailed: dbt could not run at all.
    """
    where = ["--target-path", str(paths.builds / "dbt"), "--log-path", str(paths.builds / "dbt")]
    options = [*UNTESTED, "--indirect-selection", "buildable", "--no-write-json", "--no-populate-cache"]
    arguments = ["build", *_arguments(project), *where, *options, "--select", *select]
    result = _invoke(arguments, paths.builds, _parsed(project))
    return [_node_result(r) for r in result.results]


def _node_result(result: Any) -> NodeResult:
    return NodeResult(result.node.unique_id, str(result.status), float(result.execution_time), result.message)


def require_success(results: Sequence[NodeResult]) -> None:
    """Raise when a node failed.

    Raises:
        DbtFailed: names the nodes that failed; dbt's own words stand in `<builds>/dbt/dbt.log`, because they may hold values.
    """
    failed = [r for r in results if not r.succeeded and r.status != "skipped"]
    if failed:
        words = failures.in_words(r.message or "" for r in failed) or "see builds/dbt/dbt.log"
        raise DbtFailed(f"dbt failed at {', '.join(r.unique_id for r in failed)}; {words}")
