"""Findings about what is masked as a whole: a rule about rows of any form is judged in two parts, and one of them is restricted.

Belongs here: which forms and instruments those are, and the split. Does not belong here: rules that are restricted altogether
(`rules.csv`), blinded fields (`field_checks.py`), masks of a release (`release_checks.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from expectations.checks import Check
from expectations.protocol import Protocol
from expectations.rule_checks import RuleRun

# Both parts of these are always judged: a restricted part that came and went would tell that there was a finding.
MIXED_RULES = frozenset(("DQ-03", "DQ-04", "DQ-06", "DQ-20", "DQ-44"))


def masked_forms(protocol: Protocol) -> frozenset[str]:
    """Forms of which every field is blinded, and masked instruments: that there is a row is itself hidden."""
    fields = {form.name: protocol.fields_of(form.name) for form in protocol.forms}
    forms = {name for name, listed in fields.items() if listed and all(field.is_blinded for field in listed)}
    return frozenset(forms | {mask.masked_value for mask in protocol.masks if mask.column_name == "instrument"})


def masked_part(check: Check) -> Check:
    """The restricted part of a check."""
    return replace(check, check_id=f"{check.check_id}:masked", is_restricted=True)


def split(protocol: Protocol, runs: Iterable[RuleRun]) -> Iterator[RuleRun]:
    """Each run, and beside it the part that is about something masked."""
    hidden = masked_forms(protocol)
    for run in runs:
        if run.violations is None or run.check.is_restricted:
            yield run
            continue
        masked = [v | {"is_restricted": True} for v in run.violations if v["form"] in hidden]
        yield replace(run, violations=[v for v in run.violations if v["form"] not in hidden])
        if masked or (hidden and run.check.rule_id in MIXED_RULES):
            yield RuleRun(masked_part(run.check), masked, run.population)
