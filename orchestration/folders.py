"""Putting a finished folder in the place of an older one, so that a killed process loses neither.

Belongs here: replacing a folder, and bringing back what an interrupted replacement left aside. Does not belong here: what the folders hold.
"""

from __future__ import annotations

import shutil
from pathlib import Path

ASIDE = ".replaced-"


def replace(fresh: Path, final: Path) -> None:
    """Move `fresh` to `final`; what lay there is deleted only after `fresh` has its place."""
    aside = final.with_name(f"{ASIDE}{final.name}")
    if final.exists():
        shutil.rmtree(aside, ignore_errors=True)
        final.rename(aside)
    fresh.rename(final)
    shutil.rmtree(aside, ignore_errors=True)


def bring_back(parent: Path) -> None:
    """Finish or undo what an interrupted `replace` left in a folder, and remove drafts (hidden folders)."""
    for aside in parent.glob(f"{ASIDE}*") if parent.is_dir() else ():
        final = aside.with_name(aside.name.removeprefix(ASIDE))
        if not final.exists():
            aside.rename(final)
    for rest in parent.glob(".*") if parent.is_dir() else ():
        if rest.is_dir() and not rest.is_symlink():
            shutil.rmtree(rest)
