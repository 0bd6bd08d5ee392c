"""What a report counts by itself, and the release it compares with: against numbers worked out by hand."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from pathlib import Path

import pytest

from orchestration.ledger import Judgement, Ledger
from orchestration.report.charts import ink_on
from orchestration.report.completeness import Cell
from orchestration.report.markup import Html, breakable, table, tag
from orchestration.report.statistics import Step, at_risk, mean_of, retention
from orchestration.report.subject import before


def test_a_mean_has_students_interval() -> None:
    found = mean_of([1.0, 2.0, 3.0, 4.0])
    # standard deviation 1.29099, three degrees of freedom: 3.18245
    assert (found.n, found.mean) == (4, 2.5)
    assert (found.low, found.high) == (pytest.approx(0.44574, abs=1e-5), pytest.approx(4.55426, abs=1e-5))


def test_a_mean_does_not_depend_on_the_order() -> None:
    values = [random.Random(1).uniform(0, 1) * 10.0**n for n in range(-8, 8)]
    shuffled = random.Random(2).sample(values, len(values))
    assert mean_of(shuffled) == mean_of(values)


def test_one_value_has_no_interval() -> None:
    assert (mean_of([7.0]).low, mean_of([7.0]).high) == (None, None)


def test_retention_counts_those_who_stay_until_their_last_contact() -> None:
    times = [(5, True), (7, False), (9, True), (9, False)]
    # one of four leaves, then one of the two that are still seen
    assert retention(times, 1) == [Step(1, 1.0), Step(5, 0.75), Step(9, 0.375)]
    assert retention([(5, True), (36, False)], 1) == [Step(1, 1.0), Step(5, 0.5), Step(36, 0.5)]
    assert [at_risk(times, day) for day in (5, 6, 9, 10)] == [4, 3, 2, 0]


def test_nobody_has_a_curve_without_a_fall() -> None:
    assert retention([], 1) == [Step(1, 1.0)]


@pytest.mark.parametrize(
    ("cell", "percent", "shade"),
    [
        (Cell(1000, 1000), "100", "#f2f5f8"),
        (Cell(1000, 999), "99", "#fde3c8"),
        (Cell(100, 50), "50", "#e0701c"),
        (Cell(100, 0, 100), "0", "#a63f03"),
    ],
)
def test_a_cell_is_whole_only_where_nothing_is_missing(cell: Cell, percent: str, shade: str) -> None:
    assert (cell.percent, cell.shade) == (percent, shade)


def test_text_is_readable_on_every_colour() -> None:
    assert (ink_on("#ffffff"), ink_on("#000000")) == ("#1d2733", "#ffffff")


def test_text_is_escaped_and_html_is_not() -> None:
    assert tag("p", "<i>&", Html("<i></i>"), None, title='"<') == '<p title="&quot;&lt;">&lt;i&gt;&amp;<i></i></p>'
    assert breakable("a_<b>") == "a_<wbr>&lt;b&gt;"


def test_columns_of_numbers_stand_at_the_right() -> None:
    made = table(("a", "b", "c"), [("x", 1200, "+3"), ("y", None, "−1,000")])
    assert '<th scope="col">a</th><th class="n" scope="col">b</th>' in made
    assert '<td>x</td><td class="n">1,200</td><td class="n">+3</td>' in made


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    """Exports 1 to 5: the second judged anew, the third stopped, the fourth released and then stopped under other code."""
    made = Ledger(tmp_path / "ledger.sqlite")
    for no in range(1, 6):
        made.accept(f"2031-01-0{no}", datetime(2031, 1, no, tzinfo=UTC).isoformat(), (f"{no}",))
    for export, fingerprint, verdict in (
        (1, "a", "RELEASED"),
        (2, "b", "RELEASED"),
        (2, "c", "RELEASED"),
        (3, "d", "STOPPED"),
        (4, "e", "RELEASED"),
        (4, "f", "STOPPED"),
    ):
        export_id = f"2031-01-0{export}"
        release_id = f"{export_id}-{fingerprint}" if verdict == "RELEASED" else None
        made.judge(Judgement(export_id, fingerprint, "f", verdict, None, release_id))
    made.log_release("2031-01-01-a", "2031-01-01", "ROLLED_BACK")
    return made


@pytest.mark.parametrize(
    ("export_no", "release_id"),
    [(1, None), (2, "2031-01-01-a"), (3, "2031-01-02-c"), (4, "2031-01-02-c"), (5, "2031-01-02-c")],
)
def test_a_release_is_compared_with_that_of_the_last_released_export_before(
    ledger: Ledger, tmp_path: Path, export_no: int, release_id: str | None
) -> None:
    found = before(ledger, tmp_path, export_no)
    assert (found and found.release_id) == release_id
    assert found is None or not found.is_kept
