"""Windows onto what is there: the SQL shell on the current release, its report, and Dagster's UI.

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
from orchestration.settings import PROJECT, Settings, StudyPaths, UnusableSettings, unwritable

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


def open_report(paths: StudyPaths) -> int:
    """Print where the report of the current release lies, and show it where there is a screen to show it on.

    Raises:
        UnusableSettings: nothing was released yet.
    """
    import webbrowser

    page = paths.current / "report.html"
    if not page.is_file():
        raise UnusableSettings(f"nothing was released yet below {paths.home}; run trialhouse refresh first")
    print(page, flush=True)
    # without a screen Python would take a text browser, which keeps the terminal and shows no chart
    if sys.platform in ("darwin", "win32") or any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY")):
        webbrowser.open(page.resolve().as_uri())
    return 0


def dagster_home(settings: Settings) -> Path:
    """Dagster's own storage of a warehouse, made with its settings if it is not there.

    Raises:
        UnusableSettings: it cannot be written.
    """
    home = settings.dagster_home
    configuration = home / "dagster.yaml"
    wanted = DAGSTER_YAML % json.dumps(str(home / "history" / "runs"))
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not configuration.is_file() or configuration.read_text() != wanted:
            configuration.write_text(wanted)
    except OSError as error:
        raise unwritable(home, error) from error
    return home


def set_history_aside(settings: Settings) -> Path:
    """Move a damaged history of runs out of the way; the warehouse does not depend on it."""
    aside = settings.dagster_home.with_name(f"{settings.dagster_home.name}.damaged")
    shutil.rmtree(aside, ignore_errors=True)
    settings.dagster_home.rename(aside)
    return aside


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
