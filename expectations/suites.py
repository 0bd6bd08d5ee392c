"""Great Expectations as the judge: a frame, a list of expectations, an outcome for each.

Belongs here: everything that touches Great Expectations. Does not belong here: what is expected (`runner.py`, the
protocol) and what follows from it. It is imported when the first suite is judged, because importing it costs more
than judging. One suite a frame, yes or no only: no value enters a result, and who breaks a rule is asked of the database.
"""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd
    from great_expectations.expectations.expectation import Expectation

CLASSES = {
    "in_set": "ExpectColumnValuesToBeInSet",
    "not_in_set": "ExpectColumnValuesToNotBeInSet",
    "between": "ExpectColumnValuesToBeBetween",
    "not_null": "ExpectColumnValuesToNotBeNull",
    "null": "ExpectColumnValuesToBeNull",
    "not_match": "ExpectColumnValuesToNotMatchRegex",
    "columns": "ExpectTableColumnsToMatchSet",
    "rows": "ExpectTableRowCountToBeBetween",
}


@dataclass(frozen=True)
class Expected:
    """One expectation: the check it stands for, its kind (a key of CLASSES) and its parameters."""

    check_id: str
    rule_id: str
    kind: str
    parameters: dict[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Outcome:
    """What became of one expectation; `error` names the kind of exception when it could not be judged."""

    met: bool
    error: str | None = None


def judge(frame: pd.DataFrame, suite: Sequence[Expected]) -> dict[str, Outcome]:
    """Judge a frame by a suite, in one batch.

    Args:
        frame: the rows to be judged.
        suite: what is expected of them.

    Returns:
        An outcome for every check id of the suite.
    """
    if not suite:
        return {}
    gx = _great_expectations()
    expectations = [_expectation(gx, one) for one in suite]
    batch = _context().data_sources.pandas_default.read_dataframe(frame)
    result = batch.validate(gx.ExpectationSuite(name="suite", expectations=expectations), result_format="BOOLEAN_ONLY")
    found = {r.expectation_config.meta["check_id"]: _outcome(r) for r in result.results}
    return {one.check_id: found.get(one.check_id, Outcome(False, "no result")) for one in suite}


@cache
def _great_expectations() -> Any:
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    logging.getLogger("great_expectations").setLevel(logging.CRITICAL)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import great_expectations as gx
    return gx


@cache
def _context() -> Any:
    from great_expectations.data_context.types.base import ProgressBarsConfig

    context = _great_expectations().get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False, metric_calculations=False)
    return context


def _expectation(gx: Any, one: Expected) -> Expectation:
    meta = {"check_id": one.check_id, "rule_id": one.rule_id}
    expectation: Expectation = getattr(gx.expectations, CLASSES[one.kind])(meta=meta, **one.parameters)
    return expectation


def _outcome(result: Any) -> Outcome:
    if result.exception_info and _raised(result.exception_info):
        return Outcome(False, "the expectation raised an exception")
    return Outcome(bool(result.success))


def _raised(info: dict[str, Any]) -> bool:
    if "raised_exception" in info:
        return bool(info["raised_exception"])
    return any(part.get("raised_exception") for part in info.values() if isinstance(part, dict))
