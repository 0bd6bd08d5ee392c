"""Charts: Vega-Lite by Altair, drawn to SVG in this process.

Belongs here: how charts look, and how they are made the same on every machine. Does not belong here: numbers (they come ready), legends
and tables (they are HTML beside the chart, so that they wrap on a phone). All charts have one width, a phone's: on a desk they stand side
by side. Colours are Okabe and Ito's, which colour-blind people tell apart; what they tell, shapes or numbers tell too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from orchestration.report.markup import Html, tag
from orchestration.report.statistics import Mean, Step

WIDTH, HEIGHT = 280, 190
# Metrics of Liberation Sans come with the converter; Arial and Helvetica have the same.
FONT = "Liberation Sans, Arial, Helvetica, sans-serif"
INK, GREY, GRID = "#1d2733", "#5b6773", "#e3e8ed"
GROUPS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00")
SHAPES = ("circle", "square", "triangle-up", "diamond", "cross", "triangle-down")
DASHES = ((1, 0), (6, 3), (2, 2), (8, 2, 2, 2), (4, 4), (1, 3))
ONE_LINE: dict[str, Any] = {"minExtent": 22, "maxExtent": 22}
CONFIG: dict[str, Any] = {
    "aria": False,
    "font": FONT,
    "background": None,
    "padding": 2,
    "view": {"stroke": None},
    "axis": {
        "labelFont": FONT,
        "titleFont": FONT,
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "labelColor": GREY,
        "titleColor": INK,
        "gridColor": GRID,
        "domainColor": "#9aa5b1",
        "tickColor": "#9aa5b1",
    },
    # one room for labels and title, so that charts side by side have one size
    "axisY": {"minExtent": 42, "maxExtent": 42},
    "axisX": {"minExtent": 36, "maxExtent": 36},
}


def ink_on(paint: str) -> str:
    """The colour of text on a colour, `#rrggbb`."""
    red, green, blue = (int(paint[n : n + 2], 16) for n in (1, 3, 5))
    return INK if 0.299 * red + 0.587 * green + 0.114 * blue > 140 else "#ffffff"


@dataclass(frozen=True)
class Point:
    """A group's mean in a week."""

    group: str
    week: int
    mean: Mean


def colour(groups: Sequence[str], group: str) -> str:
    """A group's colour, the same in every chart and legend."""
    return GROUPS[groups.index(group) % len(GROUPS)]


def shape(groups: Sequence[str], group: str) -> str:
    """A group's shape."""
    return SHAPES[groups.index(group) % len(SHAPES)]


def drawn(chart: Any, says: str) -> Html:
    """The chart as SVG.

    No chart clips a mark: the converter numbers clip paths over the whole process, which would make a page depend on what was
    drawn before it.

    Args:
        chart: the Altair chart; it holds its own data.
        says: what the chart shows, for those who do not see it.
    """
    import vl_convert

    # no base url is allowed, so that nothing a chart names is fetched
    svg = vl_convert.vegalite_to_svg(chart.to_dict(), config=CONFIG, allowed_base_urls=[])
    svg = svg.replace(' xmlns:xlink="http://www.w3.org/1999/xlink"', "")
    return tag("div", Html(svg), class_="chart", role="img", aria_label=says)


def means(says: str, points: Sequence[Point], title: str, from_zero: bool) -> Html:
    """Means with their intervals over the weeks, one line for each group."""
    import altair as alt

    groups = list(dict.fromkeys(point.group for point in points))
    base = alt.Chart(alt.InlineData(values=_mean_rows(points, groups)), width=WIDTH, height=HEIGHT)
    x = alt.X("at:Q", axis=_weeks(points, groups), scale=alt.Scale(domain=_around(points), nice=False, zero=False))
    y = alt.Y("mean:Q", axis=alt.Axis(title=title, tickCount=5), scale=alt.Scale(zero=from_zero, nice=True))
    paint = alt.Color("group:N", legend=None, scale=alt.Scale(domain=groups, range=[colour(groups, g) for g in groups]))
    look = alt.Shape("group:N", legend=None, scale=alt.Scale(domain=groups, range=[shape(groups, g) for g in groups]))
    intervals = base.mark_rule(strokeWidth=1.5).encode(x=x, y=alt.Y("low:Q", title=title), y2="high:Q", color=paint)
    line = base.mark_line(strokeWidth=2).encode(x=x, y=y, color=paint, detail="group:N")
    dots = base.mark_point(filled=True, size=60, opacity=1).encode(x=x, y=y, color=paint, shape=look)
    return drawn(alt.layer(intervals, line, dots), says)


def _mean_rows(points: Sequence[Point], groups: Sequence[str]) -> list[dict[str, Any]]:
    """Groups stand a little apart, so that their intervals do not lie on each other."""
    middle = (len(groups) - 1) / 2
    return [
        {
            "group": point.group,
            "at": point.week + (groups.index(point.group) - middle) * 0.12,
            "mean": point.mean.mean,
            "low": point.mean.mean if point.mean.low is None else point.mean.low,
            "high": point.mean.mean if point.mean.high is None else point.mean.high,
        }
        for point in points
    ]


