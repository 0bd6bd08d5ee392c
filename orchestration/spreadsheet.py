"""CSV that a spreadsheet shows as it is: no cell is taken for a formula, no text for another number.

Belongs here: what Excel and its like do to a cell when they open a file. Does not belong here: which table is written, and where.
"""

from __future__ import annotations

import polars as pl

# Begins a formula, or hides that one follows.
FORMULA = r"^[=+\-@\t\r\n]"
# Ids are hex digits: of 16 digits Excel keeps 15, 12e3 becomes 12000, and zeros in front go.
CHANGED_NUMBER = r"^(?:0\d+|\d{16,}|\d+(?:\.\d+)?[eE]\d+)$"


def safe(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with an apostrophe before every text that a spreadsheet would calculate or change; numbers stay numbers."""
    texts = pl.col([name for name, kind in frame.schema.items() if kind == pl.String])
    risky = texts.str.contains(FORMULA) | texts.str.contains(CHANGED_NUMBER)
    return frame.with_columns(pl.when(risky).then("'" + texts).otherwise(texts).name.keep())
