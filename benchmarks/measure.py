"""One command measured as a whole process: wall seconds, CPU seconds and peak memory of it and its children.

Belongs here: the stopwatch and the table it fills. Does not belong here: what is measured.
"""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Measured:
    """What one process took; memory is the largest resident size of any process of it, in MiB."""

    name: str
    participants: int
    wall_seconds: float
    cpu_seconds: float
    peak_mib: float
    exit_code: int
    output: str

    def row(self) -> dict[str, object]:
        return {name: value for name, value in asdict(self).items() if name != "output"}


def measure(
    name: str, participants: int, command: Sequence[str], environment: Mapping[str, str], folder: Path
) -> Measured:
    """Run a command to its end.

    Raises:
        RuntimeError: it ended with another exit code than 0; its output is shown.
    """
    started = time.perf_counter()
    with subprocess.Popen(
        command,
        cwd=folder,
        env=os.environ | dict(environment),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout is not None
        output = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - started
    if process.returncode:
        raise RuntimeError(f"{name} ended with {process.returncode}:\n{output}")
    cpu = usage.ru_utime + usage.ru_stime
    return Measured(
        name, participants, round(wall, 2), round(cpu, 2), round(usage.ru_maxrss / 1024, 1), process.returncode, output
    )
