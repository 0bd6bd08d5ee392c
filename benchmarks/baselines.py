"""What a refresh is compared with, on the same landed files and the same models: `dbt build` alone, and DuckDB alone.

Belongs here: making a build folder as the landing leaves it, and the list of statements that dbt would run. Does not belong here: timing.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb

PROJECT = Path(__file__).resolve().parents[1]
DBT = PROJECT / "dbt_project"
STUDY = "ketmbrp_syn"
LAYERS = ("protocol", "staging", "intermediate")


def landed_build(builds: Path, target: Path) -> Path:
    """A copy of a build as it is after landing: the raw schema and nothing else."""
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    with duckdb.connect(str(target / "build.duckdb")) as connection:
        connection.execute(f"attach '{builds / 'build.duckdb'}' as done (read_only)")
        connection.execute("create schema raw")
        for (table,) in connection.execute(
            "select table_name from duckdb_tables() where database_name = 'done' and schema_name = 'raw'"
        ).fetchall():
            connection.execute(f'create table raw."{table}" as select * from done.raw."{table}"')
        for (sql,) in connection.execute(
            "select sql from duckdb_views() where database_name = 'done' and schema_name = 'raw'"
        ).fetchall():
            connection.execute(sql)
    return target


def dbt_command(artifacts: Path, command: str = "build") -> list[str]:
    """dbt as anybody would call it, in a process of its own."""
    dbt = str(Path(sys.executable).parent / "dbt")
    where = ["--project-dir", str(DBT), "--profiles-dir", str(DBT), "--target", STUDY, "--target-path", str(artifacts)]
    return [dbt, "--no-version-check", command, *where, "--log-path", str(artifacts), "--quiet"]


def untested(command: list[str]) -> list[str]:
    """Without the unit tests, which a nightly run does not make either."""
    return [*command, "--exclude-resource-type", "unit_test"]


def bare_statements(builds: Path, artifacts: Path, target: Path) -> Path:
    """Write everything that dbt would build and test, as plain statements in their order; returns the file."""
    environment = {"TRIALHOUSE_BUILDS": str(builds)}
    subprocess.run(dbt_command(artifacts, "compile"), env=environment, cwd=PROJECT, check=True, capture_output=True)
    manifest = json.loads((artifacts / "manifest.json").read_text(encoding="utf-8"))
    target.mkdir(parents=True, exist_ok=True)
    statements = [*_opening(builds, target), *_seeds(builds), *_nodes(manifest)]
    file = target / "statements.json"
    file.write_text(json.dumps(statements), encoding="utf-8")
    return file


def _opening(builds: Path, target: Path) -> Iterator[str]:
    for name, alias in (("build", "build"), ("marts", "release"), ("restricted", "vault")):
        path = target / f"{name}.duckdb"
        path.unlink(missing_ok=True)
        if name == "build":
            shutil.copyfile(builds / "build.duckdb", path)
        yield f"attach '{path}' as {alias}"
    yield "use build"
    yield from (f"create schema if not exists build.{layer}" for layer in LAYERS)
    yield "create schema release.marts"
    yield "create schema vault.restricted"


def _seeds(builds: Path) -> Iterator[str]:
    """The protocol as Parquet, since reading CSV is not what is compared."""
    for path in sorted((builds / "seeds").glob("*.parquet")):
        yield f"create table build.protocol.{path.stem} as select * from read_parquet('{path}')"


def _nodes(manifest: dict[str, Any]) -> Iterator[str]:
    """Models and tests, each after what it reads."""
    nodes = {uid: n for uid, n in manifest["nodes"].items() if n["resource_type"] in ("model", "test")}
    done: set[str] = set()
    while len(done) < len(nodes):
        ready = [u for u in nodes if u not in done and not (set(nodes[u]["depends_on"]["nodes"]) & set(nodes)) - done]
        for uid in ready:
            code = nodes[uid]["compiled_code"]
            is_test = nodes[uid]["resource_type"] == "test"
            yield (
                f"select count(*) from ({code})" if is_test else f"create table {nodes[uid]['relation_name']} as {code}"
            )
            done.add(uid)


def keep_seeds(builds: Path, target: Path) -> None:
    """The protocol's tables of a finished build as Parquet files, for the bare run."""
    folder = target / "seeds"
    folder.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(builds / "build.duckdb"), read_only=True) as connection:
        tables = connection.execute("select table_name from duckdb_tables() where schema_name = 'protocol'").fetchall()
        for (table,) in tables:
            connection.execute(f"copy protocol.{table} to '{folder / table}.parquet' (format parquet)")
