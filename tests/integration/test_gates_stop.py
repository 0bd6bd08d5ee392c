"""Gate by gate: a failing stop rule keeps the next layer unbuilt and its findings, and leaves the last good release."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import polars as pl
import pytest
from house import House, broken_night, copy_of_the_code, good_nights


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> House:
    """A warehouse with the night before the broken one released, worked by a copy of the code."""
    code = copy_of_the_code(tmp_path_factory.mktemp("code"))
    house = House(tmp_path_factory.mktemp("house"), code)
    house.take(good_nights()[2])
    house.run("refresh", code=0)
    return house


@pytest.fixture
def fresh(released: House, tmp_path: Path) -> House:
    """That warehouse and its code, copied: a test may break both."""
    shutil.copytree(released.code, tmp_path / "code", dirs_exist_ok=True)
    shutil.copytree(released.home, tmp_path / "house", symlinks=True)
    return House(tmp_path / "house", tmp_path / "code")


def _break(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert len(re.findall(old, text)) >= 1, f"nothing to break in {path.name}"
    path.write_text(re.sub(old, new, text))


def _stopped_at(house: House, gate: str, rule: str) -> None:
    before = house.current
    done = house.run("refresh", code=3)
    said = house.last_run
    assert said["verdict"] == "STOPPED"
    assert said["exit_code"] == 3
    assert said["gates"][gate]["verdict"] == "FAIL"
    gates = list(said["gates"])
    assert {said["gates"][g]["verdict"] for g in gates[: gates.index(gate)]} <= {"PASS"}
    assert {said["gates"][g]["verdict"] for g in gates[gates.index(gate) + 1 :]} <= {"NOT_RUN"}
    assert house.current == before
    kept = house.folder / "record" / "judged" / said["export_id"] / f"{gate}.parquet"
    assert rule in set(pl.read_parquet(kept)["rule_id"])
    assert said["work_list"] in done.stdout


def test_g0_stops_the_broken_night(fresh: House) -> None:
    fresh.take(broken_night())
    _stopped_at(fresh, "g0", "DQ-01")
    assert fresh.build_tables("staging") == set()


def test_g1_stops_a_missing_code_that_survives(fresh: House) -> None:
    staged = fresh.code / "dbt_project" / "models" / "staging" / "ketmbrp_syn" / "stg_ketmbrp_syn__mbrp_session.sql"
    _break(staged, r"'-98',? ?", "")
    _stopped_at(fresh, "g1", "DQ-45")
    assert fresh.build_tables("staging") != set()
    assert fresh.build_tables("intermediate") == set()


def test_g2_stops_a_score_that_should_be_null(fresh: House) -> None:
    scores = fresh.code / "dbt_project" / "models" / "intermediate" / "int_instrument_score.sql"
    _break(scores, r"items_missing <= \w*\.?items_missing_max", "items_missing <= 1000")
    _stopped_at(fresh, "g2", "DQ-44")
    assert fresh.build_tables("intermediate") != set()
    assert fresh.build_tables("marts", "marts") == set()


def test_g3_stops_a_mask_turned_off_and_names_the_column(fresh: House) -> None:
    masking = fresh.code / "dbt_project" / "seeds" / "protocol" / "masking.csv"
    _break(masking, r"(?m)^ketmbrp_syn,fct_infusion,column,duration_minutes,.*\n", "")
    _stopped_at(fresh, "g3", "DQ-08")
    findings = pl.read_parquet(fresh.folder / "record" / "judged" / fresh.last_run["export_id"] / "g3.parquet").filter(
        pl.col("rule_id") == "DQ-08"
    )
    assert any("fct_infusion" in str(row) and "duration_minutes" in str(row) for row in findings.iter_rows())


def test_a_check_that_cannot_run_is_our_error_not_a_pass(fresh: House) -> None:
    rule = fresh.code / "expectations" / "rules" / "DQ-11.sql"
    rule.write_text("select no_such_column from intermediate.int_participant\n")
    before = fresh.current
    fresh.run("refresh", code=1)
    assert fresh.last_run["verdict"] == "ERROR"
    assert fresh.current == before
