"""`report.html`: one self-contained page about a release, for people who look before they query.

Belongs here: the page of one release, made of released tables alone. Does not belong here: any number that is not in the release.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; color: #1a1a1a; }
table { border-collapse: collapse; width: 100%; margin: 1rem 0; font-size: 0.9rem; }
th, td { text-align: left; padding: 0.3rem 0.6rem; border-bottom: 1px solid #ddd; }
td.n { text-align: right; font-variant-numeric: tabular-nums; }
.PASS { color: #1b6e3c; } .FAIL { color: #a31515; } .note { background: #fff4d6; padding: 0.6rem 1rem; }
"""
SYNTHETIC = "No participant data. Aggregates tuned to published headline results; everything else invented."
CONSORT = "select box, reason, arm, participants from marts.marts.rpt_consort order by 1, 2, 3"
FINDINGS = """
select rule_id, severity, action, min(message) as message, count(*) as findings from marts.quality.findings
group by 1, 2, 3 order by case action when 'stop' then 0 when 'aside' then 1 when 'query' then 2 else 3 end, findings desc, rule_id
"""
FILES = "select file_name, role, rows, verdict from marts.quality.file_outcomes order by 1"


def _cell(value: Any) -> str:
    css = ' class="n"' if isinstance(value, int | float) else ""
    return f"<td{css}>{'' if value is None else escape(str(value))}</td>"


def _table(header: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    if not rows:
        return "<p>none</p>"
    head = "".join(f"<th>{escape(h)}</th>" for h in header)
    body = "".join("<tr>" + "".join(_cell(v) for v in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _query(database: Path, sql: str) -> str:
    import duckdb

    with duckdb.connect(str(database), read_only=True) as connection:
        answer = connection.execute(sql)
        header = [column[0] for column in answer.description or []]
        return _table(header, answer.fetchall())


def report(title: str, is_synthetic: bool, gates: Sequence[tuple[str, str, int]], marts: Path, has_marts: bool) -> str:
    """The page's HTML, without any outside reference.

    Args:
        title: release id and study.
        is_synthetic: whether the banner that no participant stands behind it is shown.
        gates: name, verdict, findings of each gate.
        marts: the database file to be released.
        has_marts: false for a study that releases quality tables only.
    """
    parts = [
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<style>{STYLE}</style></head><body><h1>{escape(title)}</h1>",
        f'<p class="note">{SYNTHETIC}</p>' if is_synthetic else "",
        "<h2>Gates</h2>",
        _table(("gate", "verdict", "findings"), gates),
        "<h2>Flow of participants</h2>" + _query(marts, CONSORT) if has_marts else "",
        "<h2>Findings by rule</h2>" + _query(marts, FINDINGS),
        "<p>Findings that could reveal an arm are restricted and not counted here.</p>",
        "<h2>Files received</h2>" + _query(marts, FILES),
        "</body></html>\n",
    ]
    return "\n".join(parts)
