"""The graph of studies without a protocol: any folder of exports joins the one code location and breaks none of it.

Belongs here: names, and loading. Does not belong here: what a run does (`tests/integration`).
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import dagster as dg
from house import PROJECT

from expectations.protocol import load_protocol
from orchestration.definitions import build_definitions
from orchestration.defs.graph import StudyGraph
from orchestration.settings import SEEDS
from orchestration.waiting import graph_protocol


def test_studies_whose_names_differ_by_a_sign_have_two_jobs() -> None:
    definitions = build_definitions(["a-b", "a_b", "a.b"])
    names = {job.name for job in definitions.resolve_all_job_defs() if job.name.startswith("nightly_")}
    assert len(names) == 3
    assert "nightly_a_b" in names


def test_a_study_of_plain_letters_keeps_its_name() -> None:
    assert StudyGraph("ketmbrp_syn", load_protocol("ketmbrp_syn", SEEDS)).job_name == "nightly_ketmbrp_syn"


def test_a_study_without_a_protocol_goes_from_raw_to_release_past_two_gates() -> None:
    repository = build_definitions(["a-b"]).get_repository_def()
    keys = {key.to_user_string() for key in repository.asset_graph.materializable_asset_keys}
    assert keys == {
        *(f"a-b/raw/{name}" for name in ("export", "mapping", "participant_key", "arm_dummy")),
        "a-b/quality/findings_raw",
        "a-b/staging/forms",
        "a-b/quality/findings_staging",
        "a-b/release/current",
    }
    forms = dg.AssetKey(["a-b", "staging", "forms"])
    assert dg.AssetKey(["a-b", "quality", "findings_raw"]) in repository.asset_graph.get(forms).parent_keys
    assert graph_protocol("a-b").forms == ()


def test_the_code_location_loads_with_such_folders_under_raw(tmp_path: Path) -> None:
    for study in ("a-project", "a_project", "2031", "Not a study"):
        (tmp_path / "raw" / study).mkdir(parents=True)
    environment = os.environ | {
        "TRIALHOUSE_RAW": str(tmp_path / "raw"),
        "TRIALHOUSE_WAREHOUSE": str(tmp_path / "warehouse"),
        "DAGSTER_HOME": str(tmp_path),
    }
    command = [
        sys.executable,
        "-m",
        "dagster",
        "definitions",
        "validate",
        "-m",
        "orchestration.definitions",
        "-a",
        "defs",
    ]
    done = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    assert not (tmp_path / "warehouse").exists()
