"""The ledger: ordinals, judgements, and verdicts that fall when a layer is built again."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from orchestration.ledger import GateVerdict, Judgement, Ledger


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path / "ledger.sqlite")


def test_it_is_for_its_owner_alone(ledger: Ledger) -> None:
    assert stat.S_IMODE(ledger.path.stat().st_mode) == 0o600


def test_exports_are_numbered_in_the_order_of_acceptance_and_keep_their_number(ledger: Ledger) -> None:
    assert ledger.export_no("2031-01-01") == 1
    assert ledger.accept("2031-01-01", "2031-01-01T00:00:00+00:00", ("a",)) == 1
    assert ledger.accept("2031-01-02", "2031-01-02T00:00:00+00:00", ("b", "c")) == 2
    assert ledger.accept("2031-01-01", "2031-01-01T00:00:00+00:00", ("a",)) == 1
    assert ledger.export_no("2031-01-02") == 2
    assert ledger.export_no("2031-01-03") == 3
    assert [e.data_sha256 for e in ledger.accepted()] == [("a",), ("b", "c")]


def test_a_verdict_belongs_to_one_build_one_export_one_fingerprint(ledger: Ledger) -> None:
    ledger.record_gate("b1", "e1", "f1", GateVerdict("g0", "PASS", 0, 0.1, None))
    assert set(ledger.gates("b1", "e1", "f1")) == {"g0"}
    assert ledger.gates("b2", "e1", "f1") == {}
    assert ledger.gates("b1", "e2", "f1") == {}
    assert ledger.gates("b1", "e1", "f2") == {}


def test_building_a_layer_again_takes_its_later_verdicts_back(ledger: Ledger) -> None:
    for gate in ("g0", "g1", "g2", "g3"):
        ledger.record_gate("b", "e", "f", GateVerdict(gate, "PASS", 0, 0.1, None))
    ledger.forget_gates("b", ("g2", "g3"))
    assert set(ledger.gates("b", "e", "f")) == {"g0", "g1"}


def test_judgements_are_kept_per_fingerprint(ledger: Ledger) -> None:
    ledger.judge(Judgement("e", "f1", "s", "STOPPED", "g0", None))
    ledger.judge(Judgement("e", "f2", "s", "RELEASED", None, "e-f2"))
    assert {(j.fingerprint, j.verdict) for j in ledger.judgements()} == {("f1", "STOPPED"), ("f2", "RELEASED")}
