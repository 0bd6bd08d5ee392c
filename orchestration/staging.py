"""Staging models from a protocol: one SQL model a form, one for what is set aside, and their contract.

Belongs here: writing models as text. Does not belong here: how a value is cleaned or typed
(`dbt_project/macros/staging_*.sql`), data. The same protocol gives the same text; for a registered study the text is
committed, for any other it lies below its build.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from expectations.names import table_name
from expectations.protocol import Choice, Field, Form, Protocol
from orchestration.settings import DBT_PROJECT
from orchestration.staging_contract import contract
from orchestration.staging_text import (
    FORM_MODEL,
    GENERIC_PROJECT,
    IMPORT,
    NO_VISITS,
    QUARANTINE_MODEL,
    QUARANTINED,
    SCHEDULED_VISITS,
    SHARED,
)

MACROS = {
    "text": "staged_text",
    "notes": "staged_text",
    "calc": "staged_text",
    "file": "staged_text",
    "partial_date": "staged_partial_date",
    "integer": "staged_integer",
    "number": "staged_number",
    "number_comma": "staged_number_comma",
    "date": "staged_date",
    "datetime": "staged_datetime",
    "time": "staged_time",
}
WIDTH = 112


def staging_models(protocol: Protocol) -> dict[str, str]:
    """Every generated file of a study's staging, by its path below the dbt project."""
    folder = f"models/staging/{protocol.study_id}"
    files = {f"{folder}/{protocol.staging_table(form.name)}.sql": form_model(protocol, form) for form in protocol.forms}
    files[f"{folder}/{protocol.quarantine_table}.sql"] = quarantine_model(protocol)
    files[f"{folder}/_{protocol.slug}.yml"] = contract(protocol)
    return files


def generic_project(protocol: Protocol, folder: Path) -> Path:
    """A dbt project that builds nothing but the staging of a study without models of its own.

    Args:
        protocol: the study's protocol, from its dictionary.
        folder: where to write it; a file that is current is left alone, one that is no part of it any more is removed.

    Returns:
        The folder.
    """
    files = {name: (DBT_PROJECT / name).read_text(encoding="utf-8") for name in SHARED}
    files |= {"dbt_project.yml": GENERIC_PROJECT, "profiles.yml": _profile(protocol), **staging_models(protocol)}
    for old in folder.glob("models/**/*"):
        if old.is_file() and old.relative_to(folder).as_posix() not in files:
            old.unlink()
    for name, text in files.items():
        path = folder / name
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    return folder


def _profile(protocol: Protocol) -> str:
    output = {
        "type": "duckdb",
        "path": "{{ env_var('TRIALHOUSE_BUILDS', 'target') }}/build.duckdb",
        "schema": "main",
        "threads": 1,
        "keep_open": True,
    }
    return (
        json.dumps({"trialhouse": {"target": protocol.study_id, "outputs": {protocol.study_id: output}}}, indent=2)
        + "\n"
    )


def form_model(protocol: Protocol, form: Form) -> str:
    """One form's model: its rows, and each field typed."""
    fields = own_fields(protocol, form.name)
    missing = _missing_names(fields)
    return FORM_MODEL.substitute(
        sets="".join([*_statements(fields, missing), _screening_statement(protocol)]),
        exported=_import(_form_source(protocol), "exported", table_name(form.name)),
        shared=_shared_imports(protocol),
        rows=_rows_call(protocol, form),
        columns="".join(f"        {{{{ {_call(field, missing)} }}}},\n" for field in fields),
    )


def quarantine_model(protocol: Protocol) -> str:
    """What is set aside, of every form."""
    parts = [_quarantined(protocol, form) for form in protocol.forms]
    return QUARANTINE_MODEL.substitute(
        sets=_screening_statement(protocol),
        shared=_shared_imports(protocol),
        union="\n\nunion all\n\n".join(parts),
    )


def own_fields(protocol: Protocol, form: str) -> list[Field]:
    """The form's fields without the record id, which is a key of every model."""
    return [field for field in protocol.fields_of(form) if field is not protocol.fields[0]]


def _quarantined(protocol: Protocol, form: Form) -> str:
    return QUARANTINED.substitute(
        form=form.name,
        exported=_import(_form_source(protocol), "exported", table_name(form.name)),
        rows=_rows_call(protocol, form, "quarantined_rows"),
    )


def _import(source: str, name: str, table: str) -> str:
    return IMPORT.substitute(name=name, source=source, table=table)


def _form_source(protocol: Protocol) -> str:
    return f"raw_{protocol.slug}"


