"""The raw room as SQL: landed files as one view a form, all text.

Belongs here: which landed file carries which form, and the columns every raw view has. Does not belong here: reading
received files (`landing.py`), any cleaning (staging).
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from expectations.names import table_name
from expectations.protocol import Field, Form, Protocol
from orchestration import keys
from orchestration.readers.redcap import EVENT, INSTANCE, INSTRUMENT, complete_column, header_facts

if TYPE_CHECKING:
    import duckdb

    from orchestration.exports import Export

BLANKS = "' ' || chr(9) || chr(10) || chr(13)"
LANDING = "landing.json"


@dataclass(frozen=True)
class LandedFile:
    """A landed file: its name as received, role, the one form it holds (or ''), and its columns."""

    name: str
    role: str
    form: str
    parquet: Path
    columns: tuple[str, ...]


@dataclass(frozen=True)
class LandedExport:
    """The landed files of one export, seen with a protocol."""

    files: tuple[LandedFile, ...]
    protocol: Protocol

    @property
    def data(self) -> list[LandedFile]:
        return [file for file in self.files if file.role == "data"]

    def carriers(self, form: str) -> list[LandedFile]:
        """The data files that hold a form; a form without a field of its own is in every file."""
        if not _own_fields(self.protocol, form):
            return self.data
        return [f for f in self.data if form in header_facts(f.columns, self.protocol.fields).forms]


def landed_export(folder: Path, protocol: Protocol) -> LandedExport:
    """What was landed into a folder; no file when nothing was."""
    import polars as pl

    listed = folder / LANDING
    entries = json.loads(listed.read_text(encoding="utf-8")) if listed.is_file() else []
    files = []
    for entry in entries:
        parquet = folder / f"{entry['name']}.parquet"
        columns = tuple(name for name in pl.read_parquet_schema(parquet) if not name.startswith("_"))
        files.append(LandedFile(entry["name"], entry["role"], entry["form"], parquet, columns))
    return LandedExport(tuple(files), protocol)


def form_view(landed: LandedExport, form: str) -> str:
    """The select of one form's raw view: typed and empty when no file carries it."""
    fields = _own_fields(landed.protocol, form)
    parts = [_select(file, form, fields) for file in landed.carriers(form)]
    return "\nunion all\n".join(parts or [_empty(fields)])


def touched_keys(landed: LandedExport, form: str) -> str:
    """Record, event and instance of each row of a form that holds anything: see `is_touched` in staging."""
    fields = _own_fields(landed.protocol, form)
    return f"""
        select distinct
            '{form}' as form,
            {_trimmed("record_id")} as record_id,
            coalesce({_trimmed("event_name")}, '') as event_name,
            coalesce({_trimmed("repeat_instance")}, '') as repeat_instance
        from ({form_view(landed, form)})
        where coalesce({_trimmed("repeat_instrument")}, '') in ('', '{form}')
            and {_trimmed("record_id")} <> '' and {_touched(fields)}
    """


def unplaced_rows(landed: LandedExport, file: LandedFile, forms: Iterable[str]) -> str:
    """Which rows of a data file belong to no form, in words: their instrument or their event is unknown; blank if none."""
    mapping = _mapping(landed) if any(f.role == "mapping" for f in landed.files) else ""
    instrument, event = (f"coalesce({_trimmed(_column(file, name))}, '')" for name in (INSTRUMENT, EVENT))
    listed = ", ".join(["''", *(_literal(form) for form in forms)])
    is_astray = f"{event} not in (select event_name from ({mapping}))" if mapping else "false"
    counts = f"count(*) filter ({instrument} not in ({listed})), count(*) filter ({is_astray})"
    unknown, astray = query(f"select {counts} from {_scan(file)}")[0]
    words = (
        f"{unknown} row(s) of a repeating instrument that the dictionary does not have" if unknown else "",
        f"{astray} row(s) of an event that the mapping does not list" if astray else "",
    )
    return "; ".join(word for word in words if word)


def record_ids(landed: LandedExport) -> str:
    """Every distinct record id of an export, trimmed."""
    parts = [f"select {_trimmed(_quoted(f.columns[0]))} as record_id from {_scan(f)}" for f in landed.data]
    everything = " union all ".join(parts or ["select cast(null as varchar) as record_id where false"])
    return f"select distinct record_id from ({everything}) where record_id <> ''"


def open_raw(
    connection: duckdb.DuckDBPyConnection, landed: LandedExport, export: Export, export_no: int, key: bytes
) -> None:
    """Make schema `raw`: the export, its participants, the mapping, one view a form."""
    connection.execute("create schema raw")
    _export_table(connection, export, export_no)
    _participant_table(connection, landed, key)
    connection.execute(f"create table raw.mapping as {_mapping(landed)}")
    for form in landed.protocol.forms:
        connection.execute(f"create view raw.{_quoted(table_name(form.name))} as {form_view(landed, form.name)}")


