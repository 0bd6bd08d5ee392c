"""Exports as folders: which there are, what their manifests say, and receiving a new one.

Belongs here: `<RAW>/<study>/<export_id>/`, its manifest, and what may be in it. Does not belong here: reading and
writing the files handed over (`receiving.py`), what is inside one (`readers/`), and whether an export is good: a
damaged manifest is a fact for the file gate, never a crash.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from orchestration.receiving import MANIFEST, contents_of, is_plain_name, new_folder, write_new
from orchestration.settings import STUDY_PATTERN, UnusableSettings

EXPORT_ID = re.compile(r"^\d{4}-\d\d-\d\d(T\d{6}Z)?$", re.ASCII)
ROLES = frozenset(("data", "dictionary", "arms", "events", "mapping", "log", "other"))
UNKNOWN_TIME = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class NamedFile:
    """A file as the manifest names it; `problem` says why it cannot be taken, or is null."""

    name: str
    role: str
    form: str
    sha256: str
    problem: str | None


@dataclass(frozen=True)
class Manifest:
    """What a manifest says; `problem` is the first thing wrong with it as a whole."""

    study: str = ""
    exported_at: datetime | None = None
    is_synthetic: bool = False
    absent_forms: tuple[str, ...] = ()
    files: tuple[NamedFile, ...] = ()
    problem: str | None = None


@dataclass(frozen=True)
class Export:
    """One folder of `<RAW>/<study>/`."""

    study: str
    folder: Path

    @property
    def export_id(self) -> str:
        return self.folder.name

    @property
    def is_complete(self) -> bool:
        """The manifest is written last: without it the folder is still being filled."""
        return (self.folder / MANIFEST).is_file()

    @cached_property
    def manifest(self) -> Manifest:
        return read_manifest(self.folder)

    @property
    def exported_at(self) -> datetime:
        """UTC time of the export; by its id when the manifest does not say."""
        return self.manifest.exported_at or _time_of_id(self.export_id)

    @property
    def is_synthetic(self) -> bool:
        return self.manifest.is_synthetic

    @property
    def unnamed(self) -> list[str]:
        """Entries of the folder that the manifest does not name (hidden files of the operating system apart)."""
        named = {file.name for file in self.manifest.files} | {MANIFEST}
        return sorted(e.name for e in self.folder.iterdir() if e.name not in named and not e.name.startswith("."))

    @property
    def input_files(self) -> list[dict[str, Any]]:
        """Name, role and actual hash of each file that is there."""
        taken = (file for file in self.manifest.files if file.problem is None)
        return [{"name": f.name, "role": f.role, "sha256": file_sha256(self.folder / f.name)} for f in taken]

    def of_role(self, role: str) -> list[NamedFile]:
        """Files of a role that can be opened."""
        return [file for file in self.manifest.files if file.role == role and file.problem is None]


def is_study_name(name: str) -> bool:
    return STUDY_PATTERN.match(name) is not None


def find(folder: Path) -> list[Export]:
    """Every export of a study's folder, oldest first, unfinished ones included."""
    if not folder.is_dir():
        return []
    found = (p for p in folder.iterdir() if EXPORT_ID.match(p.name) and p.is_dir())
    return [Export(folder.name, path) for path in sorted(found, key=lambda p: p.name)]


def file_sha256(path: Path) -> str:
    """Hash of a file's content; read again only when its size or time changed."""
    stat = path.stat()
    return _sha256(path, stat.st_size, stat.st_mtime_ns, stat.st_ino)


def files_sha256(export: Export) -> str:
    """One hash over everything that lies in the export's folder, the manifest included."""
    total = hashlib.sha256()
    for path in sorted(p for p in export.folder.rglob("*") if p.is_file() and not p.name.startswith(".")):
        total.update(f"{path.relative_to(export.folder).as_posix()}={file_sha256(path)}\n".encode())
    return total.hexdigest()


