"""How far participants came, and how long they stayed.

Belongs here: milestones, status and the curve of retention, from `fct_enrollment`. Does not belong here: the flow diagram (`flow.py`).
"""

from __future__ import annotations

from collections.abc import Sequence

from orchestration.report import charts
from orchestration.report.layout import bars, figure, figures, line_legend, nothing, section, values, values_by_group
from orchestration.report.markup import Html, counted, paragraph, words
from orchestration.report.sources import Sources
from orchestration.report.statistics import Step, at_risk, retention
from orchestration.report.subject import Subject

ENROLLMENT = "release.marts.fct_enrollment"
PARTICIPANT = "release.marts.dim_participant"
ALL = "All participants"
MILESTONES = f"""
select count(*), count(admission_pday), count(randomization_pday), count(infusion_pday), count(discharge_pday),
    count(*) filter (status = 'COMPLETED')
from {ENROLLMENT}
"""
NAMES = ("Screened", "Admitted", "Randomized", "Treatment started", "Discharged", "Completed")
STATUS = f"select status, count(*) from {ENROLLMENT} group by status order by count(*) desc, status"
CONTACTS = f"""
select coalesce(participant.arm, ''), coalesce(enrollment.last_contact_pday, enrollment.randomization_pday, 0),
    enrollment.status = 'DISCONTINUED'
from {ENROLLMENT} as enrollment
inner join {PARTICIPANT} as participant using (study_id, participant_id)
where participant.is_randomized
order by all
"""
NO_CALENDAR = (
    "A release holds no calendar date, so enrolment cannot be drawn over time: the bars count everybody who came as far as a milestone"
    " or further, whenever that was."
)


def groups_of(subject: Subject, arms: Sequence[str]) -> list[str]:
    """The groups that figures are shown by: the arms once the study is unblinded, everybody together before."""
    return sorted({arm for arm in arms if arm}) if subject.is_unblinded and any(arms) else [ALL]


def group_of(groups: Sequence[str], arm: str) -> str | None:
    """The group of a participant; none for one without an arm where figures are by arm."""
    return groups[0] if list(groups) == [ALL] else arm or None


def participants_section(subject: Subject, sources: Sources) -> Html:
    """Milestones beside retention."""
    return section(
        "participants", "Enrolment and retention", figures(_milestones(sources), _retention(subject, sources))
    )


def _milestones(sources: Sources) -> Html:
    counts = [int(n) for n in (sources.rows_of(ENROLLMENT, sql=MILESTONES) or [(0,) * len(NAMES)])[0]]
    status = [(words(name), int(n)) for name, n in sources.rows_of(ENROLLMENT, sql=STATUS)]
    if not status:
        return figure("Enrolment", nothing("Nobody was screened yet."))
    picture = bars([(name, [n]) for name, n in zip(NAMES, counts, strict=True)], [charts.GROUPS[0]])
    return figure(
        "Enrolment: participants who reached a milestone",
        picture,
        paragraph(NO_CALENDAR, class_="small"),
        values(("Status at the export", "Participants"), status),
    )


def _retention(subject: Subject, sources: Sources) -> Html:
    rows = sources.rows_of(ENROLLMENT, PARTICIPANT, sql=CONTACTS)
    if not rows:
        return figure("Retention", nothing("Nobody was randomized yet."))
    groups = groups_of(subject, [arm for arm, _, _ in rows])
    times = {
        group: [(int(day), bool(left)) for arm, day, left in rows if group_of(groups, arm) == group] for group in groups
    }
    first = min(day for listed in times.values() for day, _ in listed)
    curves = {group: retention(listed, min(first, 1)) for group, listed in times.items()}
    says = "; ".join(f"{group}: {_end(curve)}" for group, curve in curves.items())
    return figure(
        "Retention: share of the randomized still in the trial",
        charts.steps(f"Share still in the trial by study day. {says}.", curves),
        line_legend(groups),
        paragraph(_left(rows), class_="small"),
        _values(times, curves),
    )


def _end(curve: Sequence[Step]) -> str:
    return f"{curve[-1].share * 100:.0f} % on day {curve[-1].day}"


def _left(rows: Sequence[tuple[str, int, bool]]) -> str:
    gone = sum(1 for _, _, left in rows if left)
    return (
        f"Kaplan-Meier estimate, {counted(len(rows), 'participant')}; the curve falls on the last contact of each of the"
        f" {counted(gone, 'participant')} who discontinued, the others count until theirs."
    )


def _values(times: dict[str, list[tuple[int, bool]]], curves: dict[str, list[Step]]) -> Html:
    rows = [
        (group, step.day, at_risk(times[group], step.day), f"{step.share * 100:.1f} %")
        for group, curve in curves.items()
        for step in curve
    ]
    return values_by_group(("Group", "Study day", "In the trial that day", "Still in it after"), rows)
