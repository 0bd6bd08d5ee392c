"""A warehouse in a temporary folder, worked by the command as a user works it.

Belongs here: what every test of the whole path needs. Does not belong here: any check, and what is built once (`conftest.py`).
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from orchestration import demo

PROJECT = Path(__file__).resolve().parents[1]
STUDY = "ketmbrp_syn"
BROKEN = demo.BROKEN.name
PARTS = ("orchestration", "expectations", "dbt_project")


@dataclass(frozen=True)
class House:
    """A warehouse in a temporary folder, and the code that works in it."""

    home: Path
    code: Path = PROJECT
    study: str = STUDY

    @property
    def raw(self) -> Path:
        return self.home / "raw"

    @property
    def folder(self) -> Path:
        return self.home / "warehouse" / self.study

    def run(self, *arguments: str, code: int | None = None) -> subprocess.CompletedProcess[str]:
        """Run `trialhouse`; with `code`, that exit code is required."""
        environment = os.environ | {
            "TRIALHOUSE_RAW": str(self.raw),
            "TRIALHOUSE_WAREHOUSE": str(self.home / "warehouse"),
            "TRIALHOUSE_STUDY": self.study,
            "PYTHONPATH": str(self.code),
        }
        command = [sys.executable, "-m", "orchestration.cli", *arguments]
        done = subprocess.run(command, env=environment, cwd=self.code, capture_output=True, text=True, check=False)
        if code is not None:
            assert done.returncode == code, f"exit code {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done

    def take(self, export: Path) -> Path:
        """Put a copy of an export into the raw folder; returns the copy."""
        return Path(shutil.copytree(export, self.raw / self.study / export.name))

    @property
    def last_run(self) -> dict[str, Any]:
        content: dict[str, Any] = json.loads((self.folder / "last_run.json").read_text())
        return content

    @property
    def last_export(self) -> str:
        """The newest export that lies in the raw folder."""
        return max(path.name for path in (self.raw / self.study).iterdir())

    @property
    def current(self) -> str:
        return os.readlink(self.folder / "current")

    @property
    def manifest(self) -> dict[str, Any]:
        content: dict[str, Any] = json.loads((self.folder / "current" / "manifest.json").read_text())
        return content

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows of a query on the current release (`release`) and its restricted part (`vault`)."""
        with duckdb.connect() as connection:
            release = (self.folder / "current").resolve() / "marts.duckdb"
            vault = (self.folder / "restricted" / "restricted.duckdb").resolve()
            connection.execute(f"attach '{release}' as release (read_only)")
            connection.execute(f"attach '{vault}' as vault (read_only)")
            connection.execute("use release")
            return connection.execute(sql).fetchall()

    def build_tables(self, schema: str, database: str = "build") -> set[str]:
        """Tables of a schema of the build in progress; those of the marts lie in a database of their own."""
        with duckdb.connect(str(self.folder / "builds" / f"{database}.duckdb"), read_only=True) as connection:
            rows = connection.execute(
                "select table_name from duckdb_tables() where schema_name = ?", [schema]
            ).fetchall()
        return {name for (name,) in rows}


def committed_nights() -> list[Path]:
    """The committed exports of the example study, oldest first, the one that must be stopped among them."""
    return sorted(p for p in (PROJECT / "raw" / STUDY).iterdir() if (p / "manifest.json").is_file())


def broken_night() -> Path:
    """The committed export that must be stopped."""
    return PROJECT / "raw" / STUDY / BROKEN


def good_nights() -> list[Path]:
    """The committed exports that are released, oldest first."""
    return [night for night in committed_nights() if night.name != BROKEN]


def copy_of_the_code(target: Path) -> Path:
    """The project's code where a test may change it."""
    for part in PARTS:
        shutil.copytree(PROJECT / part, target / part, ignore=shutil.ignore_patterns("__pycache__", "target"))
    return target
