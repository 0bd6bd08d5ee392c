"""`make demo-stop`: a broken night in a temporary warehouse, told as it happens.

Belongs here: the demonstration. Does not belong here: a test; the tests of stopping are in `tests/`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from orchestration.settings import PROJECT

STUDY = "ketmbrp_syn"
BROKEN = PROJECT / "raw" / STUDY / "2031-10-12"


def _refresh(home: Path) -> int:
    environment = os.environ | {
        "TRIALHOUSE_RAW": str(home / "raw"),
        "TRIALHOUSE_WAREHOUSE": str(home / "warehouse"),
        "TRIALHOUSE_STUDY": STUDY,
    }
    command = [sys.executable, "-m", "orchestration.cli", "refresh"]
    return subprocess.run(command, env=environment, cwd=PROJECT, check=False).returncode


def _current(home: Path) -> str:
    return os.readlink(home / "warehouse" / STUDY / "current")


def demo_stop() -> int:
    """Release the good night before the broken one, then meet that; 0 when it was stopped and the good release stayed."""
    good = max(p for p in BROKEN.parent.iterdir() if (p / "manifest.json").is_file() and p.name < BROKEN.name)
    with tempfile.TemporaryDirectory(prefix="trialhouse-demo-") as folder:
        home = Path(folder)
        print(f"1. A good night: export {good.name}")
        shutil.copytree(good, home / "raw" / STUDY / good.name)
        first = _refresh(home)
        before = _current(home)
        print("\n2. A broken night arrives")
        shutil.copytree(BROKEN, home / "raw" / STUDY / BROKEN.name)
        second = _refresh(home)
        stayed = _current(home) == before
        print(f"\n3. exit codes: {first}, then {second}; the good release {'stays' if stayed else 'is GONE'}: {before}")
    return 0 if (first, second, stayed) == (0, 3, True) else 1