def build_database(path: Path) -> duckdb.DuckDBPyConnection:
    """A new, empty build that only its owner can read; whatever lay there, damaged or not, is gone."""
    import duckdb

    for old in (path, path.with_name(f"{path.name}.wal")):
        old.unlink(missing_ok=True)
    before = os.umask(0o077)
    try:
        return duckdb.connect(str(path))
    finally:
        os.umask(before)


def query(sql: str) -> list[tuple[object, ...]]:
    """Rows of a query over landed files, without any database."""
    import duckdb

    with closing(duckdb.connect()) as connection:
        return connection.execute(sql).fetchall()


def _own_fields(protocol: Protocol, form: str) -> Sequence[Field]:
    """The form's fields without the record id, which every row carries."""
    return [field for field in protocol.fields_of(form) if field is not protocol.fields[0]]


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _trimmed(expression: str) -> str:
    return f"trim({expression}, {BLANKS})"


def _scan(file: LandedFile) -> str:
    return f"read_parquet({_literal(str(file.parquet))})"


def _column(file: LandedFile, name: str) -> str:
    return _quoted(name) if name in file.columns else "cast(null as varchar)"


def _instrument(file: LandedFile, form: str) -> str:
    """A file of one form that counts instances need not repeat the form's name in every row."""
    if INSTRUMENT not in file.columns and INSTANCE in file.columns and file.form:
        return f"case when {_trimmed(_quoted(INSTANCE))} <> '' then '{form}' end"
    return _column(file, INSTRUMENT)


def _select(file: LandedFile, form: str, fields: Iterable[Field]) -> str:
    pairs = [
        (_quoted(file.columns[0]), "record_id"),
        (_column(file, EVENT), "event_name"),
        (_instrument(file, form), "repeat_instrument"),
        (_column(file, INSTANCE), "repeat_instance"),
        *((_column(file, c), s) for f in fields for c, s in zip(f.columns, f.staging_columns, strict=True)),
        (_column(file, complete_column(form)), "form_complete"),
    ]
    listed = ", ".join(f"{expression} as {_quoted(name)}" for expression, name in pairs)
    return f"select {listed}, _export_id, _source_file, _source_row from {_scan(file)}"


def _empty(fields: Iterable[Field]) -> str:
    own = ("record_id", "event_name", "repeat_instrument", "repeat_instance")
    names = [*own, *(c for f in fields for c in f.staging_columns), "form_complete", "_export_id", "_source_file"]
    listed = ", ".join(f"cast(null as varchar) as {_quoted(name)}" for name in names)
    return f"select {listed}, cast(null as bigint) as _source_row where false"


def _touched(fields: Iterable[Field]) -> str:
    """Whether a row of the raw view holds anything in the form's fields; an unticked box is nothing."""
    plain = [_quoted(c) for f in fields if f.data_type != "checkbox" for c in f.staging_columns]
    boxes = [f"replace({_quoted(c)}, '0', '')" for f in fields if f.data_type == "checkbox" for c in f.staging_columns]
    return f"{_trimmed(f'concat({chr(44).join([*plain, *boxes])})')} <> ''" if plain or boxes else "false"


def _mapping(landed: LandedExport) -> str:
    parts = [
        f"select {_trimmed('unique_event_name')} as event_name, {_trimmed('form')} as form from {_scan(file)}"
        for file in landed.files
        if file.role == "mapping"
    ]
    return " union ".join(
        parts or ["select cast(null as varchar) as event_name, cast(null as varchar) as form where false"]
    )


def _export_table(connection: duckdb.DuckDBPyConnection, export: Export, export_no: int) -> None:
    moment = export.exported_at.replace(tzinfo=None)
    connection.execute(
        "create table raw.export as select cast(? as varchar) as study_id, cast(? as varchar) as export_id,"
        " cast(? as int) as export_no, cast(? as timestamp) as exported_at, cast(? as date) as exported_date,"
        " cast(? as boolean) as is_synthetic",
        [export.study, export.export_id, export_no, moment, moment.date(), export.is_synthetic],
    )


def _participant_table(connection: duckdb.DuckDBPyConnection, landed: LandedExport, key: bytes) -> None:
    records = [str(record) for (record,) in query(record_ids(landed))]
    participants = [keys.participant_id(key, record) for record in records]
    arms = [keys.dummy_arm(key, participant) for participant in participants]
    connection.execute(
        "create table raw.participant_key as select unnest(cast(? as varchar[])) as record_id,"
        " unnest(cast(? as varchar[])) as participant_id, unnest(cast(? as varchar[])) as arm_dummy",
        [records, participants, arms],
    )
    # what the later layers may read of the key: no record id
    connection.execute(
        "create table raw.arm_dummy as select participant_id, min(arm_dummy) as arm_dummy"
        " from raw.participant_key group by participant_id"
    )


def forms_of(landed: LandedExport) -> dict[str, Form]:
    """Forms that a landed file carries."""
    return {form.name: form for form in landed.protocol.forms if landed.carriers(form.name)}