def _around(points: Sequence[Point]) -> list[float]:
    weeks = [point.week for point in points]
    return [min(weeks) - 0.4, max(weeks) + 0.4]


def _weeks(points: Sequence[Point], groups: Sequence[str]) -> Any:
    """The axis of weeks; under each the number of participants, in the order of the groups."""
    import altair as alt

    said = {(point.group, point.week): str(point.mean.n) for point in points}
    weeks = sorted({point.week for point in points})
    below = {str(week): "n " + "/".join(said.get((group, week), "0") for group in groups) for week in weeks}
    return alt.Axis(
        title="Assessment week, participants with a value",
        values=weeks,
        labelExpr=f"[datum.label, {_lookup(below)}[datum.value]]",
        labelLineHeight=14,
        grid=False,
    )


def _lookup(texts: Mapping[str, str]) -> str:
    """An object of Vega's expression language; keys and texts are numbers and our own words."""
    return "{" + ", ".join(f"'{key}': '{value}'" for key, value in texts.items()) + "}"


@dataclass(frozen=True)
class Share:
    """How many participants of a week fall into a class."""

    week: int
    label: str
    participants: int


def stacks(says: str, shares: Sequence[Share], colours: Mapping[str, str]) -> Html:
    """Participants of each week by class, stacked in the order of the colours from below, with their number where it fits."""
    import altair as alt

    order, most = list(colours), max(_totals(shares).values())
    base = alt.Chart(alt.InlineData(values=_stack_rows(shares, order)), width=WIDTH, height=HEIGHT)
    x = alt.X(
        "week:O", axis=alt.Axis(title="Assessment week", labelAngle=0, **ONE_LINE), scale=alt.Scale(paddingInner=0.25)
    )
    scale = alt.Scale(domain=[0, most], nice=True)
    y = alt.Y("from:Q", axis=alt.Axis(title="Participants", tickCount=5, tickMinStep=1), scale=scale)
    paint = alt.Color("label:N", legend=None, scale=alt.Scale(domain=order, range=list(colours.values())))
    bars = base.mark_bar(stroke="white", strokeWidth=1).encode(x=x, y=y, y2="to:Q", color=paint)
    inside = base.transform_filter(f"datum.participants >= {most * 0.09}")
    ink = alt.Color("label:N", legend=None, scale=alt.Scale(domain=order, range=[ink_on(c) for c in colours.values()]))
    labels = inside.mark_text(fontSize=12, baseline="middle").encode(
        x=x, y="middle:Q", text="participants:Q", color=ink
    )
    return drawn(alt.layer(bars, labels).resolve_scale(color="independent"), says)


def _totals(shares: Sequence[Share]) -> dict[int, int]:
    totals: dict[int, int] = {}
    for one in shares:
        totals[one.week] = totals.get(one.week, 0) + one.participants
    return totals


def _stack_rows(shares: Sequence[Share], order: Sequence[str]) -> list[dict[str, Any]]:
    rows, height = [], dict.fromkeys((one.week for one in shares), 0)
    for one in sorted(shares, key=lambda share: (share.week, order.index(share.label))):
        start = height[one.week]
        height[one.week] = start + one.participants
        row = {"week": one.week, "label": one.label, "participants": one.participants, "from": start}
        rows.append(row | {"to": height[one.week], "middle": start + one.participants / 2})
    return rows


def steps(says: str, curves: Mapping[str, Sequence[Step]]) -> Html:
    """Curves that fall by steps, from 100 %."""
    import altair as alt

    groups = list(curves)
    rows = [{"group": group, "day": step.day, "share": step.share} for group, curve in curves.items() for step in curve]
    y = alt.Y(
        "share:Q", axis=alt.Axis(title="Still in the trial", format="%", tickCount=5), scale=alt.Scale(domain=[0, 1])
    )
    x = alt.X(
        "day:Q",
        axis=alt.Axis(title="Study day of the last contact", grid=False, tickMinStep=1, **ONE_LINE),
        scale=alt.Scale(nice=False, zero=False),
    )
    paint = alt.Color("group:N", legend=None, scale=alt.Scale(domain=groups, range=[colour(groups, g) for g in groups]))
    dash = alt.StrokeDash(
        "group:N",
        legend=None,
        scale=alt.Scale(domain=groups, range=[DASHES[n % len(DASHES)] for n in range(len(groups))]),
    )
    line = alt.Chart(alt.InlineData(values=rows), width=WIDTH, height=HEIGHT).mark_line(
        interpolate="step-after", strokeWidth=2.5
    )
    return drawn(line.encode(x=x, y=y, color=paint, strokeDash=dash), says)
