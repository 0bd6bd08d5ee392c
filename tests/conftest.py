"""What every test runs under: no telemetry, no settings of the person who runs it; and the one warehouse that all share.

Belongs here: the environment of all tests, and what is built once per run. Does not belong here: fixtures of one kind of test.
"""

from __future__ import annotations

import fcntl
import os

import pytest
from house import House, committed_nights

SETTINGS = (
    "TRIALHOUSE_STUDY",
    "TRIALHOUSE_RAW",
    "TRIALHOUSE_WAREHOUSE",
    "TRIALHOUSE_BUILDS",
    "TRIALHOUSE_WEBHOOK",
    "TRIALHOUSE_MAIL_TO",
    "TRIALHOUSE_SMTP",
    "EXPORT",
    "DAGSTER_HOME",
)

for name in SETTINGS:
    os.environ.pop(name, None)
os.environ["DAGSTER_DISABLE_TELEMETRY"] = "1"
os.environ["DO_NOT_TRACK"] = "1"
os.environ["DBT_SEND_ANONYMOUS_USAGE_STATS"] = "0"
os.environ["GX_ANALYTICS_ENABLED"] = "false"


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> House:
    """The committed nights, each released or stopped; built once per test run, by whichever worker comes first, for tests that only read."""
    base = tmp_path_factory.getbasetemp()
    shared = base if worker_id == "master" else base.parent
    built = House(shared / "house")
    with (shared / "house.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (built.folder / "current").exists():
            for night in committed_nights():
                built.take(night)
            built.run("refresh", code=0)
    return built
