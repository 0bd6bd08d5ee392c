"""`make benchmark-simulator`: what it costs to write trials of growing size, flat and one file for each instrument.

Belongs here: which sizes are written, and the page of results. Does not belong here: the stopwatch (`measure.py`).
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.baselines import PROJECT
from benchmarks.measure import Measured, measure

RESULT = Path(__file__).parent / "results" / "simulator.md"
SIZES = ["55", "2000:flat", "20000:flat", "100000:flat", "100000:many"]
PEOPLE_AT_A_SITE = 25_000


def _written(size: str) -> tuple[Measured, int]:
    """One trial in one night, and how many bytes it has."""
    participants, _, layout = size.partition(":")
    sites = 1 + int(participants) // PEOPLE_AT_A_SITE
    more = ["--per-instrument"] if layout == "many" else []
    with tempfile.TemporaryDirectory(prefix="trialhouse-simulator-") as folder:
        options = ["--participants", participants, "--sites", str(sites), "--nights", "1", "--no-log", *more]
        command = [sys.executable, "-m", "simulator", "--out", folder, *options]
        name = "one file an instrument" if more else "one flat file"
        measured = measure(name, int(participants), command, {}, PROJECT)
        return measured, sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file())


def page(sizes: list[str]) -> Iterator[str]:
    """The results' lines, each as soon as it is known."""
    machine = f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.machine()}"
    yield "# What a simulated trial costs"
    yield f"\n{machine}; load before: {os.getloadavg()[0]:.1f}. One night, no log; all processes together, memory of the largest.\n"
    yield "| participants | layout | wall s | CPU s | peak MiB | MB written |"
    yield "|---|---|---|---|---|---|"
    for size in sizes:
        m, written = _written(size)
        figures = f"{m.wall_seconds} | {m.cpu_seconds} | {m.peak_mib:.0f} | {written / 1e6:.0f}"
        yield f"| {m.participants} | {m.name} | {figures} |"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.simulator", description=__doc__)
    parser.add_argument(
        "--sizes", nargs="+", default=SIZES, help="participants, or participants:flat, or participants:many"
    )
    lines = []
    for line in page(parser.parse_args().sizes):
        print(line, flush=True)
        lines.append(line)
    RESULT.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
