"""Masks: each one turned off makes the last gate fail and say where; and nothing that is masked stands in a released file.

A mask is turned off in a copy of a build: its row leaves the protocol, and the mart it hides is built again from the SQL that
dbt compiled. Where the example study has nothing that a mask would hide, something is planted first.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import pytest
from house import STUDY, House

from expectations import runner
from expectations.findings import GateResult
from expectations.protocol import Mask, Protocol, load_protocol
from orchestration.settings import SEEDS

PROTOCOL = load_protocol(STUDY, SEEDS)
# The groups of adverse events are no column of the mart; a finding names the column that tells them apart.
SHOWN_AS = {"masking_group": "start_pday"}
PLANTED = """
update intermediate.int_event set category = 'DOSING'
where rowid = (select min(rowid) from intermediate.int_event where event_kind = 'DEVIATION');
update intermediate.int_event set category = 'UNBLINDING'
where rowid = (select max(rowid) from intermediate.int_event where event_kind = 'DEVIATION');
update intermediate.int_instrument_score set instrument = 'HMS' where instrument = 'CADSS23' and visit like '%PRE';
"""


@dataclass(frozen=True)
class Copy:
    """A copy of a build that a test may change, and the SQL its marts were built with."""

    connection: duckdb.DuckDBPyConnection
    compiled: Path

    def rebuild(self, relation: str) -> None:
        sql = (self.compiled / f"{relation}.sql").read_text(encoding="utf-8")
        self.connection.execute(f"create or replace table release.marts.{relation} as {sql}")

    def judge(self, protocol: Protocol) -> GateResult:
        return runner.judge_layer("g3", protocol, self.connection)


@pytest.fixture(scope="module")
def copy(house: House, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copy]:
    folder = tmp_path_factory.mktemp("masks")
    shutil.copy(house.folder / "builds" / "build.duckdb", folder / "build.duckdb")
    shutil.copy((house.folder / "current").resolve() / "marts.duckdb", folder / "marts.duckdb")
    shutil.copy((house.folder / "restricted" / "restricted.duckdb").resolve(), folder / "restricted.duckdb")
    (folder / "marts.duckdb").chmod(0o600)
    with duckdb.connect(str(folder / "build.duckdb")) as connection:
        connection.execute(f"attach '{folder / 'marts.duckdb'}' as release")
        connection.execute(f"attach '{folder / 'restricted.duckdb'}' as vault")
        connection.execute(PLANTED)
        made = Copy(connection, house.folder / "builds" / "dbt" / "compiled" / "trialhouse" / "models" / "marts")
        for relation in {mask.relation for mask in PROTOCOL.masks}:
            made.rebuild(relation)
        yield made


def name_of(mask: Mask) -> str:
    return "-".join(filter(None, (mask.relation, mask.column_name, mask.masked_value)))


def condition(mask: Mask) -> str:
    """The mask's own row in the seed."""
    value = f"coalesce(masked_value, '') = '{mask.masked_value}'"
    return f"relation = '{mask.relation}' and column_name = '{mask.column_name}' and {value}"


def leaks(result: GateResult) -> set[tuple[str, str]]:
    """Relation and column of every blinding finding."""
    found = result.findings.filter(result.findings["rule_id"] == "DQ-08")
    return set(found.select("form", "field").iter_rows())


def test_with_all_masks_on_the_gate_passes(copy: Copy) -> None:
    result = copy.judge(PROTOCOL)
    assert result.verdict == "PASS"
    assert leaks(result) == set()


def test_every_mask_is_tried() -> None:
    assert len(PROTOCOL.masks) == len({name_of(mask) for mask in PROTOCOL.masks}) >= 11
    assert set(PROTOCOL.active_masks) == set(PROTOCOL.masks)


@pytest.mark.parametrize("mask", PROTOCOL.masks, ids=name_of)
def test_a_mask_turned_off_fails_the_gate_and_says_where(copy: Copy, mask: Mask) -> None:
    without = replace(PROTOCOL, masks=tuple(m for m in PROTOCOL.masks if m != mask))
    gone = copy.connection.execute(f"delete from build.protocol.masking where {condition(mask)}").fetchall()
    assert gone == [(1,)]
    copy.rebuild(mask.relation)
    result = copy.judge(without)
    _restore(copy, mask)
    assert result.verdict == "FAIL"
    assert leaks(result) == {(mask.relation, SHOWN_AS.get(mask.column_name, mask.column_name))}


