"""Nothing to start from: exit code 2 with what to do, or, for a folder that is still being filled, patience."""

from __future__ import annotations

from pathlib import Path

import pytest
from desk import DAYS, Desk, mounted


def test_no_export_at_all(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    (desk.raw / desk.study).mkdir(parents=True)
    tried = desk.refresh(2)
    assert f"no export in {desk.raw / desk.study}" in tried.err
    assert "trialhouse receive --study tiny FILE" in tried.err


def test_unknown_study(tmp_path: Path) -> None:
    tried = Desk(tmp_path, study="nobody").refresh(2)
    assert "unknown study nobody" in tried.err
    assert "trialhouse receive --study nobody" in tried.err
    assert not (tmp_path / "warehouse").exists()


@pytest.mark.parametrize("study", ["../x", "UPPER", "a b"])
def test_a_study_that_is_no_name(tmp_path: Path, study: str) -> None:
    assert "cannot be a study: use lower-case letters" in Desk(tmp_path).command("refresh", STUDY=study).err


def test_settings_that_cannot_be_read(desk: Desk) -> None:
    (desk.folder / "record" / "study.key").write_text("half a k")
    tried = desk.refresh(2)
    assert "is not a study key; put it back from a backup" in tried.err


def test_a_protocol_that_cannot_be_read(desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The seeds of every study are settings; a rule catalogue that is gone stops before anything is judged."""
    desk.night(DAYS[1])
    monkeypatch.setattr("orchestration.night.SEEDS", tmp_path / "nowhere")
    tried = desk.refresh(2)
    assert "rules.csv" in tried.err


def test_raw_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "raw").write_text("no folder")
    tried = Desk(tmp_path, study="ketmbrp_syn").refresh(2)
    assert f"{tmp_path / 'raw'} is no folder" in tried.err


def test_the_warehouse_is_a_file(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.night(DAYS[0])
    (tmp_path / "warehouse").write_text("no folder")
    tried = desk.refresh(2)
    assert "cannot be written" in tried.err
    assert "WAREHOUSE" in tried.err


@pytest.mark.usefixtures("can_mount")
@pytest.mark.parametrize("part", [".", ".dagster"])
def test_the_warehouse_cannot_be_written(desk: Desk, part: str) -> None:
    desk.night(DAYS[1])
    before = desk.current
    place = desk.home / "warehouse" if part == "." else desk.home / "warehouse" / part
    if part == ".":
        place = desk.home / "readonly"
        with mounted(place, "size=1m,ro"):
            tried = desk.command("refresh", WAREHOUSE=str(place))
    else:
        (place / "dagster.yaml").unlink()
        with mounted(place, "size=1m,ro"):
            tried = desk.command("refresh")
    assert tried.code == 2
    assert "cannot be written: Read-only file system" in tried.err
    assert desk.current == before


def test_a_folder_without_manifest_is_waited_for(desk: Desk) -> None:
    folder = desk.night(DAYS[1])
    manifest = (folder / "manifest.json").read_bytes()
    (folder / "manifest.json").unlink()
    tried = desk.refresh(0)
    assert f"export {DAYS[1]}: no manifest yet, still being written; waited for" in tried.out
    assert f"nothing new: export {DAYS[0]}" in tried.out
    (folder / "manifest.json").write_bytes(manifest)
    desk.refresh(0)
    assert desk.current.startswith(f"releases/{DAYS[1]}-")


def test_a_first_folder_without_manifest_is_waited_for(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    (desk.night(DAYS[0]) / "manifest.json").unlink()
    assert "still being written; waited for" in desk.refresh(0).out
