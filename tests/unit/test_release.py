"""The release looks for itself: no missing gate, no failed gate, no build but the judged one; swaps and rollback."""

from __future__ import annotations

import json
import os
import stat
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from orchestration import content_hash, release
from orchestration.ledger import GateVerdict, Ledger
from orchestration.settings import StudyPaths, UnusableSettings

GATES = ("g0", "g1", "g2", "g3")


@pytest.fixture
def paths(tmp_path: Path) -> StudyPaths:
    paths = StudyPaths(tmp_path / "study")
    paths.make()
    return paths


@pytest.fixture
def ledger(paths: StudyPaths) -> Ledger:
    return Ledger(paths.ledger)


def _candidate(export_id: str = "2031-01-01", export_no: int = 1) -> release.Candidate:
    return release.Candidate(
        study="study",
        export_id=export_id,
        export_no=export_no,
        exported_at=datetime(2031, 1, 1, tzinfo=UTC),
        fingerprint=f"{export_no:064x}"[::-1],
        build_id="build",
        required_gates=GATES,
        protocol_version="1.0",
        rules_sha256="r",
        is_synthetic=True,
        input_files=[],
    )


def _build(paths: StudyPaths, value: int) -> str:
    paths.marts_db.unlink(missing_ok=True)
    with duckdb.connect(str(paths.marts_db)) as connection:
        connection.execute("create schema marts; create schema quality")
        connection.execute(f"create table marts.marts.dim as select {value} as a")
        connection.execute("create table marts.quality.findings as select 'x' as finding_id")
        told = content_hash.combined(content_hash.contents(connection, "marts", "marts"))
    with duckdb.connect(str(paths.restricted_db)) as connection:
        connection.execute("create schema if not exists restricted")
    return told


def _pass(ledger: Ledger, candidate: release.Candidate, told: str, gates: tuple[str, ...] = GATES) -> None:
    for gate in gates:
        said = GateVerdict(gate, "PASS", 0, 0.0, told if gate == "g3" else None)
        ledger.record_gate(candidate.build_id, candidate.export_id, candidate.fingerprint, said)


def _release(paths: StudyPaths, ledger: Ledger, candidate: release.Candidate, value: int) -> str:
    _pass(ledger, candidate, _build(paths, value))
    return release.release(candidate, paths, ledger, "<html></html>", "finding_id\n")


@pytest.mark.parametrize("missing", GATES)
def test_a_missing_gate_refuses(paths: StudyPaths, ledger: Ledger, missing: str) -> None:
    candidate = _candidate()
    _pass(ledger, candidate, _build(paths, 1), tuple(g for g in GATES if g != missing))
    with pytest.raises(release.ReleaseRefused, match=missing):
        release.release(candidate, paths, ledger, "", "")
    assert not paths.current.exists()


@pytest.mark.parametrize("failed", GATES)
def test_a_failed_gate_refuses(paths: StudyPaths, ledger: Ledger, failed: str) -> None:
    candidate = _candidate()
    _pass(ledger, candidate, _build(paths, 1))
    said = GateVerdict(failed, "FAIL", 1, 0.0, None)
    ledger.record_gate(candidate.build_id, candidate.export_id, candidate.fingerprint, said)
    with pytest.raises(release.ReleaseRefused, match=f"{failed} did not pass"):
        release.release(candidate, paths, ledger, "", "")
    assert not paths.current.exists()


def test_marts_changed_after_the_last_gate_are_refused(paths: StudyPaths, ledger: Ledger) -> None:
    candidate = _candidate()
    _pass(ledger, candidate, _build(paths, 1))
    _build(paths, 2)
    with pytest.raises(release.ReleaseRefused, match="not those that the last gate judged"):
        release.release(candidate, paths, ledger, "", "")


def test_a_release_is_whole_and_has_its_permissions(paths: StudyPaths, ledger: Ledger) -> None:
    os.umask(0o077)
    release_id = _release(paths, ledger, _candidate(), 1)
    folder = paths.current.resolve()
    assert folder.name == release_id
    names = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    assert names == {"marts.duckdb", "marts/dim.parquet", "manifest.json", "report.html"}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o750
    assert stat.S_IMODE((folder / "marts.duckdb").stat().st_mode) == 0o640
    restricted = (paths.restricted / "restricted.duckdb").resolve()
    assert stat.S_IMODE(restricted.stat().st_mode) == 0o600
    assert json.loads((folder / "manifest.json").read_text())["release_id"] == release_id


def test_a_reader_keeps_its_release_while_the_next_is_swapped_in(paths: StudyPaths, ledger: Ledger) -> None:
    _release(paths, ledger, _candidate(), 1)
    with duckdb.connect(str(paths.current.resolve() / "marts.duckdb"), read_only=True) as reader:
        second = _release(paths, ledger, _candidate("2031-01-02", 2), 2)
        assert reader.execute("select a from marts.marts.dim").fetchone() == (1,)
    with duckdb.connect(str(paths.current.resolve() / "marts.duckdb"), read_only=True) as reader:
        assert reader.execute("select a from marts.marts.dim").fetchone() == (2,)
    assert release.current_release(paths) == second


def test_an_older_export_does_not_become_current_over_a_newer(paths: StudyPaths, ledger: Ledger) -> None:
    newer = _release(paths, ledger, _candidate("2031-01-02", 2), 2)
    _release(paths, ledger, _candidate("2031-01-01", 1), 1)
    assert release.current_release(paths) == newer


def test_the_same_inputs_with_another_content_are_refused(paths: StudyPaths, ledger: Ledger) -> None:
    _release(paths, ledger, _candidate(), 1)
    with pytest.raises(release.ReleaseRefused, match="another content"):
        _release(paths, ledger, _candidate(), 2)


def test_rollback_goes_one_back_and_to_a_named_release(paths: StudyPaths, ledger: Ledger) -> None:
    first = _release(paths, ledger, _candidate(), 1)
    second = _release(paths, ledger, _candidate("2031-01-02", 2), 2)
    assert release.rollback(paths, ledger) == first
    assert release.current_release(paths) == first
    assert release.rollback(paths, ledger, second) == second
    assert (paths.restricted / "restricted.duckdb").resolve().parent.name == second
    with pytest.raises(UnusableSettings, match="no release nonsense"):
        release.rollback(paths, ledger, "nonsense")


def test_what_an_interrupted_release_left_is_swept(paths: StudyPaths, ledger: Ledger) -> None:
    (paths.releases / ".unfinished-x").mkdir()
    (paths.home / ".current.123").symlink_to("nowhere")
    release.sweep(paths)
    assert list(paths.releases.iterdir()) == []
    assert not (paths.home / ".current.123").is_symlink()
