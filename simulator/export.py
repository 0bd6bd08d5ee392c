"""Writing an export as a longitudinal REDCap project does: raw CSV, dictionary, arms, events, mapping, log; the manifest last.

Belongs here: rows, columns and files, written piece by piece so that any number of records fits. Does not belong here: which forms an export
holds (`history.py`).
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import BinaryIO

from simulator import crf, schedule
from simulator.entry import FIELDS_OF, EnteredTwice, Entry
from simulator.nights import Night

STUDY = "ketmbrp_syn"
PREFIX = "KETMBRPSYN"
KEYS = ("record_id", "redcap_event_name", "redcap_repeat_instrument", "redcap_repeat_instance")
SURVEY_KEY = "redcap_survey_identifier"
FLAT = "DATA"
DESIGNATED = {form: frozenset(schedule.designated(form)) for form in crf.FORMS}
EVENT_PLACE = {event: place for place, event in enumerate(schedule.EVENT_ORDER)}
FORM_PLACE = {form: place for place, form in enumerate(crf.FORMS, 1)}
QUOTED = frozenset(' ,"\n\r')


@cache
def columns_of(form: str, amended: bool) -> tuple[str, ...]:
    """An export's columns of one form: a survey's time stamp, the fields, the status."""
    stamp = [f"{form}_timestamp"] if form in crf.SURVEYS else []
    known = [f for f in FIELDS_OF[form] if f.name != "record_id" and (amended or not f.is_amended)]
    return (*stamp, *(column for f in known for column in f.columns), f"{form}_complete")


@cache
def _untouched(form: str, amended: bool) -> str:
    """What REDCap exports for a designated form that nobody touched: status 0, every checkbox 0."""
    boxes = {column for f in FIELDS_OF[form] if f.kind == "checkbox" for column in f.columns}
    return ",".join("0" if c in boxes or c.endswith("_complete") else "" for c in columns_of(form, amended))


@cache
def _absent(form: str, amended: bool) -> str:
    return "," * (len(columns_of(form, amended)) - 1)


def quoted(value: str) -> str:
    """A cell as REDCap writes it: in quotes when it holds a blank, a comma, a quote or a line end."""
    return '"' + value.replace('"', '""') + '"' if QUOTED.intersection(value) else value


def _cells(entry: Entry, amended: bool) -> str:
    """The form's part of a row; a checkbox of a form that was filled is 0 unless it is ticked."""
    values = entry.values
    return ",".join(
        entry.complete if column.endswith("_complete") else quoted(values.get(column, "0" if "___" in column else ""))
        for column in columns_of(entry.form, amended)
    )


@dataclass(frozen=True)
class Layout:
    """How the data files of one export are laid out: one flat file, or one for each instrument; before or after the amendment."""

    amended: bool
    per_instrument: bool = False

    @property
    def files(self) -> dict[str, tuple[str, ...]]:
        """The header of each data file, by its name's part."""
        if self.per_instrument:
            return {f"{FLAT}_{form}": (*KEYS, *columns_of(form, self.amended)) for form in crf.FORMS}
        forms = (column for form in crf.FORMS for column in columns_of(form, self.amended))
        return {FLAT: (*KEYS, SURVEY_KEY, *forms)}

    def rows(self, entries: Iterable[Entry]) -> dict[str, list[str]]:
        """The lines of one record by file, in REDCap's order; a second form of one key makes a second row."""
        keyed = sorted(((EVENT_PLACE[schedule.EVENTS[e.visit]], *_repeat(e), n), e) for n, e in enumerate(entries))
        return self._instrument_rows(keyed) if self.per_instrument else {FLAT: self._flat_rows(keyed)}

    def _instrument_rows(self, keyed: Sequence[tuple[tuple[int, int, int, int], Entry]]) -> dict[str, list[str]]:
        rows: dict[str, list[str]] = {}
        for _, entry in keyed:
            line = f"{_keys(entry)},{_cells(entry, self.amended)}"
            rows.setdefault(f"{FLAT}_{entry.form}", []).append(line)
        return rows

    def _flat_rows(self, keyed: Sequence[tuple[tuple[int, int, int, int], Entry]]) -> list[str]:
        rows: list[tuple[Entry, dict[str, Entry]]] = []
        places: dict[tuple[int, int, int], int] = {}
        for (event, form, instance, _), entry in keyed:
            place = places.get((event, form, instance))
            if place is None or entry.form in rows[place][1]:
                places.setdefault((event, form, instance), len(rows))
                rows.append((entry, {entry.form: entry}))
            else:
                rows[place][1][entry.form] = entry
        return [self._flat_row(first, forms) for first, forms in rows]

    def _flat_row(self, first: Entry, forms: dict[str, Entry]) -> str:
        repeating = first.form in crf.REPEATING
        event = schedule.EVENTS[first.visit]
        parts = [_keys(first), ""]
        for form in crf.FORMS:
            if form in forms:
                parts.append(_cells(forms[form], self.amended))
            elif not repeating and form not in crf.REPEATING and event in DESIGNATED[form]:
                parts.append(_untouched(form, self.amended))
            else:
                parts.append(_absent(form, self.amended))
        return ",".join(parts)


