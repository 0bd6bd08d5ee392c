"""Errors: for each quality rule that an export can break, at least one way to break it.

Belongs here: the catalogue. One module holds the errors of one domain; `files.py` those that stop a night.
"""

from __future__ import annotations

from collections.abc import Mapping

from simulator.defects import events, files, infusion, people, questionnaires, timeline, urine, visits
from simulator.defects.model import NightPlanter, Planter

PLANTERS: tuple[Planter, ...] = (
    *people.PLANTERS,
    *visits.PLANTERS,
    *infusion.PLANTERS,
    *urine.PLANTERS,
    *timeline.PLANTERS,
    *questionnaires.PLANTERS,
    *events.PLANTERS,
)
STOPPING: tuple[NightPlanter, ...] = files.STOPPING
INVARIANTS: Mapping[str, str] = {
    "DQ-08": "a mask of the warehouse: no input puts an arm into a blinded table",
    "DQ-44": "a score of the warehouse",
    "DQ-45": "the warehouse's own staging decodes missing codes",
    "DQ-65": "the warehouse counts specimens",
    "DQ-67": "a mask of the warehouse",
    "DQ-85": "the warehouse's endpoints",
    "DQ-86": "the warehouse's endpoints",
    "DQ-87": "the warehouse's endpoints",
    "DQ-88": "the warehouse's flow diagram",
    "DQ-89": "applies when the study is locked; the example study is not",
    "DQ-92": "the warehouse's own hashes",
}
