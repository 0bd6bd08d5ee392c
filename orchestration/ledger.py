"""The ledger: which exports were taken in, what each gate said of a build, what was released.

Belongs here: reading and writing `record/ledger.sqlite`, and nothing but facts about runs. Does not belong here: findings
(they lie beside it, one folder an export) and any decision; who may release is decided in `release.py` from what stands here.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

SCHEMA = """
create table if not exists accepted_export (
    export_id text primary key,
    export_no integer not null unique,
    exported_at text not null,
    data_sha256 text not null
);
create table if not exists judgement (
    export_id text not null,
    fingerprint text not null,
    files_sha256 text not null,
    verdict text not null,
    stopped_at text,
    release_id text,
    judged_at text not null,
    primary key (export_id, fingerprint)
);
create table if not exists build_gate (
    build_id text not null,
    gate text not null,
    export_id text not null,
    fingerprint text not null,
    verdict text not null,
    findings integer not null,
    seconds real not null,
    marts_hash text,
    primary key (build_id, gate)
);
create table if not exists release_log (
    release_no integer primary key autoincrement,
    release_id text not null,
    export_id text not null,
    action text not null,
    at text not null
);
"""


@dataclass(frozen=True)
class AcceptedExport:
    """An export that passed the file gate; `export_no` counts them from 1 in the order of their acceptance."""

    export_id: str
    export_no: int
    exported_at: str
    data_sha256: tuple[str, ...]


@dataclass(frozen=True)
class Judgement:
    """What became of an export under one fingerprint: RELEASED, or STOPPED at a gate."""

    export_id: str
    fingerprint: str
    files_sha256: str
    verdict: str
    stopped_at: str | None
    release_id: str | None


@dataclass(frozen=True)
class GateVerdict:
    """One gate's word on one build."""

    gate: str
    verdict: str
    findings: int
    seconds: float
    marts_hash: str | None


def copy_of(ledger: Path) -> Path:
    """Where the copy of a ledger lies, made after each verdict: what is put back when the ledger is damaged."""
    return ledger.with_name(f"{ledger.stem}.copy{ledger.suffix}")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds")


class Ledger:
    """The ledger of one study; each call is one transaction."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with self._open() as connection:
            connection.executescript(SCHEMA)
        path.chmod(0o600)

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        connection = sqlite3.connect(self.path, timeout=30)
        try:
            with connection:
                yield connection
        finally:
            connection.close()

    def accepted(self) -> list[AcceptedExport]:
        """Accepted exports, in their order."""
        with self._open() as connection:
            rows = connection.execute("select * from accepted_export order by export_no").fetchall()
        return [AcceptedExport(a, b, c, tuple(d.split())) for a, b, c, d in rows]

    def accept(self, export_id: str, exported_at: str, data_sha256: tuple[str, ...]) -> int:
        """Record that an export passed the file gate; returns its number (the one it had, if it was accepted before)."""
        with self._open() as connection:
            connection.execute(
                "insert into accepted_export select ?, 1 + coalesce(max(export_no), 0), ?, ? from accepted_export where true"
                " on conflict (export_id) do update set"
                " exported_at = excluded.exported_at, data_sha256 = excluded.data_sha256",
                (export_id, exported_at, " ".join(data_sha256)),
            )
            row = connection.execute(
                "select export_no from accepted_export where export_id = ?", (export_id,)
            ).fetchone()
        return int(row[0])

    def export_no(self, export_id: str) -> int:
        """The export's number, or the next one when it has none yet."""
        known = {e.export_id: e.export_no for e in self.accepted()}
        return known.get(export_id, 1 + max(known.values(), default=0))

    def judgements(self) -> list[Judgement]:
        """Every judgement, oldest export first."""
        with self._open() as connection:
            rows = connection.execute(
                "select export_id, fingerprint, files_sha256, verdict, stopped_at, release_id from judgement order by export_id, judged_at"
            ).fetchall()
        return [Judgement(*row) for row in rows]

    def judge(self, judgement: Judgement) -> None:
        """Record what became of an export."""
        with self._open() as connection:
            connection.execute(
                "insert or replace into judgement values (?, ?, ?, ?, ?, ?, ?)",
                (
                    judgement.export_id,
                    judgement.fingerprint,
                    judgement.files_sha256,
                    judgement.verdict,
                    judgement.stopped_at,
                    judgement.release_id,
                    _now(),
                ),
            )
        self._keep_copy()

    def _keep_copy(self) -> None:
        copy = copy_of(self.path)
        draft = copy.with_name(f".{copy.name}")
        draft.unlink(missing_ok=True)
        with self._open() as connection, closing(sqlite3.connect(draft)) as target:
            connection.backup(target)
        draft.chmod(0o600)
        draft.replace(copy)

    def record_gate(self, build_id: str, export_id: str, fingerprint: str, said: GateVerdict) -> None:
        """Record a gate's verdict on a build."""
        with self._open() as connection:
            connection.execute(
                "insert or replace into build_gate values (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    build_id,
                    said.gate,
                    export_id,
                    fingerprint,
                    said.verdict,
                    said.findings,
                    said.seconds,
                    said.marts_hash,
                ),
            )

    def forget_gates(self, build_id: str, gates: tuple[str, ...]) -> None:
        """Take back verdicts on layers that are about to be built again."""
        with self._open() as connection:
            marks = ", ".join("?" for _ in gates)
            connection.execute(f"delete from build_gate where build_id = ? and gate in ({marks})", (build_id, *gates))

    def gates(self, build_id: str, export_id: str, fingerprint: str) -> dict[str, GateVerdict]:
        """The verdicts that stand for this build of this export under this fingerprint, by gate."""
        with self._open() as connection:
            rows = connection.execute(
                "select gate, verdict, findings, seconds, marts_hash from build_gate"
                " where build_id = ? and export_id = ? and fingerprint = ?",
                (build_id, export_id, fingerprint),
            ).fetchall()
        return {row[0]: GateVerdict(*row) for row in rows}

    def log_release(self, release_id: str, export_id: str, action: str) -> None:
        """Append to the log of releases; action is RELEASED or ROLLED_BACK."""
        with self._open() as connection:
            connection.execute(
                "insert into release_log (release_id, export_id, action, at) values (?, ?, ?, ?)",
                (release_id, export_id, action, _now()),
            )
        self._keep_copy()

    def releases(self) -> list[tuple[str, str, str, str]]:
        """The log of releases, oldest first: release id, export id, action, time."""
        with self._open() as connection:
            return connection.execute(
                "select release_id, export_id, action, at from release_log order by release_no"
            ).fetchall()