def _shared_imports(protocol: Protocol) -> str:
    """What every form's rows are told by: mapping, participants, screening, schedule."""
    parts = [_import("raw", name, name) for name in ("mapping", "participant_key")]
    if _screening_form(protocol):
        parts.append(_import(_form_source(protocol), "screening", table_name(_screening_form(protocol))))
    return "\n".join([*parts, _visits(protocol)])


def _visits(protocol: Protocol) -> str:
    return SCHEDULED_VISITS if protocol.schedule else NO_VISITS


def _screening_form(protocol: Protocol) -> str:
    """The form every participant must have; a protocol without one asks nothing of the kind."""
    return protocol.study.get("screening_form") or ""


def _rows_call(protocol: Protocol, form: Form, macro: str = "rows_of_form") -> str:
    repeats = "unknown" if not protocol.is_registered else "yes" if form.is_repeating else "no"
    fields = own_fields(protocol, form.name)
    lists = {"columns": _plain_columns(fields), "checkboxes": _box_columns(fields)}
    given = [
        f"    {name}={_list(values, len(name) + 5)},\n" for name, values in lists.items() if values or name == "columns"
    ]
    screening = "    screening_columns=screening_columns,\n" if _screening_form(protocol) else ""
    return f"{macro}(\n    '{form.name}',\n{''.join(given)}    repeats='{repeats}',\n{screening})"


def _screening_statement(protocol: Protocol) -> str:
    """The columns that tell whether a record was screened."""
    form = _screening_form(protocol)
    columns = _plain_columns(own_fields(protocol, form)) if form else []
    return f"{{% set screening_columns = {_list(columns, 32)} %}}\n" if form else ""


def _plain_columns(fields: Iterable[Field]) -> list[str]:
    return [column for field in fields if field.data_type != "checkbox" for column in field.staging_columns]


def _box_columns(fields: Iterable[Field]) -> list[str]:
    return [column for field in fields if field.data_type == "checkbox" for column in field.staging_columns]


def _call(field: Field, missing_names: Mapping[tuple[str, ...], str]) -> str:
    """The macro call that types one field."""
    name = _text(field.staging_name)
    if field.data_type == "checkbox":
        return f"staged_checkbox({name}, {_list(field.staging_columns, 30, 12)})"
    missing = f", missing_codes={missing_names[field.missing_codes]}" if field.missing_codes else ""
    if field.data_type == "code":
        return f"staged_code({name}, {_terms_name(field)}{missing})"
    if field.data_type == "yesno":
        return f"staged_yesno({name}{_yes_no(field.codelist)}{missing})"
    return f"{MACROS[field.data_type]}({name}{missing})"


def _yes_no(choices: Sequence[Choice]) -> str:
    yes = next((c.code for c in choices if c.term.upper() in ("Y", "YES")), "1")
    no = next((c.code for c in choices if c.term.upper() in ("N", "NO")), "0")
    return "" if (yes, no) == ("1", "0") else f", yes={_text(yes)}, no={_text(no)}"


def _terms_name(field: Field) -> str:
    return f"terms_{field.codelist_name}"


def _missing_names(fields: Sequence[Field]) -> dict[tuple[str, ...], str]:
    """A name for each list of missing codes that fields of a form share."""
    lists = dict.fromkeys(field.missing_codes for field in fields if field.missing_codes)
    return {codes: f"missing_codes_{number}" for number, codes in enumerate(lists, 1)}


def _statements(fields: Sequence[Field], missing_names: Mapping[tuple[str, ...], str]) -> Iterator[str]:
    """Code lists and missing codes of a form, each written once."""
    coded = {_terms_name(field): field.codelist for field in fields if field.data_type == "code"}
    for name, choices in coded.items():
        pairs = [f"{_text(choice.code)}: {_text(choice.term)}" for choice in choices]
        yield f"{{% set {name} = {{{_wrapped(pairs, len(name) + 15)}}} %}}\n"
    for values, name in missing_names.items():
        yield f"{{% set {name} = {_list(values, len(name) + 15)} %}}\n"


def _text(text: str) -> str:
    """A Jinja literal."""
    plain = " ".join(text.split())
    return "'" + plain.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _list(values: Iterable[str], taken: int, indent: int = 8) -> str:
    return f"[{_wrapped([_text(value) for value in values], taken, indent)}]"


def _wrapped(items: Sequence[str], taken: int, indent: int = 8) -> str:
    """Items on one line if they fit beside what is there already, else on lines of their own."""
    line = ", ".join(items)
    if len(line) <= WIDTH - taken:
        return line
    lines: list[str] = []
    for item in items:
        if lines and len(lines[-1]) + len(item) + 2 <= WIDTH:
            lines[-1] += f" {item},"
        else:
            lines.append(f"{' ' * indent}{item},")
    return "\n" + "\n".join(lines) + f"\n{' ' * (indent - 4)}"
