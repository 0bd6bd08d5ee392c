"""The truth's file, `participants.csv`: one row for everybody screened.

Belongs here: its columns, what tests may compare a warehouse with. It never belongs into `raw/`. Does not belong here: errors (`ledger.py`).
"""

from __future__ import annotations

from collections.abc import Sequence

from simulator.endpoints import Endpoints
from simulator.truth import Participant, ScreenFailure

HEADER = [
    "record_id",
    "arm",
    "route",
    "abst2w",
    "relapse_day",
    "relapsed",
    "abst6m",
    "admission",
    "last_contact_day",
    "use_days",
    "craving_before",
    "craving_after",
    "mindfulness",
    "stress",
]


def truth_row(person: Participant | ScreenFailure, found: Endpoints | None) -> Sequence[str]:
    """Arm, route, endpoints as they follow from what was recorded, and what nobody can see: days of use, latent levels."""
    if isinstance(person, ScreenFailure) or found is None:
        return [person.record_id, "", str(person.route), *[""] * (len(HEADER) - 3)]
    flags = (str(flag).lower() for flag in (found.relapsed, found.abst6m))
    latent = (person.craving_before, person.craving_after, person.mindfulness, person.stress)
    return [
        person.record_id,
        person.arm,
        str(person.route),
        str(found.abst2w).lower(),
        str(found.relapse_day),
        *flags,
        person.admission.isoformat(),
        "" if person.last_contact_day is None else str(person.last_contact_day),
        " ".join(map(str, sorted(person.use_days))),
        *(f"{value:.4f}" for value in latent),
    ]
