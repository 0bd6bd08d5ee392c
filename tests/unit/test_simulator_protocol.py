"""The example study's protocol describes the forms that its simulator fills, field for field.

Belongs here: the seeds beside `simulator/crf.py`, which knows nothing of them. Does not belong here: what an export holds
(`test_simulator.py`), how seeds are read (`test_protocol.py`).
"""

from __future__ import annotations

import csv
from collections.abc import Iterable

from house import STUDY

from expectations.protocol import Choice, Field, load_protocol
from orchestration.settings import SEEDS
from simulator import crf, schedule
from simulator.codes import CHOICES

PROTOCOL = load_protocol(STUDY, SEEDS)
# what came with the amendment is unknown to the protocol
FIELDS = crf.fields(amended=False)
MISSING_CODES = ("-99", "-98", "-97", "-96", "-88")
# a temperature of 99 is this laboratory's code of its own
OWN_CODES = {"ur_temp_f": ("99",)}


def seeded(field: Field) -> tuple[object, ...]:
    """What the protocol and the simulator both say of a field."""
    limits = (field.range_min or "", field.range_max or "")
    kind = (field.data_type, field.codelist_name, *limits, field.is_required, field.is_identifier)
    return (field.form, field.name, field.label, *kind, field.missing_codes)


def simulated(field: crf.Field) -> tuple[object, ...]:
    codes = (*MISSING_CODES, *OWN_CODES.get(field.name, ())) if field.coded else ()
    kind = (field.kind, field.codes, field.low, field.high, field.required, field.identifier)
    return (field.form, field.name, field.label, *kind, codes)


def choices(listed: Iterable[Choice]) -> str:
    return " | ".join(f"{choice.code}, {choice.label}" for choice in listed)


def test_fields_are_the_same_in_the_same_order() -> None:
    assert [seeded(field) for field in PROTOCOL.fields] == [simulated(field) for field in FIELDS]
    assert [field.position for field in PROTOCOL.fields] == list(range(1, len(FIELDS) + 1))


def test_forms_are_the_same_in_the_same_order() -> None:
    assert [(form.name, form.position) for form in PROTOCOL.forms] == [(f, n) for n, f in enumerate(crf.FORMS, 1)]
    assert {form.name for form in PROTOCOL.forms if form.is_repeating} == crf.REPEATING


def test_codes_and_their_labels_are_the_same() -> None:
    for field in PROTOCOL.fields:
        if field.codelist_name:
            assert choices(field.codelist) == CHOICES[field.codelist_name], field.name


def test_the_schedule_is_the_same_and_what_repeats_is_not_expected_once() -> None:
    with (SEEDS / "schedule.csv").open(newline="") as lines:
        rows = list(csv.DictReader(lines))
    told = [(row["form"], row["visit"], row["event_name"]) for row in rows]
    assert told == [(form, visit, schedule.EVENTS[visit]) for form in crf.FORMS for visit in schedule.SCHEDULE[form]]
    once = {row["form"] for row in rows if row["is_expected_once"] == "true"}
    assert once.isdisjoint(crf.REPEATING)
    assert once | crf.REPEATING | {"disposition"} == set(crf.FORMS)