def _restore(copy: Copy, mask: Mask) -> None:
    values = [STUDY, mask.relation, mask.mask_kind, mask.column_name, mask.masked_value or None, "UNBLINDED", ""]
    copy.connection.execute(f"insert into build.protocol.masking values ({', '.join('?' * 7)})", values)
    copy.rebuild(mask.relation)


# ---- nothing masked in what was released

# relation of the release, of the vault, what names a row in both, and which of the vault's rows may be shown
ROW_SETS = [
    (
        "fct_instrument_score",
        "instrument_score",
        "participant_id, visit, instrument, scale, score_strict",
        "instrument not in ('CADSS23', 'HMS')",
    ),
    ("fct_urine_result", "urine_result", "participant_id, specimen_no, analyte, result", "analyte <> 'BZD'"),
    ("fct_use_pattern", "use_pattern", "participant_id, substance, unit, word", "substance <> 'BENZODIAZEPINE'"),
    (
        "fct_adverse_event",
        "adverse_event",
        "participant_id, term_code, severity, start_pday, end_pday",
        "start_pday is not null and not is_start_imputed"
        " and start_pday not in (select infusion_pday from build.protocol.study where infusion_pday is not null)"
        " and start_pday not in (select infusion_pday"
        " from vault.restricted.infusion as i where i.participant_id = t.participant_id and infusion_pday is not null)",
    ),
    ("fct_deviation", "deviation", "participant_id, category, is_major", "category not in ('DOSING', 'UNBLINDING')"),
]
# measures of the infusion -> their values by participant
MEASURES = {
    "dose_mg": "select participant_id, dose_mg from vault.restricted.infusion where dose_mg is not null",
    "duration_minutes": "select participant_id, duration_minutes from vault.restricted.infusion"
    " where duration_minutes is not null",
    "dose_mg_per_kg": "select participant_id, dose_mg_per_kg from vault.restricted.infusion where dose_mg is not null",
}
HIDDEN_WORDS = (
    "select arm_code from vault.restricted.arm union select actual_arm_code from vault.restricted.arm"
    " union select drug_code from vault.restricted.infusion union select lot_code from vault.restricted.infusion"
    " union select kit_code from build.intermediate.int_randomization"
    " union select distinct test from vault.restricted.infusion_vital_sign where test in ('SYSBP', 'DIABP', 'OXYSAT')"
)
DRUGS = ("ketamine", "midazolam", "versed", "ketalar")
BY_PARTICIPANT = (
    "select schema_name, table_name, column_name, data_type from duckdb_columns() where database_name = 'release'"
    " and (schema_name, table_name) in (select (schema_name, table_name) from duckdb_columns()"
    " where database_name = 'release' and column_name = 'participant_id')"
)


@pytest.fixture(scope="module")
def opened(house: House) -> Iterator[duckdb.DuckDBPyConnection]:
    """The released file beside the vault and the build it came from."""
    places = {
        "release": (house.folder / "current").resolve() / "marts.duckdb",
        "vault": (house.folder / "restricted" / "restricted.duckdb").resolve(),
        "build": house.folder / "builds" / "build.duckdb",
    }
    with duckdb.connect() as connection:
        for alias, path in places.items():
            connection.execute(f"attach '{path}' as {alias} (read_only)")
        yield connection


@pytest.mark.parametrize(("relation", "whole", "columns", "shown"), ROW_SETS, ids=[r[0] for r in ROW_SETS])
def test_a_released_table_holds_exactly_the_rows_that_no_mask_hides(
    opened: duckdb.DuckDBPyConnection, relation: str, whole: str, columns: str, shown: str
) -> None:
    released = f"select {columns} from release.marts.{relation}"
    allowed = f"select {columns} from vault.restricted.{whole} as t where {shown}"
    for one, other in ((released, allowed), (allowed, released)):
        assert opened.execute(f"select count(*) from (({one}) except all ({other}))").fetchall() == [(0,)]
    assert opened.execute(f"select count(*) > 0 from ({released})").fetchall() == [(True,)]


