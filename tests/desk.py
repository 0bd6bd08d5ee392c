"""The command tried in this process on a small REDCap project: exit code, screen, and what lies in the warehouse afterwards.

Belongs here: what the fault tests share. Does not belong here: any check. A refresh in a process of its own pays some ten CPU seconds for
imports; here they are paid once.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, replace
from io import StringIO
from pathlib import Path
from typing import Any
from unittest.mock import patch

import duckdb
from crafted import csv_text, dictionary_csv, export
from house import House

from orchestration import cli

TINY = "tiny"
DAYS = tuple(f"2031-03-{day:02}" for day in range(1, 29))
HEADER = ("pid", "age", "sex", "seen", "screening_complete", "mood", "note", "diary_complete")
GOOD = (
    ("p-one", "40", "1", "2031-01-02", "2", "5", "calm", "2"),
    ("p-two", "50", "2", "2031-01-03", "2", "6", "", "2"),
)
FIELDS = (
    {"field_name": "pid", "form_name": "screening"},
    {
        "field_name": "age",
        "form_name": "screening",
        "text_validation_type_or_show_slider_number": "integer",
        "text_validation_min": "18",
        "text_validation_max": "99",
    },
    {
        "field_name": "sex",
        "form_name": "screening",
        "field_type": "radio",
        "select_choices_or_calculations": "1, F | 2, M",
    },
    {
        "field_name": "seen",
        "form_name": "screening",
        "text_validation_type_or_show_slider_number": "date_ymd",
    },
    {"field_name": "mood", "form_name": "diary", "text_validation_type_or_show_slider_number": "integer"},
    {"field_name": "note", "form_name": "diary"},
)
DICTIONARY = dictionary_csv(*FIELDS)
DATA = csv_text(HEADER, GOOD).encode()


@dataclass(frozen=True)
class Tried:
    """What a command said and returned."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        return self.out + self.err


@dataclass(frozen=True)
class Desk(House):
    """A warehouse of the small project, worked by the command in this process."""

    study: str = TINY

    def command(self, *arguments: str, **settings: str) -> Tried:
        """Run `trialhouse` here; settings replace those of the desk."""
        said = {"RAW": self.raw, "WAREHOUSE": self.home / "warehouse", "STUDY": self.study} | settings
        environment = {f"TRIALHOUSE_{name}": str(value) for name, value in said.items()}
        out, err, mask = StringIO(), StringIO(), os.umask(0o022)
        with ExitStack() as stack:
            stack.callback(os.umask, mask)
            stack.enter_context(patch.dict(os.environ, environment))
            stack.enter_context(redirect_stdout(out))
            stack.enter_context(redirect_stderr(err))
            code = cli.main(arguments)
        return Tried(code, out.getvalue(), err.getvalue())

    def refresh(self, code: int, *arguments: str) -> Tried:
        """Refresh, and require this exit code of the command and of `last_run.json` where an export was judged."""
        tried = self.command("refresh", *arguments)
        assert tried.code == code, tried.said
        assert "Traceback" not in tried.said, tried.said
        return tried

    def night(self, day: str, data: bytes = DATA, dictionary: bytes = DICTIONARY, **manifest: Any) -> Path:
        """An export of the small project: data and dictionary."""
        files = {"data.csv": ("data", data), "dictionary.csv": ("dictionary", dictionary)}
        return self.export(day, files, **manifest)

    def export(self, day: str, files: Mapping[str, tuple[str, bytes]], **manifest: Any) -> Path:
        return export(self.raw / self.study / day, files, study=self.study, **manifest).folder

    def stopped_at(self, gate: str) -> Tried:
        """Refresh and require: stopped at this gate, with its work list, and the release before is still current."""
        before = os.readlink(self.folder / "current")
        tried = self.refresh(3)
        said = self.last_run
        assert (said["verdict"], said["exit_code"], said["gates"][gate]["verdict"]) == ("STOPPED", 3, "FAIL")
        assert said["work_list"] in tried.out
        assert os.readlink(self.folder / "current") == before
        return tried

    def build_rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows of a query on the build in progress."""
        with duckdb.connect(str(self.folder / "builds" / "build.duckdb"), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    def copy(self, home: Path) -> Desk:
        shutil.copytree(self.home, home, symlinks=True)
        return replace(self, home=home)


def rubbish(warehouse: Path) -> list[str]:
    """What an interrupted refresh may leave and the next one must not: drafts, unfinished folders, links that lead nowhere."""
    return sorted(str(path.relative_to(warehouse)) for path in warehouse.rglob("*") if _is_rubbish(path))


def _is_rubbish(path: Path) -> bool:
    hidden = path.name.startswith(".") and path.name not in (".lock", ".dagster")
    draft = path.name.endswith((".new", ".tmp", ".wal", "-journal")) or ".key." in path.name
    return hidden or draft or (path.is_symlink() and not path.exists())


@contextmanager
def mounted(folder: Path, options: str) -> Iterator[Path]:
    """A small file system in memory; needs the rights of root."""
    import subprocess

    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)], check=True, capture_output=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True, capture_output=True)
