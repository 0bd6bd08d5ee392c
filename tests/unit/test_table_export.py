"""A table of the release as a file: what Excel makes of a cell, what Parquet keeps, and what is refused."""

from __future__ import annotations

import csv
from pathlib import Path

import duckdb
import polars as pl
import pytest

from orchestration import cli, tables
from orchestration.settings import Settings, UnusableSettings

TEXTS = {
    "plain": "plain",
    "=1+1": "'=1+1",
    "+++ooo": "'+++ooo",
    "-- --": "'-- --",
    "@sum": "'@sum",
    "\tx": "'\tx",
    "1234567890123456": "'1234567890123456",
    "12e3456789012345": "'12e3456789012345",
    "007": "'007",
    "12": "12",
    "a=b": "a=b",
    "naïve": "naïve",
}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A warehouse with one release of two tables."""
    made = Settings("study", tmp_path / "raw", tmp_path / "warehouse")
    folder = made.paths.releases / "2031-03-01-00000000"
    folder.mkdir(parents=True)
    made.paths.current.symlink_to(f"releases/{folder.name}")
    with duckdb.connect(str(folder / "marts.duckdb")) as connection:
        connection.execute("create schema marts; create schema quality")
        connection.execute("create table marts.marts.dim_thing (text varchar, change double, is_so boolean)")
        connection.executemany("insert into marts.marts.dim_thing values (?, -1.5, true)", [[text] for text in TEXTS])
        connection.execute("insert into marts.marts.dim_thing values (null, null, null)")
        connection.execute("create table marts.quality.findings as select 'DQ-01' as rule_id")
    return made


def test_csv_opens_in_a_spreadsheet_as_it_is(settings: Settings, tmp_path: Path) -> None:
    to = tmp_path / "things.CSV"
    assert tables.export(settings, "marts.dim_thing", to) == len(TEXTS) + 1
    assert to.read_bytes().startswith(b"\xef\xbb\xbftext,change,is_so")
    with to.open(encoding="utf-8-sig", newline="") as lines:
        found = list(csv.DictReader(lines))
    assert {row["text"] for row in found} == {*TEXTS.values(), ""}
    assert {row["change"] for row in found} == {"-1.5", ""}


def test_parquet_keeps_values_and_types(settings: Settings, tmp_path: Path) -> None:
    to = tmp_path / "things.parquet"
    assert tables.export(settings, "marts.dim_thing", to) == len(TEXTS) + 1
    found = pl.read_parquet(to)
    assert found.schema == {"text": pl.String, "change": pl.Float64, "is_so": pl.Boolean}
    assert set(found["text"]) == {*TEXTS, None}


def test_the_same_table_gives_the_same_bytes(settings: Settings, tmp_path: Path) -> None:
    first, second = tmp_path / "a.csv", tmp_path / "b.csv"
    for to in (first, second):
        tables.export(settings, "marts.dim_thing", to)
    assert first.read_bytes() == second.read_bytes()


def test_an_unknown_table_is_refused_with_the_known_ones(settings: Settings, tmp_path: Path) -> None:
    to = tmp_path / "x.csv"
    for name in ("marts.nothing", "dim_thing", "marts.dim_thing; drop table x", "release.marts.dim_thing"):
        with pytest.raises(UnusableSettings, match=r"tables: marts\.dim_thing, quality\.findings$"):
            tables.export(settings, name, to)
    assert list(tmp_path.glob("*.csv")) + list(tmp_path.glob(".x*")) == []


def test_a_file_that_is_there_stays_unless_forced(settings: Settings, tmp_path: Path) -> None:
    to = tmp_path / "x.csv"
    to.write_text("mine")
    with pytest.raises(UnusableSettings, match="--force"):
        tables.export(settings, "quality.findings", to)
    assert to.read_text() == "mine"
    assert tables.export(settings, "quality.findings", to, force=True) == 1
    assert to.read_text(encoding="utf-8-sig").splitlines() == ["rule_id", "DQ-01"]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("x.xlsx", r"\.csv or \.parquet"),
        ("no/x.csv", "there is no folder"),
        ("warehouse/study/current/x.csv", "lies in the warehouse"),
    ],
)
def test_places_that_are_refused(settings: Settings, tmp_path: Path, name: str, words: str) -> None:
    with pytest.raises(UnusableSettings, match=words):
        tables.export(settings, "quality.findings", tmp_path / name, force=True)


def test_rows_of_each_table(settings: Settings) -> None:
    folder = tables.current_folder(settings.paths)
    assert tables.rows(folder) == {"marts.dim_thing": len(TEXTS) + 1, "quality.findings": 1}


def test_the_command_says_what_it_wrote(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TRIALHOUSE_WAREHOUSE", str(settings.warehouse))
    to = str(tmp_path / "f.csv")
    assert cli.main(["export", "quality.findings", "--study", "study", "--to", to]) == cli.RELEASED
    assert capsys.readouterr().out == f"written: {to} (1 rows)\n"
    assert cli.main(["export", "quality.findings", "--study", "study", "--to", to]) == cli.UNUSABLE
