"""What a result depends on, as one hash: exports so far, protocol, code, study key.

Belongs here: hashing of inputs. Does not belong here: hashing of results (`content_hash.py`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from orchestration.settings import DBT_PROJECT, PROJECT

SOURCES = (
    (DBT_PROJECT, ("models", "macros", "seeds", "tests"), (".sql", ".yml", ".csv")),
    (PROJECT / "expectations", (".",), (".py", ".sql")),
    (PROJECT / "orchestration", (".",), (".py",)),
)


def _files(root: Path, folders: Iterable[str], endings: tuple[str, ...]) -> list[Path]:
    found = (p for folder in folders for p in (root / folder).rglob("*") if p.suffix in endings)
    return sorted(p for p in found if p.is_file())


def hash_files(paths: Iterable[Path], root: Path) -> str:
    """SHA-256 over names (relative to root) and contents, in the order given."""
    total = hashlib.sha256()
    for path in paths:
        content = path.read_bytes()
        total.update(f"{path.relative_to(root).as_posix()}\0{len(content)}\0".encode())
        total.update(content)
    return total.hexdigest()


@cache
def code() -> str:
    """Hash of protocol and code: everything whose change may change a result."""
    paths = [DBT_PROJECT / "dbt_project.yml"]
    for root, folders, endings in SOURCES:
        paths += _files(root, folders, endings)
    return hash_files(paths, PROJECT)


def project() -> str:
    """Hash of the dbt project's files alone: what a parsed manifest depends on."""
    root, folders, endings = SOURCES[0]
    paths = [root / "dbt_project.yml", root / "profiles.yml", *_files(root, folders, endings)]
    return hash_files(paths, PROJECT)


def of_export(file_hashes: Iterable[str], before: Iterable[str], study_key: bytes) -> str:
    """Fingerprint of one export's result.

    Args:
        file_hashes: `name=sha256` of each file of the export.
        before: the exports accepted before it, in order: data hashes, and the fingerprint each was judged under.
        study_key: the key of the participants' ids (its hash enters, not the key).
    """
    parts = [code(), hashlib.sha256(study_key).hexdigest(), *sorted(file_hashes), "before", *before]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