def data_sha256(export: Export) -> tuple[str, ...]:
    """Hashes of the data files: two exports with the same ones hold the same data."""
    return tuple(sorted(file_sha256(export.folder / file.name) for file in export.of_role("data")))


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a folder; whatever is wrong with it stands in `problem`."""
    try:
        said = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return Manifest(problem="the manifest is not readable as JSON; write it again")
    if not isinstance(said, dict) or not _is_list_of_objects(said.get("files")):
        return Manifest(problem="the manifest is not an object with a list `files`")
    files = tuple(_named_file(folder, entry) for entry in said["files"])
    absent = said.get("absent_forms", [])
    return Manifest(
        study=str(said.get("study", "")),
        exported_at=_time(said.get("exported_at")),
        is_synthetic=said.get("synthetic") is True,
        absent_forms=tuple(str(name) for name in absent) if isinstance(absent, list) else (),
        files=files,
        problem=_manifest_problem(said, files),
    )


def receive(study: str, files: Sequence[Path], raw: Path, now: datetime | None = None) -> Path:
    """Copy files somebody hands over into a new export folder, manifest last.

    Args:
        study: the study's name.
        files: the files, in any order; what each is, its header says.
        raw: the folder of all exports.
        now: the time of receipt; by default the clock's.

    Returns:
        The export's folder.

    Raises:
        UnusableSettings: a name cannot be used, a file cannot be read, or none holds data.
    """
    from orchestration.readers import redcap

    if not is_study_name(study):
        raise UnusableSettings(f"{study!r} cannot be a study: use lower-case letters, digits, '_', '-' and '.'")
    contents = contents_of(files)
    entries = redcap.described(contents)
    if not any(entry["role"] == "data" for entry in entries):
        raise UnusableSettings(
            "none of the files holds data; hand over the flat export (raw codes, variable names as header, no EAV)"
            " and its data dictionary"
        )
    moment = (now or datetime.now(UTC)).astimezone(UTC).replace(microsecond=0)
    folder, moment = new_folder(raw / study, moment)
    try:
        for name, content in contents.items():
            write_new(folder / name, content)
        _write_manifest(folder, study, moment, entries)
    except BaseException:
        # without this, a half-copied folder would be waited for as one that is still being written
        shutil.rmtree(folder)
        raise
    return folder


def _write_manifest(folder: Path, study: str, moment: datetime, entries: Sequence[Mapping[str, Any]]) -> None:
    synthetic = any(entry.get("is_synthetic") for entry in entries)
    kept = [
        {name: entry[name] for name in ("name", "role", "form", "sha256", "rows") if name in entry} for entry in entries
    ]
    said = {"study": study, "exported_at": moment.strftime("%Y-%m-%dT%H:%M:%SZ"), "synthetic": synthetic, "files": kept}
    draft = folder / f".{MANIFEST}"
    write_new(draft, (json.dumps(said, indent=2) + "\n").encode())
    draft.replace(folder / MANIFEST)


def _is_list_of_objects(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(entry, dict) for entry in value)


def _manifest_problem(said: Mapping[str, Any], files: Sequence[NamedFile]) -> str | None:
    if _time(said.get("exported_at")) is None:
        return "the manifest has no `exported_at` in UTC, such as 2031-03-01T02:00:00Z"
    if len({file.name for file in files}) < len(files):
        return "the manifest names a file twice"
    if not any(file.role == "data" for file in files):
        return "the manifest names no file with the role data"
    outside = [file for file in files if not is_plain_name(file.name)]
    return f"the manifest names {len(outside)} file(s) outside the export's folder" if outside else None


def _named_file(folder: Path, entry: Mapping[str, Any]) -> NamedFile:
    name, role = str(entry.get("name", "")), str(entry.get("role", ""))
    problem = _file_problem(folder, name, role)
    return NamedFile(
        name, role if role in ROLES else "other", str(entry.get("form") or ""), str(entry.get("sha256", "")), problem
    )


def _file_problem(folder: Path, name: str, role: str) -> str | None:
    if not is_plain_name(name):
        return "the name lies outside the export's folder; a manifest names files by their plain names"
    path = folder / name
    if path.is_symlink():
        return "a link, not a file; put the file itself into the folder"
    if not path.is_file():
        return "named by the manifest and not there; export again"
    return None if role in ROLES else f"role {role!r} is none of {', '.join(sorted(ROLES))}"


def _time(text: object) -> datetime | None:
    if not isinstance(text, str):
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _time_of_id(export_id: str) -> datetime:
    for pattern in ("%Y-%m-%dT%H%M%SZ", "%Y-%m-%d"):
        try:
            return datetime.strptime(export_id, pattern).replace(tzinfo=UTC)
        except ValueError:
            continue
    return UNKNOWN_TIME


@lru_cache(maxsize=4096)
def _sha256(path: Path, *_stamp: int) -> str:
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
