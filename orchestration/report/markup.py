"""HTML by functions: whatever is not made here is text, and is escaped.

Belongs here: tags, tables and the way numbers and words of the tables are written. Does not belong here: what a page says.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape

VOID = frozenset(("meta", "br", "wbr"))
NUMBER = re.compile(r"[+−]?[0-9][0-9,.]*( %)?|[–±]")


class Html(str):
    """Text that is HTML already: made by `tag`, or drawn by us."""

    __slots__ = ()


Content = Html | str | int | None


def text(value: Content) -> Html:
    """A value as HTML: numbers with thousands, words escaped, nothing for None."""
    if value is None:
        return Html("")
    if isinstance(value, int):
        return Html(number(value))
    return value if isinstance(value, Html) else Html(escape(value))


def number(value: int) -> str:
    """A count, as people read it."""
    return f"{value:,}"


def counted(count: int, one: str, many: str | None = None) -> str:
    """A count and its noun: 1 row, 2 rows."""
    return f"{number(count)} {one if count == 1 else many or one + 's'}"


def words(code: str) -> str:
    """A code of the tables as words: NOT_ELIGIBLE is Not eligible."""
    return code.replace("_", " ").capitalize()


def join(parts: Iterable[Content], between: str = "") -> Html:
    """Parts one after the other."""
    return Html(between.join(text(part) for part in parts))


def tag(name: str, /, *content: Content, **attributes: str) -> Html:
    """An element; `class_` is the attribute class, `_` in other names stands for `-`."""
    known = {key.rstrip("_").replace("_", "-"): escape(value) for key, value in attributes.items()}
    opening = "".join(f' {key}="{value}"' for key, value in known.items())
    return Html(f"<{name}{opening}>" + ("" if name in VOID else f"{join(content)}</{name}>"))


def breakable(name: str) -> Html:
    """A long technical name that may go over the line's end after its separators."""
    return join(re.split(r"(?<=[_./-])", name), "<wbr>")


def paragraph(*content: Content, class_: str = "") -> Html:
    """A paragraph."""
    return tag("p", *content, class_=class_) if class_ else tag("p", *content)


def table(header: Sequence[Content], rows: Iterable[Sequence[Content]], caption: str = "") -> Html:
    """A table; numbers stand at the right, so does the head of a column of numbers. It scrolls by itself where it is too wide."""
    listed = [list(row) for row in rows]
    css = ["n" if listed and all(_is_number(row[n]) for row in listed) else "" for n in range(len(header))]
    head = join(tag("th", cell, class_=c, scope="col") for cell, c in zip(header, css, strict=True))
    body = join(
        tag("tr", *(tag("td", cell, class_=c) for cell, c in zip(row, css, strict=True)), class_="") for row in listed
    )
    named = tag("caption", caption) if caption else None
    inside = tag("table", named, tag("thead", tag("tr", head)), tag("tbody", body))
    return tag("div", Html(inside.replace(' class=""', "")), class_="scroll")


def _is_number(cell: Content) -> bool:
    return not isinstance(cell, str) or NUMBER.fullmatch(cell) is not None


def details(summary: str, *content: Content) -> Html:
    """Content that is folded until somebody wants it; print shows it folded too."""
    return tag("details", tag("summary", summary), *content)
