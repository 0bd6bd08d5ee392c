"""simulator/README.md: its commands make the committed exports again, its arguments are the simulator's, its story is the files'."""

from __future__ import annotations

import filecmp
import re
import shlex
import subprocess
import sys
from pathlib import Path

from house import PROJECT, committed_nights, good_nights
from pages import blocks
from simulated import table

PAGE = PROJECT / "simulator" / "README.md"


def _simulate(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "simulator", *arguments]
    environment = {"PYTHONPATH": str(PROJECT)}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def _differing(left: Path, right: Path) -> list[str]:
    names = sorted({p.name for p in left.iterdir()} | {p.name for p in right.iterdir()})
    _, different, absent = filecmp.cmpfiles(left, right, names, shallow=False)
    return [*different, *absent]


def test_the_commands_make_the_committed_exports(tmp_path: Path) -> None:
    (block,) = blocks(PAGE, "sh")
    command, *compared = (shlex.split(line) for line in block.splitlines())
    assert command[1:3] == ["-m", "simulator"]
    done = _simulate(tmp_path, *command[3:])
    assert done.returncode == 0, done.stderr
    assert [line[:2] for line in compared] == [["diff", "-r"]]
    made = {folder.name: folder for _, _, new, _ in compared for folder in (tmp_path / new).iterdir()}
    committed = {night.name: night for night in committed_nights()}
    assert made.keys() == committed.keys()
    assert {name: found for name in made if (found := _differing(made[name], committed[name]))} == {}


def test_the_arguments_are_those_of_the_simulator(tmp_path: Path) -> None:
    told = set(re.findall(r"`(--[\w-]+)`", PAGE.read_text(encoding="utf-8")))
    assert told == set(re.findall(r"--[\w-]+", _simulate(tmp_path, "--help").stdout)) - {"--help"}


def test_the_story_has_the_records_and_rows_of_the_files() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for night in good_nights():
        records = [row["record_id"] for row in table(night, "data")]
        (story,) = re.findall(rf"(?m)^\| `{night.name}` \| (.*) \|$", text)
        assert f"{len(set(records))} records, {len(records)} rows" in story
