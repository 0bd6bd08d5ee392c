"""The pieces a page is laid out with: sections, figures, legends, bars.

Belongs here: HTML that several parts of the page use. Does not belong here: numbers, and colours of a meaning (they come with it).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from orchestration.report.charts import DASHES, GROUPS, SHAPES, ink_on
from orchestration.report.markup import Content, Html, details, join, number, paragraph, table, tag

MARKS = {
    "circle": '<circle cx="6" cy="6" r="4.5"/>',
    "square": '<rect x="2" y="2" width="8" height="8"/>',
    "triangle-up": '<path d="M6 1.5 11 10.5H1z"/>',
    "diamond": '<path d="M6 0.5 10.5 6 6 11.5 1.5 6z"/>',
    "cross": '<path d="M4.2 1h3.6v3.2H11v3.6H7.8V11H4.2V7.8H1V4.2h3.2z"/>',
    "triangle-down": '<path d="M6 10.5 1 1.5h10z"/>',
}


def section(name: str, title: str, *content: Content) -> Html:
    """A part of the page that can be linked to."""
    return tag("section", tag("h2", title), *content, id=name)


def figure(title: str, chart: Content, *below: Content) -> Html:
    """A chart with its title above and what belongs to it below."""
    return tag("figure", tag("h3", title), chart, *below)


def figures(*parts: Content) -> Html:
    """Figures side by side where there is room."""
    return tag("div", *parts, class_="figures")


def values(header: Sequence[Content], rows: Sequence[Sequence[Content]]) -> Html:
    """The numbers of a chart, folded."""
    return details("Values", table(header, rows))


def values_by_group(header: Sequence[Content], rows: Sequence[Sequence[Content]]) -> Html:
    """The same, of rows that begin with their group; it is left out where it is the same in all."""
    if len({row[0] for row in rows}) < 2:
        header, rows = header[1:], [row[1:] for row in rows]
    return details("Values", table(header, rows))


def group_legend(groups: Sequence[str]) -> Html:
    """Colour and shape of each group; nothing where there is one group only."""
    if len(groups) < 2:
        return Html("")
    return _legend([(name, _mark(n)) for n, name in enumerate(groups)])


def line_legend(groups: Sequence[str]) -> Html:
    """Colour and dashes of each group's curve; nothing where there is one group only."""
    if len(groups) < 2:
        return Html("")
    return _legend([(name, _line(n)) for n, name in enumerate(groups)])


def _line(position: int) -> Html:
    dashes = " ".join(map(str, DASHES[position % len(DASHES)]))
    paint = GROUPS[position % len(GROUPS)]
    inside = tag("path", d="M0 6H24", stroke=paint, stroke_width="2.5", stroke_dasharray=dashes)
    return tag("svg", inside, viewBox="0 0 24 12", width="24", height="12", aria_hidden="true")


def _mark(position: int) -> Html:
    inside = MARKS[SHAPES[position % len(SHAPES)]]
    paint = GROUPS[position % len(GROUPS)]
    return tag("svg", Html(inside), viewBox="0 0 12 12", width="12", height="12", fill=paint, aria_hidden="true")


def class_legend(colours: Mapping[str, str]) -> Html:
    """The colour of each class."""
    return _legend([(name, tag("i", style=f"background:{paint}")) for name, paint in colours.items()])


def _legend(entries: Sequence[tuple[str, Html]]) -> Html:
    return tag("ul", join(tag("li", mark, " ", name) for name, mark in entries), class_="legend")


def bars(rows: Sequence[tuple[str, Sequence[int]]], colours: Sequence[str]) -> Html:
    """Horizontal bars of one or more classes, with the row's number at the end; the longest fills the width."""
    most = max((sum(parts) for _, parts in rows), default=0)
    return tag("div", join(_bar(label, parts, most, colours) for label, parts in rows), class_="bars")


def _bar(label: str, parts: Sequence[int], most: int, colours: Sequence[str]) -> Html:
    is_split = len(colours) > 1
    filled = ((count, paint) for count, paint in zip(parts, colours, strict=True) if count)
    pieces = (_piece(count, count / most, paint, is_split) for count, paint in filled)
    track = tag("span", join(pieces), class_="track")
    return tag("div", tag("span", label, class_="label"), track, tag("b", number(sum(parts))), class_="bar")


def _piece(count: int, share: float, paint: str, is_written: bool) -> Html:
    """A class in its bar; its number stands in it where there is room, and where it is not the bar's own."""
    written = number(count) if is_written and share > 0.08 else None
    return tag("i", written, style=f"width:{share * 100:.2f}%;background:{paint};color:{ink_on(paint)}")


def tiles(facts: Sequence[tuple[str, Content]]) -> Html:
    """A few numbers that everybody asks for."""
    return tag("dl", join(tag("div", tag("dt", name), tag("dd", value)) for name, value in facts), class_="tiles")


def nothing(why: str) -> Html:
    """What stands in place of a chart that cannot be drawn."""
    return paragraph(why, class_="nothing")
