"""The one reader of `dbt_project/seeds/protocol/*.csv`.

Belongs here: seed rows to protocol objects. Does not belong here: what a protocol means (`protocol.py`); SQL reads
the seeds itself.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TypeVar

from expectations.protocol import (
    Choice,
    Field,
    Form,
    Mask,
    Protocol,
    Rule,
    ScheduleRow,
    UnknownStudy,
    UnusableProtocol,
    Visit,
)

Positioned = TypeVar("Positioned", Form, Field, Visit)


def read_protocol(study_id: str, seeds: Path) -> Protocol:
    """The protocol of a study from its seed rows; UnknownStudy when study.csv has none."""
    study = _rows(seeds, "study", study_id)
    if not study:
        raise UnknownStudy(f"study {study_id} has no row in {seeds.name}/study.csv")
    codelists = _codelists(_rows(seeds, "codelists", study_id))
    return Protocol(
        study_id=study_id,
        is_registered=True,
        study=study[0],
        forms=_in_order(_form(row) for row in _rows(seeds, "forms", study_id)),
        fields=_in_order(_field(row, codelists) for row in _rows(seeds, "fields", study_id)),
        visits=_in_order(_visit(row) for row in _rows(seeds, "visits", study_id)),
        schedule=tuple(_schedule_row(row) for row in _rows(seeds, "schedule", study_id)),
        masks=tuple(_mask(row) for row in _rows(seeds, "masking", study_id)),
        rules=read_rules(study_id, seeds),
    )


def read_rules(study_id: str, seeds: Path) -> tuple[Rule, ...]:
    """Rules with the study's id, and rules without any."""
    rows = [row for row in _read(seeds / "rules.csv") if row.get("study_id", "") in ("", study_id)]
    return tuple(Rule(row["rule_id"], row["layer"], row["severity"], row["action"], row) for row in rows)


def _read(path: Path) -> list[dict[str, str]]:
    try:
        with path.open(encoding="utf-8", newline="") as lines:
            return list(csv.DictReader(lines))
    except (OSError, UnicodeDecodeError) as error:
        raise UnusableProtocol(f"the protocol's {path} cannot be read; put it back as it was committed") from error


def _rows(seeds: Path, name: str, study_id: str) -> list[dict[str, str]]:
    return [row for row in _read(seeds / f"{name}.csv") if row["study_id"] == study_id]


def _in_order(items: Iterable[Positioned]) -> tuple[Positioned, ...]:
    return tuple(sorted(items, key=lambda item: item.position))


def _flag(text: str) -> bool:
    return text.lower() == "true"


def _int(text: str) -> int | None:
    return int(text) if text else None


def _codelists(rows: Iterable[Mapping[str, str]]) -> dict[str, tuple[Choice, ...]]:
    found: dict[str, tuple[Choice, ...]] = {}
    for row in sorted(rows, key=lambda row: int(row["position"])):
        found[row["codelist"]] = (*found.get(row["codelist"], ()), Choice(row["code"], row["term"], row["label"]))
    return found


def _field(row: Mapping[str, str], codelists: Mapping[str, tuple[Choice, ...]]) -> Field:
    if row["codelist"] and row["codelist"] not in codelists:
        raise UnusableProtocol(f"field {row['field']}: no code list {row['codelist']!r}")
    return Field(
        study_id=row["study_id"],
        form=row["form"],
        name=row["field"],
        position=int(row["position"]),
        data_type=row["data_type"],
        codelist=codelists[row["codelist"]] if row["codelist"] else (),
        codelist_name=row["codelist"],
        range_min=row["range_min"] or None,
        range_max=row["range_max"] or None,
        unit=row["unit"],
        is_required=_flag(row["is_required"]),
        is_identifier=_flag(row["is_identifier"]),
        is_blinded=_flag(row["is_blinded"]),
        missing_codes=tuple(code for code in row["missing_codes"].split("|") if code),
        label=row["label"],
        validation=row.get("validation", ""),
        branching=row.get("branching", ""),
        protocol_ref=row["protocol_ref"],
    )


def _form(row: Mapping[str, str]) -> Form:
    return Form(
        row["form"],
        int(row["position"]),
        row["label"],
        row["entity"],
        _flag(row["is_repeating"]),
        _flag(row["is_expected"]),
        row["protocol_ref"],
    )


def _visit(row: Mapping[str, str]) -> Visit:
    days = (_int(row[name]) for name in ("target_pday", "window_first_pday", "window_last_pday"))
    return Visit(
        row["visit"], int(row["position"]), row["visit_label"], row["event_name"], _int(row["week"]), row["slot"], *days
    )


def _schedule_row(row: Mapping[str, str]) -> ScheduleRow:
    return ScheduleRow(row["visit"], row["event_name"], row["form"], _flag(row["is_expected_once"]))


def _mask(row: Mapping[str, str]) -> Mask:
    return Mask(row["relation"], row["mask_kind"], row["column_name"], row["masked_value"], row["until_study_state"])
