"""The alarm of a run: hears of the step that failed and says it, whoever started the run.

Belongs here: from a failed step to an alert. Does not belong here: its words and its ways (`alerts.py`). It is a hook on the assets and
not a sensor, so that a run without Dagster's daemon, by the command or by cron, raises it too.
"""

from pathlib import Path

import dagster as dg
from dagster._core.errors import DagsterAssetCheckFailedError
from dagster._core.storage.tags import PARTITION_NAME_TAG

from orchestration.alerts import Alert, deliver
from orchestration.defs.graph import StudyGraph
from orchestration.settings import Settings
from orchestration.trouble import chain


def alarm(graph: StudyGraph) -> dg.HookDefinition:
    """The hook of one study's assets: one line in the run's log, and the ways out that are set."""

    @dg.failure_hook(name=f"alarm_{graph.slug}")
    def raise_alarm(context: dg.HookContext) -> None:
        run = context.instance.get_run_by_id(context.run_id)
        export_id = run.tags.get(PARTITION_NAME_TAG, "none") if run is not None else "unknown"
        alert = alert_of(graph, export_id, context.op.name, context.op_exception)
        context.log.error(alert.line())
        for problem in deliver(alert):
            context.log.warning(problem)

    return raise_alarm


def alert_of(graph: StudyGraph, export_id: str, step: str, error: BaseException | None) -> Alert:
    """What is said of a failed step: the gate that stopped it, or the kind of the first error; never an error's own words."""
    gates = {graph.op_name(f"judge_{layer.name}"): layer.gate for layer in graph.layers}
    kinds = [type(cause).__name__ for cause in chain(error)] if error is not None else ["unknown error"]
    gate = gates.get(step) if isinstance(error, DagsterAssetCheckFailedError) else None
    return Alert(
        study=graph.study,
        export_id=export_id,
        step=step,
        gate=gate,
        error=None if gate else kinds[-1],
        work_list=str(work_list) if gate and (work_list := _work_list(graph.study, export_id)).is_file() else None,
    )


def _work_list(study: str, export_id: str) -> Path:
    return Settings.from_environment(study).paths.work / export_id / "work_list.csv"
