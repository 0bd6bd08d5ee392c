"""dbt's unit tests of the models: all pass, every derivation has one, and each sees a wrong answer planted in its model.

The tests need their inputs' columns only, so they run on a copy of a build; each invocation runs all of them.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from house import PROJECT, STUDY, House

DBT_PROJECT = PROJECT / "dbt_project"
DERIVED = ("intermediate/int_*.sql", f"staging/{STUDY}/map_*.sql")
# Models that hand rows on as they are.
PASS_THROUGH = {"int_randomization"}

# model -> what stands in it, and the wrong answer planted instead; a model's name without prefix is a map's
PLANTED = {
    "int_abstinence": ("fewest_days_covered < 7", "fewest_days_covered < 6"),
    "int_concomitant_medication": ("start_text asc nulls last", "start_text desc nulls last"),
    "int_contact": ("contacts.contact_pday <= participant.export_pday", "true"),
    "int_endpoint": ("least(relapse.relapse_pday, study.trial_end_pday)", "relapse.relapse_pday"),
    "int_enrollment": ("export_pday > study.dropout_last_pday", "export_pday >= study.dropout_last_pday"),
    "int_event": ("least(end_last, exported_date)", "end_last"),
    "int_expected_form": (
        "coalesce(received.not_done_reason, case when not attended.is_attended then attended.missed_reason end)",
        "coalesce(case when not attended.is_attended then attended.missed_reason end, received.not_done_reason)",
    ),
    "int_exposure": ("'dose_mg', 'weight_kg'", "'weight_kg', 'dose_mg'"),
    "int_followup_interview": ("case when is_reached then 0 else 1 end", "case when is_reached then 1 else 0 end"),
    "int_instrument_response": ("where assessment_no = 1", ""),
    "int_instrument_score": ("when items.is_reversed then", "when false then"),
    "int_lab_result": ("value asc nulls last", "value desc nulls last"),
    "int_participant": ("coalesce(participant.is_eligible, true)", "coalesce(participant.is_eligible, false)"),
    "int_relapse": ("relapse_pday > study.trial_end_pday", "relapse_pday >= study.trial_end_pday"),
    "int_self_report_day": ("interview_date desc", "interview_date asc"),
    "int_session": ("case when is_attended then 0 else 1 end", "case when is_attended then 1 else 0 end"),
    "int_urine_result": ("ph_read >= 11", "ph_read > 11"),
    "int_use_pattern": ("counted.positives > 0 and counted.negatives = 0", "counted.positives > 0"),
    "int_visit": ("visit_pday desc nulls last", "visit_pday asc nulls last"),
    "int_vital_sign": ("value asc nulls last", "value desc nulls last"),
    "int_week": ("counted_negatives > 0 and counted_positives = 0", "counted_negatives > 0"),
    "fct_adverse_event": ("event.is_start_imputed or ", ""),
    "concomitant_medication": ("to_date('cm_end')", "to_date('cm_start')"),
    "event": ("or ae_seriousness___6 as", "as"),
    "exposure": ("infusion.inf_stop)", "infusion.inf_start)"),
    "followup_interview": (" where is_touched", ""),
    "form_record": ("'ur_date', 'ur_not_done_reason'", "'ur_date', 'null'"),
    "instrument_response": ("cd_timepoint <= 0", "cd_timepoint < 0"),
    "lab_result": ("lb_low as normal_low", "lb_high as normal_low"),
    "participant": ("'discharge.dis_date', 'admission.adm_date'", "'admission.adm_date', 'discharge.dis_date'"),
    "randomization": ("rand_date asc nulls last", "rand_date desc nulls last"),
    "self_report_day": ("'tlfb.tl_day', 'participant", "'tlfb.tl_interview_date', 'participant"),
    "session": (" where is_touched", ""),
    "urine_result": ("coalesce(ur_done, ur_date is not null)", "coalesce(ur_date is not null, ur_done)"),
    "visit": ("coalesce(visit, 'UNS')", "visit"),
    "vital_sign": ("when 'SYSBP' then cast(infusion_vitals.iv_sbp", "when 'SYSBP' then cast(infusion_vitals.iv_dbp"),
}
# unit test -> model, and a second wrong answer in it, which this test alone can see
PLANTED_BESIDE = {
    "cssrs_ideation_level_is_the_highest_item": (
        "int_instrument_score",
        "when scales.method = 'sum' then sum(answers.points)",
        "when true then sum(answers.points)",
    ),
    "cssrs_ideation_and_behaviour_are_items": (
        "instrument_response",
        "cast(cs_behaviour as int)",
        "cast(cs_safety_form as int)",
    ),
}


@dataclass(frozen=True)
class UnitTest:
    """What became of one unit test: its name, the model it is of, dbt's word (pass, fail, error)."""

    name: str
    model: str
    status: str


