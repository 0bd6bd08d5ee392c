"""What the trial sees of the truth: visits kept and missed, specimens, interviews, questionnaires, the infusion and what follows.

Belongs here: the passage from days lived to facts recorded, each with the protocol day it belongs to; one module for each kind of fact, each
with random streams of its own. Does not belong here: file formats, missing codes, errors of entry.
"""

from __future__ import annotations

from random import Random

from simulator.observation import ending, events, hospital, questionnaires, screening, timeline, urine, visits
from simulator.observation.record import Record
from simulator.truth import Participant, ScreenFailure, stream

__all__ = ["Record", "observe", "observe_failure"]


def observe(seed: int, person: Participant) -> list[Record]:
    """Everything recorded about one randomized participant over the whole trial."""

    def draws(purpose: str) -> Random:
        return stream(seed, person.record_id, purpose)

    kept = visits.days(draws("visits"), person)
    return [
        *screening.randomized(draws("screening"), person),
        *hospital.stay(draws("hospital"), person),
        *visits.forms(draws("reasons"), person, kept),
        *hospital.sessions(draws("sessions"), person, kept),
        *urine.specimens(draws("urine"), person, kept),
        *timeline.interviews(draws("timeline"), person, kept),
        *questionnaires.marks(draws("craving"), person, kept),
        *questionnaires.answers(draws("questionnaires"), person, kept),
        *screening.laboratory(draws("laboratory"), person, kept),
        *events.during(draws("events"), person),
        *ending.of_trial(draws("ending"), person, kept),
    ]


def observe_failure(seed: int, person: ScreenFailure) -> list[Record]:
    """What is recorded of somebody who was screened and not randomized."""
    return list(screening.failed(stream(seed, person.record_id, "screening"), person))
