"""The SQL shell and the report: what is current, read-only, whatever else of the warehouse is there; the restricted file for its owner."""

from __future__ import annotations

import os
import tempfile
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest

from orchestration.settings import StudyPaths, UnusableSettings
from orchestration.shell import open_report, open_shell


@pytest.fixture
def paths(tmp_path: Path) -> StudyPaths:
    """A warehouse of which only a release is left; its folder has an apostrophe in its name."""
    made = StudyPaths(tmp_path / "o'house")
    release = made.releases / "2031-03-01-00000000"
    release.mkdir(parents=True)
    made.current.symlink_to(f"releases/{release.name}")
    with duckdb.connect(str(release / "marts.duckdb")) as connection:
        connection.execute("create schema marts; create table marts.marts.dim_thing as select 42 as thing")
    return made


def test_a_query_is_answered_from_the_release_alone(paths: StudyPaths, capfd: pytest.CaptureFixture[str]) -> None:
    before = sorted(paths.home.rglob("*"))
    assert open_shell(paths, "select thing from marts.dim_thing") == 0
    said = capfd.readouterr()
    assert "42" in said.out
    assert said.err == ""
    assert sorted(paths.home.rglob("*")) == before


def test_the_release_cannot_be_changed(paths: StudyPaths, capfd: pytest.CaptureFixture[str]) -> None:
    assert open_shell(paths, "drop table marts.dim_thing") != 0
    assert "read-only" in capfd.readouterr().err
    assert open_shell(paths, "from marts.dim_thing") == 0


def test_nothing_released_is_said(tmp_path: Path) -> None:
    with pytest.raises(UnusableSettings, match="nothing was released yet"):
        open_shell(StudyPaths(tmp_path), None)


@pytest.mark.parametrize("has_screen", [True, False])
def test_the_report_is_named_and_shown_where_there_is_a_screen(
    paths: StudyPaths, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], has_screen: bool
) -> None:
    page = paths.current / "report.html"
    page.write_text("<p>release</p>")
    shown: list[str] = []
    monkeypatch.setattr(webbrowser, "open", shown.append)
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setenv("DISPLAY", ":0" if has_screen else "")
    assert open_report(paths) == 0
    assert capsys.readouterr().out == f"{page}\n"
    assert shown == ([page.resolve().as_uri()] if has_screen else [])


def test_without_a_report_that_is_said(paths: StudyPaths) -> None:
    with pytest.raises(UnusableSettings, match="nothing was released yet"):
        open_report(paths)


@contextmanager
def _somebody_else(folder: Path) -> Iterator[None]:
    """Nobody's rights, which are those of everybody who does not own the warehouse."""
    if os.geteuid():
        folder.chmod(0)
        yield
        folder.chmod(0o700)
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def open_paths(paths: StudyPaths) -> Iterator[StudyPaths]:
    """The same warehouse with a restricted file, in a folder that others can reach."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        made = StudyPaths(Path(folder) / "house")
        paths.home.rename(made.home)
        made.home.chmod(0o755)
        made.restricted.mkdir(mode=0o700)
        with duckdb.connect(str(made.restricted / "restricted.duckdb")) as connection:
            connection.execute(
                "create schema restricted; create table restricted.restricted.arm as select 'X' as arm_code"
            )
        yield made


def test_the_restricted_file_is_attached_for_its_owner_on_demand(
    open_paths: StudyPaths, capfd: pytest.CaptureFixture[str]
) -> None:
    query = "select arm_code from vault.restricted.arm"
    assert open_shell(open_paths, query, restricted=True) == 0
    assert "X" in capfd.readouterr().out
    assert open_shell(open_paths, query) != 0
    assert open_shell(open_paths, "drop table vault.restricted.arm", restricted=True) != 0
    assert "read-only" in capfd.readouterr().err


def test_others_are_told_that_the_restricted_file_is_closed(open_paths: StudyPaths) -> None:
    with _somebody_else(open_paths.restricted), pytest.raises(UnusableSettings, match="its owner only"):
        open_shell(open_paths, "select 1", restricted=True)


def test_a_release_without_restricted_file(paths: StudyPaths) -> None:
    with pytest.raises(UnusableSettings, match="there is no restricted file"):
        open_shell(paths, "select 1", restricted=True)


def test_the_banner_counts_rows_and_its_example_runs(paths: StudyPaths, capfd: pytest.CaptureFixture[str]) -> None:
    with duckdb.connect(str(paths.current / "marts.duckdb")) as connection:
        connection.execute("create schema quality; create table marts.quality.file_outcomes as select 1 as file_name")
        connection.execute("insert into marts.marts.dim_thing from range(1499)")
    assert open_shell(paths, None) == 0
    said = capfd.readouterr().out
    assert "marts.dim_thing           1,500\n" in said
    assert "quality.file_outcomes         1\n" in said
    assert "Leave: .quit or Ctrl-D" in said
    example = next(line for line in said.splitlines() if line.startswith("Try:")).removeprefix("Try:").strip()
    assert open_shell(paths, example) == 0