def model_name(name: str) -> str:
    return name if name.startswith(("int_", "fct_")) else f"map_{STUDY}__{name}"


def derived_models() -> set[str]:
    """The models that derive something: the trial model and the maps to it."""
    found = {path.stem for pattern in DERIVED for path in (DBT_PROJECT / "models").glob(pattern)}
    return found - PASS_THROUGH


def run_unit_tests(project: Path, build: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> list[UnitTest]:
    """All unit tests of a dbt project in one invocation, on a copy of a build."""
    from dbt.cli.main import dbtRunner

    (home / "target").mkdir(parents=True)
    shutil.copy(build, home / "build.duckdb")
    parsed = DBT_PROJECT / "target" / STUDY / "partial_parse.msgpack"
    shutil.copy(parsed, home / "target" / parsed.name)  # spares parsing what has not changed
    monkeypatch.setenv("TRIALHOUSE_BUILDS", str(home))
    where = {"project-dir": project, "profiles-dir": project, "target-path": home / "target", "log-path": home}
    options = [part for name, value in where.items() for part in (f"--{name}", str(value))]
    switches = ["--target", STUDY, "--no-version-check", "--no-write-json", "--quiet", "--log-level", "none"]
    answer = dbtRunner().invoke(["test", "--select", "test_type:unit", *options, *switches])
    assert answer.exception is None, f"dbt could not run: {type(answer.exception).__name__}"
    return [
        UnitTest(r.node.name, r.node.tested_node_unique_id.rsplit(".", 1)[-1], str(r.status)) for r in answer.result
    ]


def without_a_unit_test(tests: Sequence[UnitTest]) -> set[str]:
    return derived_models() - {test.model for test in tests}


@pytest.fixture(scope="module")
def build(house: House) -> Path:
    """Tables with the columns of every input."""
    return house.folder / "builds" / "build.duckdb"


def test_all_unit_tests_pass_and_no_derivation_is_without(
    build: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tests = run_unit_tests(DBT_PROJECT, build, tmp_path / "run", monkeypatch)
    assert [f"{t.model}: {t.name} ({t.status})" for t in tests if t.status != "pass"] == []
    assert without_a_unit_test(tests) == set()
    assert without_a_unit_test([t for t in tests if t.model != "int_week"]) == {"int_week"}


def plant(project: Path, name: str, right: str, wrong: str) -> None:
    """Put a wrong answer into one model."""
    (path,) = (project / "models").rglob(f"{model_name(name)}.sql")
    text = path.read_text(encoding="utf-8")
    assert right in text, f"{path.name} no longer says what the planted answer replaces"
    path.write_text(text.replace(right, wrong, 1), encoding="utf-8")


def test_a_wrong_answer_in_each_model_is_seen(build: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = tmp_path / "dbt_project"
    shutil.copytree(DBT_PROJECT, project, ignore=shutil.ignore_patterns("target"))
    for name, (right, wrong) in PLANTED.items():
        plant(project, name, right, wrong)
    for name, right, wrong in PLANTED_BESIDE.values():
        plant(project, name, right, wrong)
    tests = run_unit_tests(project, build, tmp_path / "run", monkeypatch)
    assert {t.name for t in tests if t.status not in ("pass", "fail")} == set()
    unseen = {t.model for t in tests} - {t.model for t in tests if t.status == "fail"}
    assert unseen == set()
    assert PLANTED_BESIDE.keys() - {t.name for t in tests if t.status == "fail"} == set()


def test_a_wrong_answer_is_planted_in_every_derivation() -> None:
    assert {model_name(name) for name in PLANTED} >= derived_models()
    assert all(re.sub(r"\s", "", right) != re.sub(r"\s", "", wrong) for right, wrong in PLANTED.values())
