"""Errors of whole files: each spoils a written export in one way, so that its rule stops the night.

Belongs here: damage to files, with a manifest that is true of the damaged file where the fault is in the content. Does not belong here: errors of
cells.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path

from simulator.defects.model import FileChange, NightPlanter

CUT_AFTER_LINES = 200


def _data(folder: Path) -> Path:
    """The export's first data file."""
    files = json.loads((folder / "manifest.json").read_text())["files"]
    return folder / str(next(file["name"] for file in files if file["role"] == "data"))


def _say(folder: Path, file: Path) -> None:
    """Make the manifest true of a changed file again."""
    path = folder / "manifest.json"
    said = json.loads(path.read_text())
    content = file.read_bytes()
    for entry in said["files"]:
        if entry["name"] == file.name:
            entry |= {"sha256": hashlib.sha256(content).hexdigest(), "rows": max(0, content.count(b"\n") - 1)}
    path.write_text(json.dumps(said, indent=2) + "\n")


def _edit(
    rule_id: str, name: str, change: Callable[[bytes], bytes], clean: str, dirty: str, is_said: bool = True
) -> NightPlanter:
    def make(folder: Path) -> Sequence[FileChange]:
        data = _data(folder)
        data.write_bytes(change(data.read_bytes()))
        if is_said:
            _say(folder, data)
        return [FileChange(rule_id, data.name, clean, dirty)]

    return NightPlanter(rule_id, name, make)


def _header(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    def change(content: bytes) -> bytes:
        first, end, rest = content.partition(b"\n")
        return first.replace(old, new, 1) + end + rest

    return change


def _cut(content: bytes) -> bytes:
    """The first lines, and a part of the next."""
    lines = content.split(b"\n")
    last = min(CUT_AFTER_LINES, len(lines) - 2)
    return b"\n".join([*lines[:last], lines[last][:40]])


def _without_form(content: bytes) -> bytes:
    """All columns of the craving form gone."""
    lines = content.split(b"\n")
    names = lines[0].split(b",")
    first, last = names.index(b"cr_date"), names.index(b"craving_complete")
    return b"\n".join(_without(line, first, last) for line in lines)


def _without(line: bytes, first: int, last: int) -> bytes:
    """A line without some of its cells; quoted cells stay whole."""
    if not line:
        return line
    parts, start, quoted = [], 0, False
    for place, byte in enumerate(line):
        quoted ^= byte == ord('"')
        if byte == ord(",") and not quoted:
            parts.append(line[start:place])
            start = place + 1
    parts.append(line[start:])
    return b",".join([*parts[:first], *parts[last + 1 :]])


def _remove_file(folder: Path) -> Sequence[FileChange]:
    data = _data(folder)
    data.unlink()
    return [FileChange("DQ-01", data.name, "there", "missing")]


def _not_newer(folder: Path) -> Sequence[FileChange]:
    """An export that says it was made before all others."""
    path = folder / "manifest.json"
    said = json.loads(path.read_text())
    clean, said["exported_at"] = said["exported_at"], "2031-01-01T02:00:00Z"
    path.write_text(json.dumps(said, indent=2) + "\n")
    return [FileChange("DQ-02", path.name, clean, said["exported_at"])]


def _not_synthetic(folder: Path) -> Sequence[FileChange]:
    path = folder / "manifest.json"
    said = json.loads(path.read_text()) | {"synthetic": False}
    path.write_text(json.dumps(said, indent=2) + "\n")
    return [FileChange("DQ-10", path.name, "true", "false")]


def _half_the_rows(content: bytes) -> bytes:
    lines = content.split(b"\n")
    return b"\n".join([*lines[: len(lines) // 2], b""])


STOPPING = (
    _edit(
        "DQ-01",
        "renamed-and-cut-off",
        lambda c: _cut(_header(b",ur_bze,", b",ur_bze_result,")(c)),
        "ur_bze",
        "ur_bze_result",
        is_said=False,
    ),
    _edit("DQ-01", "column-renamed", _header(b",ur_bze,", b",ur_bze_result,"), "ur_bze", "ur_bze_result"),
    _edit("DQ-01", "column-twice", _header(b",ur_thc,", b",ur_bze,"), "ur_thc", "ur_bze"),
    _edit("DQ-01", "file-cut-off", _cut, "whole", "cut off", is_said=False),
    _edit("DQ-01", "form-missing", _without_form, "craving", ""),
    _edit("DQ-01", "file-empty", lambda content: b"", "whole", "empty"),
    _edit("DQ-01", "nul-byte", lambda content: content[:-20] + b"\0" + content[-20:], "", "NUL"),
    NightPlanter("DQ-01", "file-missing", _remove_file),
    NightPlanter("DQ-02", "not-newer", _not_newer),
    _edit("DQ-03", "half-the-rows-lost", _half_the_rows, "whole", "half"),
    NightPlanter("DQ-10", "not-called-synthetic", _not_synthetic),
)
