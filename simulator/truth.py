"""The truth of a trial: who the participants are and what they do, day by day.

Belongs here: people, arms, true cocaine use by protocol day (admission is day 1, there is a day 0), dropout, latent scores, the state at six
months. Does not belong here: what anybody observes of it (`observation/`). No endpoint is written here: they follow from the days.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from simulator import calibration

FIRST_DAY, TRIAL_END = -60, 35
DISCHARGE = 5
FIRST_ADMISSION = date(2031, 1, 13)
# However many take part, they are screened within these days.
ENROLMENT_DAYS = 332
LONGEST_WAIT_DAYS = 20
# The protocol's amendment: a new consent form, a new field and a new choice.
AMENDED = FIRST_ADMISSION + timedelta(days=200)
KET_SHARE = 27 / 55
CRAVING_DEVIATION = 0.9
ROUTES = (1, 2, 3, 4)


@dataclass
class Participant:
    """One randomized participant; days are protocol days."""

    record_id: str
    site: str
    arm: str
    route: int
    sex: int
    race: int
    ethnicity: int
    age: int
    birth_date: date
    initials: str
    height_cm: float
    weight_kg: float
    screening: date
    admission: date
    randomization_no: int
    discharge_day: int = DISCHARGE
    last_contact_day: int | None = None
    use_days: set[int] = field(default_factory=set)
    spending_usd: float = 60.0
    craving_before: float = 3.9
    craving_after: float = 3.3
    mindfulness: float = 0.0
    stress: float = 0.0
    month6_reached: bool = True
    month6_abstinent: bool = False
    month6_day: int = 182
    is_planned: bool = False
    must_keep: bool = False

    def day(self, pday: int) -> date:
        """The calendar date of a protocol day."""
        return self.admission + timedelta(days=pday - 1)

    def pday(self, day: date) -> int:
        return (day - self.admission).days + 1


@dataclass(frozen=True)
class ScreenFailure:
    """Somebody who was screened and not randomized; `reason` 1 not eligible, 2 declined, 3 other."""

    record_id: str
    site: str
    sex: int
    race: int
    ethnicity: int
    age: int
    birth_date: date
    initials: str
    route: int
    height_cm: float
    weight_kg: float
    screening: date
    reason: int
    failed_item: int
    is_brief: bool


def stream(seed: int, *names: object) -> Random:
    """A random stream of its own for each purpose: adding a draw in one place moves none elsewhere."""
    return Random(":".join(map(str, (seed, *names))))


def _demographics(rng: Random, came: date) -> dict[str, object]:
    age = min(60, max(21, round(rng.gauss(45, 9))))
    birthday = date(came.year - age, came.month, min(came.day, 28)) - timedelta(days=rng.randint(0, 360))
    height = round(min(198.0, max(158.0, rng.gauss(174, 8))), 1)
    index = min(38.0, max(19.0, rng.gauss(26.3, 4.3)))
    return {
        "sex": 1 if rng.random() < 0.75 else 2,
        "race": rng.choices((3, 5, 6, 7, 2), (60, 25, 8, 5, 2))[0],
        "ethnicity": rng.choices((1, 2, 3), (25, 72, 3))[0],
        "age": _age(birthday, came),
        "birth_date": birthday,
        "initials": "".join(rng.choice("ABCDEFGHJKLMNPRSTW") for _ in range(2)),
        "height_cm": height,
        "weight_kg": round(index * (height / 100) ** 2, 1),
    }


def _age(birthday: date, on: date) -> int:
    return on.year - birthday.year - ((on.month, on.day) < (birthday.month, birthday.day))


def participant(seed: int, record_id: str, came: date, number: int, arm: str) -> Participant:
    """Somebody who is randomized, with the number and the arm; the days are still to be lived."""
    rng = stream(seed, record_id, "person")
    admission = came + timedelta(days=rng.randint(7, LONGEST_WAIT_DAYS))
    return Participant(
        record_id=record_id,
        site=record_id[:2],
        arm=arm,
        route=rng.choices(ROUTES, (80, 17, 1, 2))[0],
        screening=came,
        admission=admission,
        randomization_no=number,
        **_demographics(rng, came),  # type: ignore[arg-type]
    )


def screen_failure(seed: int, record_id: str, came: date) -> ScreenFailure:
    """Somebody who is not."""
    rng = stream(seed, record_id, "person")
    reason = rng.choices((1, 2, 3), (65, 25, 10))[0]
    return ScreenFailure(
        record_id=record_id,
        site=record_id[:2],
        route=rng.choices(ROUTES, (80, 17, 1, 2))[0],
        screening=came,
        reason=reason,
        failed_item=rng.randint(1, 6),
        is_brief=reason == 2,
        **_demographics(rng, came),  # type: ignore[arg-type]
    )


def live(seed: int, person: Participant, plan: calibration.Course | None) -> None:
    """Fill in the days: use before admission, the course after discharge, latent scores, six months."""
    rng = stream(seed, person.record_id, "life")
    chance = rng.betavariate(6, 5)
    person.use_days |= {d for d in range(FIRST_DAY, 0) if rng.random() < chance * _weekday_factor(person.day(d))}
    person.spending_usd = rng.lognormvariate(5.0, 0.5)
    person.mindfulness = rng.gauss(0.15 if person.arm == "KET" else 0.0, 1.0)
    person.stress = rng.gauss(-0.1 if person.arm == "KET" else 0.0, 1.0)
    drawn = rng.gauss(0, 1)
    level = CRAVING_DEVIATION * (drawn if plan is None else plan.craving_level)
    person.craving_before = 3.9 + 0.5 * level
    person.craving_after = 3.3 + level + (-0.8675 if person.arm == "KET" else 0.0)
    person.month6_day = 182 + rng.randint(-20, 20)
    if plan is None:
        _free_course(rng, person)
    else:
        _planned_course(rng, person, plan)


def _weekday_factor(day: date) -> float:
    """More use at weekends and around paydays, never certainty."""
    factor = 1.25 if day.weekday() in (4, 5) else 0.95
    return factor * (1.15 if day.day in (1, 2, 15, 16) else 1.0)


def _free_course(rng: Random, person: Participant) -> None:
    """A course drawn from daily hazards that differ by arm."""
    relapse, leave = (0.025, 0.012) if person.arm == "KET" else (0.07, 0.016)
    if rng.random() < 0.02:
        person.discharge_day = rng.randint(3, 4)
    using = False
    for day in range(person.discharge_day + 1, TRIAL_END + 160):
        using = using or rng.random() < relapse
        if using and rng.random() < 0.45 * _weekday_factor(person.day(day)):
            person.use_days.add(day)
        if using and rng.random() < 0.03:
            using = False
        if person.last_contact_day is None and day <= TRIAL_END + 5 and rng.random() < leave * (1.6 if using else 1.0):
            person.last_contact_day = day
    recent = range(person.month6_day - 30, person.month6_day)
    if rng.random() < (0.45 if person.arm == "KET" else 0.15):
        person.use_days -= set(recent)
    elif not person.use_days.intersection(recent):
        person.use_days.add(person.month6_day - rng.randint(2, 28))
    person.month6_abstinent = not person.use_days.intersection(recent)
    person.month6_reached = rng.random() < (0.55 if person.last_contact_day is not None else 0.85)


def _planned_course(rng: Random, person: Participant, plan: calibration.Course) -> None:
    """A course whose first relapse, or lack of one, is given; what happens after it is drawn."""
    person.is_planned = True
    person.route = plan.route if plan.route == 1 else rng.choice((2, 2, 4))
    person.must_keep = plan.abstinent_at_end
    if plan.drops_out and plan.relapse_day is not None:
        person.last_contact_day = plan.relapse_day + DISCHARGE - 1
    elif plan.relapse_day is not None:
        first = plan.relapse_day + DISCHARGE
        person.use_days.add(first)
        if plan.abstinent_at_end:
            person.use_days.add(first + 1)
        else:
            person.use_days |= {d for d in range(first + 1, 42) if rng.random() < 0.5}
            person.use_days |= {rng.randint(max(first, 22), max(first, 28)), rng.randint(max(first, 29), 35)}
    person.month6_reached = plan.month6 != "not reached"
    person.month6_abstinent = plan.month6 == "abstinent"
    recent = range(person.month6_day - 30, person.month6_day)
    if not person.month6_abstinent:
        person.use_days |= {d for d in recent if rng.random() < 0.3} | {person.month6_day - 3}
