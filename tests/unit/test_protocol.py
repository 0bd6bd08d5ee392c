"""The protocol, from seeds and from data dictionaries."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest
from crafted import DICTIONARY_HEADER, dictionary_rows

from expectations.protocol import (
    Field,
    Mask,
    Protocol,
    UnknownStudy,
    UnusableProtocol,
    load_protocol,
    protocol_from_dictionary,
)
from expectations.redcap_dictionary import choices_of, column_name
from orchestration.settings import SEEDS

UI_HEADER = [
    "Variable / Field Name",
    "Form Name",
    "Section Header",
    "Field Type",
    "Field Label",
    "Choices, Calculations, OR Slider Labels",
    "Field Note",
    "Text Validation Type OR Show Slider Number",
    "Text Validation Min",
    "Text Validation Max",
    "Identifier?",
    "Branching Logic (Show field only if...)",
    "Required Field?",
    "Custom Alignment",
    "Question Number (surveys only)",
    "Matrix Group Name",
    "Matrix Ranking?",
    "Field Annotation",
]
RECORD = {"field_name": "record_id", "field_label": "Record"}


def fields_of(*rows: dict[str, str]) -> dict[str, Field]:
    protocol = protocol_from_dictionary("tiny", dictionary_rows(RECORD, *rows), ())
    return {field.name: field for field in protocol.fields}


def test_example_study_is_whole() -> None:
    protocol = load_protocol("ketmbrp_syn", SEEDS)
    assert protocol.is_registered
    assert not protocol.is_unblinded
    assert protocol.record_field == "record_id"
    assert {f.form for f in protocol.fields} == {form.name for form in protocol.forms}
    assert {row.form for row in protocol.schedule} <= {form.name for form in protocol.forms}
    sex = next(f for f in protocol.fields if f.name == "dm_sex")
    assert (sex.codelist[1].code, sex.codelist[1].term) == ("2", "F")


def test_code_lists_keep_their_order_by_number() -> None:
    """A list of more than nine codes sorts by number, not by text."""
    protocol = load_protocol("ketmbrp_syn", SEEDS)
    reason = next(f for f in protocol.fields if f.codelist_name == "missed_reason")
    assert [choice.code for choice in reason.codelist] == [str(n) for n in range(1, 12)]


def test_unknown_study() -> None:
    with pytest.raises(UnknownStudy):
        load_protocol("no_such_study", SEEDS)


@pytest.mark.parametrize(
    ("column", "wrong", "words"),
    [
        ("data_type", "float", "unknown data type"),
        ("form", "no_form", "unknown data type"),
        ("codelist", "no_list", "no code list"),
    ],
)
def test_seeds_that_contradict_themselves(tmp_path: Path, column: str, wrong: str, words: str) -> None:
    seeds = tmp_path / "protocol"
    shutil.copytree(SEEDS, seeds)
    rows = list(csv.DictReader((seeds / "fields.csv").read_text().splitlines()))
    rows[5][column] = wrong
    with (seeds / "fields.csv").open("w", newline="") as out:
        writer = csv.DictWriter(out, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    with pytest.raises(UnusableProtocol, match=words):
        load_protocol("ketmbrp_syn", seeds)


@pytest.mark.parametrize(("state", "active"), [("RUNNING", 2), ("FROZEN", 1), ("LOCKED", 1), ("UNBLINDED", 0)])
def test_masks_fall_when_their_state_is_reached(state: str, active: int) -> None:
    masks = (Mask("a", "column", "x", "", "UNBLINDED"), Mask("b", "column", "y", "", "FROZEN"))
    assert len(Protocol("tiny", True, {"study_state": state}, (), (), masks=masks).active_masks) == active


def test_both_header_sets_mean_the_same() -> None:
    assert [column_name(name) for name in UI_HEADER] == DICTIONARY_HEADER


@pytest.mark.parametrize("width", [17, 18, 24])
def test_narrow_and_wide_dictionaries(width: int) -> None:
    header = [*UI_HEADER, *(f"extra {n}" for n in range(6))][:width]
    rows = [dict.fromkeys(header, "") | {header[0]: "record_id", header[1]: "Form 1", header[3]: "text"}]
    protocol = protocol_from_dictionary("tiny", rows, ())
    assert [form.name for form in protocol.forms] == ["form_1"]
    assert protocol.fields[0].is_identifier


@pytest.mark.parametrize(
    ("field_type", "validation", "data_type"),
    [
        ("text", "", "text"),
        ("text", "integer", "integer"),
        ("text", "number", "number"),
        ("text", "number_2dp", "number"),
        ("text", "number_1dp_comma_decimal", "number_comma"),
        ("text", "number_comma_decimal", "number_comma"),
        ("text", "date_mdy", "date"),
        ("text", "datetime_dmy", "datetime"),
        ("text", "datetime_seconds_ymd", "datetime"),
        ("text", "time", "time"),
        ("text", "time_mm_ss", "text"),
        ("text", "phone", "text"),
        ("text", "mrn_of_some_hospital", "text"),
        ("notes", "", "notes"),
        ("yesno", "", "yesno"),
        ("truefalse", "", "yesno"),
        ("slider", "number", "integer"),
        ("calc", "", "calc"),
        ("file", "signature", "file"),
        ("sql", "", "text"),
        ("dropdown", "autocomplete", "code"),
        ("radio", "", "code"),
        ("checkbox", "", "checkbox"),
    ],
)
def test_types(field_type: str, validation: str, data_type: str) -> None:
    row = {"field_name": "x", "field_type": field_type, "select_choices_or_calculations": "1, One | 2, Two"}
    fields = fields_of(row | {"text_validation_type_or_show_slider_number": validation})
    assert fields["x"].data_type == data_type


def test_ontology_dropdown_is_text_and_descriptive_is_not_exported() -> None:
    fields = fields_of(
        {"field_name": "drug", "field_type": "dropdown", "select_choices_or_calculations": "BIOPORTAL:RXNORM"},
        {"field_name": "hint", "field_type": "descriptive"},
    )
    assert fields["drug"].data_type == "text"
    assert "hint" not in fields


def test_choices_split_on_bars_then_on_the_first_comma() -> None:
    assert [(c.code, c.label) for c in choices_of("1, Yes, often | 0,No|-9, Don't know ||")] == [
        ("1", "Yes, often"),
        ("0", "No"),
        ("-9", "Don't know"),
    ]


def test_a_label_is_the_term_unless_two_codes_share_it() -> None:
    assert [c.term for c in choices_of("1, Yes | 0, No")] == ["Yes", "No"]
    assert [c.term for c in choices_of("1, Other | 2, Other")] == ["1", "2"]


def test_checkbox_columns_follow_redcap() -> None:
    row = {
        "field_name": "why",
        "field_type": "checkbox",
        "select_choices_or_calculations": "ABC, a | -4, b | five_5, c",
    }
    assert fields_of(row)["why"].columns == ("why___abc", "why____4", "why___five_5")


def test_two_choices_with_one_column_are_refused() -> None:
    row = {"field_name": "why", "field_type": "checkbox", "select_choices_or_calculations": "a, one | A, two"}
    with pytest.raises(UnusableProtocol, match="why___a"):
        fields_of(row)


def test_a_field_named_twice_is_refused() -> None:
    with pytest.raises(UnusableProtocol, match="column x"):
        fields_of({"field_name": "x"}, {"field_name": "x"})


@pytest.mark.parametrize("rows", [[], [{"a": "b"}], [{"field_name": "", "form_name": "f", "field_type": "text"}]])
def test_a_dictionary_without_a_field_is_refused(rows: list[dict[str, str]]) -> None:
    with pytest.raises(UnusableProtocol):
        protocol_from_dictionary("tiny", rows, ())


def test_limits_that_are_no_plain_value_are_no_limits() -> None:
    number = {"text_validation_type_or_show_slider_number": "number_comma_decimal", "text_validation_min": "0,5"}
    day = {"text_validation_type_or_show_slider_number": "date_ymd", "text_validation_max": "today"}
    fields = fields_of(
        {"field_name": "x"} | number, {"field_name": "y"} | day, {"field_name": "z", "field_type": "slider"}
    )
    assert (fields["x"].range_min, fields["x"].range_max) == ("0.5", None)
    assert (fields["y"].range_min, fields["y"].range_max) == (None, None)
    assert (fields["z"].range_min, fields["z"].range_max) == ("0", "100")


def test_na_of_a_dictionary_written_by_r_is_blank() -> None:
    fields = fields_of({"field_name": "x", "text_validation_min": "NA", "identifier": "NA", "branching_logic": "NA"})
    assert (fields["x"].range_min, fields["x"].is_identifier, fields["x"].branching) == (None, False, "")


@pytest.mark.parametrize("name", ["visit", "order", "participant_id", "group"])
def test_a_field_whose_name_staging_or_sql_uses_gets_another(name: str) -> None:
    fields = fields_of({"field_name": name})
    assert fields[name].columns == (name,)
    assert fields[name].staging_columns == (f"field_{name}",)


@pytest.mark.parametrize("name", ["two words", "1st", "größe", "a-b"])
def test_a_name_that_no_column_can_have_is_refused(name: str) -> None:
    with pytest.raises(UnusableProtocol, match="field 3 of the dictionary"):
        fields_of({"field_name": "fine"}, {"field_name": name})


def test_a_checkbox_without_a_box_has_no_column() -> None:
    assert "why" not in fields_of({"field_name": "why", "field_type": "checkbox"}, {"field_name": "fine"})
