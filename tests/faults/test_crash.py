"""`kill -9` at random moments of a refresh while five readers read: no reader notices, and the next refresh succeeds.

Short form: three kills of a small project, whose release holds `quality` alone. Long form (`make test-crash`): thirty of that project and
twenty of the example study with its marts, spread over all steps. The seed is printed; TRIALHOUSE_CRASH_SEED takes another.
"""

from __future__ import annotations

import json
import os
import random
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import pytest
from crafted import csv_text
from crash import Crash, Preloaded, readers, require_whole_sessions
from desk import DAYS, GOOD, HEADER, Desk
from house import House, good_nights

SEED = int(os.environ.get("TRIALHOUSE_CRASH_SEED") or 20320910)


def _tiny_nights(desk: Desk) -> Callable[[int], str]:
    """Each night has one participant more."""

    def night(number: int) -> str:
        more = [(f"p-{n}", "40", "1", "2031-01-02", "2", "5", "", "2") for n in range(number)]
        day = (date.fromisoformat(DAYS[0]) + timedelta(days=number)).isoformat()
        desk.night(day, csv_text(HEADER, [*GOOD, *more]).encode())
        return day

    return night


def _example_nights(house: House) -> Callable[[int], str]:
    """Each night is the last one again, its data file longer by a blank line."""

    def night(number: int) -> str:
        last = good_nights()[-1]
        day = (date.fromisoformat(last.name) + timedelta(days=number)).isoformat()
        folder = house.raw / house.study / day
        shutil.copytree(last, folder)
        said = json.loads((folder / "manifest.json").read_text())
        (folder / "manifest.json").unlink()
        data = next(entry for entry in said["files"] if entry["role"] == "data")
        with (folder / data["name"]).open("ab") as file:
            file.write(b"\n" * number)
        data["sha256"] = _sha256(folder / data["name"])
        said["exported_at"] = f"{day}T02:00:00Z"
        (folder / "manifest.json").write_text(json.dumps(said))
        return day

    return night


def _sha256(path: Path) -> str:
    import hashlib

    return hashlib.sha256(path.read_bytes()).hexdigest()


@contextmanager
def _crashing(house: House, night: Callable[[int], str], folder: Path) -> Iterator[Crash]:
    """Readers and the program of refreshes, and one refresh that tells how long each step takes."""
    print(f"seed {SEED}")
    refreshes = Preloaded(house, folder / "said")
    try:
        with readers(house, folder) as sessions:
            crash = Crash(house, refreshes, night, random.Random(SEED))
            crash.complete(crash.arrive())
            yield crash
        seen = require_whole_sessions(sessions)
        print(f"sessions: {sum(seen.values())}, of {len(seen)} releases, without an error")
        assert len(seen) > 1, "no reader ever saw a new release"
    finally:
        refreshes.close()


def _kill(crash: Crash, kills: int) -> None:
    """So many kills, spread over the steps; half as many again in the release as in any other."""
    steps = list(crash.seconds)
    chosen = [*steps, "release", *steps]
    for number in range(kills):
        step = chosen[number % len(chosen)]
        crash.kill_in(step)
        print(f"{crash.house.study}: kill {number + 1} of {kills}, in {step}: as it should be", flush=True)


@pytest.mark.crash
def test_three_kills(good: Desk, tmp_path: Path) -> None:
    desk = good.copy(tmp_path / "desk")
    with _crashing(desk, _tiny_nights(desk), tmp_path) as crash:
        for step in ("gate g0", "staging", "release"):
            crash.kill_in(step)


@pytest.mark.long
@pytest.mark.crash
def test_thirty_kills_of_a_small_project(good: Desk, tmp_path: Path) -> None:
    desk = good.copy(tmp_path / "desk")
    with _crashing(desk, _tiny_nights(desk), tmp_path) as crash:
        _kill(crash, 30)


@pytest.mark.long
@pytest.mark.crash
def test_twenty_kills_of_the_example_study(house: House, tmp_path: Path) -> None:
    shutil.copytree(house.home, tmp_path / "house", symlinks=True)
    example = House(tmp_path / "house")
    with _crashing(example, _example_nights(example), tmp_path) as crash:
        _kill(crash, 20)
