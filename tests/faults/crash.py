"""Killing refreshes while readers read: the driver of the crash tests.

Belongs here: starting, killing, and what is asked after each kill. Does not belong here: how many kills, and of which study.
"""

from __future__ import annotations

import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from desk import rubbish
from house import House

from orchestration import repair

HERE = Path(__file__).parent
READERS = 5
STEP = re.compile(r"^  (raw|gate g\d|staging|intermediate|marts|release)\s.*?([\d.]+) s$", re.MULTILINE)
WAIT_SECONDS = 300


class Preloaded:
    """The program that forks refreshes, and what it says."""

    def __init__(self, house: House, said: Path) -> None:
        self.house, self.said = house, said
        self.program = subprocess.Popen(
            [sys.executable, str(HERE / "preloaded.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=house.code,
            env=os.environ | {"PYTHONPATH": str(house.code)},
        )
        assert self._line() == "ready"

    def _line(self) -> str:
        assert self.program.stdout is not None
        return self.program.stdout.readline().strip()

    def start(self) -> int:
        """Begin a refresh; returns its process group."""
        places = {"RAW": self.house.raw, "WAREHOUSE": self.house.home / "warehouse", "STUDY": self.house.study}
        environment = {f"TRIALHOUSE_{name}": str(value) for name, value in places.items()}
        self.said.unlink(missing_ok=True)
        wanted = {"environment": environment, "arguments": ["refresh"], "said": str(self.said)}
        assert self.program.stdin is not None
        print(json.dumps(wanted), file=self.program.stdin, flush=True)
        return int(self._line())

    def ended(self) -> int:
        """Wait for the refresh; returns its exit code, or minus the signal that ended it."""
        code = int(self._line())
        assert self.program.stdin is not None
        print(file=self.program.stdin, flush=True)
        return code

    def steps(self) -> list[tuple[str, float]]:
        """The steps that the refresh has finished so far, and how long each took."""
        text = self.said.read_text() if self.said.is_file() else ""
        return [(name, float(seconds)) for name, seconds in STEP.findall(text)]

    def close(self) -> None:
        self.program.kill()
        self.program.wait()


@dataclass
class Crash:
    """One warehouse, its refreshes and its readers."""

    house: House
    refreshes: Preloaded
    night: Callable[[int], str]
    chance: random.Random
    seconds: dict[str, float] = field(default_factory=dict)
    nights: int = 0
    early: int = 0

    def arrive(self) -> str:
        """The next export arrives; returns its id."""
        self.nights += 1
        return self.night(self.nights)

    def complete(self, export_id: str) -> None:
        """A refresh that nobody kills: succeeds, releases, leaves nothing behind."""
        self.refreshes.start()
        assert self.refreshes.ended() == 0, self.refreshes.said.read_text()
        # nothing new: the one before was killed when all was written down
        self.seconds = dict(self.refreshes.steps()) or self.seconds
        assert self.house.current.startswith(f"releases/{export_id}-")
        assert self.house.last_run["verdict"] == "RELEASED"
        assert rubbish(self.house.folder.parent) == []

    def kill_in(self, step: str) -> None:
        """Kill the whole process group at a random moment of a step, ask, and let the next refresh succeed."""
        before, export_id = self.house.current, self.arrive()
        while not self._killed(step, before, export_id):
            # it was faster than the time before: that was no kill, and the next export is tried sooner
            self.early += 1
            before, export_id = self.house.current, self.arrive()
        standing = self.house.current
        assert repair.is_whole_release(self.house.folder / standing)
        assert standing == before or (step == "release" and standing.startswith(f"releases/{export_id}-"))
        self.complete(export_id)

    def _killed(self, step: str, before: str, export_id: str) -> bool:
        names = list(self.seconds)
        group, done = self.refreshes.start(), names.index(step)
        deadline = time.monotonic() + WAIT_SECONDS
        while len(self.refreshes.steps()) < done:
            assert time.monotonic() < deadline, f"step {step} was never reached"
            time.sleep(0.002)
        time.sleep(self.chance.uniform(0, self.seconds[step] * 0.9**self.early))
        os.killpg(group, signal.SIGKILL)
        code = self.refreshes.ended()
        assert code in (0, -signal.SIGKILL), self.refreshes.said.read_text()
        return code != 0


@contextmanager
def readers(house: House, folder: Path) -> Iterator[list[Path]]:
    """Five processes that read all the while; gives the files of their sessions."""
    files = [folder / f"sessions-{number}.jsonl" for number in range(READERS)]
    program = [sys.executable, str(HERE / "reader.py"), str(house.folder)]
    running = [subprocess.Popen([*program, str(file)]) for file in files]
    try:
        yield files
        assert [process.poll() for process in running] == [None] * READERS, "a reader ended by itself"
    finally:
        for process in running:
            process.kill()
            process.wait()


def require_whole_sessions(files: list[Path]) -> dict[str, int]:
    """Every session met one whole release; returns the number of sessions by release.

    A last line may be cut, since readers are ended as they write.
    """
    seen: dict[str, dict[str, int]] = {}
    sessions: dict[str, int] = {}
    for file in files:
        lines = file.read_text().split("\n")[:-1]
        assert lines, "a reader never read"
        for said in map(json.loads, lines):
            _require_one_release(said, seen)
            sessions[said["before"]] = sessions.get(said["before"], 0) + 1
    return sessions


def _require_one_release(said: dict[str, Any], seen: dict[str, dict[str, int]]) -> None:
    assert "error" not in said, said
    assert said["before"] == said["after"]
    assert seen.setdefault(said["before"], said["rows"]) == said["rows"]