def _repeat(entry: Entry) -> tuple[int, int]:
    return (FORM_PLACE[entry.form], entry.instance) if entry.form in crf.REPEATING else (0, 0)


def _keys(entry: Entry) -> str:
    own = f"{entry.form},{entry.instance}" if entry.form in crf.REPEATING else ","
    return f"{entry.record_id},{schedule.EVENTS[entry.visit]},{own}"


@dataclass
class _File:
    """One file while it is written."""

    name: str
    role: str
    out: BinaryIO
    form: str = ""
    digest: hashlib._Hash = field(default_factory=hashlib.sha256)
    rows: int = 0

    def write(self, content: bytes, rows: int) -> None:
        self.out.write(content)
        self.digest.update(content)
        self.rows += rows

    def said(self) -> dict[str, str | int]:
        form = {"form": self.form} if self.form else {}
        return {"name": self.name, "role": self.role, **form, "sha256": self.digest.hexdigest(), "rows": self.rows}


class Export:
    """One export while it is written; complete when `close` has written the manifest."""

    def __init__(self, out: Path, night: Night, per_instrument: bool = False) -> None:
        """Begin an export below `<out>/ketmbrp_syn/`, which must not be there yet."""
        self.night = night
        self.layout = Layout(night.is_amended, per_instrument)
        self.folder = out / STUDY / night.export_id
        self.folder.mkdir(parents=True)
        self._stamp = night.exported_at.strftime("%Y-%m-%d_%H%M")
        self._data = {part: self._begin(part, header) for part, header in self.layout.files.items()}
        self._others: list[_File] = []

    def name(self, part: str) -> str:
        """A file's name from its part."""
        return f"{PREFIX}_{part}_{self._stamp}.csv"

    def _begin(self, part: str, header: Sequence[str]) -> _File:
        name = self.name(part)
        file = _File(name, "data", (self.folder / name).open("wb"), part.removeprefix(FLAT).removeprefix("_"))
        titles = [title.upper() if self.night.habit.is_upper_case else title for title in header]
        # the byte order mark stands once, before the header
        file.write((",".join(titles) + self.night.habit.line_end).encode(self.night.habit.encoding), 0)
        return file

    def add(self, rows: dict[str, list[str]]) -> None:
        """Write some lines of the data."""
        habit = self.night.habit
        encoding = "utf-8" if habit.encoding == "utf-8-sig" else habit.encoding
        for part, lines in rows.items():
            text = "".join(line + habit.line_end for line in lines)
            self._data[part].write(text.encode(encoding), len(lines))

    def add_table(
        self, part: str, role: str, header: Sequence[str], rows: Iterable[Sequence[str]], encoding: str
    ) -> None:
        """Write a whole table beside the data."""
        name = self.name(part)
        with (self.folder / name).open("wb") as out:
            file = _File(name, role, out)
            file.write(_csv([header]).encode(encoding), 0)
            for row in rows:
                file.write(_csv([row]).encode(encoding), 1)
        self._others.append(file)

    def add_second_entries(self, twice: Iterable[EnteredTwice]) -> None:
        """Write which forms were entered twice, and how often the second person wrote something else."""
        rows = [[*_keys(t.entry).split(","), t.entry.form, str(t.compared), str(t.discordant)] for t in twice]
        header = (*KEYS, "form", "fields_compared", "fields_discordant")
        self.add_table("DoubleEntry", "other", header, rows, "utf-8")

    def close(self) -> Path:
        """Write what stands beside the data, and the manifest; returns the export's folder."""
        dictionary = next(csv.reader([crf.DICTIONARY_HEADER]))
        tables = [
            ("DataDictionary", "dictionary", dictionary, crf.dictionary_rows(self.night.is_amended), "cp1252"),
            ("Arms", "arms", ("arm_num", "name"), [["1", crf.TITLE]], "utf-8"),
            ("Events", "events", crf.EVENTS_HEADER, crf.event_rows(), "utf-8"),
            ("InstrumentDesignations", "mapping", crf.MAPPING_HEADER, crf.mapping_rows(), "utf-8"),
        ]
        for table in tables:
            self.add_table(*table)
        for file in self._data.values():
            file.out.close()
        manifest = {
            "study": STUDY,
            "exported_at": self.night.exported_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "synthetic": True,
            "files": [file.said() for file in (*self._data.values(), *self._others)],
        }
        (self.folder / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")
        return self.folder


def _csv(rows: Iterable[Sequence[str]]) -> str:
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()
