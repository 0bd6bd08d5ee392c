"""Writing an export as a REDCap longitudinal project does: flat raw CSV, dictionary, arms, events, mapping; the manifest last.

Belongs here: rows, columns and files. Does not belong here: which entries an export holds (`history.py`).
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

from simulator import crf
from simulator.entry import FIELDS_OF, Entry

STUDY = "ketmbrp_syn"
PREFIX = "KETMBRPSYN"
KEYS = ("record_id", "redcap_event_name", "redcap_repeat_instrument", "redcap_repeat_instance")
COMPLETE = "2"
DESIGNATED = {form: frozenset(crf.designated(form)) for form in crf.FORMS}


def _columns() -> list[str]:
    columns = list(KEYS)
    for form in crf.FORMS:
        columns += [c for f in FIELDS_OF[form] if f.name != "record_id" for c in f.columns] + [f"{form}_complete"]
    return columns


COLUMNS = tuple(_columns())


def flat_rows(entries: Iterable[Entry]) -> list[dict[str, str]]:
    """The flat export's rows: one a record and event, one a repeating instance; in REDCap's order."""
    rows: dict[tuple[str, int, int, int], dict[str, str]] = {}
    for entry in entries:
        event = crf.EVENTS[entry.visit]
        repeating = entry.form in crf.REPEATING
        place = (crf.FORMS.index(entry.form) + 1, entry.instance) if repeating else (0, 0)
        key = (entry.record_id, crf.EVENT_ORDER.index(event), *place)
        row = rows.setdefault(key, _new_row(entry, event, repeating))
        row.update(entry.values)
        row[f"{entry.form}_complete"] = COMPLETE
    return [rows[key] for key in sorted(rows)]


def _new_row(entry: Entry, event: str, repeating: bool) -> dict[str, str]:
    """A row's keys, and what REDCap exports for forms that nobody touched: status 0, every checkbox 0."""
    own = (entry.form, str(entry.instance)) if repeating else ("", "")
    row = dict(zip(KEYS, (entry.record_id, event, *own), strict=True))
    forms = [entry.form] if repeating else [f for f in crf.FORMS if event in DESIGNATED[f] and f not in crf.REPEATING]
    for form in forms:
        row[f"{form}_complete"] = "0"
        row |= {c: "0" for f in FIELDS_OF[form] if f.kind == "checkbox" for c in f.columns}
    return row


def _csv(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue()


def write_export(out: Path, exported_at: datetime, entries: Iterable[Entry]) -> Path:
    """Write one export below `<out>/ketmbrp_syn/`; returns its folder."""
    folder = out / STUDY / exported_at.strftime("%Y-%m-%d")
    folder.mkdir(parents=True)
    rows = [[row.get(column, "") for column in COLUMNS] for row in flat_rows(entries)]
    dictionary = next(csv.reader([crf.DICTIONARY_HEADER]))
    stamp = exported_at.strftime("%Y-%m-%d_%H%M")
    files = [
        (f"{PREFIX}_DATA_{stamp}.csv", "data", COLUMNS, rows),
        (f"{PREFIX}_DataDictionary_{stamp}.csv", "dictionary", dictionary, crf.dictionary_rows()),
        (f"{PREFIX}_Arms_{stamp}.csv", "arms", ("arm_num", "name"), [["1", crf.TITLE]]),
        (
            f"{PREFIX}_Events_{stamp}.csv",
            "events",
            ("event_name", "arm_num", "unique_event_name", "custom_event_label"),
            crf.event_rows(),
        ),
        (
            f"{PREFIX}_InstrumentDesignations_{stamp}.csv",
            "mapping",
            ("arm_num", "unique_event_name", "form"),
            crf.mapping_rows(),
        ),
    ]
    named = []
    for name, role, header, lines in files:
        content = _csv(header, lines).encode()
        (folder / name).write_bytes(content)
        named.append({"name": name, "role": role, "sha256": hashlib.sha256(content).hexdigest(), "rows": len(lines)})
    manifest = {
        "study": STUDY,
        "exported_at": exported_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "synthetic": True,
        "files": named,
    }
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")
    return folder
