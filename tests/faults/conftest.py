"""One small warehouse with a good release, built once for each worker; every test breaks a copy of its own.

Belongs here: what the fault tests start from. Does not belong here: any check.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from desk import DAYS, Desk


@pytest.fixture(scope="session")
def good(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A warehouse with one release."""
    desk = Desk(tmp_path_factory.mktemp("good"))
    desk.night(DAYS[0])
    desk.refresh(0)
    return desk


@pytest.fixture
def desk(good: Desk, tmp_path: Path) -> Desk:
    """That warehouse, copied."""
    return good.copy(tmp_path / "desk")


@pytest.fixture
def can_mount(tmp_path: Path) -> None:
    """Skip where no file system can be mounted."""
    probe = tmp_path / "probe"
    probe.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(probe)]
    if os.geteuid() != 0 or subprocess.run(command, check=False, capture_output=True).returncode:
        pytest.skip("a small disk can be mounted by root alone")
    subprocess.run(["umount", str(probe)], check=True)
