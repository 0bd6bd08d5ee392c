"""Nights that must be stopped: a written export is damaged in the way of one rule.

Belongs here: the passage from a rule to damaged files and their rows of the ledger. Does not belong here: the damage (`defects/files.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from simulator.defects import STOPPING
from simulator.ledger import damaged_rows
from simulator.nights import Night


def stopping_rules() -> tuple[str, ...]:
    """Rules that can stop a night, each once."""
    return tuple(dict.fromkeys(planter.rule_id for planter in STOPPING))


def require_known(stops: Sequence[str]) -> None:
    """Every fault asked for is one: a rule, or the name of a kind.

    Raises:
        ValueError: one is not.
    """
    unknown = [stop for stop in stops if not any(stop in (p.rule_id, p.name) for p in STOPPING)]
    if unknown:
        raise ValueError(f"nothing of this name stops a night: {', '.join(unknown)}")


def damage(folder: Path, night: Night) -> Iterator[Sequence[str]]:
    """Damage an export so that the night's rule stops it; gives the ledger's rows."""
    planter = next(p for p in STOPPING if night.stopped_by in (p.rule_id, p.name))
    return damaged_rows(night, planter.name, planter.make(folder))
