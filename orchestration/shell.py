"""Windows onto what is there: the SQL shell on the current release, and Dagster's UI.

Belongs here: starting other people's programs with our settings. Does not belong here: anything that changes a warehouse.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from orchestration import tables
from orchestration.settings import PROJECT, Settings, StudyPaths, UnusableSettings

DAGSTER_YAML = """\
telemetry: {enabled: false}
nux: {enabled: false}
run_coordinator: {module: dagster.core.run_coordinator, class: DefaultRunCoordinator}
concurrency: {pools: {default_limit: 1}}
event_log_storage:
  module: orchestration.defs.storage
  class: EventLog
  config: {base_dir: %s}
"""
EXAMPLES = ("select * from marts.rpt_consort where reason = '';", "select * from quality.file_outcomes;")
CLOSED = "the restricted file can be read by its owner only; ask the person who runs the warehouse"


def _program(name: str) -> str:
    beside = Path(sys.executable).parent / name
    found = str(beside) if beside.is_file() else shutil.which(name)
    if found is None:
        raise UnusableSettings(f"the program {name} is not installed; run make to repair the environment")
    return found


def open_shell(paths: StudyPaths, query: str | None, restricted: bool = False) -> int:
    """DuckDB's own shell, read-only, on the release that is current now; `marts.<table>` and `quality.<table>` work as written.

    Args:
        paths: the study's warehouse.
        query: run this and leave; without it, the shell stays open.
        restricted: attach the restricted file too, as `vault`.

    Raises:
        UnusableSettings: nothing was released yet, or the restricted file may not be read.
    """
    folder = tables.current_folder(paths)
    opening = [f"attach '{tables.quoted(folder / 'marts.duckdb')}' as release (read_only)", "use release"]
    if restricted:
        opening.append(f"attach '{tables.quoted(_restricted_file(paths))}' as vault (read_only)")
    if query is None:
        opening.append(".mode duckbox")
        print(_banner(folder, restricted), flush=True)
    # Nothing is written, so that somebody who may only read the releases can use it; a person's own .duckdbrc is not read.
    command = [_program("duckdb"), "-init", os.devnull, *(part for line in opening for part in ("-cmd", line))]
    done = subprocess.run([*command, *(["-c", query] if query is not None else [])], check=False)
    # A query that somebody mistyped while trying is no failure of the shell.
    return 0 if query is None and sys.stdin.isatty() else done.returncode


def _restricted_file(paths: StudyPaths) -> Path:
    link = paths.restricted / "restricted.duckdb"
    try:
        with link.open("rb"):
            return link.resolve()
    except PermissionError:
        raise UnusableSettings(CLOSED) from None
    except FileNotFoundError:
        raise UnusableSettings(f"there is no restricted file in {paths.restricted}") from None


def _banner(folder: Path, restricted: bool) -> str:
    """What somebody wants to know who sees the shell for the first time."""
    counts = tables.rows(folder)
    width = max(map(len, counts))
    lines = [f"Trialhouse: release {folder.name}, read-only. Tables and their rows:"]
    lines += [f"  {name.ljust(width)}  {rows:>8,}" for name, rows in counts.items()]
    if restricted:
        lines.append(
            "RESTRICTED: vault.restricted.arm and others are attached (show all tables); what they hold stays here."
        )
    example = next(e for e in EXAMPLES if e.split()[3].rstrip(";") in counts)
    lines += [
        f"Try:   {example}",
        f"Look:  describe {example.split()[3].rstrip(';')}; what columns mean is in docs/marts.md",
    ]
    lines.append("Leave: .quit or Ctrl-D")
    return "\n".join(lines)


def dagster_home(settings: Settings) -> Path:
    """Dagster's own storage of a warehouse, made with its settings if it is not there."""
    home = settings.dagster_home
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    configuration = home / "dagster.yaml"
    wanted = DAGSTER_YAML % json.dumps(str(home / "history" / "runs"))
    if not configuration.is_file() or configuration.read_text() != wanted:
        configuration.write_text(wanted)
    return home


def open_ui(settings: Settings, port: int) -> int:
    """Dagster's webserver and daemon on localhost, until interrupted."""
    environment = os.environ | {
        "DAGSTER_HOME": str(dagster_home(settings)),
        "DAGSTER_DISABLE_TELEMETRY": "1",
        "TRIALHOUSE_RAW": str(settings.raw),
        "TRIALHOUSE_WAREHOUSE": str(settings.warehouse),
    }
    where = ["-m", "orchestration.definitions", "-a", "defs", "-h", "127.0.0.1", "-p", str(port)]
    print(f"Dagster UI: http://127.0.0.1:{port} (stop with Ctrl-C)")
    return subprocess.run([_program("dagster"), "dev", *where], cwd=PROJECT, env=environment, check=False).returncode
