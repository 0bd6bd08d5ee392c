"""The layer law for SQL: no arrow points back, and what studies share knows no study's name."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
MODELS = PROJECT / "dbt_project" / "models"
SEEDS = PROJECT / "dbt_project" / "seeds" / "protocol"

# layer of a model -> the layers it may read
MAY_READ = {
    "stg": {"source", "seed"},
    "map": {"stg", "map", "seed"},
    "int": {"map", "int", "seed", "export", "dummy"},
    "mart": {"int", "mart", "seed"},
    "restricted": {"int", "seed", "restricted", "key"},
}
SHARED = ("intermediate", "marts", "restricted")
MAXIMUM_LINES = 120
# What the landing says of the export itself and of its keys; nothing else of the raw room leaves staging. The dummy arm is
# derived from the participant id alone and is the same for every study, so no study's map has anything to say about it; it
# stands in a table of its own, because the table of keys holds record ids.
OPEN_SOURCES = {"participant_key": "key", "export": "export", "arm_dummy": "dummy"}

REF = re.compile(r"ref\(\s*'([^']+)'")
SOURCE = re.compile(r"source\(\s*'[^']+'\s*,\s*'([^']+)'")
MAPPED = re.compile(r"mapped\(\s*'([^']+)'")
COMMENT = re.compile(r"\{#.*?#\}|--[^\n]*", re.DOTALL)


def models() -> list[Path]:
    """Every SQL model."""
    return sorted(MODELS.rglob("*.sql"))


def studies() -> list[str]:
    """The studies of the protocol."""
    with (SEEDS / "study.csv").open(encoding="utf-8", newline="") as lines:
        return [row["study_id"] for row in csv.DictReader(lines)]


def layer(path: Path) -> str:
    """The layer a model belongs to, by where it lies and what it is called."""
    folder = path.relative_to(MODELS).parts[0]
    if folder == "staging":
        return path.stem.split("_")[0]
    return {"intermediate": "int", "marts": "mart", "restricted": "restricted"}[folder]


def read_layers(sql: str, known: dict[str, str]) -> set[str]:
    """The layers that a model reads.

    Args:
        known: layer of each model, by name; any other reference is a seed.
    """
    code = COMMENT.sub("", sql)
    found = {known.get(name, "seed") for name in REF.findall(code)}
    found |= {OPEN_SOURCES.get(name, "source") for name in SOURCE.findall(code)}
    return found | ({"map"} if MAPPED.search(code) else set())


def _known() -> dict[str, str]:
    return {path.stem: layer(path) for path in models()}


def _breaches(kind: str, sql: str, known: dict[str, str]) -> set[str]:
    allowed = MAY_READ[kind] | (set(OPEN_SOURCES.values()) if kind == "stg" else set())
    return read_layers(sql, known) - allowed


def identify(path: Path) -> str:
    return path.relative_to(MODELS).as_posix()


@pytest.mark.parametrize("path", models(), ids=identify)
def test_a_model_reads_its_own_layer_or_the_one_before(path: Path) -> None:
    assert _breaches(layer(path), path.read_text(encoding="utf-8"), _known()) == set()


@pytest.mark.parametrize("path", models(), ids=identify)
def test_names_follow_the_folder(path: Path) -> None:
    folder, *between = path.relative_to(MODELS).parts[:-1]
    prefixes = {
        "staging": ("stg_", "map_"),
        "intermediate": ("int_",),
        "marts": ("dim_", "fct_", "rpt_"),
        "restricted": ("",),
    }
    assert path.stem.startswith(prefixes[folder])
    if folder == "staging":
        assert f"_{between[0]}__" in path.stem


@pytest.mark.parametrize("path", [p for p in models() if p.relative_to(MODELS).parts[0] in SHARED], ids=identify)
def test_shared_models_know_no_study(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert [study for study in studies() if study in text] == []


@pytest.mark.parametrize("path", models(), ids=identify)
def test_models_are_short_and_end_in_final(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= MAXIMUM_LINES or path.stem.startswith("stg_")
    assert "select distinct on" not in text.lower()
    assert "* exclude" not in text.lower()


@pytest.mark.parametrize("study", studies())
def test_each_studys_staging_lies_in_its_own_folder(study: str) -> None:
    slug = re.sub(r"[^a-z0-9_]", "_", study)
    folder = MODELS / "staging" / slug
    assert not folder.is_dir() or all(f"_{slug}__" in path.stem for path in folder.glob("*.sql"))


@pytest.mark.parametrize(
    ("kind", "sql", "wrong"),
    [
        ("int", "select * from {{ ref('stg_s__urine') }}", {"stg"}),
        ("int", "select * from {{ ref('fct_urine_result') }}", {"mart"}),
        ("mart", "select * from {{ mapped('urine_result') }}", {"map"}),
        ("map", "select * from {{ source('raw_s', 'urine') }}", {"source"}),
        ("stg", "select * from {{ ref('int_visit') }}", {"int"}),
        ("int", "-- ref('stg_s__urine')\nselect * from {{ mapped('urine_result') }}", set()),
        ("restricted", "select * from {{ source('raw', 'participant_key') }}", set()),
        ("int", "select * from {{ source('raw', 'participant_key') }}", {"key"}),
        ("int", "select * from {{ source('raw', 'arm_dummy') }}", set()),
        ("mart", "select * from {{ source('raw', 'arm_dummy') }}", {"dummy"}),
    ],
)
def test_the_law_sees_a_breach(kind: str, sql: str, wrong: set[str]) -> None:
    known = {"stg_s__urine": "stg", "fct_urine_result": "mart", "int_visit": "int"}
    assert _breaches(kind, sql, known) == wrong
