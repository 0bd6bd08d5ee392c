"""The nights of a simulated trial: what each export holds, and how it differs from the one before.

Belongs here: which entries an export has on its day, corrections, late forms, a deleted record, a broken file. Does not belong here: how an
export is written.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from simulator.endpoints import Endpoints, endpoints
from simulator.entry import Entry, enter, enter_failure
from simulator.export import STUDY, write_export
from simulator.observation import observe
from simulator.truth import Participant, Trial, make_trial

# what the first night gets wrong and the later ones have right: form, field, wrong value
TYPOS = (
    ("adverse_event", "ae_severity", "3"),
    ("urine", "ur_ph", "17.1"),
    ("demographics", "dm_ethnicity", "6"),
    ("mbrp_session", "ms_minutes", "600"),
)


@dataclass(frozen=True)
class Simulation:
    """A trial, everything entered about it, and the endpoints that follow from what was recorded."""

    trial: Trial
    entries: tuple[Entry, ...]
    endpoints: tuple[tuple[Participant, Endpoints], ...]

    @property
    def last_admission(self) -> date:
        return max(person.admission for person in self.trial.participants)


def simulate(seed: int, participants: int = 55, calibrated: bool = True, clean: bool = False) -> Simulation:
    """Truth, observation and entry of one whole trial."""
    trial = make_trial(seed, participants, calibrated)
    observed = [(person, observe(seed, person)) for person in trial.participants]
    entries = [e for person, records in observed for e in enter(seed, person, records, clean)]
    entries += [e for person in trial.screen_failures for e in enter_failure(seed, person)]
    return Simulation(trial, tuple(entries), tuple((p, endpoints(p, records)) for p, records in observed))


def nights(simulation: Simulation, count: int) -> list[date]:
    """Days of the exports: the last is after the last six-month call, the first while the last participants are in treatment."""
    first, last = simulation.last_admission + timedelta(days=20), simulation.last_admission + timedelta(days=260)
    step = (last - first) // max(1, count - 1)
    return [last] if count == 1 else [first + step * n for n in range(count - 1)] + [last]


def entries_on(simulation: Simulation, day: date, number: int, count: int, clean: bool) -> list[Entry]:
    """What the export of a day holds: nothing entered later, on the first night some typing errors, on the last one record less."""
    held = [entry for entry in simulation.entries if entry.entered < day]
    if clean:
        return held
    if number == 0 and count > 1:
        return _mistyped(held)
    deleted = _deleted_record(simulation)
    return [entry for entry in held if number < count - 1 or entry.record_id != deleted]


def _mistyped(held: Sequence[Entry]) -> list[Entry]:
    wrong = {}
    for form, name, value in TYPOS:
        found = next(i for i, e in enumerate(held) if e.form == form and e.values.get(name))
        wrong[found] = replace(held[found], values=held[found].values | {name: value})
    return [wrong.get(i, entry) for i, entry in enumerate(held)]


def _deleted_record(simulation: Simulation) -> str:
    """A screen failure who declined at once: two forms, gone from the last night."""
    return next((p.record_id for p in simulation.trial.screen_failures if p.is_brief), "")


def write_nights(simulation: Simulation, out: Path, count: int, clean: bool = False) -> list[Path]:
    """Write the exports of a simulation, oldest first."""
    days = nights(simulation, count)
    return [
        write_export(out, datetime.combine(day, time(2, 0), UTC), entries_on(simulation, day, number, count, clean))
        for number, day in enumerate(days)
    ]


def write_truth(simulation: Simulation, out: Path) -> Path:
    """Write arms and endpoints of the simulation to `<out>/truth/participants.csv`."""
    lines = ["record_id,arm,route,abst2w,relapse_day,relapsed,abst6m"]
    for person, found in simulation.endpoints:
        flags = (str(flag).lower() for flag in (found.relapsed, found.abst6m))
        lines.append(
            ",".join(
                [
                    person.record_id,
                    person.arm,
                    str(person.route),
                    str(found.abst2w).lower(),
                    str(found.relapse_day),
                    *flags,
                ]
            )
        )
    target = out / "truth" / "participants.csv"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text("\n".join(lines) + "\n")
    return target


def write_broken(good: Path, out: Path) -> Path:
    """An export after `good` that no gate may let through: a renamed column, and a file cut off after its manifest was written."""
    said = json.loads((good / "manifest.json").read_text())
    later = datetime.fromisoformat(said["exported_at"]) + timedelta(days=1)
    folder = out / STUDY / later.strftime("%Y-%m-%d")
    shutil.copytree(good, folder)
    data = next(folder / f["name"] for f in said["files"] if f["role"] == "data")
    header, *rows = data.read_text().splitlines(keepends=True)
    data.write_text(header.replace(",ur_bze,", ",ur_bze_result,") + "".join(rows[:200]) + rows[200][:40])
    (folder / "manifest.json").write_text(
        json.dumps(said | {"exported_at": later.strftime("%Y-%m-%dT%H:%M:%SZ")}, indent=2) + "\n"
    )
    return folder
