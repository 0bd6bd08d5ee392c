"""Trials nobody tuned: their exports go the same way, and each participant's endpoints are what that simulation says is true.

Belongs here: whole refreshes of simulated trials against the truth file beside them. Does not belong here: the committed nights
(`test_whole_path.py`), the simulator by itself (`tests/unit/test_simulator.py`).
"""

from __future__ import annotations

import csv
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest
from house import PROJECT, House

PUBLISHED = {("ABST2W", "KET"): 13, ("ABST2W", "MDZ"): 3, ("ABST6M", "KET"): 12, ("ABST6M", "MDZ"): 0}
ENDPOINTS = """
select
    participant_key.record_id,
    fct_endpoint.endpoint_id,
    fct_endpoint.value_boolean,
    fct_endpoint.value_numeric,
    fct_endpoint.event,
    arm.arm_code
from marts.fct_endpoint
join vault.restricted.participant_key using (study_id, participant_id)
join vault.restricted.arm using (study_id, participant_id)
where fct_endpoint.endpoint_id in ('ABST2W', 'TTRELAPSE', 'ABST6M')
"""

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Simulated:
    """A simulated trial: its size, the rows of its truth file, and the warehouse its export was taken into."""

    participants: int
    truth: tuple[dict[str, str], ...]
    house: House

    def endpoints(self) -> list[tuple[str, str, bool | None, float | None, bool | None, str]]:
        return self.house.query(ENDPOINTS)


# Seed 2 has people who left hospital early, a week with a dilute specimen only, and positives first found after the trial's end.
@pytest.fixture(
    scope="module",
    params=[
        pytest.param((1, 55, False), id="seed-1"),
        pytest.param((2, 55, True), id="seed-2-clean"),
        pytest.param((3, 20, False), id="seed-3-of-20"),
    ],
)
def simulated(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Simulated:
    seed, participants, is_clean = request.param
    house = House(tmp_path_factory.mktemp(f"seed-{seed}"))
    _simulate(house.raw, seed, participants, is_clean)
    house.run("refresh", code=0)
    with (house.raw / "truth" / "participants.csv").open(newline="") as lines:
        return Simulated(participants, tuple(row for row in csv.DictReader(lines) if row["arm"]), house)


def _simulate(out: Path, seed: int, participants: int, is_clean: bool) -> None:
    nights = "1" if is_clean else "3"
    options = ["--seed", str(seed), "--participants", str(participants), "--no-calibrated", "--nights", nights]
    command = [sys.executable, "-m", "simulator", *options, *(["--clean"] if is_clean else []), "--out", str(out)]
    subprocess.run(command, cwd=PROJECT, check=True, capture_output=True)


def test_everybody_randomized_has_the_endpoints_of_the_simulations_truth(simulated: Simulated) -> None:
    computed = {(record, endpoint): rest for record, endpoint, *rest in simulated.endpoints()}
    assert len(computed) == 3 * simulated.participants == 3 * len(simulated.truth)
    different = Counter(
        endpoint
        for person in simulated.truth
        for endpoint, expected in _expected(person).items()
        if computed[person["record_id"], endpoint] != expected
    )
    assert not different, f"participants who differ, by endpoint: {dict(different)}"


def _expected(person: dict[str, str]) -> dict[str, list[bool | float | str | None]]:
    """Value, event and arm of each endpoint as the truth file has them."""
    arm = person["arm"]
    relapse = [None, float(person["relapse_day"]), person["relapsed"] == "true", arm]
    return {
        "ABST2W": [person["abst2w"] == "true", None, None, arm],
        "TTRELAPSE": relapse,
        "ABST6M": [person["abst6m"] == "true", None, None, arm],
    }


def test_the_counts_by_arm_are_not_the_published_ones(simulated: Simulated) -> None:
    """Counts written down somewhere would come out here, too."""
    counts = Counter((endpoint, arm) for _, endpoint, value, _, _, arm in simulated.endpoints() if value)
    for endpoint in ("ABST2W", "ABST6M"):
        assert 0 < counts[endpoint, "KET"] + counts[endpoint, "MDZ"] < simulated.participants
    assert {place: counts[place] for place in PUBLISHED} != PUBLISHED


def test_relapses_and_their_absence_both_come_out(simulated: Simulated) -> None:
    """A warehouse that called everybody relapsed, or nobody, would not be told apart by a truth file without the other kind."""
    events = {event for _, endpoint, _, _, event, _ in simulated.endpoints() if endpoint == "TTRELAPSE"}
    assert events == {True, False}
