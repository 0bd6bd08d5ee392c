"""Simulated trials for tests: written once into a folder, or held in memory stage by stage.

Belongs here: making simulations and reading their files. Does not belong here: any check.
"""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from simulator.enrolment import Enrolment
from simulator.entry import Entry
from simulator.history import Life, Plan, lives, write
from simulator.nights import Night, calendar
from simulator.planting import Errors

Row = dict[str, str]
USUAL_ERRORS, NO_ERRORS = Errors(), Errors(per_person=0)


@dataclass(frozen=True)
class Written:
    """A simulation in a folder."""

    out: Path
    nights: tuple[Night, ...]

    @property
    def exports(self) -> list[Path]:
        return sorted((self.out / "ketmbrp_syn").iterdir())

    def truth(self) -> list[Row]:
        return rows_of(self.out / "truth" / "participants.csv")

    def ledger(self) -> list[Row]:
        return rows_of(self.out / "truth" / "defects.csv")


def written(
    out: Path,
    seed: int = 0,
    participants: int = 55,
    nights: int = 3,
    errors: Errors = USUAL_ERRORS,
    stops: tuple[str, ...] = (),
    workers: int = 1,
) -> Written:
    """Write a simulation; that of 55 participants is the calibrated one."""
    enrolment = Enrolment(seed, participants, calibrated=participants == 55)
    planned = calendar(enrolment, nights, errors.per_person == 0, stops)
    write(Plan(enrolment, planned, errors), out, workers)
    return Written(out, tuple(planned))


@cache
def everybody(seed: int = 0, participants: int = 55, calibrated: bool = True) -> tuple[Life, ...]:
    """Everybody of a trial at every stage, made once."""
    return tuple(lives(Enrolment(seed, participants, calibrated=calibrated)))


def entries(of: tuple[Life, ...]) -> list[Entry]:
    return [entry for life in of for entry in life.entries]


def rows_of(path: Path, encoding: str = "utf-8-sig") -> list[Row]:
    with path.open(newline="", encoding=encoding) as lines:
        return list(csv.DictReader(lines))


def table(night: Path, role: str) -> list[Row]:
    """The rows of a night's file of one role, under column names in lower case."""
    said = json.loads((night / "manifest.json").read_text())
    name = next(file["name"] for file in said["files"] if file["role"] == role)
    content = (night / name).read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252")
    header, *lines = csv.reader(text.splitlines(keepends=True))
    names = [title if role == "dictionary" else title.lower() for title in header]
    return [dict(zip(names, line, strict=False)) for line in lines]


def keyed(night: Path) -> dict[tuple[str, ...], Row]:
    """The data of a night by record, event, instrument and instance; a key that is there twice also under a number."""
    found: dict[tuple[str, ...], Row] = {}
    for row in table(night, "data"):
        key = tuple(list(row.values())[:4])
        found[key if key not in found else (*key, "again")] = row
    return found
