"""Dagster's UI in a browser: the rooms of the graph, a night that is released, one that a gate stops, and a part that cannot get past it.

One UI serves all tests, and each of its three runs is started once: make test-browser.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from house import House, broken_night, good_nights
from listeners import Received, webhook

pytest.importorskip("playwright", reason="playwright is not installed: make setup-dev")

from console import LOCATION, Console, chromium, console, know_exports

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(chromium() is None, reason="no chromium on this machine: the UI cannot be looked at"),
]
GOOD, BROKEN = good_nights()[0].name, broken_night().name
GROUPS = ["raw", "gate_g0", "staging", "gate_g1", "intermediate", "gate_g2", "marts", "gate_g3", "release"]


@pytest.fixture(scope="module")
def alarm() -> Iterator[Received]:
    with webhook() as received:
        yield received


@pytest.fixture(scope="module")
def ui(tmp_path_factory: pytest.TempPathFactory, alarm: Received) -> Iterator[Console]:
    """The UI of an empty warehouse; automation is off before the first export comes."""
    house = House(tmp_path_factory.mktemp("house"))
    (house.raw / house.study).mkdir(parents=True)
    know_exports(house, GOOD, BROKEN)
    with console(house, alarm.address) as opened:
        opened.switch_off_automation()
        yield opened


def whole_run(ui: Console, export: str, runs: int) -> str:
    """An export's run, started from the job's page; how it ended."""
    ui.materialize(f"{LOCATION}/jobs/nightly_{ui.house.study}", "Materialize all", export)
    return ui.ended(runs)


@pytest.fixture(scope="module")
def green(ui: Console) -> str:
    """The first night; how it ended."""
    ui.house.take(good_nights()[0])
    return whole_run(ui, GOOD, runs=1)


@pytest.fixture(scope="module")
def red(ui: Console, green: str) -> tuple[str, str]:
    """The broken night after it; the release that was current before, and how the run ended."""
    before = ui.house.current
    ui.house.take(broken_night())
    return before, whole_run(ui, BROKEN, runs=2)


def test_the_graph_shows_each_room_and_gate_from_left_to_right(ui: Console) -> None:
    page = ui.open("/asset-groups")
    nodes = {name: page.locator("svg").get_by_text(name, exact=True).first for name in GROUPS}
    places = []
    for name, node in nodes.items():
        node.wait_for()
        box = node.bounding_box()
        assert box is not None, name
        places.append(box["x"])
    assert places == sorted(places)


def test_a_run_started_in_the_ui_ends_green(ui: Console, green: str) -> None:
    assert green == "Success"
    assert ui.house.last_run["verdict"] == "RELEASED"
    page = ui.open(f"/assets/{ui.house.study}/release/current")
    page.get_by_text(os.path.basename(ui.house.current)).first.wait_for()
    page.get_by_text("Freshness policy").first.wait_for()
    assert "report.html" in ui.text()


def test_a_failed_gate_is_red_and_names_its_worst_rule(ui: Console, red: tuple[str, str]) -> None:
    assert red[1] == "Failure"
    page = ui.open(f"/assets/{ui.house.study}/quality/findings_raw?view=checks&checkDetail=gate")
    page.get_by_text("Evaluation result").wait_for()
    detail = " ".join(ui.text().split("Evaluation result")[1].split())
    assert detail.startswith("Failed ")
    assert "verdict FAIL" in detail
    assert "worst rule DQ-01 (stop)" in detail


def test_the_alarm_was_sent_once(ui: Console, red: tuple[str, str], alarm: Received) -> None:
    said = [body for body in alarm.bodies if body["gate"] is not None]
    assert [(body["study"], body["export_id"], body["gate"]) for body in said] == [(ui.house.study, BROKEN, "g0")]
    assert said[0]["work_list"] == ui.house.last_run["work_list"]


def test_a_part_of_the_graph_fails_and_the_last_good_release_stays(ui: Console, red: tuple[str, str]) -> None:
    ui.materialize(f"/assets/{ui.house.study}/release/current", "Materialize", BROKEN)
    assert ui.ended(runs=3) == "Failure"
    ui.open_newest_run().get_by_text("gate g0 did not pass this build (FAIL)").first.wait_for()
    assert ui.house.current == red[0]
    assert [p.name for p in (ui.house.folder / "releases").iterdir()] == [os.path.basename(red[0])]
