"""The schedule of the example study: visits, REDCap's events for them, and the forms of each.

Belongs here: which form belongs to which visit. Does not belong here: on which day a visit is held (`observation/visits.py`).
"""

from __future__ import annotations

SLOTS = tuple(f"W{week}{slot}" for week in range(2, 6) for slot in "AB")
WEEKLY = tuple(f"W{week}A" for week in range(2, 6))
VISITS = ("SCR", "P1", "P2", "P3", "P4", "P5", *SLOTS, "EOT", "M6")
EVENTS = {"SCR": "screening_arm_1", "EOT": "end_of_trial_arm_1", "M6": "month_6_arm_1", "LOG": "ongoing_arm_1"}
EVENTS |= {f"P{day}": f"day_{day}_arm_1" for day in range(1, 6)}
EVENTS |= {slot: f"week_{slot[1:].lower()}_arm_1" for slot in SLOTS}
EVENT_LABELS = {"SCR": "Screening", "EOT": "End of trial", "M6": "Month 6", "LOG": "Ongoing"}
EVENT_LABELS |= {f"P{day}": f"Day {day}" for day in range(1, 6)} | {slot: f"Week {slot[1:]}" for slot in SLOTS}
SCHEDULE = {
    "screening": ("SCR",),
    "eligibility": ("SCR",),
    "scid": ("SCR",),
    "demographics": ("SCR",),
    "physical": ("SCR",),
    "medical_history": ("LOG",),
    "laboratory": ("SCR", "EOT"),
    "visit_status": ("SCR", "P1", "P2", "P3", "P4", "P5", *SLOTS, "EOT"),
    "admission": ("P1",),
    "randomization": ("P2",),
    "infusion": ("P2", "P3"),
    "infusion_vitals": ("P2",),
    "cadss": ("P2",),
    "discharge": ("P5",),
    "mbrp_session": ("P2", "P3", "P4", "P5", *WEEKLY),
    "urine": ("SCR", "P1", "P5", *SLOTS, "EOT"),
    "tlfb": ("SCR", "P1", *SLOTS, "EOT", "M6"),
    "craving": ("SCR", "P1", "P5", *WEEKLY, "EOT"),
    "ffmq": ("P1", *WEEKLY, "EOT"),
    "pss": ("P1", *WEEKLY, "EOT"),
    "cssrs": ("SCR", "P5", *WEEKLY, "EOT"),
    "adverse_event": ("LOG",),
    "con_med": ("LOG",),
    "deviation": ("LOG",),
    "disposition": ("LOG",),
    "followup": ("M6",),
}
# the days before admission that the timeline asks about, and how many of use make somebody eligible
BASELINE, FEWEST_BASELINE_USE_DAYS = range(-29, 1), 4
# where a form may be, although nobody expects it there
UNPLANNED = frozenset((("infusion", "P3"),))
EVENT_ORDER = tuple(EVENTS[visit] for visit in (*VISITS, "LOG"))


def designated(form: str) -> tuple[str, ...]:
    """Events that designate a form."""
    return tuple(EVENTS[visit] for visit in SCHEDULE[form])
