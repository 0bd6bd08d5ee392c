"""Refreshes in processes of their own that have everything imported already; a program.

Reads one JSON object a line: environment, arguments and the file that takes what the command says. For each it forks a process group, prints
its id, waits for it and prints how it ended (exit code, or minus the signal). Does not belong here: any check. A fork costs nothing where a
new process pays six seconds of imports.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
from typing import Any

HEAVY = (
    "dbt.adapters.duckdb",
    "dbt.cli.main",
    "expectations.runner",
    "great_expectations",
    "orchestration.dbt_runner",
    "orchestration.defs.run",
    "orchestration.judgement",
    "orchestration.landing",
    "orchestration.refresh",
    "orchestration.report",
    "orchestration.staging",
    "orchestration.steps",
    "orchestration.unparsed",
)


def refresh(wanted: dict[str, Any]) -> int:
    """Become a process group of its own and run the command."""
    os.setsid()
    said = os.open(wanted["said"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(said, 1)
    os.dup2(said, 2)
    os.environ.update(wanted["environment"])
    from orchestration import cli

    return cli.main(wanted["arguments"])


def main() -> None:
    """One child after the other."""
    for name in HEAVY:
        importlib.import_module(name)
    print("ready", flush=True)
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            os._exit(refresh(json.loads(line)))
        print(child, flush=True)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


if __name__ == "__main__":
    main()
