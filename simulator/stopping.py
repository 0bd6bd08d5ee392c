"""Nights that must be stopped: a written export is damaged in the way of one rule.

Belongs here: the passage from a rule to damaged files and their rows of the ledger. Does not belong here: the damage (`defects/files.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from simulator.defects import STOPPING
from simulator.nights import Night


def stopping_rules() -> tuple[str, ...]:
    """Rules that can stop a night, each once."""
    return tuple(dict.fromkeys(planter.rule_id for planter in STOPPING))


def damage(folder: Path, night: Night) -> Iterator[Sequence[str]]:
    """Damage an export so that the night's rule stops it; gives the ledger's rows."""
    planter = next(p for p in STOPPING if night.stopped_by in (p.rule_id, p.name))
    for change in planter.make(folder):
        key = ("", "", "", "", "")
        span = (night.export_id, night.export_id)
        yield change.rule_id, "planted", planter.name, change.file, *key, "", change.clean, change.dirty, *span
