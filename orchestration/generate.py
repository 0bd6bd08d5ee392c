"""What is generated and committed: staging models from the protocol, docs/marts.md from the models' own descriptions.

Belongs here: the list of generated files and their comparison with what is there. Does not belong here: how any of them is made.
"""

from __future__ import annotations

import csv
from pathlib import Path

from expectations.protocol import load_protocol
from orchestration.settings import DBT_PROJECT, PROJECT, SEEDS


def generated() -> dict[Path, str]:
    """Every generated file of the project and its text."""
    from orchestration.catalogue import render_marts
    from orchestration.staging import staging_models

    files: dict[Path, str] = {}
    for study in registered_studies():
        models = staging_models(load_protocol(study, SEEDS))
        files |= {DBT_PROJECT / path: text for path, text in models.items()}
    files[PROJECT / "docs" / "marts.md"] = render_marts(DBT_PROJECT)
    return files


def registered_studies() -> list[str]:
    """The studies that have a protocol of their own, in the order of study.csv."""
    with (SEEDS / "study.csv").open(encoding="utf-8", newline="") as lines:
        return [row["study_id"] for row in csv.DictReader(lines)]


def generate(check: bool) -> list[str]:
    """Write the generated files that are not current, or only name them.

    Returns:
        The paths that were not current, relative to the project.
    """
    stale = [(p, t) for p, t in generated().items() if not p.is_file() or p.read_text(encoding="utf-8") != t]
    for path, text in [] if check else stale:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return [path.relative_to(PROJECT).as_posix() for path, _ in stale]
