"""Who is screened, where and when, and with which arm: what people of one trial must agree on.

Belongs here: the order of screening, sites, record ids, the randomization list. Does not belong here: anybody's life (`truth.py`).
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from itertools import accumulate
from string import ascii_uppercase

from simulator import calibration
from simulator.truth import (
    ENROLMENT_DAYS,
    FIRST_ADMISSION,
    KET_SHARE,
    LONGEST_WAIT_DAYS,
    Participant,
    ScreenFailure,
    live,
    participant,
    screen_failure,
    stream,
)

SITES = ("NY", *(f"{a}{b}" for a in ascii_uppercase for b in ascii_uppercase if a + b != "NY"))
MOST_AT_A_SITE = 999_999


@dataclass(frozen=True)
class Enrolment:
    """Who is screened in which order, at which site, with which arm: all that people of one trial must agree on.

    A few bytes a person; everything else about somebody is drawn when it is their turn, so that a trial of any size can be told person by
    person. Positions are ranks in the order of screening, from 0.

    Args:
        seed: the same seed gives the same trial.
        participants: how many are randomized.
        sites: how many sites; positions go round them.
        calibrated: take the courses of use from `calibration.py` (55 participants only); everything else is drawn all the same.
    """

    seed: int
    participants: int
    sites: int = 1
    calibrated: bool = False

    def __post_init__(self) -> None:
        if self.calibrated and self.participants != len(calibration.PLAN):
            raise ValueError(f"the calibrated trial has {len(calibration.PLAN)} participants")
        if self.participants < 1:
            raise ValueError("participants must be at least 1")
        if not 1 <= self.sites <= min(len(SITES), self.total):
            raise ValueError(f"sites must be between 1 and {min(len(SITES), self.total)}")
        if self.total > MOST_AT_A_SITE * self.sites:
            raise ValueError(f"{self.total} people need more sites: {MOST_AT_A_SITE} is the most at one")

    @property
    def total(self) -> int:
        """Everybody who is screened."""
        return self.participants + round(self.participants * 28 / 55)

    @cached_property
    def _randomized(self) -> bytes:
        order = bytearray([1] * self.participants + [0] * (self.total - self.participants))
        stream(self.seed, "screening order").shuffle(order)
        return bytes(order)

    @cached_property
    def _numbers(self) -> array[int]:
        """How many were randomized before each position."""
        return array("L", accumulate(self._randomized, initial=0))

    @cached_property
    def _arms(self) -> bytes:
        ket = calibration.KETAMINE if self.calibrated else round(self.participants * KET_SHARE)
        arms = bytearray([1] * ket + [0] * (self.participants - ket))
        stream(self.seed, "randomization").shuffle(arms)
        return bytes(arms)

    @cached_property
    def _courses(self) -> list[calibration.Course | None]:
        if not self.calibrated:
            return []
        waiting = {arm: self._shuffled([c for c in calibration.PLAN if c.arm == arm]) for arm in ("KET", "MDZ")}
        return [waiting["KET" if arm else "MDZ"].pop() for arm in self._arms]

    def _shuffled(self, courses: list[calibration.Course]) -> list[calibration.Course | None]:
        """Courses of one arm in an order of their own, each with a level of craving."""
        stream(self.seed, "courses").shuffle(courses)
        levels = calibration.craving_levels(len(courses))
        stream(self.seed, "craving", courses[0].arm).shuffle(levels)
        return [replace(course, craving_level=level) for course, level in zip(courses, levels, strict=True)]

    @property
    def end(self) -> date:
        """The last day on which somebody may be admitted."""
        return FIRST_ADMISSION + timedelta(days=ENROLMENT_DAYS + LONGEST_WAIT_DAYS + 1)

    def places(self) -> Iterator[tuple[int, str]]:
        """Position and record id of everybody, in the order of record ids."""
        for site in range(self.sites):
            for number, position in enumerate(range(site, self.total, self.sites), 1):
                yield position, f"{SITES[site]}-{number:03d}"

    def person(self, position: int, record_id: str) -> Participant | ScreenFailure:
        """The truth about one person."""
        gap = stream(self.seed, record_id, "gap").randint(-1, 1)
        came = FIRST_ADMISSION + timedelta(days=ENROLMENT_DAYS * (position + 1) // self.total + gap)
        if not self._randomized[position]:
            return screen_failure(self.seed, record_id, came)
        rank = self._numbers[position]
        person = participant(self.seed, record_id, came, rank + 1, "KET" if self._arms[rank] else "MDZ")
        live(self.seed, person, self._courses[rank] if self.calibrated else None)
        return person
