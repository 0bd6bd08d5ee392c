"""What starts a run by itself: job, nightly schedule, sensor for new exports.

Belongs here: when something runs. Does not belong here: which export is next (`waiting.py`).
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import dagster as dg

from orchestration import waiting
from orchestration.defs.graph import StudyGraph
from orchestration.lock import hold
from orchestration.settings import Settings

if TYPE_CHECKING:
    from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition


LOCK_WORDS = "a run of the Dagster graph"


def lock_resource(graph: StudyGraph) -> dg.ResourceDefinition:
    """The study's lock file, held for as long as a run of the graph lasts, whoever started it."""

    @dg.resource(description="The study's lock: one refresh at a time")
    def study_lock(_: dg.InitResourceContext) -> Iterator[None]:
        paths = Settings.from_environment(graph.study).paths
        paths.make()
        with hold(paths.lock, LOCK_WORDS):
            yield

    return study_lock


def nightly_job(graph: StudyGraph, assets: list[dg.AssetsDefinition]) -> "UnresolvedAssetJobDefinition":
    """The one job of a study: one export through all gates."""
    return dg.define_asset_job(
        graph.job_name,
        selection=dg.AssetSelection.assets(*[key for a in assets for key in a.keys]),
        description="One export, from the received files through all gates to a release",
        tags={"study": graph.slug},
    )


def _request(graph: StudyGraph) -> dg.SensorResult | dg.SkipReason:
    due = waiting.pending(Settings.from_environment(graph.study))
    if not due:
        return dg.SkipReason("no export waits")
    request = dg.RunRequest(partition_key=due[0].export_id, run_key=waiting.run_key(graph.study, due[0]))
    return dg.SensorResult(
        run_requests=[request], dynamic_partitions_requests=[graph.partitions.build_add_request([due[0].export_id])]
    )


def export_sensor(graph: StudyGraph, job: "UnresolvedAssetJobDefinition") -> dg.SensorDefinition:
    """Asks for the oldest export that waits; one at a time."""

    @dg.sensor(
        name=f"new_export_{graph.slug}",
        job=job,
        minimum_interval_seconds=30,
        default_status=dg.DefaultSensorStatus.RUNNING,
    )
    def new_export(_: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        return _request(graph)

    return new_export


def nightly_schedule(graph: StudyGraph, job: "UnresolvedAssetJobDefinition") -> dg.ScheduleDefinition:
    """Every night at 02:00 UTC: the oldest export that waits, if any."""

    @dg.schedule(
        name=f"nightly_{graph.slug}_schedule",
        job=job,
        cron_schedule="0 2 * * *",
        execution_timezone="UTC",
        default_status=dg.DefaultScheduleStatus.RUNNING,
    )
    def nightly(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        answer = _request(graph)
        if isinstance(answer, dg.SkipReason) or not answer.run_requests:
            return dg.SkipReason("no export waits")
        request = answer.run_requests[0]
        context.instance.add_dynamic_partitions(graph.partitions.name or "", [str(request.partition_key)])
        return dg.RunRequest(run_key=request.run_key, partition_key=request.partition_key)

    return nightly
