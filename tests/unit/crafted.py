"""Small exports for tests: a folder with files and a manifest that fits them, and the staging built on it.

Does not belong here: any check.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

from expectations.protocol import Protocol
from orchestration import landing
from orchestration.dbt_runner import database_closed_after
from orchestration.exports import Export
from orchestration.readers.delimited import read_table
from orchestration.settings import PROJECT, StudyPaths
from orchestration.staging import generic_project

KEY = b"a key for tests"

SAMPLES = PROJECT.parent / "shared" / "samples" / "redcap" / "redcapr"
REAL_PROJECTS = (
    "clinical-trial-1",
    "longitudinal",
    "checkboxes-1",
    "decimal-comma",
    "repeating-instruments-sparse",
)
DICTIONARY_HEADER = [
    "field_name",
    "form_name",
    "section_header",
    "field_type",
    "field_label",
    "select_choices_or_calculations",
    "field_note",
    "text_validation_type_or_show_slider_number",
    "text_validation_min",
    "text_validation_max",
    "identifier",
    "branching_logic",
    "required_field",
    "custom_alignment",
    "question_number",
    "matrix_group_name",
    "matrix_ranking",
    "field_annotation",
]


def csv_text(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Rows as REDCap writes them."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerows([header, *rows])
    return out.getvalue()


def dictionary_rows(*fields: Mapping[str, str]) -> list[dict[str, str]]:
    """Dictionary rows from the columns that matter to a test; the rest is blank."""
    return [
        dict.fromkeys(DICTIONARY_HEADER, "") | {"form_name": "baseline", "field_type": "text"} | dict(f) for f in fields
    ]


def dictionary_csv(*fields: Mapping[str, str]) -> bytes:
    rows = dictionary_rows(*fields)
    return csv_text(DICTIONARY_HEADER, [[row[name] for name in DICTIONARY_HEADER] for row in rows]).encode()


def export(folder: Path, contents: Mapping[str, tuple[str, bytes]], study: str = "tiny", **manifest: Any) -> Export:
    """Write contents ({name: (role, content)}) and a manifest; a keyword replaces a part of the manifest."""
    folder.mkdir(parents=True, exist_ok=True)
    entries = []
    for name, (role, content) in contents.items():
        (folder / name).write_bytes(content)
        entries.append({"name": name, "role": role, "sha256": hashlib.sha256(content).hexdigest()})
    said = {
        "study": study,
        "exported_at": f"{folder.name[:10]}T02:00:00Z",
        "synthetic": False,
        "files": entries,
    } | manifest
    (folder / "manifest.json").write_text(json.dumps(said))
    return Export(study, folder)


def sample_files(project: str) -> list[Path]:
    """Data and dictionary (and arms, events) of a real project."""
    return [path for path in sorted((SAMPLES / project).iterdir()) if path.suffix == ".csv"]


def build(made: Export, protocol: Protocol, home: Path) -> duckdb.DuckDBPyConnection:
    """Land an export, build its staging with dbt and open the result."""
    from dbt.cli.main import dbtRunner

    paths = StudyPaths(home / "warehouse" / made.study)
    paths.make()
    landing.open_build(made, protocol, paths, KEY, 1, landing.land(made, protocol, paths, KEY, []))
    project = str(generic_project(protocol, paths.builds / "dbt_project"))
    os.environ["TRIALHOUSE_BUILDS"] = str(paths.builds)
    where = [
        "--project-dir",
        project,
        "--profiles-dir",
        project,
        "--target-path",
        str(home / "t"),
        "--log-path",
        str(home / "t"),
    ]
    with database_closed_after():
        result = dbtRunner().invoke(["build", *where, "--quiet", "--no-version-check"])
    assert result.success, [
        (r.node.name, r.message) for r in result.result or [] if r.status not in ("success", "pass")
    ]
    return duckdb.connect(str(paths.build_db), read_only=True)


def project_of(*fields: dict[str, str]) -> tuple[bytes, list[dict[str, str]]]:
    """A dictionary with a record id and these fields, as a file and as rows."""
    content = dictionary_csv({"field_name": "pid", "form_name": "screening"}, *fields)
    return content, read_table(content).rows()
