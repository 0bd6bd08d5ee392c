"""What the gates said, what is open, what was received.

Belongs here: gates, findings by rule, open queries, files, from the released `quality` tables: findings of masked rules are one count there,
and are no more here. Does not belong here: judging, and what changed since another release (`changes.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from orchestration.report.layout import bars, class_legend, nothing, section, values
from orchestration.report.markup import Html, breakable, counted, join, paragraph, table, tag, words
from orchestration.report.sources import Sources
from orchestration.report.subject import Subject

MASKED = "MASKED"
WORST = 5
GATES = {
    "g0": ("Files", "the files are there, whole, unchanged and new"),
    "g1": ("Forms", "types, ranges, code lists, required fields"),
    "g2": ("Trial", "one arm each, order of dates, expected forms, contradictions"),
    "g3": ("Release", "numbers add up; nothing masked, nobody identified"),
}
CHECKS = """
select layer, count(*), count(*) filter (state = 'PASS'), count(*) filter (state in ('PASS_WITH_VIOLATIONS', 'FAIL')),
    count(*) filter (state = 'MASKED'), count(*) filter (state in ('NOT_APPLICABLE', 'NOT_RUN'))
from release.quality.check_results group by layer
"""
FINDINGS = """
select rule_id, layer, action, severity, min(message),
    count(*) filter (last_export_no = {now}), count(*) filter (first_export_no = {now}), count(*) filter (last_export_no < {now})
from release.quality.findings group by rule_id, layer, action, severity
order by (count(*) filter (last_export_no = {now}) = 0), case action when 'stop' then 0 when 'aside' then 1 when 'query' then 2 else 3 end,
    case severity when 'critical' then 0 when 'major' then 1 else 2 end, 6 desc, rule_id
"""
OPEN = """
select form, count(*) filter (age_days <= 7), count(*) filter (age_days between 8 and 30),
    count(*) filter (age_days between 31 and 90), count(*) filter (age_days > 90)
from release.quality.data_queries where status in ('OPEN', 'REOPENED', 'ANSWERED')
group by form order by count(*) desc, form nulls last
"""
AGES = {
    "up to 7 days": "#cfe1f2",
    "8 to 30 days": "#6aaed6",
    "31 to 90 days": "#e08b3c",
    "more than 90 days": "#8c2d04",
}
AGE_HEADS = ("≤ 7 days", "8–30", "31–90", "> 90")
FILES = "select file_name, role, rows, verdict, reason, sha256 from release.quality.file_outcomes order by file_name"


@dataclass(frozen=True)
class RuleFindings:
    """What one rule found: standing on this export, new with it, gone since an earlier one."""

    rule_id: str
    layer: str
    action: str
    severity: str
    message: str
    standing: int
    new: int
    gone: int


def findings_of(subject: Subject, sources: Sources) -> list[RuleFindings]:
    """Findings by rule, the gravest first; the count of masked rules is one of them, under its own name."""
    return [RuleFindings(*row) for row in sources.rows(FINDINGS.format(now=int(subject.export_no)))]


def gates_section(subject: Subject, sources: Sources, findings: Sequence[RuleFindings]) -> Html:
    """The verdict of each gate, and the rules that found most."""
    checks = {row[0]: tuple(int(n) for n in row[1:]) for row in sources.rows(CHECKS)}
    cards = [
        _gate(gate, verdict, checks.get(gate, (0,) * 5), _standing(findings, gate))
        for gate, verdict in subject.verdicts
    ]
    shown = [f for f in findings if f.standing and f.rule_id != MASKED][:WORST]
    worst = join([tag("h3", "Rules that weigh most"), table(HEADER, map(_finding, shown))]) if shown else None
    return section("gates", "Gates", tag("div", *cards, class_="gates"), worst, _pooled(findings))


def _standing(findings: Sequence[RuleFindings], gate: str) -> int:
    return sum(f.standing for f in findings if f.layer == gate and f.rule_id != MASKED)


def _gate(gate: str, verdict: str, checks: Sequence[int], findings: int) -> Html:
    name, judges = GATES.get(gate, (gate, ""))
    total, passed, violated, masked, idle = checks
    told = [(passed, "passed"), (violated, "with findings"), (masked, "masked"), (idle, "not applicable")]
    states = ", ".join(f"{n} {word}" for n, word in told if n)
    badge = tag("span", verdict, class_=f"badge {'good' if verdict == 'PASS' else 'bad'}")
    return tag(
        "div",
        tag("h3", f"{gate} {name} ", badge),
        paragraph(judges, class_="small"),
        paragraph(tag("b", counted(total, "check")), f": {states}" if states else ""),
        paragraph(tag("b", counted(findings, "finding"))),
        class_="gate",
    )


def _pooled(findings: Sequence[RuleFindings]) -> Html | None:
    messages = [f.message for f in findings if f.rule_id == MASKED and f.standing]
    return paragraph("; ".join(messages) + ".", class_="small") if messages else None


HEADER = ("Rule", "Action", "Now", "New", "Gone")


def _finding(one: RuleFindings) -> tuple[Html, Html, int, int, int]:
    rule = join([tag("code", breakable(one.rule_id)), tag("br"), one.message])
    return rule, join([one.action, tag("br"), tag("small", one.severity)]), one.standing, one.new, one.gone


def findings_section(findings: Sequence[RuleFindings]) -> Html:
    """Every rule that found something, now or before."""
    listed = [f for f in findings if f.rule_id != MASKED]
    if not listed:
        return section("findings", "Findings by rule", nothing("No rule found anything."), _pooled(findings))
    said = (
        "Now: standing on this export. New: first seen with it. Gone: seen on an earlier export and no longer. Action: stop keeps an export"
        " out, aside sets the record aside, query asks the site, note only counts."
    )
    return section(
        "findings",
        "Findings by rule",
        paragraph(said, class_="small"),
        table(HEADER, map(_finding, listed)),
        _pooled(findings),
    )


def queries_section(subject: Subject, sources: Sources) -> Html:
    """Open queries by form and age."""
    rows = [(subject.form_label(row[0]), [int(n) for n in row[1:]]) for row in sources.rows(OPEN)]
    if not rows:
        return section("queries", "Open data queries", nothing("No query is open."))
    total, old = sum(sum(parts) for _, parts in rows), sum(parts[-1] for _, parts in rows)
    said = f"{counted(total, 'query', 'queries')} open, {counted(old, 'of them', 'of them')} for more than 90 days. Ages count to the export."
    picture = bars(rows, list(AGES.values()))
    numbers = values(("Form", *AGE_HEADS, "All"), [(form, *parts, sum(parts)) for form, parts in rows])
    return section("queries", "Open data queries", paragraph(said), picture, class_legend(AGES), numbers)


def open_queries(sources: Sources) -> int:
    """How many queries are open."""
    return sum(sum(int(n) for n in row[1:]) for row in sources.rows(OPEN))


def files_section(sources: Sources) -> Html:
    """The files as received."""
    rows = [
        (
            join([breakable(name), tag("br"), tag("small", f"{role}, sha256 {sha256[:12]}")]),
            count,
            _verdict(verdict, reason),
        )
        for name, role, count, verdict, reason, sha256 in sources.rows(FILES)
    ]
    if not rows:
        return section("files", "Files received", nothing("No file."))
    return section("files", "Files received", table(("File", "Rows", "Verdict"), rows))


def _verdict(verdict: str, reason: str | None) -> str:
    return f"{words(verdict)}: {reason}" if reason else words(verdict)
