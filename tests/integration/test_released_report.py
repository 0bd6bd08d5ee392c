"""The report of the example study's release: its numbers are the release's, and it can be made again to the byte."""

from __future__ import annotations

import json
import os
import re
from dataclasses import replace
from pathlib import Path

import pytest
from house import STUDY, House, good_nights

from expectations.blinding import masked_forms
from orchestration.night import open_night
from orchestration.report.page import page
from orchestration.report.subject import Subject, subject

QUERIES = "select count(*) from quality.data_queries where status in ('OPEN', 'REOPENED', 'ANSWERED')"
WEEK_2 = (
    "select count(ffmq_total), round(avg(ffmq_total), 1) from marts.fct_weekly_assessment where week = 2 and is_due"
)


def _html(house: House, release: str = "current") -> str:
    return (house.folder / release / "report.html").read_text(encoding="utf-8")


def _text(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", html.split("</style>")[1]))


@pytest.fixture
def released(house: House, monkeypatch: pytest.MonkeyPatch) -> Subject:
    """What the report of the current release was made of."""
    monkeypatch.setenv("TRIALHOUSE_RAW", str(house.raw))
    monkeypatch.setenv("TRIALHOUSE_WAREHOUSE", str(house.home / "warehouse"))
    manifest = house.manifest
    verdicts = {gate: said["verdict"] for gate, said in manifest["gates"].items()}
    made = subject(open_night(STUDY, manifest["export_id"]), manifest["release_id"], verdicts)
    return replace(made, marts=(house.folder / "current").resolve() / "marts.duckdb")


def test_the_report_can_be_made_again_to_the_byte(house: House, released: Subject) -> None:
    assert page(released) == _html(house)


def test_its_numbers_are_the_releases(house: House) -> None:
    said = _text(_html(house))
    flow = dict(house.query("select box, sum(participants) from marts.rpt_consort where reason = '' group by box"))
    names = ("ASSESSED", "RANDOMIZED", "COMPLETED", "DISCONTINUED")
    screened, randomized, completed, discontinued = (int(flow[name]) for name in names)
    assert (screened, randomized) == (_screened(house, os.path.basename(house.current)), 55)
    tiles = f"Screened {screened} Randomized {randomized} Completed {completed} Discontinued {discontinued}"
    ((queries,),) = house.query(QUERIES)
    assert f"{tiles} Open queries {queries} Gates passed 4 of 4" in said
    for reason, n in house.query("select reason, participants from marts.rpt_consort where reason <> ''"):
        assert f"{reason.replace('_', ' ').capitalize()} {n}" in said
    ((n, mean),) = house.query(WEEK_2)
    assert f"2 {n} {mean:.1f}" in said


def test_the_first_release_has_nothing_to_compare_with_and_the_second_has(house: House) -> None:
    first, second, third, *_ = sorted(p.name for p in (house.folder / "releases").iterdir())
    assert "first release" in _text(_html(house, f"releases/{first}"))
    assert f"Compared with {first}" in _text(_html(house, f"releases/{second}"))
    said = _text(_html(house, f"releases/{third}"))
    assert f"Compared with {second}" in said
    assert f"Assessed for eligibility {_screened(house, second)} {_screened(house, third)}" in said


def _screened(house: House, release: str) -> int:
    tables = json.loads((house.folder / "releases" / release / "manifest.json").read_text())["tables"]
    return int(next(t["rows"] for t in tables if t["table"] == "dim_participant"))


def test_it_names_nobody_no_masked_form_and_no_date_but_the_exports(house: House, released: Subject) -> None:
    html = _html(house)
    people = [p for (p,) in house.query("select participant_id from marts.dim_participant")]
    assert len(people) > 50
    assert not any(person in html for person in people)
    hidden = masked_forms(open_night(STUDY, house.manifest["export_id"]).protocol) & set(released.forms)
    assert len(hidden) == 5
    assert [form for form in hidden if released.forms[form] in _text(html)] == []
    assert set(re.findall(r"(?:19|20)\d\d-\d\d-\d\d", _text(html))) <= {night.name for night in good_nights()}


def test_the_command_says_where_it_is(house: House) -> None:
    said = Path(house.run("report", code=0).stdout.strip())
    assert said.resolve() == (house.folder / "current" / "report.html").resolve()
