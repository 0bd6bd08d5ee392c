"""Content hashes: rows in any order are the same content, any changed cell, column or type is not."""

from __future__ import annotations

import duckdb
import pytest

from orchestration.content_hash import table_content

BASE = "select * from (values (1, 'a', 0.1), (2, null, 0.3), (3, 'c|d', null)) t(n, s, x)"


def _hash(sql: str) -> str:
    with duckdb.connect() as connection:
        connection.execute(f"create table t as {sql}")
        return table_content(connection, "memory", "main", "t").sha256


def test_order_of_rows_does_not_matter() -> None:
    assert _hash(BASE) == _hash(f"{BASE} order by n desc")


def test_the_last_bits_of_a_sum_do_not_matter() -> None:
    assert _hash("select 0.1::double + 0.2::double as x") == _hash("select 0.3::double as x")


@pytest.mark.parametrize(
    "other",
    [
        f"select * from ({BASE}) where n < 3",
        f"select n, coalesce(s, '') as s, x from ({BASE})",
        f"select n, s as z, x from ({BASE})",
        f"select n::bigint as n, s, x from ({BASE})",
        f"select n, s, x + 1e-6 as x from ({BASE})",
        f"select n, replace(s, '|', '') as s, x from ({BASE})",
        f"select * from ({BASE}) union all select * from ({BASE}) where n = 1",
    ],
)
def test_any_difference_matters(other: str) -> None:
    assert _hash(other) != _hash(BASE)
