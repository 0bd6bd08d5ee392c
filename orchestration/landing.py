"""Landing: every file of an export to Parquet, as text, whole; and the facts the file gate judges.

Belongs here: one outcome per file, one Parquet per readable file, what changed since the export before. Does not
belong here: judging (`expectations/`), cleaning (staging). Nothing is split or dropped on the way: a file is landed
whole or refused.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import polars as pl

from expectations.findings import LandingFacts
from expectations.protocol import Protocol, UnusableProtocol, protocol_from_dictionary
from orchestration import exports, folders, keys, raw_schema
from orchestration.exports import Export
from orchestration.outcomes import FILES_SCHEMA, FileOutcome, examine, unnamed_outcome
from orchestration.raw_schema import LandedExport, landed_export
from orchestration.readers.delimited import Table, read_file
from orchestration.readers.text import Unreadable
from orchestration.settings import StudyPaths

FORMS_SCHEMA = {
    "form": pl.String,
    "is_expected": pl.Boolean,
    "is_present": pl.Boolean,
    "is_declared_absent": pl.Boolean,
    "rows": pl.Int64,
    "rows_before": pl.Int64,
}
LOST_SCHEMA = {"form": pl.String, "participant_id": pl.String, "visit": pl.String, "instance": pl.Int64}
SYNTHETIC_FLAG = "synthetic_data"
LOG_VISIT = "LOG"
FormKeys = dict[str, set[tuple[str, str, str]]]


@dataclass(frozen=True)
class PreviousExport:
    """An export accepted before this one, and where it was landed."""

    export_id: str
    export_no: int
    exported_at: str
    data_sha256: tuple[str, ...]
    landed: Path


@dataclass(frozen=True)
class Landing:
    """One export landed: the facts, and the folder of its Parquet files."""

    facts: LandingFacts
    folder: Path


def land(
    export: Export, protocol: Protocol, paths: StudyPaths, key: bytes, previous: Sequence[PreviousExport]
) -> Landing:
    """Land every file of an export and gather the facts about it.

    Args:
        export: a complete export.
        protocol: the study's protocol.
        paths: the study's warehouse.
        key: the study key, for the participants' ids in the facts.
        previous: the exports accepted before this one, newest last.

    Returns:
        The facts for the file gate; a file that cannot be read is a fact, too. An export landed well before is not
        replaced by a damaged copy of itself.
    """
    final = paths.landed / export.export_id
    fresh = final.with_name(f".{export.export_id}")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700, parents=True)
    outcomes = _land_files(export, protocol, fresh, previous)
    facts = _facts(export, protocol, key, previous, outcomes, landed_export(fresh, protocol))
    if final.is_dir() and any(outcome.verdict == "REFUSED" for outcome in outcomes):
        shutil.rmtree(fresh)
    else:
        folders.replace(fresh, final)
    return Landing(facts, final)


def open_build(
    export: Export, protocol: Protocol, paths: StudyPaths, key: bytes, export_no: int, landed: Landing
) -> dict[str, int]:
    """Begin a new build on a landed export; returns rows by form (those that hold anything) and by raw table."""
    seen = landed_export(landed.folder, protocol)
    with closing(raw_schema.build_database(paths.build_db)) as connection:
        raw_schema.open_raw(connection, seen, export, export_no, key)
        counted = {
            table: int(connection.execute(f"select count(*) from raw.{table}").fetchall()[0][0])
            for table in ("export", "participant_key", "mapping")
        }
    return dict(landed.facts.forms.select("form", "rows").iter_rows()) | counted


def dictionary_rows(export: Export) -> list[dict[str, str]]:
    """The rows of the export's own data dictionary.

    Raises:
        UnusableProtocol: it came without one, with several, or with one that cannot be read.
    """
    named = export.of_role("dictionary")
    if len(named) != 1:
        raise UnusableProtocol(f"export {export.export_id}: {len(named)} data dictionaries, where one is needed")
    try:
        return read_file(export.folder / named[0].name).rows()
    except Unreadable as problem:
        raise UnusableProtocol(f"the data dictionary {named[0].name}: {problem}") from problem


def save_facts(facts: LandingFacts, folder: Path) -> None:
    """Write facts, so that another process can judge them."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in ("files", "forms", "lost_keys"):
        getattr(facts, name).write_parquet(folder / f"{name}.parquet")
    (folder / "export.json").write_text(json.dumps(facts.export), encoding="utf-8")


def load_facts(folder: Path) -> LandingFacts:
    """Facts as `save_facts` wrote them."""
    files, forms, lost = (pl.read_parquet(folder / f"{name}.parquet") for name in ("files", "forms", "lost_keys"))
    return LandingFacts(files, forms, lost, json.loads((folder / "export.json").read_text(encoding="utf-8")))


def _own(export: Export) -> Protocol | None:
    """What the dictionary that came along says; null when it cannot be used (its own outcome says why)."""
    try:
        return protocol_from_dictionary(export.study, dictionary_rows(export), ())
    except UnusableProtocol:
        return None


def _land_files(
    export: Export, protocol: Protocol, folder: Path, previous: Sequence[PreviousExport]
) -> list[FileOutcome]:
    is_unchanged = bool(previous) and previous[-1].data_sha256 == exports.data_sha256(export)
    own = _own(export)
    outcomes, listed = [], []
    for file in export.manifest.files:
        outcome, table = examine(export.folder, file, protocol, own, is_unchanged)
        outcomes.append(outcome)
        if table is not None:
            _write(table, folder / f"{file.name}.parquet", export.export_id, file.name)
            listed.append({"name": file.name, "role": file.role, "form": file.form})
    (folder / raw_schema.LANDING).write_text(json.dumps(listed), encoding="utf-8")
    outcomes = _placed(outcomes, landed_export(folder, protocol), own)
    return [*outcomes, *(unnamed_outcome(export.folder / name) for name in export.unnamed)]


