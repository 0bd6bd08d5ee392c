"""What looks odd and is read right, and values that are odd and are released with findings: exit code 0, nothing lost."""

from __future__ import annotations

import codecs
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from crafted import csv_text, dictionary_csv
from desk import DAYS, GOOD, HEADER, Desk

from expectations import protocol as protocols
from expectations.field_checks import MESSAGES
from expectations.protocol import Protocol

FORMS = ("latin", "wide", "marked", "windows", "returns", "shouted", "plain")
WORD = "naïve"
AS_SENT = {
    "latin": lambda text: text.encode("latin-1"),
    "wide": lambda text: codecs.BOM_UTF16_LE + text.encode("utf-16-le"),
    "marked": lambda text: codecs.BOM_UTF8 + text.encode(),
    "windows": lambda text: text.replace("\n", "\r\n").encode(),
    "returns": lambda text: text.replace("\n", "\r").encode(),
    "shouted": lambda text: text.replace("pid,shouted_note", "PID,Shouted_Note").encode(),
    "plain": lambda text: text.encode(),
}
NOTED = {
    "latin": "cp1252",
    "wide": "utf-16-le",
    "marked": "utf-8-bom",
    "windows": "utf-8, crlf",
    "returns": "utf-8, cr",
    "shouted": "utf-8, mixed-case header",
    "plain": "utf-8",
}


def test_every_encoding_and_line_end_is_read_right_and_noted(tmp_path: Path) -> None:
    """One export, one file a form, each file sent another way."""
    desk = Desk(tmp_path)
    fields = [{"field_name": f"{form}_note", "form_name": form} for form in FORMS]
    dictionary = dictionary_csv({"field_name": "pid", "form_name": FORMS[0]}, *fields)
    files = {"dictionary.csv": ("dictionary", dictionary)}
    for form in FORMS:
        text = csv_text(("pid", f"{form}_note", f"{form}_complete"), [("1", WORD, "2"), ("2", f"{WORD}, twice", "2")])
        files[f"{form}.csv"] = ("data", AS_SENT[form](text))
    desk.export(DAYS[0], files)
    desk.refresh(0)
    noted = desk.query("select file_name, encoding, rows, verdict from quality.file_outcomes where role = 'data'")
    assert set(noted) == {(f"{form}.csv", NOTED[form], 2, "ACCEPTED") for form in FORMS}
    for form in FORMS:
        rows = desk.build_rows(f"select {form}_note from staging.stg_tiny__{form} order by all")
        assert rows == [(WORD,), (f"{WORD}, twice",)], form


@pytest.fixture(scope="module")
def odd(good: Desk, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A night with an unknown code, values that do not parse, and a value out of range; two of them are corrected the night after."""
    desk = good.copy(tmp_path_factory.mktemp("odd") / "desk")
    rows = [
        *GOOD,
        ("p-odd", " 12 years", "7", "31.12.2030", "2", "5", "", "2"),
        ("p-old", "130", "1", "", "2", "", "", ""),
    ]
    desk.night(DAYS[1], csv_text(HEADER, rows).encode())
    desk.refresh(0)
    return desk


FAULTS = {
    ("age", "type"): ("age", " 12 years", "NOT_PARSED"),
    ("seen", "type"): ("seen", "31.12.2030", "NOT_PARSED"),
    ("sex", "codes"): ("sex", "7", "UNKNOWN_CODE"),
    ("age", "range"): ("age", "130", "OUT_OF_RANGE"),
}


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: " ".join(fault))
def test_an_odd_value_is_released_as_a_finding(odd: Desk, fault: tuple[str, str]) -> None:
    field, kind = fault
    message = MESSAGES[kind].replace("'", "''")
    # the type of a date is a rule of the catalogue, with words of its own
    about = f"field = '{field}' and (message = '{message}' or rule_id like 'DQ-%')"
    found = odd.query(f"select form, action, rule_id from quality.findings where {about}")
    assert [row[:2] for row in found] == [("screening", "query")]
    state = (
        "select state, violations from quality.check_results where relation = 'stg_tiny__screening' and violations > 0"
    )
    assert odd.query(f"{state} and rule_id = '{found[0][2]}'") == [("PASS_WITH_VIOLATIONS", 1)]


def test_the_raw_text_is_kept_in_the_restricted_area_and_nowhere_else(odd: Desk) -> None:
    kept = odd.query("select field, raw_text, reason from vault.restricted.unparsed_value")
    assert sorted(kept) == sorted(FAULTS.values())
    people = {person for (person,) in odd.query("select participant_id from vault.restricted.unparsed_value")}
    records = dict(odd.build_rows("select participant_id, record_id from raw.participant_key"))
    assert {records[person] for person in people} == {"p-odd", "p-old"}
    released = b"".join(p.read_bytes() for p in (odd.folder / "current").resolve().rglob("*") if p.is_file())
    assert b"12 years" not in released
    assert b"31.12.2030" not in released


def test_what_was_corrected_is_closed_and_its_text_is_gone(odd: Desk, tmp_path: Path) -> None:
    desk = odd.copy(tmp_path / "desk")
    rows = [*GOOD, ("p-odd", "12", "1", "2030-12-31", "2", "5", "", "2"), ("p-old", "130", "1", "", "2", "", "", "")]
    desk.night(DAYS[2], csv_text(HEADER, rows).encode())
    desk.refresh(0)
    reasons = desk.query("select reason, count(*) from vault.restricted.unparsed_value group by all")
    assert reasons == [("OUT_OF_RANGE", 2)]
    closed = "select field from quality.data_queries where status = 'CLOSED' order by field"
    assert desk.query(closed) == [("age",), ("seen",), ("sex",)]


def _with_screening(study: str, rows: Any, rules: Any) -> Protocol:
    """The project's own protocol, in which everybody must have been screened."""
    made = protocols.protocol_from_dictionary(study, rows, rules)
    return replace(made, study={**made.study, "screening_form": "screening"})


def test_set_aside_counted_and_back_when_corrected(good: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A key used twice, and a participant nobody screened: their rows are set aside, and return by themselves."""
    monkeypatch.setattr("orchestration.night.protocol_from_dictionary", _with_screening)
    desk = Desk(tmp_path / "desk")
    stranger = ("p-stranger", "", "", "", "", "4", "", "2")
    desk.night(DAYS[0], csv_text(HEADER, [*GOOD, GOOD[0], stranger]).encode())
    desk.refresh(0)
    quarantine = "select form, rule_id, count(*) from staging.stg_tiny__quarantine group by all order by all"
    assert desk.build_rows(quarantine) == [("diary", "DQ-04", 2), ("diary", "DQ-06", 1), ("screening", "DQ-04", 2)]
    counted = "select rule_id, count(*) from quality.findings where action = 'aside' group by all order by all"
    assert desk.query(counted) == [("DQ-04", 4), ("DQ-06", 1)]
    staged = "select (select count(*) from staging.stg_tiny__screening), (select count(*) from staging.stg_tiny__diary)"
    assert desk.build_rows(staged) == [(1, 1)]

    screened = ("p-stranger", "33", "1", "2031-01-05", "2", "4", "", "2")
    desk.night(DAYS[1], csv_text(HEADER, [*GOOD, screened]).encode())
    desk.refresh(0)
    assert desk.build_rows(quarantine) == []
    assert desk.build_rows(staged) == [(3, 3)]
    assert desk.query(
        "select status, count(*) from quality.data_queries where rule_id in ('DQ-04', 'DQ-06') group by all"
    ) == [("CLOSED", 5)]
