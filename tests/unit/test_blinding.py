"""Findings about what is masked as a whole stay restricted, whichever rule makes them; the floor under the masks holds by itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
from crafted import build, csv_text, export, project_of

from expectations import runner
from expectations.blinding import MIXED_RULES, masked_forms, split
from expectations.checks import check_of_rule
from expectations.findings import GateResult, LandingFacts
from expectations.protocol import Protocol, load_protocol, load_rules, protocol_from_dictionary
from expectations.release_checks import release_checks
from expectations.rule_checks import RuleRun
from orchestration.settings import SEEDS

FORMS = {"adverse_event", "cadss", "con_med", "deviation", "infusion_vitals"}


@pytest.fixture(scope="module")
def protocol() -> Protocol:
    return load_protocol("ketmbrp_syn", SEEDS)


def forms_of(gate: GateResult, rule_id: str, is_restricted: bool) -> list[str]:
    found = gate.findings.filter((pl.col("rule_id") == rule_id) & (pl.col("is_restricted") == is_restricted))
    return sorted(found["form"])


def test_masked_as_a_whole_are_forms_without_an_open_field_and_masked_instruments(protocol: Protocol) -> None:
    assert masked_forms(protocol) == FORMS | {"CADSS23", "HMS"}


def test_rules_about_rows_of_any_form_are_those_that_name_the_rows_form(protocol: Protocol) -> None:
    """A rule whose SQL takes the form from its rows can come upon a masked one; it is restricted, or judged in two parts."""
    taken = {
        rule.rule_id
        for rule in protocol.rules
        if rule["kind"] == "sql"
        and rule["is_restricted"] != "true"
        and any(
            line.rstrip(",").endswith(" as form") and "'" not in line and "cast(null" not in line
            for line in (Path(runner.__file__).parent / "rules" / f"{rule.rule_id}.sql").read_text().splitlines()
        )
    }
    # expected once at a visit: no masked form is
    once = {row.form for row in protocol.schedule if row.is_expected_once}
    assert once.isdisjoint(masked_forms(protocol))
    # names marts
    assert taken - {"DQ-36", "DQ-67"} == MIXED_RULES - {"DQ-03", "DQ-04", "DQ-06"}


def test_a_run_is_split_and_a_restricted_one_is_not(protocol: Protocol) -> None:
    rules = {rule.rule_id: rule for rule in protocol.rules}
    open_check, hidden_check = check_of_rule(rules["DQ-20"], "r"), check_of_rule(rules["DQ-71"], "r")
    found = [open_check.finding(participant_id=p, form=f) for p, f in (("a", "urine"), ("a", "cadss"), ("b", "cadss"))]
    whole, masked = split(protocol, [RuleRun(open_check, found, 9)])
    assert [v["form"] for v in whole.violations or ()] == ["urine"]
    assert [(v["participant_id"], v["is_restricted"]) for v in masked.violations or ()] == [("a", True), ("b", True)]
    assert (masked.check.check_id, masked.check.is_restricted) == (f"{open_check.check_id}:masked", True)
    assert len(list(split(protocol, [RuleRun(open_check, [], 9)]))) == 2
    kept = RuleRun(hidden_check, [hidden_check.finding(form="adverse_event")], 9)
    assert list(split(protocol, [kept])) == [kept]
    not_run = RuleRun(open_check, None, None)
    assert list(split(protocol, [not_run])) == [not_run]


def test_a_rule_of_one_form_that_meets_a_masked_one_is_split_all_the_same(protocol: Protocol) -> None:
    check = check_of_rule({rule.rule_id: rule for rule in protocol.rules}["DQ-33"], "r")
    whole, masked = split(protocol, [RuleRun(check, [check.finding(form="deviation")], 1)])
    assert (whole.violations, len(masked.violations or ())) == ([], 1)
    (alone,) = split(protocol, [RuleRun(check, [check.finding(form="visit_status")], 1)])
    assert alone.violations


def test_lost_keys_of_masked_forms_are_restricted(protocol: Protocol) -> None:
    gate = runner.judge_files(protocol, _facts(["urine", "adverse_event", "cadss"]))
    assert forms_of(gate, "DQ-03", is_restricted=False) == ["urine"]
    assert forms_of(gate, "DQ-03", is_restricted=True) == ["adverse_event", "cadss"]
    counted = {c.check_id: c.violations for c in gate.checks if "lost_keys" in c.check_id}
    assert counted == {"g0:export:DQ-03:lost_keys": 1, "g0:export:DQ-03:lost_keys:masked": 2}


def _facts(lost: list[str]) -> LandingFacts:
    """A landing without fault but for the lost keys of these forms."""
    file: dict[str, Any] = dict.fromkeys(("is_named", "is_present", "is_hash_equal", "is_readable"), True)
    file |= dict.fromkeys(("header_missing", "header_unknown", "header_duplicated", "reason", "form"), "")
    file |= {"file_name": "d.csv", "role": "data", "rows": 9, "verdict": "ACCEPTED"}
    form = {"form": "urine", "is_expected": True, "is_present": True, "is_declared_absent": False}
    said = {"manifest_problem": None, "study_matches": True, "is_newer": True, "identical_to": None}
    said |= {"is_synthetic": True, "records": 9, "records_without_synthetic_flag": 0}
    keys = {"participant_id": ["p"] * len(lost), "visit": ["LOG"] * len(lost), "instance": [1] * len(lost)}
    return LandingFacts(
        pl.DataFrame([file]),
        pl.DataFrame([form | {"rows": 9, "rows_before": 9}]),
        pl.DataFrame({"form": lost} | keys),
        said,
    )


def test_rows_set_aside_of_a_masked_form_are_restricted(tmp_path: Path) -> None:
    """Two rows under one key in a masked form and in an open one: what is said in the open is the open one's."""
    header = ("pid", "redcap_event_name", "redcap_repeat_instrument", "redcap_repeat_instance")
    header = (*header, "weight", "visit_complete", "pulse", "vitals_complete")
    rows = [("1", "v1", "", "", "80", "2", "", "")] * 2 + [("1", "v1", "vitals", "1", "", "", "60", "2")] * 3
    dictionary, listed = project_of(
        {"field_name": "weight", "form_name": "visit"}, {"field_name": "pulse", "form_name": "vitals"}
    )
    plain = protocol_from_dictionary("rows", listed, load_rules("rows", SEEDS))
    fields = tuple(replace(field, is_blinded=field.form == "vitals") for field in plain.fields)
    forms = tuple(replace(form, is_repeating=form.name == "vitals") for form in plain.forms)
    protocol = replace(plain, fields=fields, forms=forms)
    files = {"d.csv": ("data", csv_text(header, rows).encode()), "dict.csv": ("dictionary", dictionary)}
    made = export(tmp_path / "raw" / "rows" / "2031-03-01", files, study="rows")
    with build(made, protocol, tmp_path) as connection:
        gate = runner.judge_layer("g1", protocol, connection)
    assert forms_of(gate, "DQ-04", is_restricted=False) == ["visit"] * 2
    assert forms_of(gate, "DQ-04", is_restricted=True) == ["vitals"] * 3
    assert sorted(c.violations or 0 for c in gate.checks if c.rule_id == "DQ-04") == [2, 3]