def _placed(outcomes: Sequence[FileOutcome], landed: LandedExport, own: Protocol | None) -> list[FileOutcome]:
    """Refuse a data file with rows that no form would ever take: they would be lost without a word."""
    forms = [form.name for known in (landed.protocol, own) if known is not None for form in known.forms]
    lost = {file.name: raw_schema.unplaced_rows(landed, file, forms) for file in landed.data}
    return [
        outcome
        if outcome.verdict == "REFUSED" or not lost.get(outcome.file_name)
        else outcome.refused(lost[outcome.file_name])
        for outcome in outcomes
    ]


def _write(table: Table, path: Path, export_id: str, source: str) -> None:
    """One Parquet with all columns and rows, and where each row came from (rows count from 1 after the header)."""
    path.touch(mode=0o600)
    written = 0
    parts = []
    for frame in table.frames() if table.records else [pl.DataFrame(schema=dict.fromkeys(table.header, pl.String))]:
        rows = pl.int_range(written + 1, written + 1 + frame.height, dtype=pl.Int64, eager=True)
        constants = (pl.lit(export_id).alias("_export_id"), pl.lit(source).alias("_source_file"))
        parts.append(frame.with_columns(*constants, rows.alias("_source_row")))
        written += frame.height
    pl.concat(parts).write_parquet(path)


def _facts(
    export: Export,
    protocol: Protocol,
    key: bytes,
    previous: Sequence[PreviousExport],
    outcomes: Sequence[FileOutcome],
    landed: LandedExport,
) -> LandingFacts:
    now = _touched_keys(landed)
    before = _touched_keys(landed_export(previous[-1].landed, protocol)) if previous else None
    manifest = export.manifest
    facts = {
        "manifest_problem": manifest.problem,
        "study_matches": manifest.study == export.study,
        "is_synthetic": manifest.is_synthetic,
        "is_newer": not previous or export.exported_at > datetime.fromisoformat(previous[-1].exported_at),
        "identical_to": _identical_to(export, previous),
        "records": len(raw_schema.query(raw_schema.record_ids(landed))),
        "records_without_synthetic_flag": _unlabelled(landed, now),
    }
    return LandingFacts(
        files=pl.DataFrame([outcome.row() for outcome in outcomes], schema=FILES_SCHEMA, orient="row"),
        forms=_forms_frame(landed, manifest.absent_forms, now, before),
        lost_keys=_lost_frame(protocol, key, now, before or {}),
        export=facts,
    )


def _identical_to(export: Export, previous: Sequence[PreviousExport]) -> str | None:
    """The export this one repeats, unless that is the one right before: a night without change is no fault."""
    own = exports.data_sha256(export)
    if not own or not previous or previous[-1].data_sha256 == own:
        return None
    return next((before.export_id for before in reversed(previous) if before.data_sha256 == own), None)


def _touched_keys(landed: LandedExport) -> FormKeys:
    selects = [raw_schema.touched_keys(landed, form) for form in raw_schema.forms_of(landed)]
    found: FormKeys = {form: set() for form in raw_schema.forms_of(landed)}
    for form, record, event, instance in raw_schema.query(" union all ".join(selects)) if selects else []:
        found[str(form)].add((str(record), str(event), str(instance)))
    return found


def _unlabelled(landed: LandedExport, now: FormKeys) -> int:
    """Records whose synthetic label is not set; none when the protocol has no such field.

    A record without the form that asks for the label is set aside in staging, so that nothing of it can be released.
    """
    form = next((f.form for f in landed.protocol.fields if f.name == SYNTHETIC_FLAG), None)
    if form is None:
        return 0
    view = raw_schema.form_view(landed, form)
    labelled = raw_schema.query(f"select distinct trim(record_id) from ({view}) where trim({SYNTHETIC_FLAG}) = '1'")
    return len({record for record, _, _ in now.get(form, ())} - {str(record) for (record,) in labelled})


def _forms_frame(landed: LandedExport, absent: Sequence[str], now: FormKeys, before: FormKeys | None) -> pl.DataFrame:
    def row(name: str, is_expected: bool) -> tuple[object, ...]:
        rows_before = None if before is None else len(before.get(name, ()))
        return name, is_expected, name in now, name in absent, len(now.get(name, ())), rows_before

    rows = [row(form.name, form.is_expected) for form in landed.protocol.forms]
    return pl.DataFrame(rows, schema=FORMS_SCHEMA, orient="row")


def visits_by_event(protocol: Protocol) -> dict[str, str]:
    """The protocol's visit of each event; an event outside the schedule has none."""
    scheduled = {row.event_name: row.visit for row in protocol.schedule if row.event_name}
    return {visit.event_name: visit.code for visit in protocol.visits if visit.event_name} | scheduled


def _lost_frame(protocol: Protocol, key: bytes, now: FormKeys, before: FormKeys) -> pl.DataFrame:
    """Keys that held something in the export before and are gone, of forms that are there at all."""
    visits = visits_by_event(protocol)
    rows = [
        (form, keys.participant_id(key, record), visits.get(event), int(instance) if instance.isdecimal() else None)
        for form in now
        for record, event, instance in sorted(before.get(form, set()) - now[form])
    ]
    return pl.DataFrame(rows, schema=LOST_SCHEMA, orient="row")
