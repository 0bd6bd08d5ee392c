"""The protocol as Python sees it: forms, fields, visits, masks and rules of one study.

Belongs here: the shape of a protocol, and the ways to one: the seeds, or a project's own data dictionary. Does not
belong here: how seeds (`protocol_seeds.py`) and dictionaries (`redcap_dictionary.py`) are read, and what is checked
or built from a protocol.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from expectations.names import staging_name, table_name

STUDY_STATES = ("RUNNING", "FROZEN", "LOCKED", "UNBLINDED")
DATA_TYPES = frozenset(
    {
        *("text", "notes", "partial_date", "code", "yesno", "integer", "number", "number_comma"),
        *("date", "datetime", "time", "checkbox", "calc", "file"),
    }
)


class UnknownStudy(Exception):
    """No row in study.csv: the study has no protocol of its own."""


class UnusableProtocol(Exception):
    """The protocol or dictionary contradicts itself; the text says where, without any participant's value."""


@dataclass(frozen=True)
class Choice:
    """One code of a code list: as exported, as the warehouse calls it, as people read it."""

    code: str
    term: str
    label: str


@dataclass(frozen=True)
class Field:
    """One field of a form, as collected."""

    study_id: str
    form: str
    name: str
    position: int
    data_type: str
    codelist: tuple[Choice, ...] = ()
    codelist_name: str = ""
    range_min: str | None = None
    range_max: str | None = None
    unit: str = ""
    is_required: bool = False
    is_identifier: bool = False
    is_blinded: bool = False
    missing_codes: tuple[str, ...] = ()
    label: str = ""
    validation: str = ""
    branching: str = ""
    protocol_ref: str = ""

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns an export gives this field: one, or one per choice of a checkbox."""
        if self.data_type != "checkbox":
            return (self.name,)
        return tuple(checkbox_column(self.name, choice.code) for choice in self.codelist)

    @property
    def staging_name(self) -> str:
        """The field's name in raw views and staging."""
        return staging_name(self.name)

    @property
    def staging_columns(self) -> tuple[str, ...]:
        """The field's columns in raw views and staging, in the order of `columns`."""
        if self.data_type != "checkbox":
            return (self.staging_name,)
        return self.columns


@dataclass(frozen=True)
class Form:
    """One case report form."""

    name: str
    position: int
    label: str
    entity: str = ""
    is_repeating: bool = False
    is_expected: bool = True
    protocol_ref: str = ""


@dataclass(frozen=True)
class Visit:
    """One visit of the schedule; day columns are null where the protocol fixes none."""

    code: str
    position: int
    label: str
    event_name: str
    week: int | None = None
    slot: str = ""
    target_pday: int | None = None
    window_first_pday: int | None = None
    window_last_pday: int | None = None


@dataclass(frozen=True)
class ScheduleRow:
    """A form expected at a visit; `visit` LOG stands for the ongoing event."""

    visit: str
    event_name: str
    form: str
    is_expected_once: bool


@dataclass(frozen=True)
class Mask:
    """A relation's column, or its rows with one value, hidden until the study reaches a state."""

    relation: str
    mask_kind: str
    column_name: str
    masked_value: str
    until_study_state: str


@dataclass(frozen=True)
class Rule:
    """One row of rules.csv; `row` holds every column as text."""

    rule_id: str
    layer: str
    severity: str
    action: str
    row: Mapping[str, str] = field(default_factory=dict, hash=False)

    def __getitem__(self, column: str) -> str:
        return self.row[column]


@dataclass(frozen=True)
class Protocol:
    """Everything the warehouse knows of a study before it sees data."""

    study_id: str
    is_registered: bool
    study: Mapping[str, str]
    forms: tuple[Form, ...]
    fields: tuple[Field, ...]
    visits: tuple[Visit, ...] = ()
    schedule: tuple[ScheduleRow, ...] = ()
    masks: tuple[Mask, ...] = ()
    rules: tuple[Rule, ...] = ()

    @cached_property
    def _fields_by_form(self) -> dict[str, tuple[Field, ...]]:
        return {form.name: tuple(f for f in self.fields if f.form == form.name) for form in self.forms}

    @property
    def slug(self) -> str:
        """The study's name where only letters, digits and `_` may stand."""
        return re.sub(r"[^a-z0-9_]", "_", self.study_id)

    def staging_table(self, form: str) -> str:
        """The staging model of a form."""
        return f"stg_{self.slug}__{table_name(form)}"

    @property
    def quarantine_table(self) -> str:
        """The staging model of what was set aside, of every form."""
        return f"stg_{self.slug}__quarantine"

    def fields_of(self, form: str) -> tuple[Field, ...]:
        """Fields of a form, in their order."""
        return self._fields_by_form[form]

    def form(self, name: str) -> Form:
        """The form of that name; KeyError when there is none."""
        for form in self.forms:
            if form.name == name:
                return form
        raise KeyError(name)

    @property
    def record_field(self) -> str:
        """The protocol's name of the record id; an export may call it otherwise: it is the first column."""
        return self.fields[0].name

    @property
    def is_unblinded(self) -> bool:
        return self.study.get("study_state") == "UNBLINDED"

    @property
    def active_masks(self) -> tuple[Mask, ...]:
        """Masks whose time has not come yet."""
        state = STUDY_STATES.index(self.study.get("study_state") or "RUNNING")
        return tuple(mask for mask in self.masks if state < STUDY_STATES.index(mask.until_study_state))


def checkbox_column(name: str, code: str) -> str:
    """The export's column of one choice: `-4` of `why` is `why____4`."""
    return f"{name}___{re.sub(r'[^a-z0-9]', '_', code.lower())}"


def load_protocol(study_id: str, seeds: Path) -> Protocol:
    """The protocol of a study that has rows in the seeds.

    Raises:
        UnknownStudy: study.csv has no row for it.
        UnusableProtocol: the seeds contradict themselves.
    """
    from expectations.protocol_seeds import read_protocol

    protocol = read_protocol(study_id, seeds)
    require_consistent(protocol)
    return protocol


def load_rules(study_id: str, seeds: Path) -> tuple[Rule, ...]:
    """The rules that are meant for a study: rows with its id, and rows without any."""
    from expectations.protocol_seeds import read_rules

    return read_rules(study_id, seeds)


def protocol_from_dictionary(study_id: str, rows: Sequence[Mapping[str, str]], rules: Iterable[Rule]) -> Protocol:
    """The protocol of a project that has no seed rows, from its own data dictionary.

    Raises:
        UnusableProtocol: the dictionary names no field, one twice, or two checkbox choices with one column.
    """
    from expectations.redcap_dictionary import fields_and_forms

    fields, forms = fields_and_forms(study_id, rows)
    protocol = Protocol(study_id, False, {"study_id": study_id}, forms, fields, rules=tuple(rules))
    require_consistent(protocol)
    return protocol


def require_consistent(protocol: Protocol) -> None:
    """Raise UnusableProtocol unless types are known, forms exist and every export column has one owner."""
    names = {form.name for form in protocol.forms}
    owners: dict[str, str] = {}
    for one in protocol.fields:
        if one.data_type not in DATA_TYPES or one.form not in names:
            raise UnusableProtocol(f"field {one.name}: unknown data type {one.data_type!r} or form {one.form!r}")
        for column in (*one.columns, *(name for name in one.staging_columns if name not in one.columns)):
            if column in owners:
                raise UnusableProtocol(f"fields {owners[column]} and {one.name} both export a column {column}")
            owners[column] = one.name
    if not owners:
        raise UnusableProtocol(f"study {protocol.study_id}: no field at all")
