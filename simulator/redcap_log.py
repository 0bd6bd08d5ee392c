"""The audit log of a REDCap project, as it exports it: who entered or changed what, newest first.

Belongs here: the lines that lead from one state of a record to the next. Does not belong here: why something changed.
Values stand between single quotes, which are not escaped; a new line becomes two spaces; only new values are logged.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta

from simulator import crf, schedule
from simulator.entry import Entry, Place

HEADER = ("timestamp", "username", "action", "details", "record")
USERS = ("coord1", "coord2", "nurse1", "dm1")
Line = tuple[str, str, str, str, str]


def lines(
    record_id: str,
    before: Mapping[Place, Entry],
    after: Mapping[Place, Entry],
    day: date,
    unlogged: Iterable[tuple[Place, str]],
) -> Iterator[Line]:
    """What was entered, changed and deleted between two states of a record, shown on `day` for the first time.

    Args:
        unlogged: cells whose change has no entry, although it should.
    """
    silent = set(unlogged)
    if before and not after:
        yield _line(record_id, day, f"Delete record {record_id}", "")
        return
    is_new = not before
    for key, entry in after.items():
        old = before.get(key)
        if old is entry:
            continue
        details = _details(key, {} if old is None else old.values, entry.values, silent)
        if details:
            # a form is entered on its day, a correction or a late addition shows on the day before the export
            when = entry.entered if old is None and entry.entered < day else day - timedelta(days=1)
            yield _line(
                record_id, when, f"{'Create' if is_new else 'Update'} record {record_id} ({_event(entry)})", details
            )
            is_new = False
    for key in before.keys() - after.keys():
        details = _details(key, before[key].values, {}, silent)
        yield _line(record_id, day - timedelta(days=1), f"Update record {record_id} ({_event(before[key])})", details)


def _event(entry: Entry) -> str:
    return f"{schedule.EVENT_LABELS[entry.visit]} (Arm 1: {crf.TITLE})"


def _details(key: Place, old: Mapping[str, str], new: Mapping[str, str], silent: set[tuple[Place, str]]) -> str:
    names = [name for name in {**old, **new} if old.get(name, "") != new.get(name, "") and (key, name) not in silent]
    told = [_told(name, new.get(name, "")) for name in names if not name.endswith("_timestamp")]
    prefix = f"[instance = {key[2]}], " if key[2] else ""
    return prefix + ", ".join(told) if told else ""


def _told(name: str, value: str) -> str:
    field, box, choice = name.partition("___")
    if box:
        return f"{field}({choice}) = {'checked' if value == '1' else 'unchecked'}"
    return f"{name} = '{value}'".replace("\n", "  ")


def _line(record_id: str, day: date, action: str, details: str) -> Line:
    drawn = zlib.crc32(f"{record_id}{day}{action}{details}".encode())
    moment = f"{day.isoformat()} {9 + drawn % 9:02d}:{drawn // 9 % 60:02d}"
    return moment, USERS[drawn // 540 % len(USERS)], action, details, record_id
