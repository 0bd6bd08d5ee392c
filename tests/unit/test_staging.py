"""Staging: the generated text, and what dbt makes of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from crafted import KEY, REAL_PROJECTS, SAMPLES, build, csv_text, export, project_of, sample_files

from expectations.protocol import Field, Protocol, load_protocol, protocol_from_dictionary
from orchestration import exports, keys, landing
from orchestration.exports import Export
from orchestration.settings import DBT_PROJECT, SEEDS
from orchestration.staging import generic_project, staging_models
from orchestration.staging_contract import described, yaml_name

VISIT = {"field_name": "weight", "form_name": "visit"}
VITALS = {"field_name": "pulse", "form_name": "vitals"}
MISSING = ("-99", "-98", "NASK")


# -- one field of each type, one row of each kind of value

TYPED = {
    "t_text": ("text", ""),
    "t_notes": ("notes", ""),
    "t_integer": ("text", "integer"),
    "t_number": ("text", "number_2dp"),
    "t_comma": ("text", "number_comma_decimal"),
    "t_date": ("text", "date_dmy"),
    "t_datetime": ("text", "datetime_ymd"),
    "t_time": ("text", "time"),
    "t_radio": ("radio", ""),
    "t_yesno": ("yesno", ""),
    "t_box": ("checkbox", ""),
    "t_slider": ("slider", ""),
    "t_calc": ("calc", ""),
    "order": ("text", ""),
}
CHOICES = {"t_radio": "1, It's one | 2, Two {{ x }} | 1.5, \\half | -7, None", "t_box": "1, One | -4, Minus"}
PARTIAL = "t_partial"
COLUMNS = [c for n in TYPED for c in (("t_box___1", "t_box____4") if n == "t_box" else (n,))] + [PARTIAL]
GOOD = {
    "t_text": " padded\t",
    "t_notes": "two\nlines",
    "t_integer": "-7",
    "t_number": "1.50",
    "t_comma": "36,5",
    "t_date": "2031-02-28",
    "t_datetime": "2031-02-28 09:05",
    "t_time": "9:05",
    "t_radio": "1",
    "t_yesno": "0",
    "t_box___1": "1",
    "t_box____4": "0",
    "t_slider": "55",
    "t_calc": "8.9",
    "order": "first",
    PARTIAL: "2031-03-un",
}
CASES: dict[str, dict[str, str]] = {
    "good": GOOD,
    "blank": {"t_text": "x", "t_box___1": "0", "t_box____4": "0"},
    "bad": dict.fromkeys(COLUMNS, "ten"),
    "untouched": {"t_box___1": "0", "t_box____4": "0"},
    "missing": dict.fromkeys(COLUMNS, "-99")
    | {"t_number": "-99.00", "t_comma": "-98,0", "t_text": "NASK", "t_box___1": "0", "t_box____4": "1"},
    "edge": {
        "t_integer": "99999999999999999999",
        "t_number": "1e3",
        "t_comma": "36.5",
        "t_date": "2031-02-29",
        "t_datetime": "2031-02-28T24:00",
        "t_time": "24:00",
        "t_radio": "1.5",
        "t_yesno": "2",
        "t_box___1": "Checked",
        "t_box____4": "0",
        PARTIAL: "2031-13",
    },
}


def typed_protocol() -> tuple[bytes, Protocol]:
    rows = [
        {
            "field_name": name,
            "form_name": "typed",
            "field_type": kind,
            "text_validation_type_or_show_slider_number": validation,
        }
        | {
            "select_choices_or_calculations": CHOICES.get(name, ""),
            "field_label": f'<b>{name}</b> {{{{ label }}}}\n"quoted"',
        }
        for name, (kind, validation) in TYPED.items()
    ]
    content, listed = project_of(*rows, {"field_name": PARTIAL, "form_name": "typed"})
    protocol = protocol_from_dictionary("kinds", listed, ())

    def with_codes(field: Field) -> Field:
        codes = () if field.data_type == "checkbox" or field is protocol.fields[0] else MISSING
        kind = "partial_date" if field.name == PARTIAL else field.data_type
        return replace(field, missing_codes=codes, data_type=kind)

    return content, replace(protocol, fields=tuple(with_codes(field) for field in protocol.fields))


@pytest.fixture(scope="module")
def typed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """Staged rows of the typed form by case (record id)."""
    home = tmp_path_factory.mktemp("typed")
    dictionary, protocol = typed_protocol()
    header = ["pid", "redcap_event_name", *COLUMNS, "typed_complete"]
    rows = [[case, "visit_1_arm_1", *(values.get(c, "") for c in COLUMNS), "1"] for case, values in CASES.items()]
    mapping = b"arm_num,unique_event_name,form\n1,visit_1_arm_1,typed\n"
    files = {
        "d.csv": ("data", csv_text(header, rows).encode()),
        "dict.csv": ("dictionary", dictionary),
        "map.csv": ("mapping", mapping),
    }
    made = export(home / "raw" / "kinds" / "2031-03-01", files, study="kinds")
    with build(made, protocol, home) as connection:
        cursor = connection.execute("select * from staging.stg_kinds__typed")
        names = [column[0] for column in cursor.description]
        return {row[names.index("record_id")]: dict(zip(names, row, strict=True)) for row in cursor.fetchall()}


def test_every_case_is_staged(typed: dict[str, dict[str, Any]]) -> None:
    assert set(typed) == set(CASES)
    good = typed["good"]
    assert good["study_id"] == "kinds"
    assert good["participant_id"] == keys.participant_id(KEY, "good")
    assert (good["event_name"], good["visit"], good["repeat_instance"]) == ("visit_1_arm_1", None, None)
    assert (good["is_touched"], good["form_status"], good["_source_file"], good["_source_row"]) == (True, 1, "d.csv", 1)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("t_text", "padded"),
        ("t_notes", "two\nlines"),
        ("t_integer", -7),
        ("t_number", 1.5),
        ("t_comma", 36.5),
        ("t_date", date(2031, 2, 28)),
        ("t_datetime", datetime(2031, 2, 28, 9, 5)),
        ("t_time", "09:05"),
        ("t_radio", "It's one"),
        ("t_yesno", False),
        ("t_box___1", True),
        ("t_box____4", False),
        ("t_slider", 55),
        ("t_calc", "8.9"),
        ("field_order", "first"),
        (PARTIAL, "2031-03"),
    ],
)
def test_values(typed: dict[str, dict[str, Any]], field: str, value: object) -> None:
    assert typed["good"][field] == value
    assert typed["good"][f"{field.partition('___')[0]}__missing"] is None


FIELDS = [name for name in (*TYPED, PARTIAL) if name not in ("t_box", "order")] + ["field_order"]


@pytest.mark.parametrize("field", FIELDS)
def test_no_value_without_a_reason(typed: dict[str, dict[str, Any]], field: str) -> None:
    """A null has a reason, and a reason never stands beside a value."""
    for row in typed.values():
        assert (row[field] is None) == (row[f"{field}__missing"] is not None)


@pytest.mark.parametrize("field", FIELDS)
def test_reasons(typed: dict[str, dict[str, Any]], field: str) -> None:
    reason = f"{field}__missing"
    assert typed["untouched"][reason] == "NOT_ASKED"
    assert typed["blank"][reason] == (None if field == "t_text" else "BLANK")
    codes = {"t_comma": "CODE_-98", "t_text": "CODE_NASK"}
    assert typed["missing"][reason] == codes.get(field, "CODE_-99")
    if field in ("t_radio", "t_yesno"):
        assert typed["bad"][reason] == "UNKNOWN_CODE"
    elif field not in ("t_text", "t_notes", "t_calc", "field_order"):
        assert typed["bad"][reason] == "NOT_PARSED"


def test_checkbox_reasons_stand_once_a_field(typed: dict[str, dict[str, Any]]) -> None:
    said = {case: (row["t_box___1"], row["t_box____4"], row["t_box__missing"]) for case, row in typed.items()}
    assert said["untouched"] == (None, None, "NOT_ASKED")
    assert said["blank"] == (False, False, None)
    assert said["missing"] == (False, True, None)
    assert said["bad"] == (None, None, "UNKNOWN_CODE")
    assert said["edge"] == (None, False, "UNKNOWN_CODE")


def test_edges_of_types(typed: dict[str, dict[str, Any]]) -> None:
    edge = typed["edge"]
    assert {name: edge[name] for name in ("t_integer", "t_date", "t_datetime", "t_time", PARTIAL)} == dict.fromkeys(
        ("t_integer", "t_date", "t_datetime", "t_time", PARTIAL)
    )
    assert (edge["t_number"], edge["t_comma"], edge["t_radio"]) == (1000.0, 36.5, "\\half")
    assert edge["t_yesno__missing"] == "UNKNOWN_CODE"


# -- the generated text


def test_the_same_protocol_gives_the_same_text() -> None:
    protocol = load_protocol("ketmbrp_syn", SEEDS)
    assert staging_models(protocol) == staging_models(load_protocol("ketmbrp_syn", SEEDS))


def test_committed_models_are_current() -> None:
    for path, text in staging_models(load_protocol("ketmbrp_syn", SEEDS)).items():
        assert (DBT_PROJECT / path).read_text(encoding="utf-8") == text, f"{path} is not current; run `make generate`"


def test_one_model_a_form_and_one_for_what_is_set_aside() -> None:
    protocol = load_protocol("ketmbrp_syn", SEEDS)
    names = {Path(path).stem for path in staging_models(protocol)}
    assert names == {protocol.staging_table(f.name) for f in protocol.forms} | {
        "stg_ketmbrp_syn__quarantine",
        "_ketmbrp_syn",
    }


@pytest.mark.parametrize("label", ["{{ 1 }}", "{% x %}", "<p>A</p>  b\n\tc", "back\\slash", "mis\x80\x99read", ""])
def test_a_label_is_harmless_in_a_description(label: str) -> None:
    assert not set("{}\\<>\n\x80\x99") & set(described(label))
    assert described(label)


@pytest.mark.parametrize("name", ["no", "yes", "on", "off", "null", "1_2", "2form", "weight"])
def test_a_name_is_text_in_the_contract(name: str) -> None:
    assert yaml.safe_load(yaml_name(name)) == name


def test_a_project_folder_follows_its_dictionary(tmp_path: Path) -> None:
    """A form that is gone from the dictionary leaves no model behind; what is current is not written again."""
    _, wide = project_of(VISIT, VITALS)
    _, narrow = project_of(VISIT)
    folder = generic_project(protocol_from_dictionary("rows", wide, ()), tmp_path / "project")
    before = (folder / "macros" / "staging_rows.sql").stat().st_mtime_ns
    generic_project(protocol_from_dictionary("rows", narrow, ()), folder)
    assert sorted(p.name for p in folder.rglob("stg_*.sql")) == [
        "stg_rows__quarantine.sql",
        "stg_rows__screening.sql",
        "stg_rows__visit.sql",
    ]
    assert (folder / "macros" / "staging_rows.sql").stat().st_mtime_ns == before


# -- real projects

STAGED = {
    "clinical-trial-1": {"demographics": 500},
    "longitudinal": {"demographics": 3, "patient_morale_questionnaire": 10, "contact_info": 0},
    "checkboxes-1": {"form_1": 0, "form_2": 3},
    "decimal-comma": {"demographics": 4},
    "repeating-instruments-sparse": {"demographics": 5, "bp": 4},
}
SAMPLE_VALUES = {
    "clinical-trial-1": (
        "select dob, height, weight, gender from {demographics} where record_id = '1'",
        (date(1991, 5, 13), 176.1, 105, "Female"),
    ),
    "longitudinal": ("select count(*) from {demographics} where gym___0 is not null and record_id is not null", (3,)),
    "checkboxes-1": (
        "select check_one___1, check_two___a, check_two___b from {form_2} where record_id = '1'",
        (True, True, False),
    ),
    "decimal-comma": ("select height, weight, bmi from {demographics} where record_id = '3'", (1.95, 123.4, "32.5")),
    "repeating-instruments-sparse": (
        "select sum(bp_systolic), max(repeat_instance) from {bp} where record_id = '1'",
        (333, 3),
    ),
}


@pytest.mark.parametrize("project", REAL_PROJECTS)
def test_real_projects_are_staged_from_their_own_dictionary(project: str, tmp_path: Path) -> None:
    if not SAMPLES.is_dir():
        pytest.skip(f"real REDCap projects are not at {SAMPLES}")
    made = Export(project, exports.receive(project, sample_files(project), tmp_path / "raw"))
    protocol = protocol_from_dictionary(project, landing.dictionary_rows(made), ())
    tables = {form.name: f"staging.{protocol.staging_table(form.name)}" for form in protocol.forms}
    with build(made, protocol, tmp_path) as connection:
        counted = {
            form: connection.execute(f"select count(*) from {tables[form]}").fetchone() for form in STAGED[project]
        }
        assert counted == {form: (rows,) for form, rows in STAGED[project].items()}
        sql, value = SAMPLE_VALUES[project]
        assert connection.execute(sql.format_map(tables)).fetchone() == value
        assert connection.execute(f"select count(*) from staging.{protocol.quarantine_table}").fetchone() == (0,)
