"""The assembly: every study's graph as one Dagster code location.

Belongs here: putting parts together. Does not belong here: any part. Loading it opens no file of the warehouse, no socket and no database;
it parses the dbt project if its files changed since the last time.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from itertools import chain

os.environ.setdefault("DAGSTER_DISABLE_TELEMETRY", "1")

import dagster as dg

from orchestration import dbt_runner, waiting
from orchestration.defs import alarms, automation, gates, raw, release, transform
from orchestration.defs.graph import StudyGraph


def _layer_assets(graph: StudyGraph) -> list[dg.AssetsDefinition]:
    """Each layer followed by its gate, in the data's order."""
    manifest = dbt_runner.manifest_json(dbt_runner.main_project(graph.study)) if graph.protocol.is_registered else None
    assets: list[dg.AssetsDefinition] = []
    for number, layer in enumerate(graph.layers):
        before = graph.layers[number - 1]
        if number == 0:
            built = raw.raw_assets(graph)
        elif manifest is None:
            built = transform.generic_staging(graph, layer, before)
        else:
            built = transform.layer_assets(graph, layer, before, manifest)
        judged = [key for key in built.keys if key.path[1] != "protocol"]
        assets += [built, gates.gate_asset(graph, layer, sorted(judged))]
    return assets


def study_definitions(graph: StudyGraph) -> dg.Definitions:
    """One study: assets, checks, job, schedule, sensor."""
    assets = _layer_assets(graph)
    released = sorted(key for a in assets for key in a.keys)
    assets.append(release.release_asset(graph, released))
    heard = {alarms.alarm(graph)}
    assets = [asset.with_attributes(hook_defs=heard) for asset in assets]
    job = automation.nightly_job(graph, assets)
    return dg.Definitions(
        assets=assets,
        jobs=[job],
        schedules=[automation.nightly_schedule(graph, job)],
        sensors=[automation.export_sensor(graph, job)],
        resources={graph.lock_key: automation.lock_resource(graph)},
    )


def build_definitions(studies: Sequence[str] | None = None) -> dg.Definitions:
    """The whole graph.

    Args:
        studies: study ids; by default every study of the protocol and every folder of exports.
    """
    chosen = studies if studies is not None else waiting.known_studies()
    parts = [study_definitions(StudyGraph(study, waiting.graph_protocol(study))) for study in chosen]
    merged = dg.Definitions.merge(*parts)
    return dg.Definitions(
        assets=list(chain(merged.assets or [])),
        jobs=list(merged.jobs or []),
        schedules=list(merged.schedules or []),
        sensors=list(merged.sensors or []),
        resources=merged.resources,
        executor=dg.in_process_executor,
    )


def __getattr__(name: str) -> dg.Definitions:
    """`defs` is built when Dagster asks for it, so that commands can build one study alone."""
    if name != "defs":
        raise AttributeError(name)
    return build_definitions()
