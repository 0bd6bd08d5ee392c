"""Delimited text to columns of text, fast and without a guess.

Belongs here: delimiters, quotes, line ends, and refusing what is not a rectangle. Does not belong here: what a column
means. The structure is verified on the bytes first (a record ends at a line end outside quotes); only then polars
parses, in blocks that end with a record, so that neither a ragged row nor an open quote can shift a value into a
neighbour's place.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from orchestration.readers.text import Unreadable, decode, require_size

if TYPE_CHECKING:
    import numpy.typing as npt
    import polars as pl

    Bytes = npt.NDArray[np.uint8]
    Positions = npt.NDArray[np.int64]

DELIMITERS = (",", "\t", ";", "|", "^")
QUOTE, LF, CR = ord('"'), ord("\n"), ord("\r")
SCAN_BYTES = 1 << 24
PARSE_BYTES = 1 << 26
# Every column of text becomes a typed one with its reason and its checks; beyond this a night would take hours.
LIMIT_COLUMNS = 5_000
# A note in REDCap holds 64 KiB at most; a row of this length has lost its end, or holds a whole file in a cell.
LIMIT_RECORD_BYTES = 1 << 24


@dataclass(frozen=True)
class Table:
    """A rectangle of text: `header` as exported but lower-case, cells untouched.

    `encoding` is the encoding, and what else a reader had to see through: `cp1252, crlf, mixed-case header`.
    """

    header: tuple[str, ...]
    records: int
    encoding: str
    delimiter: str
    content: bytes
    ends: Positions

    def frames(self) -> Iterator[pl.DataFrame]:
        """The cells, in blocks of rows; an empty cell is an empty string."""
        start = int(self.ends[0]) + 1
        for first, last in _blocks(self.ends):
            yield _frame(self, self.content[start : int(self.ends[last]) + 1], last - first + 1)
            start = int(self.ends[last]) + 1

    def rows(self) -> list[dict[str, str]]:
        """All rows as dictionaries: for small files such as dictionaries and event lists."""
        return [row for frame in self.frames() for row in frame.to_dicts()]


def read_file(path: Path) -> Table:
    """The same for a file, which is not even opened when it is larger than what is read.

    Raises:
        Unreadable: why the file is not a rectangle of text, and in which line.
    """
    require_size(path.stat().st_size)
    return read_table(path.read_bytes())


def read_table(content: bytes) -> Table:
    """Verify a delimited file and find its records.

    Raises:
        Unreadable: why the file is not a rectangle of text, and in which line.
    """
    text = decode(content)
    data = _plain_line_ends(np.frombuffer(text.utf8, dtype=np.uint8))
    delimiter = _delimiter(_first_record(data))
    data = _without_blank_records(data)
    ends, widths = _records(data, ord(delimiter))
    _require_short_records(data, ends)
    first = _first_record(data)
    header = _header(first, delimiter)
    _require_rectangle(data, ends, widths, len(header))
    notes = (text.encoding, *_line_end_note(text.utf8), *_header_notes(first, delimiter))
    return Table(header, len(ends) - 1, ", ".join(notes), delimiter, data.tobytes(), ends)


def duplicated(header: tuple[str, ...]) -> list[str]:
    """Column names that stand more than once in a header."""
    return sorted({name for name in header if header.count(name) > 1}) if len(set(header)) < len(header) else []


def _line_end_note(received: bytes) -> tuple[str, ...]:
    """How the first line ends, unless it is the plain line feed."""
    first = re.search(rb"\r\n|\r|\n", received)
    return () if first is None or first[0] == b"\n" else ("crlf",) if first[0] == b"\r\n" else ("cr",)


def _header_notes(record: str, delimiter: str) -> tuple[str, ...]:
    other = {"\t": "tab", ";": "semicolon", "|": "bar", "^": "caret"}.get(delimiter)
    return (*([f"delimiter {other}"] if other else []), *(["mixed-case header"] if record != record.lower() else []))


def _inside_quotes(block: Bytes, parity: int) -> Bytes:
    """For each byte whether it stands in quotes (a closing quote does not, an opening one does)."""
    quotes: Bytes = np.cumsum(block == QUOTE, dtype=np.uint8) + np.uint8(parity)
    return quotes & np.uint8(1)


def _scan(data: Bytes) -> Iterator[tuple[int, Bytes, Bytes]]:
    parity = 0
    for start in range(0, len(data), SCAN_BYTES):
        block = data[start : start + SCAN_BYTES]
        inside = _inside_quotes(block, parity)
        parity = int(inside[-1])
        yield start, block, inside


def _plain_line_ends(data: Bytes) -> Bytes:
    """LF ends every record, the last one too; line ends inside quotes stay as they are."""
    if (data == CR).any():
        found = [start + np.flatnonzero((block == CR) & (inside == 0)) for start, block, inside in _scan(data)]
        returns = np.concatenate(found)
        followed = data[np.minimum(returns + 1, len(data) - 1)] == LF
        data = data.copy()
        data[returns[~followed]] = LF
        data = np.delete(data, returns[followed])
    return data if data[-1] == LF else np.concatenate((data, np.array([LF], dtype=np.uint8)))


def _without_blank_records(data: Bytes) -> Bytes:
    """Lines without any character hold no record, wherever they stand."""
    before = np.concatenate(([np.uint8(LF)], data[:-1]))
    pairs = np.flatnonzero((data == LF) & (before == LF))
    if not len(pairs):
        return data
    blank = [start + np.flatnonzero((block == LF) & (inside == 0)) for start, block, inside in _scan(data)]
    return np.delete(data, np.intersect1d(pairs, np.concatenate(blank)))


def _first_record(data: Bytes) -> str:
    for start, block, inside in _scan(data):
        ends = np.flatnonzero((block == LF) & (inside == 0))
        if len(ends):
            return data[: start + int(ends[0])].tobytes().decode("utf-8")
    raise Unreadable(f"{_open_quote(data)}, so the header has no end")


def _delimiter(header: str) -> str:
    unquoted = "".join(header.split('"')[::2])
    return max(DELIMITERS, key=unquoted.count)


def _header(record: str, delimiter: str) -> tuple[str, ...]:
    names = tuple(
        name.strip().lower() for name in next(csv.reader(io.StringIO(record, newline=""), delimiter=delimiter))
    )
    if "" in names:
        raise Unreadable(f"column {names.index('') + 1} has no name in the header")
    if len(names) > LIMIT_COLUMNS:
        raise Unreadable(f"{len(names)} columns; {LIMIT_COLUMNS} is the most that is read in one file")
    return names


def _records(data: Bytes, delimiter: int) -> tuple[Positions, Positions]:
    """Where each record ends, and how many values it has."""
    ends, delimiters_so_far, seen, parity = [], [], 0, 0
    for start, block, inside in _scan(data):
        _require_quotes_at_edges(data, start, block, inside, delimiter)
        outside = inside == 0
        block_ends = np.flatnonzero((block == LF) & outside)
        separators = np.flatnonzero((block == delimiter) & outside)
        ends.append(start + block_ends)
        delimiters_so_far.append(seen + np.searchsorted(separators, block_ends))
        seen, parity = seen + len(separators), int(inside[-1])
    if parity:
        raise Unreadable(_open_quote(data))
    counted: Positions = np.concatenate(delimiters_so_far)
    return np.concatenate(ends), counted - np.concatenate(([0], counted[:-1])) + 1


def _require_quotes_at_edges(data: Bytes, start: int, block: Bytes, inside: Bytes, delimiter: int) -> None:
    """A quote opens at the beginning of a value and closes at its end; anything else means one is missing."""
    here = np.flatnonzero(block == QUOTE)
    if not len(here):
        return
    opens = inside[here] == 1
    at = here + start
    before = np.where(at > 0, data[np.maximum(at - 1, 0)], LF)
    after = data[np.minimum(at + 1, len(data) - 1)]
    wrong = ~np.isin(np.where(opens, before, after), (delimiter, LF, QUOTE))
    if wrong.any():
        line = 1 + int(np.count_nonzero(data[: at[wrong][0]] == LF))
        raise Unreadable(
            f"a quote inside a value in line {line}: a quote before it was never closed, or it is not doubled"
        )


def _open_quote(data: Bytes) -> str:
    last = int(np.flatnonzero(data == QUOTE)[-1])
    return f"a quote opened in line {1 + int(np.count_nonzero(data[:last] == LF))} is never closed"


def _require_rectangle(data: Bytes, ends: Positions, widths: Positions, columns: int) -> None:
    wrong = np.flatnonzero(widths != columns)
    if len(wrong):
        line = 1 + int(np.count_nonzero(data[: int(ends[wrong[0] - 1]) + 1] == LF))
        others = f", and so are {len(wrong) - 1} other rows" if len(wrong) > 1 else ""
        kind = "longer" if widths[wrong[0]] > columns else "shorter"
        found = f"{widths[wrong[0]]} values under {columns} columns"
        raise Unreadable(f"the row in line {line} is {kind} than the header: {found}{others}")


def _require_short_records(data: Bytes, ends: Positions) -> None:
    long = np.flatnonzero(np.diff(ends, prepend=-1) > LIMIT_RECORD_BYTES)
    if len(long):
        start = int(ends[long[0] - 1]) + 1 if long[0] else 0
        line = 1 + int(np.count_nonzero(data[:start] == LF))
        most = f"{LIMIT_RECORD_BYTES >> 20} MiB is the most"
        raise Unreadable(f"the row that begins in line {line} is too long: {most} that is read in one row")


def _blocks(ends: Positions) -> Iterator[tuple[int, int]]:
    """First and last record of each block of about PARSE_BYTES; record 0 is the header."""
    first = 1
    while first < len(ends):
        limit = int(ends[first - 1]) + PARSE_BYTES
        last = max(first, int(np.searchsorted(ends, limit)) - 1)
        yield first, last
        first = last + 1


def _frame(table: Table, block: bytes, records: int) -> pl.DataFrame:
    import polars as pl

    frame = pl.read_csv(
        block,
        has_header=False,
        separator=table.delimiter,
        schema=dict.fromkeys(table.header, pl.String),
        empty_string_is_null=False,
    )
    return frame if frame.height == records else _parsed_slowly(table, block)


def _parsed_slowly(table: Table, block: bytes) -> pl.DataFrame:
    """The standard library's word where polars counts other records than we do."""
    import polars as pl

    rows = csv.reader(io.StringIO(block.decode("utf-8"), newline=""), delimiter=table.delimiter)
    return pl.DataFrame(list(rows), schema=dict.fromkeys(table.header, pl.String), orient="row")
