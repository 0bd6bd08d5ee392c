"""One study's job on parts of the graph, as the Dagster UI runs it when somebody picks assets; a program for a process of its own.

    python tests/partial.py STUDY EXPORT_ID '[["staging/*"], ["release/*"]]'

Each part is a list of patterns of asset keys (without the study). Prints one JSON line: for each part whether the run succeeded,
and the words of every error. Does not belong here: any check.
"""

from __future__ import annotations

import json
import sys
from fnmatch import fnmatch
from typing import Any

import dagster as dg

from orchestration.definitions import build_definitions
from orchestration.defs.run import QUIET
from orchestration.settings import Settings
from orchestration.shell import dagster_home


def _selected(job: dg.JobDefinition, study: str, patterns: list[str]) -> list[dg.AssetKey]:
    wanted = [f"{study}/{pattern}" for pattern in patterns]
    keys = job.asset_layer.selected_asset_keys
    return sorted(key for key in keys if any(fnmatch("/".join(key.path), pattern) for pattern in wanted))


def _words(result: dg.ExecuteInProcessResult) -> list[str]:
    said = []
    for event in result.all_events:
        error = event.step_failure_data.error if event.is_step_failure else None
        while error is not None and error.cause is not None:
            error = error.cause
        said += [error.message.strip()] if error is not None else []
    return said


def _run(job: dg.JobDefinition, instance: dg.DagsterInstance, export: str, keys: list[dg.AssetKey]) -> dict[str, Any]:
    assert keys, "a part of the graph that holds no asset"
    result = job.execute_in_process(
        instance=instance, partition_key=export, asset_selection=keys, raise_on_error=False, run_config=QUIET
    )
    return {"success": result.success, "errors": _words(result), "assets": len(keys)}


def main(study: str, export: str, parts: list[list[str]]) -> None:
    """Run the parts one after the other and print what became of them."""
    definitions = build_definitions([study])
    job = definitions.resolve_job_def(f"nightly_{study}")
    with dg.DagsterInstance.from_config(str(dagster_home(Settings.from_environment(study)))) as instance:
        instance.add_dynamic_partitions(job.partitions_def.name, [export])  # type: ignore[union-attr]
        said = [_run(job, instance, export, _selected(job, study, patterns)) for patterns in parts]
    print("\nPARTS " + json.dumps(said))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], json.loads(sys.argv[3]))
