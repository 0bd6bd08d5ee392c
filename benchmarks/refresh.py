"""`make benchmark`: what a refresh costs, beside `dbt build` alone and DuckDB alone on the same landed files and models.

Belongs here: the order of measurements and the page of results. Does not belong here: the stopwatch (`measure.py`), what is compared with
(`baselines.py`). Figures of one run belong together; ratios are the result, since machines and their load differ.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import shutil
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import baselines
from benchmarks.measure import Measured, measure

RESULTS = Path(__file__).parent / "results"
STEP = re.compile(r"^  (raw|staging|intermediate|marts|release|gate g\d) .* ([0-9.]+) s$", re.MULTILINE)


def trialhouse(*arguments: str) -> list[str]:
    return [str(Path(sys.executable).parent / "trialhouse"), *arguments]


def one_size(participants: int, home: Path) -> list[Measured]:
    """First, later and nothing-new refresh of a two-night trial, and the two baselines on its second night."""
    nights = _simulate(participants, home)
    environment = {"TRIALHOUSE_RAW": str(home / "raw"), "TRIALHOUSE_WAREHOUSE": str(home / "warehouse")}
    measured = []
    for name, night in zip(("first refresh", "later refresh"), nights, strict=True):
        shutil.copytree(night, home / "raw" / baselines.STUDY / night.name)
        measured.append(measure(name, participants, trialhouse("refresh"), environment, baselines.PROJECT))
    measured.append(measure("nothing new", participants, trialhouse("refresh"), environment, baselines.PROJECT))
    return [*measured, *_baselines(participants, home)]


def _simulate(participants: int, home: Path) -> list[Path]:
    sized = [] if participants == 55 else ["--no-calibrated"]
    size = ["--participants", str(participants), "--nights", "2", *sized]
    command = ["-m", "simulator", "--out", str(home / "simulated"), *size]
    measure("simulator", participants, [sys.executable, *command], {}, baselines.PROJECT)
    return sorted(p for p in (home / "simulated" / baselines.STUDY).iterdir() if (p / "manifest.json").is_file())


def _baselines(participants: int, home: Path) -> list[Measured]:
    builds = home / "warehouse" / baselines.STUDY / "builds"
    artifacts = home / "artifacts"
    landed = baselines.landed_build(builds, home / "landed")
    baselines.keep_seeds(builds, landed)
    environment = {"TRIALHOUSE_BUILDS": str(landed)}
    statements = baselines.bare_statements(landed, artifacts, home / "bare")
    build = baselines.untested(baselines.dbt_command(artifacts))
    bare = [sys.executable, str(Path(__file__).parent / "bare.py"), str(statements)]
    return [
        measure("dbt build alone", participants, build, environment, baselines.PROJECT),
        measure("bare DuckDB", participants, bare, {}, baselines.PROJECT),
    ]


def page(measured: list[Measured]) -> str:
    """The results as a page: one table, the ratios, the stages of each refresh."""
    lines = [
        "# What a refresh costs",
        "",
        f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.machine()};"
        f" load before: {os.getloadavg()[0]:.1f}.",
        "",
        "| participants | what | wall s | CPU s | peak MiB | CPU against dbt | CPU against bare |",
        "|---|---|---|---|---|---|---|",
    ]
    for m in measured:
        same = {x.name: x.cpu_seconds for x in measured if x.participants == m.participants}
        ratios = " | ".join(f"{m.cpu_seconds / same[name]:.1f}" for name in ("dbt build alone", "bare DuckDB"))
        lines.append(
            f"| {m.participants} | {m.name} | {m.wall_seconds} | {m.cpu_seconds} | {m.peak_mib:.0f} | {ratios} |"
        )
    for m in measured:
        steps = STEP.findall(m.output)
        if steps:
            lines += ["", f"Stages of the {m.name}, {m.participants} participants, wall seconds: ", ""]
            lines.append(", ".join(f"{name} {seconds}" for name, seconds in steps))
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.refresh", description=__doc__)
    parser.add_argument("--participants", type=int, nargs="+", default=[55, 2000])
    parser.add_argument("--name", default="refresh", help="name of the files in benchmarks/results/")
    arguments = parser.parse_args()
    measured: list[Measured] = []
    for participants in arguments.participants:
        with tempfile.TemporaryDirectory(prefix="trialhouse-benchmark-") as folder:
            measured += one_size(participants, Path(folder))
    RESULTS.mkdir(exist_ok=True)
    text = page(measured)
    (RESULTS / f"{arguments.name}.md").write_text(text, encoding="utf-8")
    when = datetime.now(UTC).date().isoformat()
    facts = {"measured_on": when, "rows": [m.row() for m in measured]}
    (RESULTS / f"{arguments.name}.json").write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
