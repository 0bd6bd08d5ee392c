"""What `status` says of a warehouse: releases, stopped and waiting exports, the lock."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from orchestration import release
from orchestration.ledger import Judgement, Ledger
from orchestration.lock import hold
from orchestration.settings import Settings
from orchestration.status import status


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A study with two releases, a stopped export and one that is still being written."""
    made = Settings("anystudy", tmp_path / "raw", tmp_path / "warehouse")
    (made.exports / "2031-01-04").mkdir(parents=True)
    made.paths.make()
    ledger = Ledger(made.paths.ledger)
    for number, name in enumerate(("2031-01-01", "2031-01-02")):
        _release(made, ledger, name, number)
    ledger.judge(Judgement("2031-01-03", "f", "s", "STOPPED", "g1", None))
    ledger.judge(Judgement("2031-01-02", "f", "s", "STOPPED", "g0", None))
    ledger.judge(Judgement("2031-01-02", "other", "s", "RELEASED", None, "2031-01-02-00000001"))
    release.make_current(made.paths, "2031-01-02-00000001")
    return made


def _release(settings: Settings, ledger: Ledger, export_id: str, number: int) -> None:
    folder = settings.paths.releases / f"{export_id}-0000000{number}"
    folder.mkdir()
    gates = {gate: {"verdict": "PASS", "findings": number} for gate in ("g0", "g1")}
    (folder / "manifest.json").write_text(json.dumps({"export_id": export_id, "gates": gates}))
    ledger.log_release(folder.name, export_id, "RELEASED")


def _line(settings: Settings, beginning: str) -> str:
    lines = [" ".join(line.split()) for line in status(settings).splitlines()]
    (line,) = [line for line in lines if line.startswith(beginning)]
    return line


def test_each_release_has_its_export_gates_and_findings(settings: Settings) -> None:
    assert _line(settings, "2031-01-01-00000000 ").endswith("PASS 0 PASS 0 - -")
    assert _line(settings, "-> 2031-01-02-00000001 2031-01-02 2").endswith("PASS 1 PASS 1 - -")


def test_a_release_that_was_removed_is_not_listed(settings: Settings) -> None:
    (settings.paths.releases / "2031-01-01-00000000" / "manifest.json").unlink()
    assert "2031-01-01" not in status(settings)


def test_a_stopped_export_has_its_gate_and_work_list_and_one_released_later_is_not_stopped(settings: Settings) -> None:
    assert _line(settings, "2031-01-03 ") == "2031-01-03 at gate g1; its work list was removed"
    work_list = settings.paths.work / "2031-01-03" / "work_list.csv"
    work_list.parent.mkdir()
    work_list.write_text("rule_id\n")
    assert _line(settings, "2031-01-03 ") == f"2031-01-03 at gate g1; work list: {work_list}"
    assert "2031-01-02 at gate" not in status(settings)


def test_exports_that_wait_and_those_still_being_written(settings: Settings) -> None:
    assert _line(settings, "waiting:") == "waiting: none"
    assert _line(settings, "still being written:") == "still being written: 2031-01-04"
    (settings.exports / "2031-01-04" / "manifest.json").write_text("{}")
    assert _line(settings, "waiting:") == "waiting: 2031-01-04"
    assert _line(settings, "still being written:") == "still being written: none"


def test_who_holds_the_lock(settings: Settings) -> None:
    assert _line(settings, "lock:") == "lock: free"
    with hold(settings.paths.lock, "a long night"):
        assert "(a long night) since" in _line(settings, "lock:")
    assert _line(settings, "lock:") == "lock: free"
