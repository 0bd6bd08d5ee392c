"""Refreshes in processes of their own that have everything imported already; a program.

Reads one JSON object a line: environment, arguments and the file that takes what the command says. For each it forks a process group, prints
its id, waits for it, prints how it ended (exit code, or minus the signal) and takes one more line. Does not belong here: any check. A fork
costs nothing where a new process pays six seconds of imports.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
from contextlib import suppress
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
    os.setpgid(0, 0)
    said = os.open(wanted["said"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(said, 1)
    os.dup2(said, 2)
    os.environ.update(wanted["environment"])
    from orchestration import cli

    return cli.main(wanted["arguments"])


def _own_group(child: int) -> None:
    """Make the child a process group of its own, whichever of the two comes first."""
    with suppress(ProcessLookupError):
        os.setpgid(child, child)


def main() -> None:
    """One child after the other."""
    for name in HEAVY:
        importlib.import_module(name)
    print("ready", flush=True)
    while line := sys.stdin.readline():
        child = os.fork()
        if child == 0:
            os._exit(refresh(json.loads(line)))
        _own_group(child)
        print(child, flush=True)
        # not reaped before the next one: until then nobody else can get the id that is to be killed
        ended = os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
        assert ended is not None
        print(ended.si_status if ended.si_code == os.CLD_EXITED else -ended.si_status, flush=True)
        sys.stdin.readline()
        os.waitpid(child, 0)


if __name__ == "__main__":
    main()
