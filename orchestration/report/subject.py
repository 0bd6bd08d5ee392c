"""What a report is about, and the files it may be made from.

Belongs here: the facts of a release that stand in none of its tables, and the release it is compared with. Does not belong here: reading
tables (`sources.py`), words for people. No clock, no user, no host: the same inputs give the same page.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from expectations.blinding import masked_forms
from expectations.protocol import Protocol
from orchestration.ledger import Ledger
from orchestration.night import Night


@dataclass(frozen=True)
class Before:
    """The release of the last export before this one that was released."""

    release_id: str
    folder: Path

    @property
    def marts(self) -> Path:
        return self.folder / "marts.duckdb"

    @property
    def is_kept(self) -> bool:
        return self.marts.is_file() and (self.folder / "manifest.json").is_file()

    def rows(self) -> dict[str, int]:
        """Rows by table, as its manifest has them."""
        tables = json.loads((self.folder / "manifest.json").read_text())["tables"]
        return {f"{t['schema']}.{t['table']}": int(t["rows"]) for t in tables}


@dataclass(frozen=True)
class Subject:
    """One release.

    Attributes:
        marts: the file that is released.
        build: the build it came from; only expected forms are read there, and none of `hidden_forms`.
        verdicts: gate and its word, in the order of the gates.
        visits: label by visit code, in the protocol's order.
        forms: label by form, in the protocol's order.
        hidden_forms: forms that are masked as a whole.
    """

    study: str
    title: str
    release_id: str
    export_id: str
    export_no: int
    exported_on: date
    is_synthetic: bool
    marts: Path
    build: Path
    verdicts: tuple[tuple[str, str], ...]
    before: Before | None = None
    study_state: str = ""
    protocol_version: str = ""
    has_masks: bool = False
    visits: Mapping[str, str] = field(default_factory=dict)
    forms: Mapping[str, str] = field(default_factory=dict)
    hidden_forms: frozenset[str] = frozenset()

    @property
    def is_unblinded(self) -> bool:
        return self.study_state == "UNBLINDED"

    def form_label(self, form: str | None) -> str:
        """A form as people call it."""
        return "Not about a form" if form is None else self.forms.get(form) or form


def before(ledger: Ledger, releases: Path, export_no: int) -> Before | None:
    """The release to compare with.

    It follows from the exports, as everything in a release does; which release readers have at the moment does not: somebody may have
    rolled back. The two differ only then, or where this export was released before under other code.
    """
    # the last word on each export counts, as it does for fingerprints; a stopped export has no release
    released = {j.export_id: j.release_id for j in ledger.judgements()}
    earlier = [e for e in ledger.accepted() if e.export_no < export_no and released.get(e.export_id)]
    if not earlier:
        return None
    release_id = str(released[earlier[-1].export_id])
    return Before(release_id, releases / release_id)


def hidden(protocol: Protocol) -> frozenset[str]:
    """Forms of which not even the number may be seen."""
    return frozenset() if protocol.is_unblinded else masked_forms(protocol)


def subject(night: Night, release_id: str, verdicts: Mapping[str, str]) -> Subject:
    """The release that is about to be made of a night."""
    protocol, export_no = night.protocol, night.ledger.export_no(night.export.export_id)
    return Subject(
        study=protocol.study_id,
        title=protocol.study.get("title") or protocol.study_id,
        release_id=release_id,
        export_id=night.export.export_id,
        export_no=export_no,
        exported_on=night.export.exported_at.date(),
        is_synthetic=night.export.is_synthetic,
        marts=night.paths.marts_db,
        build=night.paths.build_db,
        verdicts=tuple(verdicts.items()),
        before=before(night.ledger, night.paths.releases, export_no),
        study_state=(protocol.study.get("study_state") or "RUNNING") if protocol.is_registered else "",
        protocol_version=protocol.study.get("protocol_version", ""),
        has_masks=bool(protocol.active_masks),
        visits={v.code: v.label for v in sorted(protocol.visits, key=lambda v: v.position)},
        forms={f.name: f.label for f in sorted(protocol.forms, key=lambda f: f.position)},
        hidden_forms=hidden(protocol),
    )
