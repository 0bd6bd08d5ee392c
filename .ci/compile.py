"""Compile to bytecode what is installed, and the project's own packages, so that no later command pays for it.

Files that are not meant to compile (templates that packages ship as .py) are left: Python never imports them.
"""

from __future__ import annotations

import compileall
import sysconfig
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent

for folder in (
    sysconfig.get_path("purelib"),
    *(str(PROJECT / p) for p in ("orchestration", "expectations", "simulator")),
):
    compileall.compile_dir(folder, quiet=2, workers=0)
