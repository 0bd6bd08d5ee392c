"""The page: head, verdict, the parts in their order, foot.

Belongs here: what stands above and below the parts. Does not belong here: the parts. The page loads nothing: no script, no font, no
picture from elsewhere.
"""

from __future__ import annotations

from orchestration.report.changes import changes_section
from orchestration.report.completeness import completeness_section
from orchestration.report.flow import Flow, consort_of, flow_of, flow_section
from orchestration.report.layout import tiles
from orchestration.report.markup import Html, join, paragraph, tag
from orchestration.report.participants import participants_section
from orchestration.report.quality import (
    files_section,
    findings_of,
    findings_section,
    gates_section,
    open_queries,
    queries_section,
)
from orchestration.report.sources import Sources, opened
from orchestration.report.style import STYLE
from orchestration.report.subject import Subject
from orchestration.report.weekly import weekly_section

SYNTHETIC = "No participant data. Aggregates tuned to published headline results; everything else invented."
QUALITY_ONLY = (
    "This study has no models of its own: the release holds what the gates found, and no clinical table. Participants, forms and scores are"
    " therefore not reported."
)
LINKS = {
    "gates": "Gates",
    "flow": "Flow",
    "participants": "Retention",
    "forms": "Forms",
    "weeks": "Weeks",
    "queries": "Queries",
    "findings": "Findings",
    "changes": "Changes",
    "files": "Files",
}
CLINICAL = ("flow", "participants", "forms", "weeks")


def page(subject: Subject) -> str:
    """The report of one release as HTML: a function of the subject and of the files it names."""
    with opened(subject) as sources:
        flow = flow_of(sources)
        body = join([_header(subject, sources, flow), tag("main", *_parts(subject, sources, flow)), _footer(subject)])
    head = join(
        [
            tag("meta", charset="utf-8"),
            tag("title", f"{subject.study}: release {subject.release_id}"),
            tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
            tag("style", Html(STYLE)),
        ]
    )
    return f"<!doctype html>\n{tag('html', tag('head', head), tag('body', body), lang='en')}\n"


def _parts(subject: Subject, sources: Sources, flow: Flow) -> list[Html]:
    findings = findings_of(subject, sources)
    clinical = [
        flow_section(subject, flow),
        participants_section(subject, sources),
        completeness_section(subject, sources),
        weekly_section(subject, sources),
    ]
    return [
        gates_section(subject, sources, findings),
        *(clinical if is_clinical(sources) else [paragraph(QUALITY_ONLY, class_="note")]),
        queries_section(subject, sources),
        findings_section(findings),
        changes_section(subject, sources),
        files_section(sources),
    ]


def _header(subject: Subject, sources: Sources, flow: Flow) -> Html:
    return tag(
        "header",
        paragraph(SYNTHETIC, class_="synthetic") if subject.is_synthetic else None,
        paragraph("Release report", class_="kind"),
        tag("h1", subject.title),
        _identity(subject),
        paragraph(tag("b", "Blinding. "), blinding(subject), class_="note"),
        tiles(
            [
                *(_people(flow) if is_clinical(sources) else []),
                ("Open queries", open_queries(sources)),
                ("Gates passed", _passed(subject)),
            ]
        ),
        tag("nav", join((tag("a", LINKS[name], href=f"#{name}") for name in _shown(sources)), " ")),
    )


def is_clinical(sources: Sources) -> bool:
    """Whether the release has marts; that of a study without models of its own has none."""
    return sources.has(consort_of("release"))


def _shown(sources: Sources) -> list[str]:
    return [name for name in LINKS if name not in CLINICAL or is_clinical(sources)]


def _identity(subject: Subject) -> Html:
    facts = [
        ("Study", subject.study),
        ("Release", subject.release_id),
        ("Export", f"{subject.export_id}, number {subject.export_no}"),
        ("Date of the export", subject.exported_on.isoformat()),
    ]
    if subject.protocol_version:
        facts.append(("Protocol", f"version {subject.protocol_version}"))
    return tag("dl", join(tag("div", tag("dt", name), tag("dd", value)) for name, value in facts), class_="identity")


def blinding(subject: Subject) -> str:
    """The state of the study's blinding in words."""
    if not subject.study_state:
        return "The study has no protocol of its own and no mask; its release holds no clinical table."
    if subject.is_unblinded:
        return "The study is unblinded: figures are by arm."
    if not subject.has_masks:
        return f"The study is {subject.study_state.lower()} and its protocol masks nothing. Figures are for everybody together."
    return (
        f"The study is {subject.study_state.lower()} and blinded: the arm, and what could reveal it, is left out for every participant."
        " Figures are for everybody together."
    )


def _people(flow: Flow) -> list[tuple[str, int]]:
    shown = {
        "ASSESSED": "Screened",
        "RANDOMIZED": "Randomized",
        "COMPLETED": "Completed",
        "DISCONTINUED": "Discontinued",
    }
    return [(name, flow.total(box)) for box, name in shown.items()]


def _passed(subject: Subject) -> str:
    return f"{sum(verdict == 'PASS' for _, verdict in subject.verdicts)} of {len(subject.verdicts)}"


def _footer(subject: Subject) -> Html:
    said = (
        "Made with the release, from its own tables, those of the release before and the count of expected forms; the same exports give the"
        " same page. It loads nothing from elsewhere. Findings that could reveal an arm are restricted and appear as one count."
    )
    return tag("footer", paragraph(said), paragraph(f"{subject.study} · {subject.release_id}"))
