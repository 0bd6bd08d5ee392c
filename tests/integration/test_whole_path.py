"""The whole path: both committed nights through all gates to a release."""

from __future__ import annotations

import hashlib
import json
import re
import stat
import time
from pathlib import Path

import duckdb
import pytest
from house import House, good_nights

COUNTS = """
select endpoint_id, arm_code, count(*) filter (value_boolean), count(*)
from marts.fct_endpoint
join vault.restricted.arm using (study_id, participant_id)
where endpoint_id in ('ABST2W', 'ABST6M')
group by all
"""


def test_each_good_night_is_released_and_the_last_is_current(house: House) -> None:
    released = sorted(p.name for p in (house.folder / "releases").iterdir())
    assert [name.rsplit("-", 1)[0] for name in released] == [night.name for night in good_nights()]
    assert house.current == f"releases/{released[-1]}"
    assert house.last_run["verdict"] == "RELEASED"
    assert {gate["verdict"] for gate in house.last_run["gates"].values()} == {"PASS"}


def test_the_published_counts_come_out(house: House) -> None:
    assert set(house.query(COUNTS)) == {
        ("ABST2W", "KET", 13, 27),
        ("ABST2W", "MDZ", 3, 28),
        ("ABST6M", "KET", 12, 27),
        ("ABST6M", "MDZ", 0, 28),
    }


def test_a_second_refresh_says_nothing_new_within_seconds(house: House) -> None:
    before = (house.folder / "current" / "manifest.json").stat().st_mtime_ns
    started = time.monotonic()
    done = house.run("refresh", code=0)
    assert time.monotonic() - started < 5
    assert "nothing new" in done.stdout
    assert (house.folder / "current" / "manifest.json").stat().st_mtime_ns == before


def test_a_release_holds_marts_and_quality_only(house: House) -> None:
    schemas = {s for (s,) in house.query("select schema_name from duckdb_tables() where database_name = 'release'")}
    assert schemas == {"marts", "quality"}
    views = house.query("select count(*) from duckdb_views() where database_name = 'release' and not internal")
    assert views == [(0,)]


def test_permissions_from_the_outside_in(house: House) -> None:
    modes = dict.fromkeys(("restricted", "record", "builds", "work"), 448) | {".": 0o710, "releases": 0o750}
    for name, mode in modes.items():
        assert stat.S_IMODE((house.folder / name).stat().st_mode) == mode, name
    for closed in ("restricted", "record", "builds", "work"):
        for path in (house.folder / closed).rglob("*"):
            wanted = 0o077
            assert path.is_symlink() or not stat.S_IMODE(path.stat().st_mode) & wanted, path.name


def test_the_manifest_tells_what_went_in_and_what_came_out(house: House) -> None:
    manifest = house.manifest
    night = good_nights()[-1]
    assert manifest["export_id"] == night.name
    hashes = {f["name"]: f["sha256"] for f in manifest["input_files"]}
    assert all(hashlib.sha256((night / name).read_bytes()).hexdigest() == sha for name, sha in hashes.items())
    assert len(hashes) == len(json.loads((night / "manifest.json").read_text())["files"])
    rows = {f"{t['schema']}.{t['table']}": t["rows"] for t in manifest["tables"]}
    assert rows["marts.fct_weekly_assessment"] == 55 * 4
    for table, count in rows.items():
        assert house.query(f"select count(*) from {table}") == [(count,)], table


def test_parquet_and_database_agree(house: House) -> None:
    folder = house.folder / "current" / "marts"
    for path in sorted(folder.glob("*.parquet")):
        both = f"select * from marts.{path.stem}", f"select * from read_parquet('{path}')"
        assert house.query(f"({both[0]}) except all ({both[1]})") == [], path.stem
        assert house.query(f"({both[1]}) except all ({both[0]})") == [], path.stem


def test_the_same_input_elsewhere_gives_the_same_hashes(house: House, tmp_path: Path) -> None:
    """The first night as it is, the last with its rows in another order: marts alike, and the first release to the last hash."""
    first, *_, second = good_nights()
    other = House(tmp_path)
    other.take(first)
    _reverse_rows(other.take(second))
    other.run("refresh", code=0)
    name = next(p.name for p in (house.folder / "releases").iterdir() if p.name.startswith(first.name))
    assert _tables(other, name) == _tables(house, name)
    marts = [t for t in house.manifest["tables"] if t["schema"] == "marts"]
    assert [t for t in other.manifest["tables"] if t["schema"] == "marts"] == marts


def _tables(house: House, release: str) -> list[dict[str, object]]:
    content: list[dict[str, object]] = json.loads((house.folder / "releases" / release / "manifest.json").read_text())[
        "tables"
    ]
    return content


def _reverse_rows(export: Path) -> None:
    import csv
    import io

    manifest = json.loads((export / "manifest.json").read_text())
    for entry in manifest["files"]:
        if entry["role"] != "data":
            continue
        path = export / entry["name"]
        header, *rows = csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline=""))
        with path.open("w", encoding="utf-8", newline="") as out:
            csv.writer(out, lineterminator="\n").writerows([header, *reversed(rows)])
        entry["sha256"] = hashlib.sha256(path.read_bytes()).hexdigest()
    (export / "manifest.json").write_text(json.dumps(manifest))


def test_no_record_id_and_no_date_but_the_exports_in_any_released_file(house: House) -> None:
    record_ids = [r for (r,) in house.query("select record_id from vault.restricted.participant_key")]
    pattern = re.compile("|".join(map(re.escape, record_ids)))
    calendar = re.compile(r"\b20[0-9]{2}-[01][0-9]-[0-3][0-9]")
    own = {night.name for night in good_nights()}
    with duckdb.connect() as connection:
        release = (house.folder / "current").resolve() / "marts.duckdb"
        connection.execute(f"attach '{release}' as release (read_only)")
        texts = connection.execute(
            "select schema_name, table_name, column_name from duckdb_columns()"
            " where database_name = 'release' and data_type = 'VARCHAR'"
        ).fetchall()
        for schema, table, column in texts:
            sql = f'select distinct "{column}" from release.{schema}.{table} where "{column}" is not null'
            for (value,) in connection.execute(sql).fetchall():
                assert not pattern.search(value), (table, column)
                assert set(calendar.findall(value)) <= own, (table, column)
    for path in (house.folder / "current").resolve().glob("*.*"):
        content = path.read_bytes()
        assert not any(r.encode() in content for r in record_ids), path.name


@pytest.mark.parametrize("command", [("status",), ("sql", "select count(*) from marts.dim_participant")])
def test_small_commands(house: House, command: tuple[str, ...]) -> None:
    assert house.run(*command, code=0).stdout
