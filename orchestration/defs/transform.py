"""The rooms that dbt builds: one step a layer, each behind the findings of the layer before.

Belongs here: dbt models as assets, their keys, groups and dependencies. Does not belong here: SQL, and the calling of dbt.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, DbtProject, dbt_assets
from dagster_dbt.asset_utils import get_asset_check_key_for_test

from orchestration import dbt_runner, steps
from orchestration.defs.graph import OWNERS, StudyGraph
from orchestration.defs.retries import tried_again
from orchestration.layers import Layer
from orchestration.night import open_night


class LayerTranslator(DagsterDbtTranslator):
    """Keys `<study>/<layer>/<name>`; every model also waits for the findings of the layer before its own."""

    def __init__(self, graph: StudyGraph, before: Layer | None) -> None:
        super().__init__(settings=DagsterDbtTranslatorSettings(enable_asset_checks=True))
        self.graph = graph
        self.before = before

    def get_asset_spec(self, manifest: Mapping[str, Any], unique_id: str, project: DbtProject | None) -> dg.AssetSpec:
        spec = super().get_asset_spec(manifest, unique_id, project)
        node = manifest["nodes"].get(unique_id) or manifest["sources"][unique_id]
        layer = layer_of(node)
        spec = spec.replace_attributes(
            key=self.graph.key(layer, node["name"]),
            group_name=layer,
            owners=OWNERS,
            kinds={"dbt", "duckdb"},
            tags=self.graph.tags(layer),
        )
        if self.before is None or node["resource_type"] != "model":
            return spec
        return spec.merge_attributes(deps=[self.graph.findings_key(self.before)])


def layer_of(node: Mapping[str, Any]) -> str:
    """The layer a dbt node belongs to: its schema, but for seeds, which are the protocol."""
    return "protocol" if node["resource_type"] == "seed" else str(node["schema"])


def layer_assets(graph: StudyGraph, layer: Layer, before: Layer, manifest: Mapping[str, Any]) -> dg.AssetsDefinition:
    """All dbt models of one layer as one step; a part of them can be chosen in the UI."""
    translator = LayerTranslator(graph, before)

    @dbt_assets(
        manifest=manifest,
        select=" ".join(layer.select),
        name=graph.op_name(f"build_{layer.name}"),
        dagster_dbt_translator=translator,
        partitions_def=graph.partitions,
        required_resource_keys={graph.lock_key},
    )
    def build(context: dg.AssetExecutionContext) -> Iterator[Any]:
        chosen = _chosen(context, manifest, translator) if context.is_subset else layer.select
        with tried_again(context):
            results = steps.build(open_night(graph.study, context.partition_key), layer, chosen)
        for result in results:
            yield from _events(result, context, manifest, translator)

    return build


def _chosen(context: dg.AssetExecutionContext, manifest: Mapping[str, Any], translator: LayerTranslator) -> list[str]:
    """dbt selectors for the part of the layer that was asked for."""
    keys = context.selected_asset_keys
    nodes = ((uid, n) for uid, n in manifest["nodes"].items() if n["resource_type"] in ("model", "seed"))
    return [n["name"] for uid, n in nodes if translator.get_asset_spec(manifest, uid, None).key in keys]


def _events(
    result: dbt_runner.NodeResult,
    context: dg.AssetExecutionContext,
    manifest: Mapping[str, Any],
    translator: LayerTranslator,
) -> Iterator[Any]:
    kind = result.unique_id.split(".", 1)[0]
    if kind in ("model", "seed") and result.succeeded:
        key = translator.get_asset_spec(manifest, result.unique_id, None).key
        yield dg.MaterializeResult(asset_key=key, metadata={"seconds": round(result.seconds, 3)})
    if kind == "test" and result.status != "skipped":
        check = get_asset_check_key_for_test(manifest, translator, result.unique_id, project=None)
        if check is not None and check in context.selected_asset_check_keys:
            yield dg.AssetCheckResult(
                asset_key=check.asset_key,
                check_name=check.name,
                passed=result.succeeded,
                metadata={"status": result.status},
            )


def generic_staging(graph: StudyGraph, layer: Layer, before: Layer) -> dg.AssetsDefinition:
    """Staging of a study without models of its own: derived from the export's dictionary when the step runs."""
    spec = dg.AssetSpec(
        key=graph.key(layer.name, "forms"),
        deps=[graph.findings_key(before), graph.key("raw", "export")],
        group_name=layer.name,
        description="One table a form, derived from the project's own dictionary",
        kinds={"dbt", "duckdb"},
        owners=OWNERS,
        tags=graph.tags(layer.name),
        partitions_def=graph.partitions,
    )

    @dg.multi_asset(specs=[spec], name=graph.op_name(f"build_{layer.name}"), required_resource_keys={graph.lock_key})
    def build(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
        with tried_again(context):
            tonight = open_night(graph.study, context.partition_key)
            models = [r for r in steps.build(tonight, layer, layer.select) if r.unique_id.startswith("model.")]
            forms = steps.staged_rows(tonight)
        return dg.MaterializeResult(asset_key=spec.key, metadata={"tables": len(models), **form_metadata(forms)})

    return build


def form_metadata(forms: Sequence[steps.StagedForm]) -> dict[str, Any]:
    """What only an export's dictionary tells: its forms, and how many rows each has."""
    lines = ["| form | table | rows | that hold anything | set aside |", "|---|---|---|---|---|"]
    lines += [f"| {f.form} | {f.table} | {f.rows} | {f.touched} | {f.aside} |" for f in forms]
    return {
        "dagster/row_count": sum(form.rows for form in forms),
        "rows set aside": sum(form.aside for form in forms),
        "forms": dg.MetadataValue.md("\n".join(lines)),
    }
