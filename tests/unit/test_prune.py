"""Old releases go; the current one, the record and what a link points to stay."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration import release
from orchestration.ledger import Ledger
from orchestration.prune import prune
from orchestration.settings import StudyPaths, UnusableSettings

MADE = ["a", "b", "c", "d"]


@pytest.fixture
def paths(tmp_path: Path) -> StudyPaths:
    """Four releases, the last one current, and a record."""
    paths = StudyPaths(tmp_path / "study")
    paths.make()
    for name in MADE:
        _release(paths, name)
    release.make_current(paths, "d")
    (paths.landed / "2031-01-01").mkdir(parents=True)
    (paths.landed / "2031-01-01" / "data.parquet").write_text("landed")
    (paths.record / "study.key").write_text("key")
    return paths


def _release(paths: StudyPaths, name: str) -> None:
    for home, file in ((paths.releases, "marts.duckdb"), (paths.restricted / "releases", "restricted.duckdb")):
        (home / name / "marts").mkdir(parents=True)
        (home / name / file).write_text("content")
        (home / name / "manifest.json").write_text('{"export_id": "2031-01-01"}')
    Ledger(paths.ledger).log_release(name, "2031-01-01", "RELEASED")


def _there(paths: StudyPaths) -> list[str]:
    both = [sorted(p.name for p in home.iterdir()) for home in (paths.releases, paths.restricted / "releases")]
    assert both[0] == both[1]
    return both[0]


def _files(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_the_newest_stay_and_nothing_of_the_record_goes(paths: StudyPaths) -> None:
    before = _files(paths.record)
    removed = prune(paths, Ledger(paths.ledger), keep=2)
    assert removed.keys() == {"a", "b"}
    assert set(removed.values()) == {2 * len('content{"export_id": "2031-01-01"}')}
    assert _there(paths) == ["c", "d"]
    assert _files(paths.record) == before
    assert prune(paths, Ledger(paths.ledger), keep=2) == {}


def test_the_current_release_stays_however_old_it_is(paths: StudyPaths) -> None:
    ledger = Ledger(paths.ledger)
    release.rollback(paths, ledger, "a")
    assert prune(paths, ledger, keep=1).keys() == {"b", "c"}
    assert _there(paths) == ["a", "d"]
    assert (paths.current / "marts.duckdb").is_file()
    assert (paths.restricted / "restricted.duckdb").is_file()


def test_the_current_one_is_kept_where_none_was_asked_for(paths: StudyPaths) -> None:
    with pytest.raises(UnusableSettings, match="at least one"):
        prune(paths, Ledger(paths.ledger), keep=0)
    assert _there(paths) == MADE


def test_rollback_goes_to_a_release_that_is_there(paths: StudyPaths) -> None:
    ledger = Ledger(paths.ledger)
    release.rollback(paths, ledger, "a")
    release.make_current(paths, "d")
    prune(paths, ledger, keep=2)
    assert release.rollback(paths, ledger) == "c"
    with pytest.raises(UnusableSettings, match=r"there is no release a; releases: c, d$"):
        release.rollback(paths, ledger, "a")


def test_what_an_interrupted_removal_left_is_swept(paths: StudyPaths, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_: Path) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(release, "remove", interrupted)
        with pytest.raises(KeyboardInterrupt):
            prune(paths, Ledger(paths.ledger), keep=1)
    release.sweep(paths)
    assert prune(paths, Ledger(paths.ledger), keep=1).keys() == {"a", "b", "c"}
    assert _there(paths) == ["d"]
