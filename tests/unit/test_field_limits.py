"""What a dictionary says of a field as a check: limits of dates, boxes, required fields."""

from __future__ import annotations

from datetime import UTC, datetime

import duckdb
import pytest
from crafted import dictionary_rows

from expectations.field_checks import FieldCheck, field_checks, limits_of
from expectations.protocol import protocol_from_dictionary
from expectations.suites import judge

EXPORTED = limits_of({}, datetime(2031, 3, 1, tzinfo=UTC).replace(tzinfo=None))
FIELDS = (
    {"field_name": "record_id"},
    {
        "field_name": "start",
        "text_validation_type_or_show_slider_number": "date_dmy",
        "text_validation_min": "2030-01-01",
        "text_validation_max": "2030-12-31",
    },
    {
        "field_name": "taken",
        "text_validation_type_or_show_slider_number": "datetime_ymd",
        "text_validation_min": "2030-01-01 08:00",
    },
    {
        "field_name": "why",
        "field_type": "checkbox",
        "select_choices_or_calculations": "1, a | 2, b",
        "required_field": "y",
    },
)
ROWS = """
create table staged as
select * from (values
    (date '2030-05-05', timestamp '2030-01-01 08:00:00', true, false, null),
    (date '2029-12-31', timestamp '2030-01-01 07:59:00', false, false, null),
    (date '2031-01-01', null, null, true, 'UNKNOWN_CODE'),
    (null, null, null, null, null)
) as rows(start, taken, why___1, why___2, why__missing)
"""


def checks() -> dict[str, FieldCheck]:
    protocol = protocol_from_dictionary("tiny", dictionary_rows(*FIELDS), ())
    return {check.check.rule_id: check for check in field_checks(protocol, "baseline", EXPORTED)}


@pytest.mark.parametrize(
    ("rule", "violations"),
    [
        ("FLD-baseline-start-range", 2),
        ("FLD-baseline-taken-range", 1),
        ("FLD-baseline-why-codes", 1),
        ("FLD-baseline-why-required", 1),
    ],
)
def test_the_judge_and_the_rows_agree(rule: str, violations: int) -> None:
    one = checks()[rule]
    with duckdb.connect() as connection:
        connection.execute(ROWS)
        frame = connection.execute(f"select {one.selected} from staged").df()
        found = connection.execute(f"select count(*) from staged where {one.breaks}").fetchone()
    assert not judge(frame, [one.expected])[one.check.check_id].met
    assert found == (violations,)


def test_a_limit_that_is_no_date_makes_no_check() -> None:
    row = FIELDS[1] | {"text_validation_min": "2030-13-45", "text_validation_max": "today"}
    protocol = protocol_from_dictionary("tiny", dictionary_rows(FIELDS[0], row), ())
    kinds = {check.check.rule_id.rsplit("-", 1)[-1] for check in field_checks(protocol, "baseline", EXPORTED)}
    assert kinds == {"type", "limits"}
