"""Removing old releases, when the disk wants it.

Belongs here: which releases may go, and their going. Does not belong here: anything in `record/`, which nothing brings back.
"""

from __future__ import annotations

from pathlib import Path

from orchestration import release
from orchestration.ledger import Ledger
from orchestration.settings import StudyPaths, UnusableSettings


def _homes(paths: StudyPaths) -> tuple[Path, Path]:
    return paths.releases, paths.restricted / "releases"


def removable(paths: StudyPaths, ledger: Ledger, keep: int) -> list[str]:
    """Releases beyond the newest `keep`, oldest first; never one that a link points to.

    Raises:
        UnusableSettings: fewer than one is to be kept.
    """
    if keep < 1:
        raise UnusableSettings("at least one release has to be kept")
    made = [release_id for release_id, _, action, _ in ledger.releases() if action == "RELEASED"]
    order = list(dict.fromkeys(reversed(made)))
    there = {p.name for home in _homes(paths) if home.is_dir() for p in home.iterdir() if not p.name.startswith(".")}
    kept = {*[name for name in order if (paths.releases / name).is_dir()][:keep], *_linked(paths)}
    return [name for name in reversed(order) if name in there - kept]


def _linked(paths: StudyPaths) -> set[str]:
    links = (paths.current, paths.restricted / "restricted.duckdb", paths.restricted / "work_list.csv")
    targets = [link.readlink().parts for link in links if link.is_symlink()]
    return {parts[parts.index("releases") + 1] for parts in targets}


def prune(paths: StudyPaths, ledger: Ledger, keep: int) -> dict[str, int]:
    """Remove old releases with their restricted parts; returns the bytes that each took.

    A folder is renamed to what an interrupted release leaves behind before it is emptied: nobody finds half a release, and the next
    refresh removes what an interrupted removal left.
    """
    removed = {}
    for release_id in removable(paths, ledger, keep):
        parts = [home / release_id for home in _homes(paths) if (home / release_id).is_dir()]
        removed[release_id] = sum(p.lstat().st_size for part in parts for p in part.rglob("*") if p.is_file())
        for part in parts:
            going = part.with_name(f".unfinished-{release_id}")
            part.rename(going)
            release.remove(going)
    return removed
