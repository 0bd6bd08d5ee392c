"""The whole Dagster graph against a committed snapshot, and what loading it leaves alone.

After an intended change of the graph write the snapshot again and read its diff:

    .venv/bin/python tests/contract/test_graph.py
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from dagster._core.definitions.dependency import NodeHandle
from dagster._core.definitions.freshness import TimeWindowFreshnessPolicy

from orchestration.definitions import build_definitions
from orchestration.generate import registered_studies

PROJECT = Path(__file__).resolve().parents[2]
SNAPSHOT = Path(__file__).with_name("graph.json")
# Stands for every study that has no protocol of its own.
WITHOUT_PROTOCOL = "study_without_protocol"

Graph = dict[str, dict[str, Any]]


def whole_graph() -> dg.Definitions:
    """The graph of the protocol's studies and of one without a protocol, whatever lies in the raw folder."""
    return build_definitions([*registered_studies(), WITHOUT_PROTOCOL])


def _text(key: dg.AssetKey) -> str:
    return "/".join(key.path)


def _partitions(definition: dg.PartitionsDefinition | None) -> str | None:
    return definition.name if isinstance(definition, dg.DynamicPartitionsDefinition) else definition and str(definition)


def _freshness(policy: dg.FreshnessPolicy) -> dict[str, str]:
    assert isinstance(policy, TimeWindowFreshnessPolicy)
    return {
        "warn": str(policy.warn_window and policy.warn_window.to_timedelta()),
        "fail": str(policy.fail_window.to_timedelta()),
    }


def describe(definitions: dg.Definitions) -> Graph:
    """What the snapshot holds: one entry an asset, check, job, schedule and sensor."""
    repository = definitions.get_repository_def()
    graph = repository.asset_graph
    return {
        "assets": {
            _text(node.key): {
                "group": node.group_name,
                "kinds": sorted(node.kinds),
                "owners": sorted(node.owners),
                "partitions": _partitions(node.partitions_def),
                "deps": sorted(_text(key) for key in node.parent_keys),
            }
            | ({"freshness": _freshness(node.freshness_policy)} if node.freshness_policy else {})
            for node in graph.asset_nodes
        },
        "checks": {
            f"{_text(key.asset_key)}:{key.name}": {"blocking": graph.get(key).blocking}
            for key in graph.asset_check_keys
        },
        **_automation(repository),
    }


def _automation(repository: dg.RepositoryDefinition) -> Graph:
    jobs = [job for job in repository.get_all_jobs() if not job.name.startswith("__")]
    return {
        "jobs": {
            job.name: {
                "executor": job.executor_def.name,
                "partitions": _partitions(job.partitions_def),
                "assets": len(job.asset_layer.selected_asset_keys),
            }
            for job in jobs
        },
        "schedules": {
            s.name: {"cron": s.cron_schedule, "timezone": s.execution_timezone, "job": s.job_name}
            for s in repository.schedule_defs
        },
        "sensors": {
            s.name: {"job": s.job_name, "every_seconds": s.minimum_interval_seconds} for s in repository.sensor_defs
        },
        "resources": {name: {} for name in repository.get_top_level_resources()},
    }


def render(graph: Graph) -> str:
    """JSON with one line an entry, so that a diff names what changed."""
    parts = []
    for kind, entries in sorted(graph.items()):
        lines = [f"  {json.dumps(name)}: {json.dumps(entries[name], sort_keys=True)}" for name in sorted(entries)]
        parts.append(f' "{kind}": {{\n' + ",\n".join(lines) + "\n }")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def differences(now: Graph, before: Graph) -> list[str]:
    """What is not as the snapshot says, by kind and name."""
    return [
        f"{kind} {name}"
        for kind in sorted({*now, *before})
        for name in sorted({*now.get(kind, {}), *before.get(kind, {})})
        if now.get(kind, {}).get(name) != before.get(kind, {}).get(name)
    ]


@pytest.fixture(scope="module")
def definitions() -> dg.Definitions:
    return whole_graph()


@pytest.fixture(scope="module")
def graph(definitions: dg.Definitions) -> Graph:
    return describe(definitions)


def _snapshot() -> Graph:
    content: Graph = json.loads(SNAPSHOT.read_text(encoding="utf-8"))
    return content


def test_the_graph_is_the_snapshots(graph: Graph) -> None:
    assert differences(graph, _snapshot()) == [], f"see the docstring of {Path(__file__).name}"
    assert SNAPSHOT.read_text(encoding="utf-8") == render(graph)


@pytest.mark.parametrize(
    ("kind", "name", "part", "other"),
    [
        ("assets", "ketmbrp_syn/marts/fct_endpoint", "deps", []),
        ("assets", "ketmbrp_syn/release/current", "partitions", None),
        ("checks", "ketmbrp_syn/quality/findings_marts:gate", "blocking", False),
        ("schedules", "nightly_ketmbrp_syn_schedule", "cron", "0 3 * * *"),
    ],
)
def test_a_change_is_seen(graph: Graph, kind: str, name: str, part: str, other: object) -> None:
    changed = json.loads(json.dumps(graph))
    changed[kind][name][part] = other
    assert differences(changed, graph) == [f"{kind} {name}"]


