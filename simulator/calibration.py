"""The calibrated trial: for each participant when relapse comes, and how six months later go.

Belongs here: the courses that make the published headline counts, the adjusted odds ratio and the hazard ratio come out. Everything else
about these participants is invented. Does not belong here: any endpoint; these are days, and who leaves when.
Relapse days count from discharge (day 1 is the day after); null is no relapse within the trial.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

SMOKED, OTHER = 1, 2


@dataclass(frozen=True)
class Course:
    """One participant's course."""

    arm: str
    route: int
    relapse_day: int | None
    drops_out: bool = False
    abstinent_at_end: bool = False
    month6: str = "using"
    craving_level: float = 0.0


def _courses(arm: str, route: int, use: tuple[int, ...], dropout: tuple[int, ...], without: int) -> list[Course]:
    return [
        *(Course(arm, route, day) for day in use),
        *(Course(arm, route, day, drops_out=True, month6="not reached") for day in dropout),
        *(Course(arm, route, None, abstinent_at_end=True) for _ in range(without)),
    ]


def _plan() -> tuple[Course, ...]:
    courses = [
        # one early lapse of two days, then abstinent to the end
        Course("KET", SMOKED, 2, abstinent_at_end=True),
        *_courses("KET", SMOKED, (4, 6, 12, 15, 17, 18, 29), (7, 11, 17, 20), 6),
        *_courses("KET", OTHER, (7, 23), (1,), 6),
        *_courses(
            "MDZ", SMOKED, (2, 2, 3, 3, 8, 8, 10, 10, 11, 12, 14, 17, 21, 23, 26), (4, 6, 8, 10, 11, 11, 12, 14, 21), 2
        ),
        *_courses("MDZ", OTHER, (5,), (), 1),
    ]
    return tuple(_six_months(courses))


def _six_months(courses: list[Course]) -> list[Course]:
    """Twelve of the ketamine arm are abstinent at six months, eleven of them among those abstinent at the end; one of each arm is lost."""
    kept = [c for c in courses if c.arm == "KET" and c.abstinent_at_end]
    later = [c for c in courses if c.arm == "KET" and not c.abstinent_at_end and not c.drops_out]
    lost = [kept[-1], next(c for c in courses if c.arm == "MDZ" and not c.drops_out and not c.abstinent_at_end)]
    abstinent = [*kept[:11], later[-1]]
    said = {id(c): "abstinent" for c in abstinent} | {id(c): "not reached" for c in lost}
    return [
        Course(c.arm, c.route, c.relapse_day, c.drops_out, c.abstinent_at_end, said.get(id(c), c.month6))
        for c in courses
    ]


PLAN = _plan()
KETAMINE = sum(course.arm == "KET" for course in PLAN)


def craving_levels(count: int) -> list[float]:
    """Levels of so many people in standard deviations: the normal distribution's own quantiles, so that both arms begin alike."""
    return [NormalDist().inv_cdf((rank + 0.5) / count) for rank in range(count)]
