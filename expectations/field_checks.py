"""The form gate's checks: types, code lists, ranges, required fields and dates, straight from the protocol's fields.

Belongs here: which checks a field has, what is expected of its staged column, and which rows break it. Does not
belong here: rules about more than one field (`rules/`). A field rule takes the catalogue's id where a rule covers
that field and kind, else `FLD-<form>-<field>-<kind>`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatch
from typing import Any

from expectations.checks import Check, check_of_rule
from expectations.protocol import Field, Protocol, Rule
from expectations.suites import Expected

TYPED = frozenset(("integer", "number", "number_comma", "date", "partial_date", "datetime", "time", "yesno"))
NUMERIC = frozenset(("integer", "number", "number_comma"))
DATED = frozenset(("date", "datetime"))
CODED = frozenset(("code", "yesno", "checkbox"))
SEVERITY = {
    "type": "major",
    "codes": "major",
    "range": "minor",
    "required": "major",
    "limits": "critical",
    "survivor": "critical",
}
MESSAGES = {
    "type": "The value does not parse as the field's type",
    "codes": "The value is not in the field's code list",
    "range": "The value is outside the field's range",
    "required": "A required field is blank",
    "limits": "A date later than the export or outside the study's years",
    "survivor": "A missing code survived into a numeric column",
}


@dataclass(frozen=True)
class FieldCheck:
    """A check on one column of the judged frame: the expectation, and the condition (SQL) under which a row breaks it.

    `source` is the SQL that gives the column; by default it is a staged column of that name.
    """

    check: Check
    field: str
    expected: Expected
    column: str
    breaks: str
    kind: str
    source: str = ""

    @property
    def selected(self) -> str:
        return f'{self.source} as "{self.column}"' if self.source else f'"{self.column}"'


@dataclass(frozen=True)
class Limits:
    """The dates that can be: first and last day."""

    first: datetime | None
    last: datetime


def field_checks(protocol: Protocol, form: str, limits: Limits) -> list[FieldCheck]:
    """Every check of one form's staged table."""
    covering = [(rule, rule["covers"].split("|")) for rule in protocol.rules if rule["covers"]]
    found = []
    for one in protocol.fields_of(form):
        if one is protocol.fields[0]:
            continue
        source = _any_box(one) if one.data_type == "checkbox" else ""
        for kind, column, expectation, breaks in _kinds(one, limits):
            check = _check(protocol, one, kind, covering)
            expected = Expected(check.check_id, check.rule_id, expectation[0], {"column": column} | expectation[1])
            found.append(
                FieldCheck(check, one.name, expected, column, breaks, kind, source if kind == "required" else "")
            )
    return found


Kind = tuple[str, str, tuple[str, dict[str, Any]], str]


def _kinds(one: Field, limits: Limits) -> Iterator[Kind]:
    reason = f"{one.staging_name}__missing"
    if one.data_type in TYPED:
        yield "type", reason, ("not_in_set", {"value_set": ["NOT_PARSED"]}), f"{reason} = 'NOT_PARSED'"
    if one.data_type in CODED:
        yield "codes", reason, ("not_in_set", {"value_set": ["UNKNOWN_CODE"]}), f"{reason} = 'UNKNOWN_CODE'"
    if one.is_required and one.data_type == "checkbox":
        yield "required", f"{one.staging_name}__any", ("in_set", {"value_set": [True]}), f"not ({_any_box(one)})"
    elif one.is_required:
        yield "required", reason, ("not_in_set", {"value_set": ["BLANK"]}), f"{reason} = 'BLANK'"
    yield from _range(one)
    if one.data_type in NUMERIC:
        yield from _survivors(one)
    if one.data_type == "date" and not one.is_identifier:
        yield _date_limits(one, limits)


def _any_box(one: Field) -> str:
    """Whether any box of a checkbox is ticked, as SQL."""
    return " or ".join(one.staging_columns)


def _range(one: Field) -> Iterator[Kind]:
    name = one.staging_name
    low, high = (_limit(one.data_type, text or "") for text in (one.range_min, one.range_max))
    if low is None and high is None:
        return
    sides = [
        f"{name} < {_literal(low)}" if low is not None else "",
        f"{name} > {_literal(high)}" if high is not None else "",
    ]
    yield "range", name, ("between", {"min_value": low, "max_value": high}), " or ".join(side for side in sides if side)


def _limit(data_type: str, text: str) -> float | datetime | None:
    """A limit as the staged column's kind of value; one of another kind (a formula) is none."""
    if data_type in NUMERIC:
        return float(_number(text)) if _number(text) else None
    try:
        return datetime.fromisoformat(text) if data_type in DATED else None
    except ValueError:
        return None


def _literal(limit: float | datetime) -> str:
    return f"timestamp '{limit.isoformat(' ')}'" if isinstance(limit, datetime) else repr(limit)


def _survivors(one: Field) -> Iterator[Kind]:
    name = one.staging_name
    codes = [float(code) for code in one.missing_codes if _number(code)]
    if codes:
        listed = ", ".join(repr(code) for code in codes)
        yield "survivor", name, ("not_in_set", {"value_set": codes}), f"{name} in ({listed})"


def _number(text: str | None) -> str:
    """The text if it is a number."""
    try:
        float((text or "").replace(",", "."))
    except ValueError:
        return ""
    return (text or "").replace(",", ".")


def _date_limits(one: Field, limits: Limits) -> Kind:
    name = one.staging_name
    last = f"{name} > date '{limits.last.date().isoformat()}'"
    first = f"{name} < date '{limits.first.date().isoformat()}' or " if limits.first else ""
    return "limits", name, ("between", {"min_value": limits.first, "max_value": limits.last}), first + last


def _check(protocol: Protocol, one: Field, kind: str, covering: Sequence[tuple[Rule, list[str]]]) -> Check:
    relation = protocol.staging_table(one.form)
    restricted = one.is_blinded
    for rule, patterns in covering:
        if any(_covers(pattern, one, kind) for pattern in patterns):
            wanted = restricted or rule["is_restricted"] == "true"
            return check_of_rule(rule, relation, f"{one.name}:{kind}", is_restricted=wanted)
    rule_id = f"FLD-{one.form}-{one.name}-{kind}"
    action = "stop" if kind == "survivor" else "query"
    return Check(
        f"g1:{relation}:{rule_id}", rule_id, "g1", relation, SEVERITY[kind], action, MESSAGES[kind], restricted
    )


def _covers(pattern: str, one: Field, kind: str) -> bool:
    """`form.field:kind` with wildcards, or `@type:kind` for all fields of a type (`@coded`: with missing codes)."""
    who, _, what = pattern.rpartition(":")
    if what != kind:
        return False
    if who.startswith("@"):
        return who[1:] == one.data_type or (who == "@coded" and bool(one.missing_codes))
    return fnmatch(f"{one.form}.{one.name}", who)


def limits_of(study: Mapping[str, str], exported: datetime) -> Limits:
    """From the study's first year, where the protocol names one, to the day of the export."""
    first = study.get("first_year")
    return Limits(datetime(int(first), 1, 1) if first else None, exported)
