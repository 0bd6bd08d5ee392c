"""A REDCap data dictionary as fields and forms.

Belongs here: the two header sets REDCap writes, its field and validation types, its choice lists. Does not belong
here: reading the file (a reader's work) and what an export's cells mean. An institution's own validation type is
text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from expectations.protocol import Choice, Field, Form, UnusableProtocol

COLUMNS = {
    "variable_field_name": "field_name",
    "choices": "select_choices_or_calculations",
    "choices_or_calculations": "select_choices_or_calculations",
    "choices_calculations_or_slider_labels": "select_choices_or_calculations",
    "text_validation_type": "text_validation_type_or_show_slider_number",
    "branching_logic_show_field_only_if": "branching_logic",
    "question_number_surveys_only": "question_number",
}
NEEDED = ("field_name", "form_name", "field_type")
NOT_EXPORTED = frozenset({"descriptive", "section_header"})
YES_NO = (Choice("1", "Y", "Yes"), Choice("0", "N", "No"))
TRUE_FALSE = (Choice("1", "Y", "True"), Choice("0", "N", "False"))
BY_FIELD_TYPE = {
    "notes": "notes",
    "yesno": "yesno",
    "truefalse": "yesno",
    "checkbox": "checkbox",
    "slider": "integer",
    "calc": "calc",
    "file": "file",
}
BY_VALIDATION = (
    (re.compile(r"^(int|integer)$"), "integer"),
    (re.compile(r"^number_([0-9]dp_)?comma_decimal$"), "number_comma"),
    (re.compile(r"^(float|number(_[0-9]dp)?)$"), "number"),
    (re.compile(r"^date_(ymd|mdy|dmy)$"), "date"),
    (re.compile(r"^datetime_(seconds_)?(ymd|mdy|dmy)$"), "datetime"),
    (re.compile(r"^time(_hh_mm_ss)?$"), "time"),
)

NAME = re.compile(r"^[a-z][a-z0-9_]*$")
NUMBER = re.compile(r"^[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)$")
DAY = re.compile(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9]{2}:[0-9]{2}(:[0-9]{2})?)?$")
CLOCK = re.compile(r"^[0-9]{2}:[0-9]{2}(:[0-9]{2})?$")
NO_LIMIT = re.compile(r"(?!)")
LIMITS = dict.fromkeys(("integer", "number", "number_comma"), NUMBER) | {"date": DAY, "datetime": DAY, "time": CLOCK}


def column_name(header: str) -> str:
    """The API's name of a dictionary column, whichever header set it comes from."""
    plain = re.sub(r"[^a-z0-9]+", "_", header.lower()).strip("_")
    return COLUMNS.get(plain, plain)


def is_dictionary(header: Sequence[str]) -> bool:
    """Whether a header is a data dictionary's."""
    return set(NEEDED) <= {column_name(name) for name in header}


def fields_and_forms(study_id: str, rows: Sequence[Mapping[str, str]]) -> tuple[tuple[Field, ...], tuple[Form, ...]]:
    """Fields in dictionary order (those that are exported), and every form: one of descriptions alone has a status.

    Raises:
        UnusableProtocol: not a dictionary, or a row without a usable name of its field or form.
    """
    plain = [{column_name(name): _plain(text) for name, text in row.items() if name} for row in rows]
    if not plain or not is_dictionary(list(plain[0])):
        raise UnusableProtocol("the dictionary has no row, or not the columns of a REDCap data dictionary")
    named = [row for row in plain if row["field_name"]]
    _require_names(named)
    fields = tuple(_field(study_id, position, row) for position, row in enumerate(filter(_is_exported, named), 1))
    return fields, _forms(_form_name(row["form_name"]) for row in named)


def _require_names(rows: Sequence[Mapping[str, str]]) -> None:
    for number, row in enumerate(rows, 1):
        if not NAME.match(row["field_name"].lower()) or not _form_name(row["form_name"]):
            raise UnusableProtocol(f"field {number} of the dictionary lacks a form, or a name of letters, digits and _")


def _is_exported(row: Mapping[str, str]) -> bool:
    """Descriptions have no column, nor has a checkbox without any box."""
    is_empty = row["field_type"] == "checkbox" and not _choices(row)
    return row["field_type"] not in NOT_EXPORTED and not is_empty


def _plain(text: str | None) -> str:
    """Dictionaries that went through R say NA where nothing stands."""
    return "" if text is None or text.strip() == "NA" else text.strip()


def choices_of(text: str) -> tuple[Choice, ...]:
    """`1, Yes | 0, No, never` as choices; the label is what stands after the first comma.

    The label is the term unless two codes share it: then only the code tells them apart.
    """
    pairs = [part.partition(",") for part in text.split("|") if part.strip()]
    coded = [(code.strip(), label.strip()) for code, comma, label in pairs if comma]
    labels = [label for _, label in coded]
    are_terms = all(labels) and len(set(labels)) == len(labels)
    return tuple(Choice(code, label if are_terms else code, label) for code, label in coded)


def _forms(names: Iterable[str]) -> tuple[Form, ...]:
    distinct = dict.fromkeys(names)
    return tuple(Form(name, position, name.replace("_", " ").capitalize()) for position, name in enumerate(distinct, 1))


def _form_name(text: str) -> str:
    return re.sub(r"[^a-z0-9_]+", "_", text.lower()).strip("_")


def _choices(row: Mapping[str, str]) -> tuple[Choice, ...]:
    fixed = {"yesno": YES_NO, "truefalse": TRUE_FALSE}.get(row["field_type"])
    if fixed is not None:
        return fixed
    return choices_of(row.get("select_choices_or_calculations", "")) if _has_choices(row) else ()


def _has_choices(row: Mapping[str, str]) -> bool:
    return row["field_type"] in ("radio", "dropdown", "checkbox")


def _data_type(row: Mapping[str, str], choices: Sequence[Choice]) -> str:
    kind = row["field_type"]
    if kind in ("radio", "dropdown"):
        return "code" if choices else "text"
    if kind != "text":
        return BY_FIELD_TYPE.get(kind, "text")
    validation = row.get("text_validation_type_or_show_slider_number", "")
    return next((data_type for pattern, data_type in BY_VALIDATION if pattern.match(validation)), "text")


def _range(row: Mapping[str, str], data_type: str) -> tuple[str | None, str | None]:
    """Limits that stand as plain values; `today` or another field's name is no fixed limit."""
    default = {"slider": ("0", "100")}.get(row["field_type"], (None, None))
    found = (row.get(name, "") for name in ("text_validation_min", "text_validation_max"))
    least, most = (text.replace(",", ".") if data_type.startswith("number") else text for text in found)
    limit = LIMITS.get(data_type, NO_LIMIT)
    return least if limit.match(least) else default[0], most if limit.match(most) else default[1]


def _field(study_id: str, position: int, row: Mapping[str, str]) -> Field:
    choices = _choices(row)
    data_type = _data_type(row, choices)
    least, most = _range(row, data_type)
    kind = row["field_type"]
    return Field(
        study_id=study_id,
        form=_form_name(row["form_name"]),
        name=row["field_name"].lower(),
        position=position,
        data_type=data_type,
        codelist=choices,
        codelist_name=row["field_name"].lower() if choices else "",
        range_min=least,
        range_max=most,
        is_required=row.get("required_field", "").lower() == "y",
        is_identifier=position == 1 or row.get("identifier", "").lower() == "y",
        label=row.get("field_label", ""),
        validation=row.get("text_validation_type_or_show_slider_number", "") if kind == "text" else "",
        branching=row.get("branching_logic", ""),
        protocol_ref="data dictionary",
    )
