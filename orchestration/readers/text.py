"""Bytes to text: which encoding a received file has.

Belongs here: byte order marks, UTF-8, UTF-16, Windows-1252, and what no text file may hold. Does not belong here:
rows and columns.
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass

LIMIT_BYTES = 1 << 30
MARKS = (
    (codecs.BOM_UTF8, "utf-8", "utf-8-bom"),
    (codecs.BOM_UTF16_LE, "utf-16-le", "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be", "utf-16-be"),
)


class Unreadable(Exception):
    """A file cannot be read: what happened and where (line numbers and column names, never a value)."""


@dataclass(frozen=True)
class Text:
    """A file's text as UTF-8 without byte order mark, and the encoding it came in."""

    utf8: bytes
    encoding: str


def decode(content: bytes) -> Text:
    """Text of a file: byte order mark, else strict UTF-8, else Windows-1252.

    Raises:
        Unreadable: empty, too large, none of these encodings, a page instead of a table, or a NUL byte in it.
    """
    require_size(len(content))
    text = _decoded(content)
    if not text.utf8.strip():
        raise Unreadable("the file is empty")
    if text.utf8.lstrip()[:1] in (b"<", b"{", b"["):
        raise Unreadable("XML, JSON or a web page, not a delimited table; export the records as CSV")
    nul = text.utf8.find(b"\0")
    if nul >= 0:
        raise Unreadable(f"a NUL byte in line {line_of(text.utf8, nul)}: not a text file, or damaged on its way")
    return text


def require_size(size: int) -> None:
    """Raise Unreadable when a file of this size is more than is read at once."""
    if size > LIMIT_BYTES:
        raise Unreadable(f"larger than {LIMIT_BYTES >> 20} MiB, the most that is read in one file")


def line_of(content: bytes, position: int) -> int:
    """The line (from 1) in which a position lies; CRLF, LF and lone CR each end one."""
    before = content[:position]
    return 1 + before.count(b"\n") + before.count(b"\r") - before.count(b"\r\n")


def _decoded(content: bytes) -> Text:
    for mark, codec, name in MARKS:
        if content.startswith(mark):
            return Text(_recoded(content[len(mark) :], codec, name), name)
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return Text(_recoded(content, "cp1252", "cp1252"), "cp1252")
    return Text(content, "utf-8")


def _recoded(content: bytes, codec: str, name: str) -> bytes:
    try:
        return content.decode(codec).encode("utf-8")
    except UnicodeError as error:
        where = line_of(content, getattr(error, "start", 0))
        raise Unreadable(f"line {where} holds bytes that are neither UTF-8 nor {name}") from error
