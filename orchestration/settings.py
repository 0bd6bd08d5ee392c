"""Where things are: the study, the folders and the files of a warehouse.

Belongs here: settings from environment, paths, and the making of folders with their permissions.
Does not belong here: anything that opens a database or knows what a file means.
"""

from __future__ import annotations

import errno
import os
import re
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
DBT_PROJECT = PROJECT / "dbt_project"
SEEDS = DBT_PROJECT / "seeds" / "protocol"

STUDY_PATTERN = re.compile(r"^[a-z0-9][a-z0-9_.-]{0,63}$")


class UnusableSettings(Exception):
    """The command cannot start with these settings or this input (exit code 2)."""


def unwritable(folder: Path, error: OSError) -> Exception:
    """What an error on writing a folder of the warehouse says: unusable settings, unless the disk is full."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return error
    return UnusableSettings(
        f"the warehouse folder {folder} cannot be written: {error.strerror}; choose another with WAREHOUSE, or its rights"
    )


@dataclass(frozen=True)
class StudyPaths:
    """Every path of one study's warehouse; nothing else spells these names."""

    home: Path

    @property
    def builds(self) -> Path:
        return self.home / "builds"

    @property
    def build_db(self) -> Path:
        return self.builds / "build.duckdb"

    @property
    def marts_db(self) -> Path:
        return self.builds / "marts.duckdb"

    @property
    def restricted_db(self) -> Path:
        return self.builds / "restricted.duckdb"

    @property
    def record(self) -> Path:
        return self.home / "record"

    @property
    def landed(self) -> Path:
        return self.record / "landed"

    @property
    def judged(self) -> Path:
        return self.record / "judged"

    @property
    def ledger(self) -> Path:
        return self.record / "ledger.sqlite"

    @property
    def releases(self) -> Path:
        return self.home / "releases"

    @property
    def current(self) -> Path:
        return self.home / "current"

    @property
    def restricted(self) -> Path:
        return self.home / "restricted"

    @property
    def work(self) -> Path:
        return self.home / "work"

    @property
    def lock(self) -> Path:
        return self.home / ".lock"

    @property
    def last_run(self) -> Path:
        return self.home / "last_run.json"

    def make(self) -> None:
        """Create the folders with their permissions, from creation on.

        Raises:
            UnusableSettings: the warehouse cannot be written.
            OSError: the disk is full.
        """
        modes = {self.home: 0o710, self.releases: 0o750}
        modes |= dict.fromkeys((self.restricted, self.record, self.builds, self.work), 448)
        try:
            for folder, mode in modes.items():
                folder.mkdir(mode=mode, parents=True, exist_ok=True)
                folder.chmod(mode)
            if not os.access(self.home, os.W_OK):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        except OSError as error:
            raise unwritable(self.home, error) from error


@dataclass(frozen=True)
class Settings:
    """One study in one warehouse, fed from one folder of exports."""

    study: str
    raw: Path
    warehouse: Path

    @classmethod
    def from_environment(cls, study: str | None = None) -> Settings:
        """Settings from TRIALHOUSE_STUDY, TRIALHOUSE_RAW and TRIALHOUSE_WAREHOUSE, relative to the working folder.

        Raises:
            UnusableSettings: the study's name cannot be a folder's name.
        """
        chosen = study or os.environ.get("TRIALHOUSE_STUDY") or "ketmbrp_syn"
        if not STUDY_PATTERN.match(chosen):
            raise UnusableSettings(f"{chosen!r} cannot be a study: use lower-case letters, digits, '_', '-' and '.'")
        return cls(
            study=chosen,
            raw=Path(os.environ.get("TRIALHOUSE_RAW") or "raw").absolute(),
            warehouse=Path(os.environ.get("TRIALHOUSE_WAREHOUSE") or "warehouse").absolute(),
        )

    @property
    def exports(self) -> Path:
        return self.raw / self.study

    @property
    def paths(self) -> StudyPaths:
        return StudyPaths(self.warehouse / self.study)

    @property
    def dagster_home(self) -> Path:
        return self.warehouse / ".dagster"
