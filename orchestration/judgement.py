"""Running a gate on the build and keeping what it said.

Belongs here: opening the build for a gate, the files of a gate's results (`builds/judged`, then `record/judged/<export_id>`), the `quality`
tables and work lists made from them. Does not belong here: rules and their judgement (`expectations/`), the order of steps (`steps.py`).
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from contextlib import closing
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import polars as pl

from expectations import quality
from expectations.findings import CheckResult, GateResult, finding_schema
from orchestration import content_hash, folders, keys, raw_schema, spreadsheet
from orchestration.layers import RAW, Layer, gates
from orchestration.ledger import GateVerdict
from orchestration.night import Night

if TYPE_CHECKING:
    from expectations.quality import Judged


def open_build(night: Night, read_only: bool = True) -> duckdb.DuckDBPyConnection:
    """The build with its catalogs `build`, `release` and `vault`, as gates and dbt see it."""
    connection = duckdb.connect(str(night.paths.build_db), read_only=read_only)
    mode = " (read_only)" if read_only else ""
    for alias, path in (("release", night.paths.marts_db), ("vault", night.paths.restricted_db)):
        if path.is_file():
            quoted = str(path).replace("'", "''")
            connection.execute(f"attach '{quoted}' as {alias}{mode}")
    return connection


def run_gate(night: Night, layer: Layer) -> GateResult:
    """Let the layer's gate judge it."""
    from expectations import runner
    from orchestration import landing

    if layer == RAW:
        return runner.judge_files(night.protocol, landing.load_facts(night.paths.builds / "facts"))
    with closing(open_build(night)) as connection:
        return runner.judge_layer(layer.gate, night.protocol, connection, _changed_marts(night, layer))


def _changed_marts(night: Night, layer: Layer) -> list[str]:
    """Marts that differ from those of a release made before from the same inputs, if there is one."""
    manifest = night.paths.releases / night.release_id / "manifest.json"
    if layer.gate != "g3" or not manifest.is_file():
        return []
    before = {t["table"]: t["sha256"] for t in json.loads(manifest.read_text())["tables"] if t["schema"] == "marts"}
    now = {table.table: table.sha256 for table in _marts(night)}
    return sorted(name for name in before | now if before.get(name) != now.get(name))


def save(result: GateResult, folder: Path) -> None:
    """Write one gate's result: checks as JSON, findings as Parquet."""
    (folder / f"{result.gate}.json").write_text(json.dumps([asdict(c) for c in result.checks]))
    result.findings.write_parquet(folder / f"{result.gate}.parquet")


def load(folder: Path) -> list[GateResult]:
    """The results that lie in a folder, in the order of the gates."""
    return [
        GateResult(
            path.stem,
            [CheckResult(**check) for check in json.loads(path.read_text())],
            pl.read_parquet(path.with_suffix(".parquet"), schema=finding_schema()),
        )
        for path in sorted(folder.glob("g?.json"))
    ]


def keep(night: Night) -> None:
    """Move this build's results into the record, in place of what was said of the export before."""
    final = night.paths.judged / night.export.export_id
    fresh = final.with_name(f".{final.name}")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    shutil.copytree(night.judged, fresh)
    (fresh / "export.json").write_text(json.dumps(_export_facts(night)))
    folders.replace(fresh, final)


def _export_facts(night: Night) -> dict[str, str | int]:
    export_no = night.ledger.export_no(night.export.export_id)
    return {"export_no": export_no, "exported_at": night.export.exported_at.isoformat()}


def _judged(folder: Path, facts: Mapping[str, str | int]) -> Judged:
    exported_at = datetime.fromisoformat(str(facts["exported_at"]))
    return quality.Judged(int(facts["export_no"]), folder.name, exported_at, load(folder))


def history(night: Night) -> list[Judged]:
    """Every accepted and judged export up to this one, this one's results from the build in progress."""
    own = _export_facts(night)
    folders = [night.paths.judged / e.export_id for e in night.ledger.accepted()]
    kept = [folder for folder in folders if (folder / "export.json").is_file()]
    earlier = [_judged(folder, json.loads((folder / "export.json").read_text())) for folder in kept]
    earlier = [j for j in earlier if j.export_no < int(own["export_no"])]
    this = quality.Judged(int(own["export_no"]), night.export.export_id, night.export.exported_at, load(night.judged))
    return [*sorted(earlier, key=lambda j: j.export_no), this]


