"""The raw room in the graph: one asset for each form of an export.

Belongs here: assets that stand for received data. Does not belong here: reading files (`readers/`, `landing.py`).
"""

import time
from collections.abc import Iterator

import dagster as dg

from orchestration import steps
from orchestration.defs.graph import OWNERS, StudyGraph
from orchestration.defs.retries import tried_again
from orchestration.night import open_night


def _names(graph: StudyGraph) -> list[str]:
    forms = [form.name for form in graph.protocol.forms] if graph.protocol.is_registered else []
    return [*forms, "export", "participant_key", "arm_dummy", "mapping"]


def _description(graph: StudyGraph, name: str) -> str:
    labels = {form.name: f"{form.label}: rows as received, all text" for form in graph.protocol.forms}
    other = {
        "export": "The export itself: id, ordinal, time",
        "participant_key": "Record id and surrogate participant id (restricted)",
        "arm_dummy": "The dummy arm of each surrogate participant id, without the record id",
        "mapping": "Which event designates which form",
    }
    return labels.get(name) or other[name]


def _metadata(name: str, rows: dict[str, int], seconds: float) -> dict[str, int | float]:
    if name == "export":
        return {"rows of all forms": sum(rows.values()), "seconds": seconds}
    return {"dagster/row_count": rows[name]} if name in rows else {}


def raw_assets(graph: StudyGraph) -> dg.AssetsDefinition:
    """The landing of one export: every file to Parquet, every form a view."""
    specs = [
        dg.AssetSpec(
            key=graph.key("raw", name),
            group_name="raw",
            description=_description(graph, name),
            kinds={"polars", "parquet"},
            owners=OWNERS,
            tags=graph.tags("raw"),
            partitions_def=graph.partitions,
        )
        for name in _names(graph)
    ]

    @dg.multi_asset(specs=specs, name=graph.op_name("land"), required_resource_keys={graph.lock_key})
    def land(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult]:
        started = time.monotonic()
        with tried_again(context):
            rows = steps.land(open_night(graph.study, context.partition_key))
        seconds = round(time.monotonic() - started, 1)
        for spec in specs:
            yield dg.MaterializeResult(asset_key=spec.key, metadata=_metadata(spec.key.path[-1], rows, seconds))

    return land
