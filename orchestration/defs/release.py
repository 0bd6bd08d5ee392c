"""The release in the graph.

Belongs here: the one asset that stands for what analysts see, and how old it may grow. Does not belong here: the look at the ledger and the
swap (`release.py`).
"""

import json
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

import dagster as dg

from orchestration import steps
from orchestration.defs.graph import OWNERS, StudyGraph
from orchestration.defs.retries import tried_again
from orchestration.night import open_night
from orchestration.verdict import last_run

# One night, and two hours for it to run: a warning. Two nights without a release: no longer fresh.
FRESHNESS = dg.FreshnessPolicy.time_window(warn_window=timedelta(hours=26), fail_window=timedelta(hours=50))


def release_asset(graph: StudyGraph, released: Iterable[dg.AssetKey]) -> dg.AssetsDefinition:
    """The current release; depends on every layer and every gate, and asks the ledger all the same."""
    spec = dg.AssetSpec(
        key=graph.release_key,
        deps=list(released),
        group_name="release",
        description="The blinded, gated release of one export: marts.duckdb, Parquet, manifest, report",
        kinds={"duckdb", "parquet"},
        owners=OWNERS,
        tags=graph.tags("release"),
        partitions_def=graph.partitions,
        freshness_policy=FRESHNESS,
    )

    @dg.multi_asset(specs=[spec], name=graph.op_name("release"), required_resource_keys={graph.lock_key})
    def release(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
        tonight = open_night(graph.study, context.partition_key)
        # the release moves the build away: what fails after that is not done again by trying
        with tried_again(context, tonight.paths.marts_db.is_file):
            release_id = steps.release(tonight)
        run = last_run(tonight.settings) or {}
        metadata = release_metadata(tonight.paths.releases / release_id, run.get("seconds", 0.0))
        return dg.MaterializeResult(asset_key=spec.key, metadata=metadata)

    return release


def release_metadata(folder: Path, seconds: float) -> dict[str, Any]:
    """What an operator wants to know of a release: its size, how long the whole run took, and the page to look at."""
    tables = json.loads((folder / "manifest.json").read_text())["tables"]
    return {
        "release_id": folder.name,
        "tables": len(tables),
        "dagster/row_count": sum(table["rows"] for table in tables),
        "seconds": seconds,
        "report": dg.MetadataValue.path(str(folder / "report.html")),
    }
