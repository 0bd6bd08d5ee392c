"""A fact as recorded. Belongs here: its shape and how a clock time is written. Does not belong here: any fact."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Record:
    """One filled form: visit (LOG for the ongoing event), form, instance (0: not repeating), protocol day, values by field."""

    visit: str
    form: str
    instance: int
    pday: int
    values: dict[str, Any] = field(default_factory=dict, hash=False)


def clock(minutes: int) -> str:
    """Minutes after midnight as HH:MM."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
