"""Rules about more than one field: SQL that gives one row per violation, one file a rule.

Belongs here: running `rules/<rule_id>.sql` on a build and counting populations. Does not belong here: judging
(`suites.py`), the rules themselves. A rule reads `staging`, `intermediate` and `release.marts`; `mapped_<entity>`
stands for the study's map of an entity.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from expectations.checks import Check, check_of_rule
from expectations.protocol import Protocol, Rule

if TYPE_CHECKING:
    import duckdb

RULES = Path(__file__).parent / "rules"
WHERE = ("participant_id", "visit", "form", "instance", "field", "detail_key")


@dataclass(frozen=True)
class RuleRun:
    """What a rule's SQL gave: violations and how many rows it was about; null when it could not run."""

    check: Check
    violations: list[dict[str, Any]] | None
    population: int | None

    @property
    def ran(self) -> bool:
        return self.violations is not None


def name_maps(connection: duckdb.DuckDBPyConnection, study_id: str) -> None:
    """Let rules read the study's maps under names that know no study."""
    prefix = f"map_{study_id}__"
    maps = connection.execute("select table_name from duckdb_tables() where schema_name = 'staging'").fetchall()
    for (table,) in maps:
        if table.startswith(prefix):
            entity = table.removeprefix(prefix)
            connection.execute(f"create or replace temp view mapped_{entity} as select * from staging.{table}")


def run_rules(connection: duckdb.DuckDBPyConnection, protocol: Protocol, layer: str) -> list[RuleRun]:
    """Run every SQL rule of a layer; one that fails to run does not keep the others from running."""
    name_maps(connection, protocol.study_id)
    return [_run(connection, rule) for rule in protocol.rules if rule["kind"] == "sql" and rule["layer"] == layer]


def _run(connection: duckdb.DuckDBPyConnection, rule: Rule) -> RuleRun:
    import duckdb

    check = check_of_rule(rule, rule["population"].split(" ", 1)[0].rsplit(".", 1)[-1])
    try:
        rows = connection.execute((RULES / f"{rule.rule_id}.sql").read_text(encoding="utf-8")).fetchall()
        population = connection.execute(f"select count(*) from {rule['population']}").fetchall()[0][0]
    except (duckdb.Error, OSError):
        return RuleRun(check, None, None)
    violations = [check.finding(**dict(zip(WHERE, row, strict=True))) for row in rows]
    return RuleRun(check, violations, int(population))
