"""docs/operating.md does what it says: its units, its cron line, its backup and restore, run as they stand on the page."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from house import PROJECT, House, good_nights
from pages import blocks

from orchestration import cli

PAGE = PROJECT / "docs" / "operating.md"
UNITS = sorted((PROJECT / "deploy" / "systemd").iterdir())
BACKUP, RESTORE = "tar -cpf", "tar -xpf"


def block(kind: str, holds: str) -> str:
    (found,) = [text for text in blocks(PAGE, kind) if holds in text]
    return found


def program(home: Path) -> Path:
    """The command where the page has it: `.venv/bin/trialhouse` in the folder that one works in."""
    path = home / ".venv" / "bin" / "trialhouse"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f'#!/bin/sh\nPYTHONPATH="{PROJECT}" exec "{sys.executable}" -m orchestration.cli "$@"\n')
    path.chmod(0o755)
    return path


def shell(home: Path, text: str, *options: str) -> subprocess.CompletedProcess[str]:
    """Run a block of the page by a shell that has only what cron and systemd give."""
    command = [
        "env",
        "-i",
        f"HOME={home}",
        "PATH=/usr/bin:/bin",
        "DAGSTER_DISABLE_TELEMETRY=1",
        "/bin/sh",
        "-e",
        *options,
    ]
    return subprocess.run([*command, "-c", text], cwd=home, capture_output=True, text=True, check=False)


def verified(folder: Path, unit: Path, text: str) -> str:
    """What systemd has against a unit, installed in a folder where the command exists."""
    path = folder / unit.name
    path.write_text(text.replace("/opt/trialhouse", str(folder)))
    done = subprocess.run(["systemd-analyze", "verify", str(path)], capture_output=True, text=True, check=False)
    return done.stderr + ("" if done.returncode == 0 else f"exit code {done.returncode}")


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not on this machine: units cannot be verified")
    program(tmp_path)
    for unit in UNITS:
        (tmp_path / unit.name).write_text(unit.read_text().replace("/opt/trialhouse", str(tmp_path)))
    return tmp_path


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_systemd_takes_the_units(installed: Path, unit: Path) -> None:
    assert verified(installed, unit, unit.read_text()) == ""


@pytest.mark.parametrize(
    ("right", "wrong"),
    [("*-*-* 02:00:00 UTC", "every night"), ("Type=oneshot", "Type=onceonly"), ("bin/trialhouse ui", "bin/nothing ui")],
)
def test_systemd_would_see_a_wrong_unit(installed: Path, right: str, wrong: str) -> None:
    (unit,) = [unit for unit in UNITS if right in unit.read_text()]
    assert verified(installed, unit, unit.read_text().replace(right, wrong)) != ""


def test_units_of_the_page_are_there_and_call_commands_that_exist() -> None:
    named = set(re.findall(r"trialhouse[@\w-]*\.(?:service|timer)", PAGE.read_text()))
    assert {name.replace("@mystudy", "@") for name in named} == {unit.name for unit in UNITS}
    started = [
        line.split("trialhouse ", 1)[1] for u in UNITS for line in re.findall("(?m)^ExecStart=(.*)", u.read_text())
    ]
    assert len(started) == 2
    for arguments in started:
        cli.parser().parse_args(arguments.replace("%i", "mystudy").split())


def test_the_cron_line_refreshes(house: House, tmp_path: Path) -> None:
    schedule, command = re.fullmatch(r"((?:\S+ ){5})(.*)\n", block("cron", "refresh")).groups()  # type: ignore[union-attr]
    assert schedule == "0 2 * * * "
    program(tmp_path)
    line = command.replace("/srv/trialhouse/mystudy.log", f"{tmp_path}/said.log").replace("mystudy", house.study)
    line = line.replace("/srv/trialhouse", str(house.home)).replace("/opt/trialhouse", str(tmp_path))
    done = shell(tmp_path, line)
    said = (tmp_path / "said.log").read_text()
    assert done.returncode == 0, said
    assert "nothing new: export 2032-09-17 stands as RELEASED" in said


def test_exit_codes_and_settings_of_the_page() -> None:
    text = PAGE.read_text()
    codes = {int(code) for code in re.findall(r"(?m)^\| (\d) \|", text)}
    assert codes == {cli.RELEASED, cli.OUR_ERROR, cli.UNUSABLE, cli.STOPPED, cli.LOCKED}
    named = set(re.findall(r"(?m)^\| `(TRIALHOUSE_\w+)` \|", text))
    read = set(re.findall(r'get\("(TRIALHOUSE_\w+)"\)', (PROJECT / "orchestration" / "alerts.py").read_text()))
    assert named == read != set()


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> House:
    """A study with a secret key of its own, received and released."""
    house = House(tmp_path_factory.mktemp("mystudy"), study="mystudy")
    night = good_nights()[-1]
    files = [next(night.glob(f"*_{part}_*.csv")) for part in ("DATA", "DataDictionary")]
    house.run("receive", *map(str, files), code=0)
    house.run("refresh", code=0)
    program(house.home)
    return house


def _ids(house: House) -> set[str]:
    with duckdb.connect() as connection:
        database = (house.folder / "current").resolve() / "marts.duckdb"
        connection.execute(f"attach '{database}' as release (read_only)")
        rows = connection.execute("select distinct participant_id from release.quality.findings").fetchall()
    return {participant for (participant,) in rows if participant}


def _lose(house: House, *kept: str) -> None:
    """Delete the study, all but these parts of its folder."""
    for path in house.folder.iterdir():
        if path.name not in kept:
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    if not kept:
        house.folder.rmdir()
        shutil.rmtree(house.raw / house.study)


@pytest.mark.slow
def test_a_backup_brings_everything_back(study: House) -> None:
    before, ids, tables = study.current, _ids(study), study.manifest["tables"]
    assert ids
    made = shell(study.home, block("sh", BACKUP))
    assert made.returncode == 0, made.stderr
    _lose(study)
    assert not study.folder.exists()
    done = shell(study.home, block("sh", RESTORE))
    assert done.returncode == 0, done.stderr
    assert "nothing new: export" in done.stdout
    assert (study.current, _ids(study), study.manifest["tables"]) == (before, ids, tables)
    _lose(study, "record")
    assert "nothing was released yet" in study.run("refresh", code=0).stdout
    study.run("refresh", "--export", study.last_export, code=0)
    assert (study.current, _ids(study), study.manifest["tables"]) == (before, ids, tables)


def test_no_backup_is_made_while_a_refresh_works(study: House) -> None:
    held = f"import fcntl, sys; f = open({str(study.folder / '.lock')!r}); fcntl.flock(f, fcntl.LOCK_EX); print(1, flush=True); sys.stdin.read()"
    holder = subprocess.Popen([sys.executable, "-c", held], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"1\n"
        assert shell(study.home, block("sh", BACKUP).replace("mystudy-backup", "other")).returncode == 1
    finally:
        holder.kill()
        holder.wait()
    assert not os.path.exists(study.home / "other.tar")