# ---- the floor


@pytest.fixture
def release() -> Iterator[duckdb.DuckDBPyConnection]:
    """A release with one infusion on day 3 although day 2 is planned, and one adverse event long after."""
    with duckdb.connect() as connection:
        connection.execute("attach ':memory:' as build; attach ':memory:' as release; use build")
        connection.execute("create schema protocol; create schema raw; create schema release.marts")
        connection.execute("create table protocol.study as select 's' as study_id, 2 as infusion_pday")
        connection.execute("create table raw.participant_key (record_id varchar, participant_id varchar)")
        keys = "'s' as study_id, 'p' as participant_id"
        masked = "cast(null as double) as duration_minutes, cast(null as boolean) as is_completed"
        connection.execute(f"create table release.marts.fct_infusion as select {keys}, 3 as infusion_pday, {masked}")
        connection.execute(
            f"create table release.marts.fct_adverse_event as select {keys}, 9 as start_pday, false as is_start_imputed"
        )
        yield connection


@pytest.mark.parametrize(
    ("start_pday", "is_imputed", "leaks"),
    [("9", "false", False), ("2", "false", True), ("3", "false", True), ("null", "null", True), ("20", "true", True)],
)
def test_the_floor_keeps_events_of_the_planned_and_of_the_recorded_infusion_day(
    protocol: Protocol, release: duckdb.DuckDBPyConnection, start_pday: str, is_imputed: str, leaks: bool
) -> None:
    release.execute(
        f"update release.marts.fct_adverse_event set start_pday = {start_pday}, is_start_imputed = {is_imputed}"
    )
    bare = replace(protocol, masks=())
    floor = next(check for check in release_checks(release, bare) if check.check.check_id.endswith(":floor"))
    assert [row["form"] for row in floor.findings] == (["fct_adverse_event"] if leaks else [])