def _quality(night: Night) -> quality.Quality:
    return quality.quality(history(night))


def add_quality(night: Night) -> str:
    """Append the `quality` tables to the file to be released and the restricted ones to theirs; returns the marts' combined hash.

    The hash is taken before and after: appending must not touch a mart.
    """
    from orchestration import landing

    tables = _quality(night)
    outcomes = landing.load_facts(night.paths.builds / "facts").files.select(list(quality.OUTCOMES_SCHEMA))
    before = _marts_hash(night)
    released = {
        "findings": tables.findings,
        "data_queries": tables.data_queries,
        "check_results": tables.check_results,
        "file_outcomes": outcomes.cast(dict(quality.OUTCOMES_SCHEMA)).sort("file_name"),  # type: ignore[arg-type]
    }
    restricted = {
        "findings": tables.restricted_findings,
        "data_queries": tables.restricted_queries,
        "check_results": tables.restricted_checks,
    }
    _write_tables(night.paths.marts_db, "marts", "quality", released)
    _write_tables(night.paths.restricted_db, "restricted", "quality", restricted)
    _write_tables(night.paths.restricted_db, "restricted", "restricted", {"unparsed_value": _unparsed(night)})
    after = _marts_hash(night)
    if before != after:
        raise RuntimeError("appending the quality tables changed a mart")
    return after


def _unparsed(night: Night) -> pl.DataFrame:
    from orchestration.unparsed import unparsed_values

    form_gate = (result for result in load(night.judged) if result.gate == "g1")
    violated = [check.check_id for result in form_gate for check in result.checks if check.violations]
    with closing(open_build(night)) as connection:
        return unparsed_values(connection, night.protocol, night.export.exported_at, violated)


def _marts_hash(night: Night) -> str:
    return content_hash.combined(_marts(night))


def _marts(night: Night) -> list[content_hash.TableContent]:
    if not night.paths.marts_db.is_file():
        return []
    with closing(duckdb.connect(str(night.paths.marts_db), read_only=True)) as connection:
        return content_hash.contents(connection, "marts", "marts")


def _write_tables(path: Path, catalog: str, schema: str, tables: Mapping[str, pl.DataFrame]) -> None:
    with closing(duckdb.connect(str(path))) as connection:
        connection.execute(f"create schema if not exists {catalog}.{schema}")
        for name, frame in tables.items():
            connection.register("frame", frame)
            connection.execute(f"create or replace table {catalog}.{schema}.{name} as select * from frame order by all")
            connection.unregister("frame")
        connection.execute("checkpoint")


def write_work_lists(night: Night) -> str:
    """Write `work/<export_id>/work_list.csv`; returns the restricted work list as CSV text, to lie in the restricted area only."""
    tables = _quality(night)
    participants = _participants(night)
    ours = quality.work_list(tables.findings, tables.data_queries, tables.current, participants)
    theirs = quality.work_list(tables.restricted_findings, tables.restricted_queries, tables.current, participants)
    folder = night.paths.work / night.export.export_id
    folder.mkdir(mode=0o700, exist_ok=True)
    (folder / "work_list.csv").write_text(_csv(ours))
    return _csv(theirs)


def _participants(night: Night) -> pl.DataFrame:
    """Record ids and participant ids, of this export and, for records that are gone, of the one before."""
    with closing(open_build(night)) as connection:
        now = connection.execute("select record_id, participant_id from raw.participant_key").pl()
    own = night.ledger.export_no(night.export.export_id)
    earlier = [e.export_id for e in night.ledger.accepted() if e.export_no < own][-1:]
    gone = [
        (record, keys.participant_id(night.study_key, str(record)))
        for export_id in earlier
        for (record,) in raw_schema.query(raw_schema.record_ids(_landed(night, export_id)))
    ]
    return pl.concat([now, pl.DataFrame(gone, schema=now.schema, orient="row")]).unique()


def _landed(night: Night, export_id: str) -> raw_schema.LandedExport:
    return raw_schema.landed_export(night.paths.landed / export_id, night.protocol)


def _csv(frame: pl.DataFrame) -> str:
    return spreadsheet.safe(frame).write_csv()


def report(night: Night, release_id: str, said: Mapping[str, GateVerdict]) -> str:
    """The report page of a release."""
    from orchestration.report.page import page
    from orchestration.report.subject import subject

    return page(subject(night, release_id, {gate: said[gate].verdict for gate in gates(night.protocol)}))
