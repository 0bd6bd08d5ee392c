"""The SQL shell and the report: what is current, read-only, whatever else of the warehouse is there."""

from __future__ import annotations

import webbrowser
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
