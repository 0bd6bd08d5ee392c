"""What every test runs under: no telemetry, no bytecode flags, no settings of the person who runs it.

Belongs here: the environment of all tests. Does not belong here: fixtures of one kind of test; its folder has its own.
"""

from __future__ import annotations

import os

SETTINGS = ("TRIALHOUSE_STUDY", "TRIALHOUSE_RAW", "TRIALHOUSE_WAREHOUSE", "TRIALHOUSE_BUILDS", "EXPORT", "DAGSTER_HOME")

for name in SETTINGS:
    os.environ.pop(name, None)
os.environ["DAGSTER_DISABLE_TELEMETRY"] = "1"
os.environ["DO_NOT_TRACK"] = "1"
os.environ["DBT_SEND_ANONYMOUS_USAGE_STATS"] = "0"
os.environ["GX_ANALYTICS_ENABLED"] = "false"
