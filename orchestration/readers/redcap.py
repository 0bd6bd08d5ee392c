"""REDCap's flat exports: what a file is, and whether its header fits the dictionary.

Belongs here: REDCap's own columns, roles told from headers, label exports and error pages told from data. Does not
belong here: parsing (`delimited.py`), the dictionary's meaning (`expectations/redcap_dictionary.py`), where landed
files lie.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from expectations.protocol import Field, Form, UnusableProtocol
from expectations.redcap_dictionary import fields_and_forms, is_dictionary
from orchestration.readers.delimited import Table, duplicated, read_table
from orchestration.readers.text import Unreadable

EVENT, INSTRUMENT, INSTANCE = "redcap_event_name", "redcap_repeat_instrument", "redcap_repeat_instance"
OWN_COLUMNS = frozenset((EVENT, INSTRUMENT, INSTANCE, "redcap_data_access_group", "redcap_survey_identifier"))
LOG_COLUMNS = frozenset(("username", "action"))
LABEL_HEADER = "complete?"
LABELS = frozenset(("Incomplete", "Unverified", "Complete", "Checked", "Unchecked"))


@dataclass(frozen=True)
class HeaderFacts:
    """How a data file's header fits a list of fields; names in the order of the fields or of the header."""

    forms: tuple[str, ...]
    missing: tuple[str, ...]
    unknown: tuple[str, ...]


def complete_column(form: str) -> str:
    return f"{form}_complete"


def header_facts(header: Sequence[str], fields: Iterable[Field], forms: Iterable[Form] = ()) -> HeaderFacts:
    """Which forms a header carries, which of their fields it lacks, which of its columns belong to none.

    The first column is the record id, whatever its name; a choice the list does not know still is its checkbox's.
    `forms` adds those without a field of their own: they have a status all the same.
    """
    found = set(header)
    listed = list(fields)[1:]
    every_form = dict.fromkeys((*(field.form for field in fields), *(form.name for form in forms)))
    by_column = {field.form for field in listed if not found.isdisjoint(field.columns)}
    carries = tuple(name for name in every_form if name in by_column or complete_column(name) in found)
    carried = [field for field in listed if field.form in carries]
    missing = tuple(field.name for field in carried if not found.issuperset(field.columns))
    known = {column for field in listed for column in field.columns}
    boxes = {field.name for field in listed if field.data_type == "checkbox"}
    unknown = (name for name in header[1:] if name not in known and not _is_own(name, set(every_form), boxes))
    return HeaderFacts(carries, missing, tuple(dict.fromkeys(unknown)))


def described(contents: Mapping[str, bytes]) -> list[dict[str, Any]]:
    """Manifest entries of files somebody handed over: roles from headers, the form of a file that holds one alone.

    The one file that cannot be read is taken for the data when nothing else is: the file gate then names its fault.
    """
    tables = {name: _table(content) for name, content in contents.items()}
    fields = _dictionary_fields(tables.values())
    entries = {name: _described(table, fields) for name, table in tables.items()}
    unreadable = [name for name, table in tables.items() if table is None]
    if len(unreadable) == 1 and all(entry["role"] != "data" for entry in entries.values()):
        entries[unreadable[0]] = {"role": "data"}
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}
    return [{"name": name, "sha256": hashes[name]} | entry for name, entry in entries.items()]


def role_of(header: Sequence[str], fields: Sequence[Field] = ()) -> str:
    """What a file is, by its header and, if there is one, the dictionary that came with it."""
    names = set(header)
    if is_dictionary(header):
        return "dictionary"
    if "unique_event_name" in names:
        return "events" if "event_name" in names else "mapping" if "form" in names else "other"
    if names == {"arm_num", "name"}:
        return "arms"
    if names >= LOG_COLUMNS:
        return "log"
    return "data" if _is_data(header, fields) else "other"


def refusal(table: Table, fields: Sequence[Field] = ()) -> str | None:
    """Why a readable table is not a raw data export, or null; a field of the project is no form's status."""
    own = {field.name for field in fields}
    status = [name for name in table.header if name.endswith("_complete") and name not in own]
    if LABEL_HEADER in table.header or (not duplicated(table.header) and _has_labels(table, status)):
        return "an export of labels; choose raw data (codes) and raw headers (variable names)"
    return None


def _has_labels(table: Table, columns: list[str]) -> bool:
    frame = next(table.frames(), None)
    return frame is not None and any(frame[name].is_in(LABELS).any() for name in columns)


def _is_own(name: str, forms: set[str], checkboxes: set[str]) -> bool:
    form = re.sub(r"_(complete|timestamp)$", "", name)
    return name in OWN_COLUMNS or (form != name and form in forms) or name.rpartition("___")[0] in checkboxes


def _is_data(header: Sequence[str], fields: Sequence[Field]) -> bool:
    known = {LABEL_HEADER, *OWN_COLUMNS, *(column for field in fields for column in field.columns)}
    return bool(known & set(header)) or any(name.endswith("_complete") for name in header)


def _table(content: bytes) -> Table | None:
    try:
        return read_table(content)
    except Unreadable:
        return None


def _dictionary_fields(tables: Iterable[Table | None]) -> tuple[Field, ...]:
    """Fields of the one dictionary among the files; none when it contradicts itself (the gate says so)."""
    found = [table for table in tables if table is not None and is_dictionary(table.header)]
    try:
        return fields_and_forms("", found[0].rows())[0] if len(found) == 1 else ()
    except UnusableProtocol:
        return ()


def _described(table: Table | None, fields: Sequence[Field]) -> dict[str, Any]:
    if table is None:
        return {"role": "other"}
    role = role_of(table.header, fields)
    entry: dict[str, Any] = {"role": role, "rows": table.records}
    if role == "data":
        forms = header_facts(table.header, fields).forms if fields else ()
        entry |= {"form": forms[0]} if len(forms) == 1 < len({field.form for field in fields}) else {}
        entry |= {"is_synthetic": True} if "synthetic_data" in table.header else {}
    return entry
