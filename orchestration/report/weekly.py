"""The assessment weeks: craving, mindfulness, stress, urine, days of use.

Belongs here: what of `fct_weekly_assessment` is drawn, and over whom. Does not belong here: endpoints, tests, any comparison: the page is
for following a trial. Figures are pooled until the study is unblinded.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from orchestration.report import charts
from orchestration.report.layout import (
    class_legend,
    figure,
    figures,
    group_legend,
    nothing,
    section,
    values,
    values_by_group,
)
from orchestration.report.markup import Html, paragraph
from orchestration.report.participants import ALL, PARTICIPANT, group_of, groups_of
from orchestration.report.sources import Sources
from orchestration.report.statistics import mean_of
from orchestration.report.subject import Subject

WEEKLY = "release.marts.fct_weekly_assessment"
TITLE = "Assessment weeks"
ROWS = f"""
select coalesce(participant.arm, '') as arm, weekly.week, weekly.craving_vas_mm, weekly.ffmq_total, weekly.pss_total, weekly.urine_verdict,
    case when weekly.days_covered >= 7 then weekly.days_of_use end as days_of_use
from {WEEKLY} as weekly
inner join {PARTICIPANT} as participant using (study_id, participant_id)
where weekly.is_due
order by all
"""


INSTRUMENT = "release.marts.dim_instrument"
SCALES = f"select instrument, score_min, score_max, higher_means from {INSTRUMENT} where scale = 'total' order by all"


@dataclass(frozen=True)
class Score:
    """A score and how it is drawn."""

    column: str
    instrument: str
    title: str
    axis: str
    unit: str
    from_zero: bool = False


SCORES = (
    Score("craving_vas_mm", "CRAVING_VAS", "Craving", "Craving, mm", "mm", True),
    Score("ffmq_total", "FFMQ39", "Mindfulness (FFMQ-39)", "Total, points", "points"),
    Score("pss_total", "PSS10", "Perceived stress (PSS-10)", "Total, points", "points"),
)
URINE = {"NEGATIVE": "#56B4E9", "POSITIVE": "#D55E00", "INVALID": "#7d7d7d", "MISSING": "#d9dee3"}
DAYS = {"No day": "#dceaf5", "1 or 2 days": "#fdbb84", "3 or 4 days": "#e8742c", "5 to 7 days": "#8c2d04"}
INTERVAL = "Mean and 95 % interval (Student's t)."


@dataclass(frozen=True)
class Week:
    """One participant's week."""

    group: str
    week: int
    values: Mapping[str, Any]


def weekly_section(subject: Subject, sources: Sources) -> Html:
    """All figures of the weeks."""
    rows = sources.rows_of(WEEKLY, PARTICIPANT, sql=ROWS)
    if not rows:
        return section("weeks", TITLE, nothing("No assessment week was due yet."))
    groups = groups_of(subject, [row[0] for row in rows])
    names = ("craving_vas_mm", "ffmq_total", "pss_total", "urine_verdict", "days_of_use")
    weeks = [
        Week(group, int(row[1]), dict(zip(names, row[2:], strict=True)))
        for row in rows
        if (group := group_of(groups, row[0])) is not None
    ]
    scales = {row[0]: row[1:] for row in sources.rows_of(INSTRUMENT, sql=SCALES)}
    scores = [_score(one, weeks, groups, scales.get(one.instrument)) for one in SCORES]
    classes = [draw(weeks, group) for draw in (_urine, _days) for group in groups]
    return section("weeks", TITLE, paragraph(_said(groups)), figures(*scores, *classes))


def _said(groups: Sequence[str]) -> str:
    over = "everybody together" if list(groups) == [ALL] else "by arm"
    return f"Randomized participants whose week had closed at the export, {over}. A missing value is left out, and n says how many are left."


def _score(score: Score, weeks: Sequence[Week], groups: Sequence[str], scale: Sequence[Any] | None) -> Html:
    points = _points(score.column, weeks)
    if not points:
        return figure(score.title, nothing("No value in this release."))
    rows = [_row(point) for point in points]
    says = f"{score.title} by assessment week: " + "; ".join(f"{r[0]}, week {r[1]}: {r[3]} (n {r[2]})" for r in rows)
    picture = charts.means(says, points, score.axis, score.from_zero)
    note = paragraph(INTERVAL, _range(score, scale), class_="small")
    header = ("Group", "Week", "n", "Mean", "From", "To")
    return figure(score.title, picture, group_legend(groups), note, values_by_group(header, rows))


def _range(score: Score, scale: Sequence[Any] | None) -> str:
    if scale is None:
        return ""
    lowest, highest, higher_means = scale
    return f" Scale: {float(lowest):g} to {float(highest):g} {score.unit}; higher means {higher_means}."


def _points(column: str, weeks: Sequence[Week]) -> list[charts.Point]:
    """A mean for each group and week, in the order of the rows."""
    found: dict[tuple[str, int], list[float]] = {}
    for one in weeks:
        if one.values[column] is not None:
            found.setdefault((one.group, one.week), []).append(float(one.values[column]))
    return [charts.Point(group, week, mean_of(told)) for (group, week), told in found.items()]


def _row(point: charts.Point) -> tuple[str, int, int, str, str, str]:
    known = (point.mean.mean, point.mean.low, point.mean.high)
    mean, low, high = ("–" if value is None else f"{value:.1f}" for value in known)
    return point.group, point.week, point.mean.n, mean, low, high


def _urine(weeks: Sequence[Week], group: str) -> Html:
    known = [w for w in weeks if w.group == group and w.values["urine_verdict"] in URINE]
    classed = [(w.week, str(w.values["urine_verdict"])) for w in known]
    note = "The week's verdict on the urine of the study's substance; missing: no specimen to judge by."
    return _stack("Urine", group, classed, URINE, note)


def _days(weeks: Sequence[Week], group: str) -> Html:
    known = [w for w in weeks if w.group == group and w.values["days_of_use"] is not None]
    classed = [(w.week, _class(int(w.values["days_of_use"]))) for w in known]
    return _stack("Days of use", group, classed, DAYS, "Days with use in weeks of which all seven days are told.")


def _class(days: int) -> str:
    return list(DAYS)[0 if days == 0 else 1 if days <= 2 else 2 if days <= 4 else 3]


def _stack(title: str, group: str, classed: Sequence[tuple[int, str]], colours: Mapping[str, str], note: str) -> Html:
    headed = title if group == ALL else f"{title}, arm {group}"
    if not classed:
        return figure(headed, nothing("No value in this release."))
    counts = Counter(sorted(classed))
    shares = [charts.Share(week, label, n) for (week, label), n in counts.items()]
    shown = {label: paint for label, paint in colours.items() if any(share.label == label for share in shares)}
    rows = [(week, *(counts[week, label] for label in shown)) for week in sorted({w for w, _ in classed})]
    says = f"{headed} by assessment week, participants: " + "; ".join(
        f"week {r[0]}: {_told(shown, r[1:])}" for r in rows
    )
    readable = {label.capitalize(): paint for label, paint in shown.items()}
    picture = charts.stacks(says, shares, shown)
    below = paragraph(note, class_="small"), values(("Week", *readable), rows)
    return figure(headed, picture, class_legend(readable), *below)


def _told(shown: Mapping[str, str], counts: Sequence[int]) -> str:
    return ", ".join(f"{label.lower()} {n}" for label, n in zip(shown, counts, strict=True))
