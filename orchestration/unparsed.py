"""What was written where staging has no value, or one beyond its limits: the text as received, for the restricted file.

Belongs here: the table `restricted.unparsed_value`, from the form gate's violations and the raw views. Does not belong here: judging values
(`expectations/field_checks.py`), rows that were set aside (they stay whole in the landed files).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import polars as pl

from expectations.field_checks import FieldCheck, field_checks, limits_of
from expectations.names import table_name
from expectations.protocol import Field, Protocol
from expectations.quality_tables import UNPARSED_VALUE

if TYPE_CHECKING:
    from datetime import datetime

    import duckdb

REASONS = {"type": "NOT_PARSED", "codes": "UNKNOWN_CODE", "range": "OUT_OF_RANGE"}
SCHEMA = {name: kind for name, (kind, _) in UNPARSED_VALUE.columns.items()}


def unparsed_values(
    connection: duckdb.DuckDBPyConnection, protocol: Protocol, exported: datetime, violated: Iterable[str]
) -> pl.DataFrame:
    """The table's rows, in a total order.

    Args:
        connection: the build.
        protocol: the study's protocol.
        exported: the time of the export.
        violated: ids of the form gate's checks that were violated; only what they are about is looked up.
    """
    wanted, limits = set(violated), limits_of(protocol.study, exported.replace(tzinfo=None))
    checks = [
        (form.name, one)
        for form in protocol.forms
        for one in field_checks(protocol, form.name, limits)
        if one.kind in REASONS and one.check.check_id in wanted
    ]
    fields = {field.name: field for field in protocol.fields}
    selects = [sql for form, one in checks for sql in _selects(protocol, form, fields[one.field], one)]
    rows = connection.execute(" union all ".join(selects) + " order by all").fetchall() if selects else []
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def _selects(protocol: Protocol, form: str, field: Field, one: FieldCheck) -> Iterator[str]:
    """One select for each column of the field as received: a checkbox has several, of which only some are at fault."""
    for column in field.staging_columns:
        text = f'received."{column}"'
        fault = f" and trim({text}) not in ('0', '1')" if field.data_type == "checkbox" else ""
        yield f"""
            select
                '{protocol.study_id}', staged.participant_id, staged.visit, '{form}', staged.repeat_instance,
                '{column}', {text}, '{REASONS[one.kind]}', received._source_file, received._source_row
            from (
                select participant_id, visit, repeat_instance, _source_file as file_name, _source_row as row_no
                from staging."{protocol.staging_table(form)}"
                where is_touched and ({one.breaks})
            ) as staged
            inner join raw."{table_name(form)}" as received
                on staged.file_name = received._source_file and staged.row_no = received._source_row
            where {text} is not null{fault}
        """
