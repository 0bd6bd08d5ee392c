"""The catalogue of tables: what it takes from the descriptions, and that it refuses a table or column that is not described."""

from __future__ import annotations

from pathlib import Path

import pytest

from expectations.findings import FINDING_COLUMNS
from expectations.quality_tables import TABLES, schema
from orchestration.catalogue import Undescribed, column, model_tables, quality_tables, render_marts, unit_of
from orchestration.settings import DBT_PROJECT

MODEL = """
version: 2
models:
  - name: fct_thing
    description: "Things | seen."
    config:
      meta: {grain: "thing"}
    data_tests:
      - unique_key:
          arguments: {columns: [study_id, thing_no]}
    columns:
      - name: study_id
        data_type: string
        description: "The study. Never null."
      - name: dose_mg
        data_type: double
        description: "Dose. It was <weighed>. Null: not weighed; or blinded."
"""


def _folder(tmp_path: Path, text: str) -> Path:
    (tmp_path / "_marts.yml").write_text(text)
    (tmp_path / "fct_thing.sql").write_text("select 1")
    return tmp_path


def test_a_model_is_read_as_it_is_described(tmp_path: Path) -> None:
    (table,) = model_tables(_folder(tmp_path, MODEL))
    assert (table.name, table.grain, table.key) == ("fct_thing", "thing", ("study_id", "thing_no"))
    study, dose = table.columns
    assert (study.type, study.unit, study.means, study.null) == ("varchar", "", "The study", "never")
    assert (dose.type, dose.unit, dose.null) == ("double", "mg", "not weighed; or blinded")
    assert dose.means == "Dose. It was <weighed>"


@pytest.mark.parametrize(
    ("lost", "named"),
    [
        ('      meta: {grain: "thing"}\n', "fct_thing"),
        ("      - unique_key:\n          arguments: {columns: [study_id, thing_no]}\n", "fct_thing"),
        (" Never null.", "fct_thing.study_id"),
        (" Null: not weighed; or blinded.", "fct_thing.dose_mg"),
        ("fct_thing", "fct_thing"),
    ],
)
def test_what_is_not_described_is_refused_by_name(tmp_path: Path, lost: str, named: str) -> None:
    assert lost in MODEL
    with pytest.raises(Undescribed, match=named):
        model_tables(_folder(tmp_path, MODEL.replace(lost, "another" if lost == "fct_thing" else "")))


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("infusion_pday", "protocol day"),
        ("dose_mg_per_kg", "mg/kg"),
        ("dose_mg", "mg"),
        ("quantity_ng_ml", "ng/mL"),
        ("minutes", "min"),
        ("age_years", "years"),
        ("has_minutes", ""),
        ("study_id", ""),
    ],
)
def test_a_name_carries_its_unit(name: str, unit: str) -> None:
    assert unit_of(name) == unit


def test_words_on_null_are_the_last_sentence() -> None:
    found = column("t", "c", "Int32", "Null: is a word here. Days.\n Null: none told.")
    assert (found.type, found.means, found.null) == ("integer", "Null: is a word here. Days", "none told")


def test_cells_hold_no_markup(tmp_path: Path) -> None:
    for room in ("marts", "restricted"):
        (tmp_path / "models" / room).mkdir(parents=True)
    _folder(tmp_path / "models" / "marts", MODEL)
    page = render_marts(tmp_path)
    assert "| thing | Things \\| seen. |" in page
    assert "| `dose_mg` | double | mg | Dose. It was &lt;weighed> | not weighed; or blinded |" in page


def test_the_quality_tables_hold_what_a_finding_says() -> None:
    assert set(FINDING_COLUMNS) - {"is_restricted"} <= set(schema("findings"))
    assert [t.name for t in quality_tables()] == list(TABLES)


def test_every_model_of_the_marts_is_in_the_page() -> None:
    page = render_marts(DBT_PROJECT)
    for room in ("marts", "restricted"):
        for path in (DBT_PROJECT / "models" / room).glob("*.sql"):
            assert f"### {room}.{path.stem}\n" in page
