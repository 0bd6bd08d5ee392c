"""Entry: recorded facts as REDCap holds them, with the small dirt that every project has.

Belongs here: when a form reaches the database, values as text, missing items and codes, corrections between nights. Does not belong here:
what happened (`observation.py`), files (`export.py`). Dirt touches no field that an endpoint is made of.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

from simulator.crf import FIELDS, FORMS
from simulator.observation import Record, demographic_values, eligibility_values, screening_values
from simulator.truth import Participant, ScreenFailure, stream

FIELDS_OF = {form: tuple(f for f in FIELDS if f.form == form) for form in FORMS}
SPARED = frozenset(
    (
        "tlfb",
        "randomization",
        "infusion",
        "admission",
        "discharge",
        "screening",
        "disposition",
        "followup",
        "visit_status",
    )
)


@dataclass(frozen=True)
class Entry:
    """One form as entered: record, visit, form, instance, the day it was entered, its values as exported text."""

    record_id: str
    visit: str
    form: str
    instance: int
    entered: date
    values: dict[str, str] = field(default_factory=dict, hash=False)


def text(value: Any) -> str:
    """A value as REDCap exports it raw."""
    return value.isoformat() if isinstance(value, date) else str(value)


def enter(seed: int, person: Participant, records: Iterable[Record], clean: bool) -> list[Entry]:
    """One participant's forms as entered, each some days after the fact."""
    rng = stream(seed, person.record_id, "entry")
    return [_entry(rng, person, record, clean) for record in records]


def _entry(rng: Random, person: Participant, record: Record, clean: bool) -> Entry:
    late = rng.choices((0, 1, 2, 3, 45), (50, 25, 13, 10, 2))[0]
    delay = 0 if record.form in ("screening", "randomization") else late
    values = {name: text(value) for name, value in record.values.items()}
    dirty = values if clean or record.form in SPARED else _soil(rng, record.form, values)
    entered = person.day(record.pday) + timedelta(days=delay)
    return Entry(person.record_id, record.visit, record.form, record.instance, entered, dirty)


def _soil(rng: Random, form: str, values: dict[str, str]) -> dict[str, str]:
    """A questionnaire item left out, a missing code where one is allowed, now and then an unknown code or an impossible value."""
    soiled = dict(values)
    if form in ("ffmq", "pss", "cadss"):
        for name in values:
            if not name.endswith("_date") and name != "cd_timepoint" and rng.random() < 0.004:
                soiled[name] = rng.choice(("", "-99"))
    if form == "mbrp_session" and rng.random() < 0.02 and "ms_minutes" in values:
        soiled["ms_minutes"] = "-98"
    if form == "infusion_vitals" and rng.random() < 0.004:
        soiled["iv_hr"] = "720"
    if form == "adverse_event" and rng.random() < 0.03:
        soiled["ae_relation"] = "7"
    return soiled


def enter_failure(seed: int, person: ScreenFailure) -> list[Entry]:
    """A screen failure's forms; somebody who declines at once leaves two."""
    rng = stream(seed, person.record_id, "entry")
    day = person.screening
    item = person.failed_item if person.reason == 1 else None
    forms = {
        "screening": screening_values(person.site, day, person.initials),
        "eligibility": eligibility_values(day, item, person.reason),
    }
    if not person.is_brief:
        forms["demographics"] = demographic_values(person)
        forms["visit_status"] = {"vis_attended": 1, "vis_date": day}
    entered = day + timedelta(days=rng.randint(0, 2))
    return [
        Entry(person.record_id, "SCR", form, 0, entered, {name: text(value) for name, value in values.items()})
        for form, values in forms.items()
    ]