def test_what_the_masks_hide_exists(opened: duckdb.DuckDBPyConnection) -> None:
    """Of what these tests look for there is something to find."""
    for relation, hidden in (
        ("instrument_score", "instrument = 'CADSS23'"),
        ("urine_result", "analyte = 'BZD'"),
        ("use_pattern", "substance = 'BENZODIAZEPINE'"),
        ("adverse_event", "is_start_imputed"),
        ("infusion_vital_sign", "test = 'SYSBP'"),
    ):
        sql = f"select count(*) > 0 from vault.restricted.{relation} where {hidden}"
        assert opened.execute(sql).fetchall() == [(True,)], relation
    assert len(_hidden_words(opened)) > 20


def _hidden_words(opened: duckdb.DuckDBPyConnection) -> set[str]:
    return {word for (word,) in opened.execute(HIDDEN_WORDS).fetchall() if word}


def _texts(opened: duckdb.DuckDBPyConnection) -> Iterator[tuple[str, str]]:
    """Every distinct text of a released table with participants, with the place where it stands."""
    for schema, table, column, kind in opened.execute(BY_PARTICIPANT).fetchall():
        if kind == "VARCHAR" and column != "participant_id":
            values = opened.execute(f"select distinct {column} from release.{schema}.{table}").fetchall()
            yield from ((f"{table}.{column}", value) for (value,) in values if value)


def test_no_text_about_a_participant_tells_arm_drug_lot_kit_or_monitoring(opened: duckdb.DuckDBPyConnection) -> None:
    words = [*map(re.escape, _hidden_words(opened)), "CADSS23", "HMS", "BZD", "BENZODIAZEPINE"]
    pattern = re.compile(r"\b(?:" + "|".join(words) + r")\b|" + "|".join(DRUGS), re.IGNORECASE)
    texts = list(_texts(opened))
    assert len(texts) > 100
    assert pattern.search("given KET on day 2")
    assert sorted({where for where, text in texts if pattern.search(text)}) == []


def _agreement(opened: duckdb.DuckDBPyConnection, relation: str, column: str, measure: str) -> float:
    """The share of infused participants for whom half of what a released column holds is just what was measured."""
    sql = f"""
        select avg(coalesce((
            select 2 * count(*) filter (abs(cast(r.{column} as double) - m.value) < 1e-6) >= count(r.{column})
                and count(r.{column}) > 0
            from {relation} as r
            where r.participant_id = m.participant_id
        ), false)::int) from ({measure}) as m (participant_id, value)
    """
    return float(opened.execute(sql).fetchall()[0][0])


@pytest.mark.parametrize("measure", MEASURES)
def test_no_number_about_a_participant_is_a_dose_or_the_time_it_took(
    opened: duckdb.DuckDBPyConnection, measure: str
) -> None:
    columns = [
        (f"release.{schema}.{table}", column)
        for schema, table, column, kind in opened.execute(BY_PARTICIPANT).fetchall()
        if kind in ("DOUBLE", "INTEGER", "BIGINT", "FLOAT") or kind.startswith("DECIMAL")
    ]
    assert len(columns) > 20
    assert _agreement(opened, "vault.restricted.infusion", measure, MEASURES[measure]) == 1
    assert [c for c in columns if _agreement(opened, *c, MEASURES[measure]) > 0.5] == []


def test_no_released_byte_names_a_drug_or_a_kit(house: House, opened: duckdb.DuckDBPyConnection) -> None:
    """Words long enough not to turn up by chance in a compressed file."""
    kits = opened.execute("select distinct kit_code from build.intermediate.int_randomization").fetchall()
    words = [*DRUGS, *(kit.lower() for (kit,) in kits if kit)]
    assert len(words) > 20
    files = [path for path in (house.folder / "current").resolve().rglob("*") if path.is_file()]
    assert len(files) > 15
    for path in files:
        content = path.read_bytes().lower()
        assert [n for n, word in enumerate(words) if word.encode() in content] == [], path.name


def test_manifest_and_report_name_no_arm(house: House, opened: duckdb.DuckDBPyConnection) -> None:
    arms = re.compile(r"\b(?:" + "|".join(sorted(_hidden_words(opened))) + r")\b")
    for name in ("manifest.json", "report.html"):
        assert not arms.search((house.folder / "current" / name).read_text(encoding="utf-8")), name


def test_masked_checks_show_no_count(opened: duckdb.DuckDBPyConnection) -> None:
    rows = "select count(*) filter (rows_evaluated is not null or violations is not null), count(*)"
    ((told, masked),) = opened.execute(f"{rows} from release.quality.check_results where state = 'MASKED'").fetchall()
    assert masked > 0
    assert told == 0
