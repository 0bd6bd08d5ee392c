"""One run of a study's job in this process, recorded in Dagster's own storage: what the command `refresh` does.

Belongs here: starting the job without a webserver or daemon, and telling a gate's verdict from an error of ours. Does not belong here: what
starts a run by itself (`automation.py`), and anything a run does.
"""

import dagster as dg
from dagster import DagsterEvent
from dagster._core.errors import DagsterAssetCheckFailedError
from dagster._utils.error import SerializableErrorInfo

from orchestration import failures, waiting
from orchestration.definitions import build_definitions
from orchestration.defs.graph import StudyGraph
from orchestration.exports import Export
from orchestration.settings import Settings
from orchestration.shell import dagster_home

QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


def run_job(settings: Settings, export: Export) -> str | None:
    """Execute the study's job for one export; returns our own error in words, or None when it ran to a verdict."""
    graph = StudyGraph(settings.study, waiting.graph_protocol(settings.study))
    with dg.DagsterInstance.from_config(str(dagster_home(settings))) as instance:
        instance.add_dynamic_partitions(graph.partitions.name or "", [export.export_id])
        _close_dead_runs(instance, graph.job_name)
        job = build_definitions([settings.study]).resolve_job_def(graph.job_name)
        result = job.execute_in_process(
            instance=instance, partition_key=export.export_id, raise_on_error=False, run_config=QUIET
        )
    errors = [e for e in result.all_events if e.is_step_failure and not _is_verdict(e)]
    if errors:
        return _words(str(errors[0].step_key), errors[0].step_failure_data.error)
    if any(e.is_step_failure for e in result.all_events):
        return None
    # before any step: the lock, or the folders of the warehouse
    failed = [e for e in result.all_events if e.is_job_failure]
    return _words(graph.job_name, failed[0].job_failure_data.error) if failed else None


def _close_dead_runs(instance: dg.DagsterInstance, job_name: str) -> None:
    """A run that was killed stays started in Dagster's history; whoever holds the study's lock knows that none is."""
    for run in instance.get_runs(dg.RunsFilter(job_name=job_name, statuses=[dg.DagsterRunStatus.STARTED])):
        instance.report_run_failed(run, "the process of this run ended before the run did")


def _is_verdict(event: DagsterEvent) -> bool:
    """A blocking check that failed is a gate's verdict: written down already, and no error."""
    error = event.step_failure_data.error
    return error is not None and error.cls_name == DagsterAssetCheckFailedError.__name__


def _words(where: str, error: SerializableErrorInfo | None) -> str:
    """What the machine failed at, in words of ours; anything else in the words of the innermost error."""
    texts = []
    while error is not None:
        texts.append(error.message.strip())
        error = error.cause or error.context
    return f"{where}: {failures.in_words(texts) or texts[-1]}" if texts else where
