"""A CSV file that is written row by row. Belongs here: opening and closing it. Does not belong here: what its columns mean."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

Rows = Iterable[Sequence[str]]


@contextmanager
def table(path: Path, header: Sequence[str]) -> Iterator[Callable[[Rows], None]]:
    """Begin a file with its header; gives the function that adds rows."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        yield writer.writerows
