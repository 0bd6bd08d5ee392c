"""Study keys and what hangs on them."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration import keys
from orchestration.settings import StudyPaths, UnusableSettings


@pytest.fixture
def paths(tmp_path: Path) -> StudyPaths:
    made = StudyPaths(tmp_path / "warehouse" / "tiny")
    made.make()
    return made


def test_secret_key_is_made_once_and_only_its_owner_reads_it(paths: StudyPaths) -> None:
    first = keys.study_key("tiny", paths)
    assert len(first) == keys.KEY_BYTES
    assert keys.study_key("tiny", paths) == first
    assert (paths.record / "study.key").stat().st_mode & 0o777 == 0o600
    assert [p.name for p in paths.record.iterdir()] == ["study.key"]


def test_two_studies_have_two_keys(paths: StudyPaths, tmp_path: Path) -> None:
    other = StudyPaths(tmp_path / "warehouse" / "other")
    other.make()
    assert keys.study_key("tiny", paths) != keys.study_key("other", other)


def test_example_study_has_the_public_key_and_writes_none(paths: StudyPaths) -> None:
    assert keys.study_key("ketmbrp_syn", paths) == keys.DEMO_KEYS["ketmbrp_syn"]
    assert not list(paths.record.iterdir())


@pytest.mark.parametrize("content", ["", "not hexadecimal", "abcd"])
def test_a_damaged_key_is_refused_and_kept(paths: StudyPaths, content: str) -> None:
    (paths.record / "study.key").write_text(content)
    with pytest.raises(UnusableSettings, match="put it back from a backup"):
        keys.study_key("tiny", paths)
    assert (paths.record / "study.key").read_text() == content


def test_participant_id_is_the_keyed_hash_of_the_record_id() -> None:
    """HMAC-SHA256 of RFC 4231, test case 2."""
    assert keys.participant_id(b"Jefe", "what do ya want for nothing?") == "5bdcc146bf60754e"


def test_dummy_arm_depends_on_the_key_and_takes_both_values() -> None:
    participants = [keys.participant_id(b"key", str(n)) for n in range(200)]
    arms = [keys.dummy_arm(b"key", p) for p in participants]
    assert 70 < arms.count("A") < 130
    assert set(arms) == {"A", "B"}
    assert arms != [keys.dummy_arm(b"other key", p) for p in participants]