def test_every_study_is_in_the_one_code_location(definitions: dg.Definitions) -> None:
    repository = definitions.get_repository_def()
    studies = {node.key.path[0] for node in repository.asset_graph.asset_nodes}
    assert studies == {*registered_studies(), WITHOUT_PROTOCOL}
    assert len(repository.schedule_defs) == len(repository.sensor_defs) == len(studies)


def test_every_asset_says_what_it_is_and_whose(definitions: dg.Definitions) -> None:
    nodes = list(definitions.get_repository_def().asset_graph.asset_nodes)
    parts = ("description", "owners", "kinds", "group_name")
    assert len(nodes) > 100
    assert [f"{_text(n.key)}: {part}" for n in nodes for part in parts if not getattr(n, part)] == []
    assert [_text(n.key) for n in nodes if n.group_name == "default" or not n.is_materializable] == []


def test_every_step_raises_the_alarm_of_its_study(definitions: dg.Definitions) -> None:
    jobs = definitions.get_repository_def().get_all_jobs()
    assert {job.name for job in jobs} >= {"__ASSET_JOB", "nightly_ketmbrp_syn"}
    silent = [
        f"{job.name}: {node.name}"
        for job in jobs
        for node in job.nodes
        if f"alarm_{node.name.split('__')[0]}"
        not in {hook.name for hook in job.get_all_hooks_for_handle(NodeHandle(node.name, None))}
    ]
    assert silent == []


def test_each_gate_blocks_and_stands_between_two_layers(graph: Graph) -> None:
    gates = {name for name in graph["assets"] if "/quality/" in name}
    assert [name for name in gates if not graph["checks"][f"{name}:gate"]["blocking"]] == []
    for study in registered_studies():
        _require_gates_between(study, graph["assets"])


def _require_gates_between(study: str, assets: Mapping[str, Mapping[str, Any]]) -> None:
    layers = ("raw", "staging", "intermediate", "marts")
    for before, layer in pairwise(layers):
        gate = f"{study}/quality/findings_{before}"
        members = [name for name in assets if name.startswith(f"{study}/{layer}/")]
        assert members
        assert [name for name in members if gate not in assets[name]["deps"]] == []
        _require_all(gate, assets, f"{study}/{before}/")
    _require_all(f"{study}/release/current", assets, f"{study}/quality/")


def _require_all(name: str, assets: Mapping[str, Mapping[str, Any]], prefix: str) -> None:
    assert {other for other in assets if other.startswith(prefix)} <= set(assets[name]["deps"])


# urllib3 asks the kernel for IPv6 when it is imported, by binding a free port of the loopback; nothing is connected.
WATCH = """
import os, sys, sqlite3, socket
import duckdb
warehouse = os.environ["TRIALHOUSE_WAREHOUSE"]
seen = []
PROBE = (("::1", 0),)

def watch(event, arguments):
    if event == "open" and str(arguments[0]).startswith(warehouse):
        seen.append("file of the warehouse")
    elif event in ("socket.connect", "socket.getaddrinfo", "socket.sendto", "socket.bind") and arguments[1:] != PROBE:
        seen.append("socket")
    elif event == "sqlite3.connect":
        seen.append("sqlite3")

def connect(*arguments, **options):
    seen.append("duckdb")
    return opened(*arguments, **options)

opened, duckdb.connect = duckdb.connect, connect
sys.addaudithook(watch)
"""
LOAD = "from orchestration import definitions\nassert definitions.defs.get_repository_def().asset_graph.asset_nodes\n"
TRESPASS = """
open(os.path.join(warehouse, "ketmbrp_syn", "last_run.json")).close()
sqlite3.connect(":memory:").close()
duckdb.connect().close()
try:
    socket.create_connection(("127.0.0.1", 9), timeout=0.1)
except OSError:
    pass
"""


def _worked_warehouse(folder: Path) -> Path:
    """A warehouse with the files that a curious start would open."""
    for name in ("record/ledger.sqlite", "last_run.json", "current/marts.duckdb", "builds/build.json"):
        path = folder / "ketmbrp_syn" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("{}")
    return folder


def _seen(warehouse: Path, code: str) -> set[str]:
    """What a Python process opens while it runs some code."""
    script = f'{WATCH}{code}\nprint("SEEN " + ",".join(sorted(set(seen))))'
    environment = os.environ | {"TRIALHOUSE_WAREHOUSE": str(warehouse), "PYTHONPATH": str(PROJECT)}
    command: Sequence[str] = [sys.executable, "-c", script]
    done = subprocess.run(command, env=environment, cwd=PROJECT, capture_output=True, text=True, check=True)
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("SEEN ")]
    return set(filter(None, line.removeprefix("SEEN ").split(",")))


def test_loading_opens_no_file_of_the_warehouse_no_socket_no_database(
    tmp_path: Path, definitions: dg.Definitions
) -> None:
    assert definitions is not None  # its manifest is parsed: parsing is not what is watched here
    assert _seen(_worked_warehouse(tmp_path), LOAD) == set()


def test_the_watch_sees_each_of_them(tmp_path: Path) -> None:
    seen = _seen(_worked_warehouse(tmp_path), TRESPASS)
    assert seen == {"file of the warehouse", "socket", "sqlite3", "duckdb"}


def write_snapshot() -> None:
    """Write the snapshot of the graph as it is now."""
    SNAPSHOT.write_text(render(describe(whole_graph())), encoding="utf-8")


if __name__ == "__main__":
    write_snapshot()
