"""The label of a synthetic record: who has the form that asks for it must have it; who has not is set aside, not a reason to stop.

Belongs here: what landing counts. Does not belong here: what g0 makes of it (`test_gates_stop.py`), quarantine (`test_staging_rows.py`).
"""

from __future__ import annotations

from pathlib import Path

import pytest
from crafted import KEY, csv_text, dictionary_csv, dictionary_rows, export

from expectations.protocol import protocol_from_dictionary
from orchestration import landing
from orchestration.settings import StudyPaths

FIELDS = (
    {"field_name": "pid", "form_name": "screening"},
    {"field_name": "synthetic_data", "form_name": "screening"},
    {"field_name": "initials", "form_name": "screening"},
    {"field_name": "drug", "form_name": "con_med"},
)
HEADER = (
    "pid",
    "redcap_repeat_instrument",
    "redcap_repeat_instance",
    "synthetic_data",
    "initials",
    "screening_complete",
    "drug",
    "con_med_complete",
)
LABELLED = ("1", "", "", "1", "AB", "2", "", "")
UNLABELLED = ("2", "", "", "", "CD", "2", "", "")
MISLABELLED = ("2", "", "", "0", "CD", "2", "", "")
UNSCREENED = ("3", "con_med", "1", "", "", "", "aspirin", "2")


@pytest.mark.parametrize(
    ("rows", "without"),
    [((LABELLED,), 0), ((LABELLED, UNLABELLED), 1), ((LABELLED, MISLABELLED), 1), ((LABELLED, UNSCREENED), 0)],
    ids=["labelled", "not labelled", "labelled as real", "without the form"],
)
def test_records_without_the_label(tmp_path: Path, rows: tuple[tuple[str, ...], ...], without: int) -> None:
    paths = StudyPaths(tmp_path / "warehouse" / "tiny")
    paths.make()
    files = {"d.csv": ("data", csv_text(HEADER, rows).encode()), "dict.csv": ("dictionary", dictionary_csv(*FIELDS))}
    made = export(tmp_path / "raw" / "tiny" / "2031-03-01", files)
    protocol = protocol_from_dictionary("tiny", dictionary_rows(*FIELDS), ())
    assert landing.land(made, protocol, paths, KEY, []).facts.export["records_without_synthetic_flag"] == without
