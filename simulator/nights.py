"""The nights of a history: on which days an export is made, what each shows, and how its files are written.

Belongs here: the calendar of exports. Does not belong here: what an export holds (`history.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from simulator.enrolment import Enrolment
from simulator.truth import AMENDED, FIRST_ADMISSION

FIRST_NIGHT_DAY = 100
AFTER_ENROLMENT_DAYS = 260
# From so many good nights on, one of them repeats the night before it.
NIGHTS_WITH_REPEAT = 5
REPEATED_STATE = 0


@dataclass(frozen=True)
class Habit:
    """How the files of one export are written: encoding and line ends of the data, the case of its header."""

    encoding: str = "utf-8"
    line_end: str = "\n"
    is_upper_case: bool = False


PLAIN = Habit()
# What an export looks like after it has passed through somebody's hands.
HABITS = (PLAIN, Habit(encoding="utf-8-sig", line_end="\r\n"), Habit(encoding="cp1252"), Habit(is_upper_case=True))


@dataclass(frozen=True)
class Night:
    """One export: its day, the state of the database it shows, how its files are written, and the rule that stops it."""

    day: date
    state: int
    habit: Habit = PLAIN
    stopped_by: str = ""

    @property
    def export_id(self) -> str:
        return self.day.isoformat()

    @property
    def exported_at(self) -> datetime:
        return datetime.combine(self.day, time(2, 0), UTC)

    @property
    def is_amended(self) -> bool:
        return self.day > AMENDED


def good_nights(nights: Sequence[Night], state: int) -> list[Night]:
    """The nights that show a state and are not stopped, oldest first."""
    return [night for night in nights if night.state == state and not night.stopped_by]


def states_of(nights: Sequence[Night]) -> list[Night]:
    """The first good night of each state, oldest first."""
    return [good_nights(nights, state)[0] for state in sorted({night.state for night in nights})]


def calendar(enrolment: Enrolment, count: int, clean: bool = False, stops: Sequence[str] = ()) -> list[Night]:
    """The nights of a history, oldest first.

    Args:
        enrolment: whose trial; the last night is after its last six-month call.
        count: how many good nights; from five on one of them shows the state of the night before it, unchanged.
        clean: every file is written plainly.
        stops: rules; each adds a night that it stops, the day after one of the good nights but the last.

    Raises:
        ValueError: no night at all.
    """
    if count < 1:
        raise ValueError("nights must be at least 1")
    repeats = count >= NIGHTS_WITH_REPEAT
    states = _states(enrolment, count - repeats)
    nights = [
        Night(day, state, PLAIN if clean or state == len(states) - 1 else HABITS[state % len(HABITS)])
        for state, day in enumerate(states)
    ]
    if repeats:
        before = nights[REPEATED_STATE]
        nights.append(Night(before.day + timedelta(days=1), before.state, before.habit))
    nights += _stopped(nights, len(states), stops)
    return sorted(nights, key=lambda night: night.day)


def _states(enrolment: Enrolment, count: int) -> list[date]:
    first = FIRST_ADMISSION + timedelta(days=FIRST_NIGHT_DAY)
    last = enrolment.end + timedelta(days=AFTER_ENROLMENT_DAYS)
    step = (last - first) / max(1, count - 1)
    return [*(first + step * n for n in range(count - 1)), last]


def _stopped(good: Sequence[Night], states: int, stops: Sequence[str]) -> list[Night]:
    """Nights of their own for faults that stop one, spread over the good nights from the middle of the history on."""
    added: list[Night] = []
    for number, rule_id in enumerate(stops):
        state = min(((states - 1) // 2 + number) % states, max(0, states - 2))
        taken = {night.day for night in (*good, *added)}
        day = next(night.day for night in good if night.state == state)
        while day in taken:
            day += timedelta(days=1)
        added.append(Night(day, state, PLAIN, rule_id))
    return added
