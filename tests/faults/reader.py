"""An analyst who never stops reading; a program.

    python reader.py <WAREHOUSE>/<study> SESSIONS

Each session opens the current release read-only, reads which release it is, counts every table, reads again which release it is, and
closes; one JSON line for each is appended to the file SESSIONS, an error as its words. Does not belong here: any check.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import duckdb

IDENTITY = "select string_agg(file_name || ' ' || sha256, ', ' order by file_name) from quality.file_outcomes"
# with the database's name, since the file's is also a schema's
TABLES = "select database_name || '.' || schema_name || '.' || table_name from duckdb_tables() order by 1"
PAUSE_SECONDS = 0.2


def session(database: Path) -> dict[str, Any]:
    """What one look at the release says."""
    try:
        with duckdb.connect(str(database), read_only=True, config={"threads": 1}) as connection:
            before = connection.execute(IDENTITY).fetchall()[0][0]
            tables = [name for (name,) in connection.execute(TABLES).fetchall()]
            rows = {t: connection.execute(f"select count(*) from {t}").fetchall()[0][0] for t in tables}
            after = connection.execute(IDENTITY).fetchall()[0][0]
    except duckdb.Error as error:
        return {"error": str(error)}
    return {"before": before, "after": after, "rows": rows}


def main(home: Path, sessions: Path) -> None:
    """Read until somebody ends this process."""
    with sessions.open("a") as out:
        while True:
            print(json.dumps(session(home / "current" / "marts.duckdb")), file=out, flush=True)
            time.sleep(PAUSE_SECONDS)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
