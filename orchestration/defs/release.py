"""The release in the graph.

Belongs here: the one asset that stands for what analysts see. Does not belong here: the look at the ledger and the swap (`release.py`).
"""

from collections.abc import Iterable

import dagster as dg

from orchestration import steps
from orchestration.defs.graph import OWNERS, StudyGraph
from orchestration.night import open_night


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
    )

    @dg.multi_asset(specs=[spec], name=graph.op_name("release"), required_resource_keys={graph.lock_key})
    def release(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
        tonight = open_night(graph.study, context.partition_key)
        release_id = steps.release(tonight)
        folder = tonight.paths.releases / release_id
        report = dg.MetadataValue.path(str(folder / "report.html"))
        return dg.MaterializeResult(asset_key=spec.key, metadata={"release_id": release_id, "report": report})

    return release
