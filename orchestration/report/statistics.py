"""Means with their intervals, and the share of participants still in the trial.

Belongs here: pure functions of numbers, exact to the last digit whatever the order of rows. Does not belong here: tables, charts, words.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Mean:
    """A mean and its 95 % interval; none for a single value."""

    n: int
    mean: float
    low: float | None
    high: float | None


def mean_of(values: Sequence[float]) -> Mean:
    """The mean of at least one value, with Student's interval.

    `fsum` rounds once, at the end: DuckDB's sum of doubles depends on the order of rows and on threads.
    """
    from scipy.special import stdtrit  # type: ignore[import-untyped]

    n = len(values)
    mean = math.fsum(values) / n
    if n == 1:
        return Mean(n, mean, None, None)
    variance = math.fsum((value - mean) ** 2 for value in values) / (n - 1)
    half = float(stdtrit(n - 1, 0.975)) * math.sqrt(variance / n)
    return Mean(n, mean, mean - half, mean + half)


@dataclass(frozen=True)
class Step:
    """From this day on, this share is still in the trial."""

    day: int
    share: float


def retention(times: Iterable[tuple[int, bool]], first_day: int) -> list[Step]:
    """Kaplan and Meier's estimate of the share still in the trial.

    Args:
        times: of each participant the day of the last contact, and whether it was the last because the participant left.
        first_day: where the curve starts, at 1.
    """
    known = sorted(times)
    steps, share = [Step(first_day, 1.0)], 1.0
    for day in sorted({day for day, left in known if left}):
        at_risk = sum(1 for d, _ in known if d >= day)
        share *= 1 - sum(1 for d, left in known if d == day and left) / at_risk
        steps.append(Step(day, share))
    last = max((day for day, _ in known), default=first_day)
    return [*steps, Step(last, share)] if last > steps[-1].day else steps


def at_risk(times: Sequence[tuple[int, bool]], day: int) -> int:
    """Participants whose last contact is on this day or later."""
    return sum(1 for last, _ in times if last >= day)
