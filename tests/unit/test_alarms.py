"""Retries and the alarm in Dagster: passing trouble is tried again, a gate's verdict and other errors are not, and each is said once."""

import errno
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import dagster as dg
import pytest
from listeners import Received, webhook

from orchestration.defs import retries
from orchestration.defs.alarms import alarm
from orchestration.defs.graph import StudyGraph
from orchestration.defs.release import release_metadata
from orchestration.defs.retries import tried_again
from orchestration.night import bare_protocol

GRAPH = StudyGraph("anystudy", bare_protocol("anystudy"))
SECRET = "what a participant said"


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(retries, "FIRST_WAIT_SECONDS", 0.01)
    monkeypatch.setenv("TRIALHOUSE_WAREHOUSE", str(tmp_path))


def run(work: Callable[[], bool], step: str = "land", can_repeat: Callable[[], bool] = lambda: True) -> bool:
    """One step that does the work, with a blocking check that passes as the work says; whether the run succeeded."""
    key = dg.AssetKey("x")
    check = dg.AssetCheckSpec("gate", asset=key, blocking=True)

    @dg.multi_asset(
        specs=[dg.AssetSpec(key, partitions_def=GRAPH.partitions)],
        check_specs=[check],
        name=GRAPH.op_name(step),
        hooks={alarm(GRAPH)},
    )
    def asset(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
        with tried_again(context, can_repeat):
            passed = work()
        return dg.MaterializeResult(check_results=[dg.AssetCheckResult(passed=passed)])

    with dg.DagsterInstance.ephemeral() as instance:
        instance.add_dynamic_partitions(GRAPH.partitions.name or "", ["2031-01-01"])
        done = dg.materialize([asset], instance=instance, partition_key="2031-01-01", raise_on_error=False)
    return done.success


def failing(*errors: Exception | None) -> tuple[list[int], Callable[[], bool]]:
    """Work that raises these errors in turn; and how often it was tried."""
    tries: list[int] = []

    def work() -> bool:
        tries.append(1)
        error = errors[min(len(tries), len(errors)) - 1]
        if error is not None:
            raise error
        return True

    return tries, work


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> Iterator[Received]:
    with webhook() as received:
        monkeypatch.setenv("TRIALHOUSE_WEBHOOK", received.address)
        yield received


def test_a_busy_disk_is_tried_again_and_nobody_is_woken(heard: Received) -> None:
    tries, work = failing(OSError(errno.EBUSY, SECRET), OSError(errno.EAGAIN, SECRET), None)
    assert run(work)
    assert len(tries) == 3
    assert heard.bodies == []


def test_trouble_that_stays_is_given_up_and_said_once(heard: Received) -> None:
    tries, work = failing(OSError(errno.EBUSY, SECRET))
    assert not run(work)
    assert len(tries) == 1 + retries.MOST
    (said,) = heard.bodies
    assert (said["step"], said["gate"], said["error"]) == ("anystudy__land", None, "OSError")
    assert SECRET not in json.dumps(said)


def test_each_wait_is_longer() -> None:
    waits = [retries.wait_seconds(number) for number in range(retries.MOST)]
    assert waits == sorted(set(waits))
    assert waits[0] > 0


@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, SECRET), ValueError(SECRET)])
def test_what_would_come_again_is_not_tried_again(heard: Received, error: Exception) -> None:
    tries, work = failing(error)
    assert not run(work)
    assert len(tries) == 1
    (said,) = heard.bodies
    assert said["error"] == type(error).__name__
    assert said["export_id"] == "2031-01-01"
    assert SECRET not in json.dumps(said)


def test_what_cannot_be_repeated_is_not_tried_again() -> None:
    tries, work = failing(OSError(errno.EBUSY, SECRET))
    assert not run(work, can_repeat=lambda: False)
    assert len(tries) == 1


def test_a_gate_that_stops_is_said_with_its_work_list_and_not_tried_again(heard: Received, tmp_path: Path) -> None:
    work_list = tmp_path / "anystudy" / "work" / "2031-01-01" / "work_list.csv"
    work_list.parent.mkdir(parents=True)
    work_list.write_text(SECRET)
    tries: list[int] = []
    assert not run(lambda: bool(tries.append(1)), step="judge_staging")
    assert len(tries) == 1
    (said,) = heard.bodies
    assert (said["gate"], said["error"], said["work_list"]) == ("g1", None, str(work_list))
    assert SECRET not in json.dumps(said)


def test_a_webhook_that_fails_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    with webhook(500) as received:
        monkeypatch.setenv("TRIALHOUSE_WEBHOOK", received.address)
        tries, work = failing(ValueError(SECRET))
        assert not run(work)
    assert len(tries) == len(received.bodies) == 1


def test_an_operator_sees_the_size_of_a_release(tmp_path: Path) -> None:
    tables = [{"table": "a", "rows": 3}, {"table": "b", "rows": 4}]
    (tmp_path / "manifest.json").write_text(json.dumps({"tables": tables}))
    said = release_metadata(tmp_path, 12.5)
    report = said.pop("report")
    assert said == {"release_id": tmp_path.name, "tables": 2, "dagster/row_count": 7, "seconds": 12.5}
    assert report.value == str(tmp_path / "report.html")
