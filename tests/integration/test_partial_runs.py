"""A part of the graph, run by itself, cannot release past a gate that failed or has not judged; the last good release stays."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pytest
from house import PROJECT, House, good_nights

EXPORT = good_nights()[-1].name
RELEASE = ["release/*"]
MARTS_ON = ["marts/*", "quality/findings_marts", *RELEASE]


def run_parts(house: House, *parts: list[str]) -> list[dict[str, Any]]:
    """Run parts of the graph one after the other in a process of its own; says what became of each."""
    environment = os.environ | {
        "TRIALHOUSE_RAW": str(house.raw),
        "TRIALHOUSE_WAREHOUSE": str(house.home / "warehouse"),
        "TRIALHOUSE_STUDY": house.study,
        "PYTHONPATH": str(PROJECT),
    }
    command = [sys.executable, str(PROJECT / "tests" / "partial.py"), house.study, EXPORT, json.dumps(parts)]
    done = subprocess.run(command, env=environment, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("PARTS ")]
    said: list[dict[str, Any]] = json.loads(line.removeprefix("PARTS "))
    return said


def _put_back(house: House) -> None:
    """Undo the last move of a release: all gates have passed, and the build waits to be released."""
    builds, current = house.folder / "builds", (house.folder / "current").resolve()
    shutil.copy(current / "marts.duckdb", builds / "marts.duckdb")
    shutil.copy((house.folder / "restricted" / "restricted.duckdb").resolve(), builds / "restricted.duckdb")
    for name in ("marts.duckdb", "restricted.duckdb"):
        (builds / name).chmod(0o600)


@pytest.fixture
def judged(house: House, tmp_path: Path) -> House:
    """A copy of the warehouse whose newest build has passed every gate and waits to be released."""
    made = House(Path(shutil.copytree(house.home, tmp_path / "house", symlinks=True)))
    _put_back(made)
    return made


def _releases(house: House) -> list[str]:
    return sorted(path.name for path in (house.folder / "releases").iterdir())


def _refused(said: dict[str, Any], words: str) -> None:
    assert not said["success"]
    assert [error for error in said["errors"] if words in error] == said["errors"] != []


def test_release_alone_goes_out_when_every_gate_passed_and_only_once(judged: House) -> None:
    """What the others are refused for is the gate, not that a part was run."""
    before = judged.current, judged.manifest["tables"], _releases(judged)
    first, again = run_parts(judged, RELEASE, RELEASE)
    assert first == {"success": True, "errors": [], "assets": 1}
    _refused(again, "there is no build to release")
    assert (judged.current, judged.manifest["tables"], _releases(judged)) == before


def test_release_alone_in_an_empty_warehouse_says_what_to_run(tmp_path: Path) -> None:
    empty = House(tmp_path)
    empty.take(good_nights()[-1])
    (said,) = run_parts(empty, RELEASE)
    _refused(said, "there is no build yet; materialize the raw export first")
    assert not (empty.folder / "current").exists()


def test_a_form_built_again_takes_back_the_gates_after_it(judged: House) -> None:
    before = judged.current, _releases(judged)
    built, released = run_parts(judged, ["staging/stg_*__craving"], RELEASE)
    assert built == {"success": True, "errors": [], "assets": 1}
    _refused(released, "gate g1 has not judged this build")
    assert (judged.current, _releases(judged)) == before


def test_marts_and_release_after_a_night_stopped_at_the_form_gate(judged: House) -> None:
    """A missing code that survived in staging stops the night; the marts of what lies there can be built, not released."""
    before = judged.current, _releases(judged)
    with duckdb.connect(str(judged.folder / "builds" / "build.duckdb")) as build:
        build.execute("update staging.stg_ketmbrp_syn__mbrp_session set ms_minutes = -98 where ms_minutes is not null")
    stopped, marts = run_parts(judged, ["quality/findings_staging"], MARTS_ON)
    assert not stopped["success"]
    assert judged.last_run["gates"]["g1"]["verdict"] == "FAIL"
    assert judged.last_run["verdict"] == "STOPPED"
    assert marts["assets"] > 15
    _refused(marts, "gate g1 did not pass this build (FAIL)")
    assert (judged.folder / "builds" / "marts.duckdb").is_file()
    assert (judged.current, _releases(judged)) == before
