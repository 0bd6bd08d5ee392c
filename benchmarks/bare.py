"""The compiled SQL of the project run by DuckDB alone: the floor under everything that orchestrates it.

Belongs here: statements in a file, run one by one. Does not belong here: where they come from (`baselines.py`). Run as a script, so that
its process holds nothing but DuckDB.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path


def main(statements: Path) -> None:
    import duckdb

    with duckdb.connect() as connection:
        for statement in json.loads(statements.read_text(encoding="utf-8")):
            connection.execute(statement).fetchall()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
