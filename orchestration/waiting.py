"""What there is to do: known studies, exports that wait, exports that are due.

Belongs here: the one answer to "what runs next" that command, schedule and sensor share. Does not belong here: running it.
"""

from __future__ import annotations

from collections.abc import Sequence

from expectations.protocol import Protocol, UnknownStudy, load_protocol
from orchestration import exports, fingerprint
from orchestration.exports import Export
from orchestration.generate import registered_studies
from orchestration.ledger import Judgement, Ledger
from orchestration.night import bare_protocol, open_export
from orchestration.settings import SEEDS, Settings, UnusableSettings


def known_studies() -> list[str]:
    """Every study of the protocol, then every other folder of exports."""
    registered = registered_studies()
    raw = Settings.from_environment().raw
    folders = sorted(p.name for p in raw.iterdir() if p.is_dir()) if raw.is_dir() else []
    return [*registered, *(name for name in folders if name not in registered and exports.is_study_name(name))]


def require_study(settings: Settings) -> None:
    """Raise UnusableSettings unless the study has a protocol or a folder of exports."""
    if settings.raw.exists() and not settings.raw.is_dir():
        raise UnusableSettings(f"{settings.raw} is no folder; name the folder of the exports with RAW")
    if settings.study in registered_studies() or settings.exports.is_dir():
        return
    raise UnusableSettings(
        f"unknown study {settings.study}: it has no protocol rows and no folder {settings.exports};"
        f" hand over an export with: trialhouse receive --study {settings.study} FILE..."
    )


def graph_protocol(study: str) -> Protocol:
    """The protocol as far as it is known without data; a study without one of its own has no forms yet."""
    try:
        return load_protocol(study, SEEDS)
    except UnknownStudy:
        return bare_protocol(study)


def complete_exports(settings: Settings) -> list[Export]:
    """Exports whose manifest was written, oldest first."""
    return [e for e in exports.find(settings.exports) if e.is_complete]


def unfinished(settings: Settings) -> list[str]:
    """Folders of exports that are still being written."""
    return [e.export_id for e in exports.find(settings.exports) if not e.is_complete]


def _is_due(settings: Settings, export: Export, newest: bool, said: Sequence[Judgement]) -> bool:
    about = [j for j in said if j.export_id == export.export_id]
    if not about:
        return True
    if about[-1].verdict == "RELEASED" and not newest:
        return False
    return open_export(settings, export).fingerprint not in {j.fingerprint for j in about}


def pending(settings: Settings, export_id: str | None = None) -> list[Export]:
    """Exports to be taken, oldest first: never judged, or judged under other files, code or protocol and stopped then or the newest.

    Args:
        settings: the study and its folders.
        export_id: take this one, whatever was said of it before.

    Raises:
        UnusableSettings: there is no such export, or its folder is still being written.
    """
    found = complete_exports(settings)
    if export_id is not None:
        chosen = [e for e in found if e.export_id == export_id]
        if not chosen:
            raise UnusableSettings(f"no complete export {export_id} in {settings.exports}")
        return chosen
    if not settings.paths.ledger.is_file():
        return found
    said = Ledger(settings.paths.ledger).judgements()
    return [e for e in found if _is_due(settings, e, e is found[-1], said)]


def standing(settings: Settings) -> Judgement | None:
    """What was last said of the newest export that was judged."""
    if not settings.paths.ledger.is_file():
        return None
    return next(reversed(Ledger(settings.paths.ledger).judgements()), None)


def run_key(study: str, export: Export) -> str:
    """What makes two requests for a run the same request."""
    return f"{study}:{export.export_id}:{exports.files_sha256(export)[:16]}:{fingerprint.code()[:16]}"
