"""Export folders, manifests, and receiving."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from crafted import csv_text, dictionary_csv, export

from orchestration import exports
from orchestration.settings import UnusableSettings

DATA = csv_text(("record_id", "weight", "baseline_complete"), [("1", "80", "2")]).encode()
DICTIONARY = dictionary_csv({"field_name": "record_id"}, {"field_name": "weight"})
NOW = datetime(2031, 3, 1, 2, 0, 0, tzinfo=UTC)


def small(folder: Path, **manifest: Any) -> exports.Export:
    return export(folder, {"data.csv": ("data", DATA), "dictionary.csv": ("dictionary", DICTIONARY)}, **manifest)


def test_exports_are_found_oldest_first_and_nothing_else(tmp_path: Path) -> None:
    for name in ("2031-03-02", "2031-03-01T020000Z", "2031-03-01", "notes", "2031-3-1", ".2031-03-01"):
        (tmp_path / name).mkdir()
    assert [e.export_id for e in exports.find(tmp_path)] == ["2031-03-01", "2031-03-01T020000Z", "2031-03-02"]
    assert exports.find(tmp_path / "no such folder") == []


def test_without_a_manifest_it_is_still_being_written(tmp_path: Path) -> None:
    made = small(tmp_path / "2031-03-01")
    assert made.is_complete
    (made.folder / "manifest.json").unlink()
    assert not made.is_complete


def test_a_good_manifest(tmp_path: Path) -> None:
    made = small(tmp_path / "2031-03-01", synthetic=True)
    assert made.manifest.problem is None
    assert made.is_synthetic
    assert made.exported_at == NOW
    assert [(f["name"], f["role"]) for f in made.input_files] == [
        ("data.csv", "data"),
        ("dictionary.csv", "dictionary"),
    ]
    assert made.unnamed == []


@pytest.mark.parametrize(
    ("manifest", "words"),
    [
        ("{", "not readable as JSON"),
        ("[]", "not an object"),
        ('{"files": "data.csv"}', "not an object with a list"),
        ('{"files": ["data.csv"]}', "not an object with a list"),
        ('{"files": []}', "no `exported_at`"),
        ('{"files": [], "exported_at": "yesterday"}', "no `exported_at`"),
        ('{"files": [], "exported_at": "2031-03-01T02:00:00Z"}', "no file with the role data"),
        ('{"files": [{"name": "../data.csv", "role": "data"}], "exported_at": "2031-03-01T02:00:00Z"}', "outside"),
        ('{"files": [{"name": "/etc/passwd", "role": "data"}], "exported_at": "2031-03-01T02:00:00Z"}', "outside"),
        ('{"files": [{"name": "a\\\\b", "role": "data"}], "exported_at": "2031-03-01T02:00:00Z"}', "outside"),
        ('{"files": [{"name": "", "role": "data"}], "exported_at": "2031-03-01T02:00:00Z"}', "outside"),
    ],
)
def test_a_bad_manifest_is_a_fact_and_no_crash(tmp_path: Path, manifest: str, words: str) -> None:
    made = small(tmp_path / "2031-03-01")
    (made.folder / "manifest.json").write_text(manifest)
    again = exports.Export("tiny", made.folder)
    assert words in str(again.manifest.problem)
    assert again.exported_at == (NOW if "T02" in manifest else NOW.replace(hour=0))
    assert exports.data_sha256(again) == ()


def test_binary_manifest(tmp_path: Path) -> None:
    made = small(tmp_path / "2031-03-01")
    (made.folder / "manifest.json").write_bytes(b"\xff\xfe\x00")
    assert "not readable" in str(exports.Export("tiny", made.folder).manifest.problem)


def test_a_link_is_never_followed(tmp_path: Path) -> None:
    made = small(tmp_path / "2031-03-01")
    outside = tmp_path / "outside.csv"
    (made.folder / "data.csv").rename(outside)
    (made.folder / "data.csv").symlink_to(outside)
    again = exports.Export("tiny", made.folder)
    assert "a link" in str(again.manifest.files[0].problem)
    assert again.of_role("data") == []


def test_missing_and_unnamed_files_are_seen(tmp_path: Path) -> None:
    made = small(tmp_path / "2031-03-01")
    (made.folder / "data.csv").unlink()
    (made.folder / "extra.csv").write_text("x\n")
    (made.folder / "folder").mkdir()
    (made.folder / ".DS_Store").write_text("")
    again = exports.Export("tiny", made.folder)
    assert "not there" in str(again.manifest.files[0].problem)
    assert again.unnamed == ["extra.csv", "folder"]


def test_the_hash_of_an_export_changes_with_any_file(tmp_path: Path) -> None:
    made = small(tmp_path / "2031-03-01")
    before = exports.files_sha256(made)
    assert exports.files_sha256(exports.Export("tiny", made.folder)) == before
    (made.folder / "data.csv").write_bytes(DATA + b"2,81,2\n")
    assert exports.files_sha256(made) != before


def test_same_data_under_other_names_is_the_same_data(tmp_path: Path) -> None:
    one = export(tmp_path / "2031-03-01", {"a.csv": ("data", DATA)})
    two = export(tmp_path / "2031-03-02", {"b.csv": ("data", DATA), "d.csv": ("dictionary", DICTIONARY)})
    assert exports.data_sha256(one) == exports.data_sha256(two) != ()


def received(tmp_path: Path, **contents: bytes) -> Path:
    paths = []
    for name, content in contents.items():
        paths.append(tmp_path / f"{name}.csv")
        paths[-1].write_bytes(content)
    return exports.receive("tiny", paths, tmp_path / "raw", NOW)


def test_receive_tells_roles_from_headers_not_from_names(tmp_path: Path) -> None:
    mapping = b"arm_num,unique_event_name,form\n1,visit_1_arm_1,baseline\n"
    folder = received(
        tmp_path, dictionary=DATA, data=DICTIONARY, x=mapping, y=b"arm_num,name\n1,Arm\n", z=b"colour\nred\n"
    )
    assert folder == tmp_path / "raw" / "tiny" / "2031-03-01T020000Z"
    said = json.loads((folder / "manifest.json").read_text())
    assert {f["name"]: f["role"] for f in said["files"]} == {
        "dictionary.csv": "data",
        "data.csv": "dictionary",
        "x.csv": "mapping",
        "y.csv": "arms",
        "z.csv": "other",
    }
    assert (said["study"], said["exported_at"], said["synthetic"]) == ("tiny", "2031-03-01T02:00:00Z", False)
    made = exports.Export("tiny", folder)
    assert made.manifest.problem is None
    assert all(exports.file_sha256(folder / f.name) == f.sha256 for f in made.manifest.files)


def test_received_files_are_for_their_owner_only(tmp_path: Path) -> None:
    folder = received(tmp_path, data=DATA, dictionary=DICTIONARY)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}


def test_one_data_file_an_instrument_names_its_form(tmp_path: Path) -> None:
    dictionary = dictionary_csv(
        {"field_name": "record_id"}, {"field_name": "weight"}, {"field_name": "pulse", "form_name": "vitals"}
    )
    pulse = b"record_id,pulse,vitals_complete\n1,60,2\n"
    folder = received(tmp_path, a=DATA, b=pulse, dictionary=dictionary)
    said = json.loads((folder / "manifest.json").read_text())
    assert {f["name"]: f.get("form") for f in said["files"] if f["role"] == "data"} == {
        "a.csv": "baseline",
        "b.csv": "vitals",
    }


def test_synthetic_data_say_so_themselves(tmp_path: Path) -> None:
    folder = received(tmp_path, data=b"record_id,synthetic_data,baseline_complete\n1,1,2\n")
    assert json.loads((folder / "manifest.json").read_text())["synthetic"] is True


def test_two_exports_in_one_second_get_two_folders(tmp_path: Path) -> None:
    first, second = received(tmp_path, data=DATA), received(tmp_path, data=DATA)
    assert [first.name, second.name] == ["2031-03-01T020000Z", "2031-03-01T020001Z"]


def test_a_broken_data_file_is_received_for_the_gate_to_name_its_fault(tmp_path: Path) -> None:
    folder = received(tmp_path, data=b"record_id,x\n1,2,3\n", dictionary=DICTIONARY)
    assert exports.Export("tiny", folder).of_role("data")[0].name == "data.csv"


@pytest.mark.parametrize("study", ["", "Über", "../x", "a b", "UPPER"])
def test_a_study_is_a_plain_name(tmp_path: Path, study: str) -> None:
    with pytest.raises(UnusableSettings, match="cannot be a study"):
        exports.receive(study, [], tmp_path)


def test_nothing_is_received_without_data(tmp_path: Path) -> None:
    with pytest.raises(UnusableSettings, match="none of the files holds data"):
        received(tmp_path, dictionary=DICTIONARY)
    with pytest.raises(UnusableSettings, match="cannot be read"):
        exports.receive("tiny", [tmp_path / "no.csv"], tmp_path / "raw")
    assert not (tmp_path / "raw" / "tiny").exists()


def test_two_files_of_one_name_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    for path in (tmp_path / "data.csv", tmp_path / "a" / "data.csv"):
        path.write_bytes(DATA)
    with pytest.raises(UnusableSettings, match="a plain name of its own"):
        exports.receive("tiny", [tmp_path / "data.csv", tmp_path / "a" / "data.csv"], tmp_path / "raw")
