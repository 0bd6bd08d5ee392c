"""The outcome of each received file: taken, or refused and why.

Belongs here: one file's look at itself (there, whole, readable, fitting the dictionary). Does not belong here: what
several files or several exports say together (`landing.py`). A reason names lines, columns and counts, never a value.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import polars as pl

from expectations.protocol import Protocol, UnusableProtocol, protocol_from_dictionary
from orchestration.exports import NamedFile, file_sha256
from orchestration.readers.delimited import Table, duplicated, read_file
from orchestration.readers.redcap import HeaderFacts, header_facts, refusal
from orchestration.readers.text import Unreadable

LANDED_ROLES = frozenset(("data", "dictionary", "arms", "events", "mapping", "log"))
NEEDED = {"mapping": ("unique_event_name", "form"), "events": ("unique_event_name",), "arms": ("arm_num",)}
PLAIN_NAME = re.compile(r"^[a-z][a-z0-9_]{0,99}$")
SHOWN = 5
# A form is one model; beyond this, compiling it takes longer than a night has.
LIMIT_FIELDS = 1_000
FILES_SCHEMA = {
    "file_name": pl.String,
    "role": pl.String,
    "form": pl.String,
    "sha256": pl.String,
    "encoding": pl.String,
    "rows": pl.Int64,
    "verdict": pl.String,
    "reason": pl.String,
    "is_named": pl.Boolean,
    "is_present": pl.Boolean,
    "is_hash_equal": pl.Boolean,
    "is_readable": pl.Boolean,
    "header_missing": pl.String,
    "header_unknown": pl.String,
    "header_duplicated": pl.String,
}


@dataclass(frozen=True)
class FileOutcome:
    """One row of the files' facts; `header_missing` and `header_unknown` are measured on the protocol."""

    file_name: str
    role: str
    form: str
    sha256: str
    encoding: str | None = None
    rows: int | None = None
    verdict: str = "ACCEPTED"
    reason: str | None = None
    is_named: bool = True
    is_present: bool = True
    is_hash_equal: bool = True
    is_readable: bool = True
    header_missing: str = ""
    header_unknown: str = ""
    header_duplicated: str = ""

    def row(self) -> tuple[Any, ...]:
        return tuple(getattr(self, name) for name in FILES_SCHEMA)

    def refused(self, reason: str, **facts: Any) -> FileOutcome:
        return replace(self, verdict="REFUSED", reason=reason, **facts)


def unnamed_outcome(path: Path) -> FileOutcome:
    """A file that lies in the folder though the manifest does not name it."""
    sha256 = file_sha256(path) if path.is_file() and not path.is_symlink() else ""
    return FileOutcome(path.name, "other", "", sha256, is_named=False).refused(
        "not named by the manifest; remove it, or name it and export again"
    )


def examine(
    folder: Path, file: NamedFile, protocol: Protocol, own: Protocol | None, is_unchanged: bool
) -> tuple[FileOutcome, Table | None]:
    """Look at one named file.

    Args:
        folder: the export's folder.
        file: the file as the manifest names it.
        protocol: the study's protocol.
        own: what the export's own dictionary says; null when there is none, or not one that can be used.
        is_unchanged: whether the data is that of the export before.

    Returns:
        Its outcome, and its table when there is one to land.
    """
    outcome = FileOutcome(file.name, file.role, file.form, file.sha256)
    if file.problem is not None:
        return outcome.refused(file.problem, is_present=False, is_hash_equal=False, is_readable=False), None
    outcome = replace(outcome, sha256=file_sha256(folder / file.name))
    if outcome.sha256 != file.sha256:
        return outcome.refused(
            "not the file the manifest was written for: its sha256 differs", is_hash_equal=False
        ), None
    if file.role not in LANDED_ROLES:
        return outcome, None
    try:
        table = read_file(folder / file.name)
    except Unreadable as problem:
        return outcome.refused(str(problem), is_readable=False), None
    outcome = replace(outcome, encoding=table.encoding, rows=table.records)
    doubled = duplicated(table.header)
    if doubled:
        labels = refusal(table) if file.role == "data" else None
        reason = labels or f"named twice in the header: {_named(doubled)}"
        return outcome.refused(reason, header_duplicated=",".join(doubled)), None
    if file.role != "data":
        return _described(outcome, table), table
    return _data_outcome(outcome, table, protocol, own, is_unchanged), table


def _described(outcome: FileOutcome, table: Table) -> FileOutcome:
    """A file beside the data: its header may be written as its makers like."""
    outcome = replace(outcome, encoding=table.encoding.removesuffix(", mixed-case header"))
    lacking = [name for name in NEEDED.get(outcome.role, ()) if name not in table.header]
    if lacking:
        return outcome.refused(f"a file of role {outcome.role} needs the column {lacking[0]}")
    if outcome.role == "dictionary":
        try:
            described = protocol_from_dictionary("", table.rows(), ())
        except UnusableProtocol as problem:
            return outcome.refused(str(problem))
        large = [form.name for form in described.forms if len(described.fields_of(form.name)) > LIMIT_FIELDS]
        if large:
            most = f"{LIMIT_FIELDS} is the most that is built; split it in the project"
            return outcome.refused(f"the form(s) {_named(large)} have too many fields: {most}")
    return outcome


def _data_outcome(
    outcome: FileOutcome, table: Table, protocol: Protocol, own: Protocol | None, is_unchanged: bool
) -> FileOutcome:
    by_protocol = _facts(table, protocol)
    reason = refusal(table, (own or protocol).fields) or _misfit(by_protocol, protocol, table, own)
    if protocol.fields and len(by_protocol.unknown) < len(table.header) - 1:
        missing, unknown = ",".join(by_protocol.missing), ",".join(by_protocol.unknown)
        outcome = replace(outcome, header_missing=missing, header_unknown=unknown)
    if reason is not None:
        return outcome.refused(reason)
    if not table.records and not outcome.form:
        return outcome.refused("a header and no record")
    return replace(outcome, verdict="UNCHANGED" if is_unchanged else "ACCEPTED")


def _facts(table: Table, protocol: Protocol) -> HeaderFacts:
    return header_facts(table.header, protocol.fields, protocol.forms)


def _misfit(by_protocol: HeaderFacts, protocol: Protocol, table: Table, own: Protocol | None) -> str | None:
    """Where header and dictionary differ; the order of columns does not matter."""
    if not protocol.fields:
        return "nothing tells its fields; hand over one data dictionary, and one alone, together with the data"
    if not by_protocol.forms:
        return "no column of the header belongs to a form: is its first line missing?"
    if by_protocol.missing and protocol.is_registered:
        return f"the header lacks {len(by_protocol.missing)} field(s) of the protocol: {_named(by_protocol.missing)}"
    if own is None:
        return None
    by_own = _facts(table, own)
    if by_own.missing:
        return f"the header lacks {len(by_own.missing)} field(s) of its own dictionary: {_named(by_own.missing)}"
    if by_own.unknown:
        return f"{len(by_own.unknown)} column(s) that its own dictionary does not have: {_named(by_own.unknown)}"
    return None


def _named(names: Sequence[str]) -> str:
    """The first few names that can only be names: a shifted header may hold anything."""
    plain = [name for name in names if PLAIN_NAME.match(name)][:SHOWN]
    return ", ".join(plain) + (" and more" if len(plain) < len(names) else "")
