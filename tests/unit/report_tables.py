"""A release small enough to count by hand, for tests of its report.

Belongs here: the tables a report reads, of any number of participants, blinded or not. Does not belong here: any check. Names hold HTML,
so that what is not escaped is seen.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from orchestration.report.subject import Before, Subject

EVIL = "<img src=x onerror=alert(1)>"
GATES = ("g0", "g1", "g2", "g3")
# `{n}` participants; the last fifth is screened only, every third of the others leaves. Arms by turns.
PEOPLE = """
create schema marts; create schema quality;
create table people as
select
    i, 'S' as study_id, printf('%016x', i) as participant_id, i < {n} * 0.8 as is_randomized, i % 3 = 2 as has_left,
    case when {unblinded} and i < {n} * 0.8 then case i % 2 when 0 then 'ARM_A' else 'ARM<b>' end end as arm
from range({n}) as t(i);
create table marts.dim_participant as select study_id, participant_id, is_randomized, arm from people;
create table marts.fct_enrollment as
select
    study_id, participant_id,
    case when not is_randomized then 'SCREEN_FAILURE' when has_left then 'DISCONTINUED' else 'COMPLETED' end as status,
    case when is_randomized then 1 end as admission_pday, case when is_randomized then 2 end as randomization_pday,
    case when is_randomized then 2 end as infusion_pday, case when is_randomized then 5 end as discharge_pday,
    case when is_randomized then case when has_left then 10 + i % 20 else 36 end end as last_contact_pday
from people;
create table marts.rpt_consort as
select 'S' as study_id, box, reason, coalesce(arm, 'POOLED') as arm, count(*) as participants
from (
    select 'ASSESSED' as box, '' as reason, null as arm from people
    union all select 'EXCLUDED', unnest(['', '{evil}']), null from people where not is_randomized
    union all select unnest(['RANDOMIZED', 'RECEIVED', 'ANALYSED_ITT']), '', arm from people where is_randomized
    union all select 'DISCONTINUED', unnest(['', 'LOST TO FOLLOW-UP']), arm from people where is_randomized and has_left
    union all select 'COMPLETED', '', arm from people where is_randomized and not has_left
) group by all;
insert into marts.rpt_consort
select 'S', box, '', 'POOLED', 0
from (select unnest(['ASSESSED', 'EXCLUDED', 'RANDOMIZED', 'RECEIVED', 'COMPLETED', 'DISCONTINUED', 'ANALYSED_ITT']) as box)
where box not in (select box from marts.rpt_consort);
create table marts.dim_instrument as
select 'FFMQ39' as instrument, 'total' as scale, 39.0 as score_min, 195.0 as score_max, 'more {evil}' as higher_means;
create table marts.fct_weekly_assessment as
select
    study_id, participant_id, week, true as is_due, (10 + i % 7 + week) / 3.0 as craving_vas_mm,
    case when i % 5 < 4 then 100.0 + i % 11 end as ffmq_total, cast(null as double) as pss_total, 7 as days_covered, i % 8 as days_of_use,
    case i % 3 when 0 then 'POSITIVE' when 1 then 'NEGATIVE' else 'MISSING' end as urine_verdict
from people cross join range(2, 6) as w(week) where is_randomized;
"""
QUALITY = """
create schema if not exists quality;
create table quality.findings as
select * from (values
    ('R-1', 'g2', 'query', 'major', 'A wrong {evil}', 2, 2), ('R-1', 'g2', 'query', 'major', 'A wrong {evil}', 1, 1),
    ('R-2', 'g1', 'note', 'minor', 'A remark', 1, 2), ('MASKED', 'g2', 'note', 'major', '7 findings of masked rules; they are restricted', 2, 2)
) as t (rule_id, layer, action, severity, message, first_export_no, last_export_no);
create table quality.check_results as
select 'g' || i as layer, unnest(['PASS', 'MASKED', 'PASS_WITH_VIOLATIONS']) as state from range(4) as t(i);
create table quality.data_queries as
select * from (values ('q1', '{evil}', 'OPEN', 240), ('q2', 'urine', 'REOPENED', 3), ('q3', 'urine', 'CLOSED', 9), ('q4', null, 'OPEN', 40),
    ('q5', 'urine', 'CLOSED', 1))
    as t (query_id, form, status, age_days);
create table quality.file_outcomes as
select 'a{evil}.csv' as file_name, 'data' as role, repeat('ab', 32) as sha256, 7 as rows, 'ACCEPTED' as verdict, cast(null as varchar) as reason;
"""
EXPECTED = """
create schema intermediate;
create table intermediate.int_expected_form as
select v as visit, f as form, true as is_due, i % 4 > 0 as is_received, case when i % 8 = 0 then 'REFUSED' end as not_done_reason
from range({n}) as t(i) cross join (select unnest(['V1', 'V2']) as v) cross join (select unnest(['urine', 'hidden_form']) as f);
"""
LATER = "update quality.data_queries set status = 'OPEN' where query_id = 'q3'; delete from quality.data_queries where query_id = 'q4'"


@contextmanager
def _opened(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The file under a name that is no schema's."""
    with duckdb.connect() as connection:
        connection.execute(f"attach '{path}' as made; use made")
        yield connection


def _write(path: Path, *scripts: str, **values: Any) -> Path:
    path.unlink(missing_ok=True)
    with _opened(path) as connection:
        for script in scripts:
            connection.execute(script.format(evil=EVIL, **values))
    return path


def release(folder: Path, n: int, unblinded: bool = False, marts: bool = True) -> Subject:
    """A release of `n` participants; without marts, of a project that has quality tables only."""
    folder.mkdir(exist_ok=True)
    scripts = (PEOPLE, QUALITY) if marts else (QUALITY,)
    file = _write(folder / "marts.duckdb", *scripts, n=n, unblinded=unblinded)
    build = _write(folder / "build.duckdb", EXPECTED, n=n) if marts else folder / "none.duckdb"
    state = ("UNBLINDED" if unblinded else "RUNNING") if marts else ""
    return Subject(
        study="S",
        title=f"Study {EVIL}",
        release_id="2031-03-01-00000000",
        export_id="2031-03-01",
        export_no=2,
        exported_on=date(2031, 3, 1),
        is_synthetic=True,
        marts=file,
        build=build,
        verdicts=tuple((gate, "PASS") for gate in (GATES if marts else GATES[:2])),
        study_state=state,
        protocol_version="1.0",
        has_masks=not unblinded,
        visits={"V2": "Second", "V1": f"First {EVIL}"},
        forms={"urine": "Urine", "hidden_form": "Hidden form"},
        hidden_forms=frozenset() if unblinded else frozenset(("hidden_form",)),
    )


def earlier(folder: Path, n: int) -> Before:
    """A release that was made before, of `n` participants, with other queries."""
    made = release(folder, n)
    with _opened(made.marts) as connection:
        connection.execute(LATER)
    tables = [
        {"schema": "marts", "table": "dim_participant", "rows": n},
        {"schema": "marts", "table": "dim_gone", "rows": 3},
    ]
    (folder / "manifest.json").write_text(json.dumps({"tables": tables}))
    return Before("2031-01-01-11111111", folder)
