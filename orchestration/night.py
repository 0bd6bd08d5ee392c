"""One export of one study as a run sees it, and the build that is in progress.

Belongs here: what every step needs to know before it starts, and the check that the build lying in `builds/` is this export's under this
code. Does not belong here: the steps themselves (`steps.py`) and the choice of what to run (`waiting.py`).
"""

from __future__ import annotations

import json
import shutil
import uuid
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from expectations.protocol import (
    Protocol,
    UnusableProtocol,
    load_protocol,
    load_rules,
    protocol_from_dictionary,
)
from orchestration import exports, fingerprint, folders, keys
from orchestration.exports import Export
from orchestration.generate import registered_studies
from orchestration.ledger import Ledger
from orchestration.release import release_id
from orchestration.settings import SEEDS, Settings, StudyPaths, UnusableSettings

# dbt's logs, and the generated project of a study without models: written again only where it changed, so parsed once.
KEPT = frozenset(("dbt", "dbt_project"))


class StepRefused(Exception):
    """A step was asked for that does not fit the build that is there; the message says what to run instead."""


@dataclass(frozen=True)
class Night:
    """One export of one study, as a run sees it."""

    settings: Settings
    export: Export
    protocol: Protocol
    ledger: Ledger
    study_key: bytes

    @property
    def paths(self) -> StudyPaths:
        return self.settings.paths

    @cached_property
    def files_sha256(self) -> str:
        return exports.files_sha256(self.export)

    @cached_property
    def fingerprint(self) -> str:
        """Fingerprint of this export's result: its files, the exports before it as they were judged, protocol, code, key.

        An export that was stopped has no number yet: a newer one that is accepted later does not make it another.
        """
        own = self.ledger.export_no(self.export.export_id)
        judged = {j.export_id: j.fingerprint for j in self.ledger.judgements()}
        accepted = [e for e in self.ledger.accepted() if e.export_no < own and e.export_id < self.export.export_id]
        before = [part for e in accepted for part in (*e.data_sha256, judged.get(e.export_id, "not judged"))]
        return fingerprint.of_export([self.files_sha256], before, self.study_key)

    @property
    def release_id(self) -> str:
        return release_id(self.export.export_id, self.fingerprint)

    @property
    def judged(self) -> Path:
        """Where this build's results lie until the run is over."""
        return self.paths.builds / "judged"


def bare_protocol(study: str) -> Protocol:
    """A study without a protocol of its own, as far as it is known without its dictionary: no forms."""
    return Protocol(study, False, {"study_id": study}, (), (), rules=load_rules(study, SEEDS))


def _protocol(settings: Settings, export: Export) -> Protocol:
    if settings.study in registered_studies():
        return load_protocol(settings.study, SEEDS)
    from orchestration.landing import dictionary_rows

    rules = load_rules(settings.study, SEEDS)
    try:
        return protocol_from_dictionary(settings.study, dictionary_rows(export), rules)
    except UnusableProtocol:
        # the file gate says why, by the outcome of the dictionary itself
        return bare_protocol(settings.study)


def open_export(settings: Settings, export: Export) -> Night:
    settings.paths.make()
    key = keys.study_key(settings.study, settings.paths)
    return Night(settings, export, _protocol(settings, export), Ledger(settings.paths.ledger), key)


def open_night(study: str, export_id: str) -> Night:
    """One export of one study, with settings from the environment.

    Raises:
        UnusableSettings: there is no such export.
    """
    settings = Settings.from_environment(study)
    found = [e for e in exports.find(settings.exports) if e.export_id == export_id]
    if not found:
        raise UnusableSettings(f"no export {export_id} in {settings.exports}")
    return open_export(settings, found[0])


@dataclass(frozen=True)
class BuildState:
    """Which export, under which fingerprint, lies in `builds/`."""

    build_id: str
    export_id: str
    fingerprint: str
    started_at: str


def _state_file(night: Night) -> Path:
    return night.paths.builds / "build.json"


def clear(builds: Path) -> None:
    """Delete the work in progress."""
    for leftover in (*builds.iterdir(), *builds.glob("dbt_project/target/*/.parse-*")):
        if leftover.is_dir() and leftover.name not in KEPT:
            shutil.rmtree(leftover)
        elif leftover.is_file():
            leftover.unlink()


def drop_databases(builds: Path) -> None:
    """Give back the space that the work in progress takes; what it was stays known."""
    for database in builds.glob("*.duckdb*"):
        shutil.rmtree(database) if database.is_dir() else database.unlink()


def begin(night: Night) -> BuildState:
    clear(night.paths.builds)
    for kept in (night.paths.landed, night.paths.judged):
        folders.bring_back(kept)
    night.judged.mkdir(mode=0o700)
    state = BuildState(uuid.uuid4().hex, night.export.export_id, night.fingerprint, datetime.now(UTC).isoformat())
    _state_file(night).write_text(json.dumps(asdict(state)))
    return state


def state_of(night: Night) -> BuildState:
    """The build in progress, which must be this export's under this code.

    Raises:
        StepRefused: it is another's.
    """
    try:
        state = BuildState(**json.loads(_state_file(night).read_text()))
    except FileNotFoundError:
        raise StepRefused("there is no build yet; materialize the raw export first") from None
    except (ValueError, TypeError):
        raise StepRefused("the build was interrupted as it began; materialize from the raw export on") from None
    if (state.export_id, state.fingerprint) != (night.export.export_id, night.fingerprint):
        raise StepRefused(
            "the build holds another export or another state of the code; materialize from the raw export on"
        )
    return state
