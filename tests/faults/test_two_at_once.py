"""A second refresh while one runs: exit code 4, at once, with the name of the one that holds the lock."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from desk import DAYS, Desk
from test_lock import HOLD

from orchestration.defs.automation import LOCK_WORDS
from orchestration.defs.run import run_job
from orchestration.exports import Export
from orchestration.settings import Settings

AT_ONCE_SECONDS = 2


@contextmanager
def held(desk: Desk, command: str) -> Iterator[int]:
    """Another process holds the study's lock under this name."""
    program = HOLD.replace('"the other one"', repr(command))
    process = subprocess.Popen(
        [sys.executable, "-c", program, str(desk.folder / ".lock")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=desk.code,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process.pid
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize("holder", ["trialhouse refresh", LOCK_WORDS])
@pytest.mark.parametrize("command", [("refresh",), ("refresh", "--export", DAYS[0]), ("rollback",)])
def test_the_command_is_refused_at_once(desk: Desk, holder: str, command: tuple[str, ...]) -> None:
    """Whether a command or a run of the Dagster UI, schedule or sensor holds it."""
    desk.night(DAYS[1])
    before = (desk.current, desk.last_run)
    with held(desk, holder) as process:
        started = time.monotonic()
        tried = desk.command(*command)
        assert time.monotonic() - started < AT_ONCE_SECONDS
    assert tried.code == 4
    assert f"another refresh is running: process {process} ({holder}) since 20" in tried.err
    assert (desk.current, desk.last_run) == before


def test_a_run_of_ui_or_schedule_is_refused_too(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The job itself, as they start it, without the command around it."""
    folder = desk.night(DAYS[1])
    monkeypatch.setenv("TRIALHOUSE_RAW", str(desk.raw))
    monkeypatch.setenv("TRIALHOUSE_WAREHOUSE", str(desk.home / "warehouse"))
    settings, before = Settings.from_environment(desk.study), desk.current
    with held(desk, "trialhouse refresh") as process:
        said = run_job(settings, Export(desk.study, folder))
    assert said is not None
    assert f"another refresh is running: process {process} (trialhouse refresh)" in said
    assert desk.current == before


def test_the_lock_ends_with_its_holder(desk: Desk) -> None:
    desk.night(DAYS[1])
    with held(desk, "trialhouse refresh"):
        desk.command("refresh")
    desk.refresh(0)
    assert desk.current.startswith(f"releases/{DAYS[1]}-")
