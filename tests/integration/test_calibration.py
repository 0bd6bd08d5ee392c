"""The calibrated trial's effects, fitted outside the simulator on the released marts joined with the restricted arm.

Belongs here: the published models, by statsmodels. Does not belong here: the counts (`test_whole_path.py`).
Bounds: the published odds ratio is 5.7, the hazard ratio 0.47, the craving ratio 0.42; all are adjusted for the route of use.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator

import pandas as pd
import pytest
import statsmodels.api as sm  # type: ignore[import-untyped]
from house import House

ENDPOINTS = """
select participant_key.record_id, arm.arm_code = 'KET' as ket, dim_participant.route_of_use = 'SMOKED' as smoked,
    fct_endpoint.endpoint_id, fct_endpoint.value_boolean, fct_endpoint.value_numeric, fct_endpoint.event
from marts.fct_endpoint
join marts.dim_participant using (study_id, participant_id)
join vault.restricted.participant_key using (study_id, participant_id)
join vault.restricted.arm using (study_id, participant_id)
"""
CRAVING = """
select participant_key.record_id, arm.arm_code = 'KET' as ket, dim_participant.route_of_use = 'SMOKED' as smoked,
    fct_instrument_score.visit, fct_instrument_score.score_strict as mm
from marts.fct_instrument_score
join marts.dim_participant using (study_id, participant_id)
join vault.restricted.participant_key using (study_id, participant_id)
join vault.restricted.arm using (study_id, participant_id)
where instrument = 'CRAVING_VAS' and score_strict is not null
"""


@pytest.fixture(scope="module", autouse=True)
def quiet() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def endpoint(house: House, name: str) -> pd.DataFrame:
    columns = ["record", "ket", "smoked", "endpoint", "yes", "value", "event"]
    frame = pd.DataFrame(house.query(ENDPOINTS), columns=columns).sort_values("record")
    found = frame[frame.endpoint == name]
    assert len(found) == 55
    return found.astype({"ket": float, "smoked": float})


def craving(house: House) -> pd.DataFrame:
    frame = pd.DataFrame(house.query(CRAVING), columns=["record", "ket", "smoked", "visit", "mm"])
    return frame.sort_values(["record", "visit"]).astype({"ket": float, "smoked": float, "mm": float})


def test_the_odds_ratio_of_abstinence(house: House) -> None:
    found = endpoint(house, "ABST2W")
    fitted = sm.Logit(found.yes.astype(float), sm.add_constant(found[["ket", "smoked"]])).fit(disp=0)
    assert 5.5 <= math.exp(fitted.params["ket"]) <= 5.9


def test_the_hazard_ratio_of_relapse_with_efron_ties(house: House) -> None:
    found = endpoint(house, "TTRELAPSE")
    model = sm.PHReg(found.value.astype(float), found[["ket", "smoked"]], found.event.astype(float), ties="efron")
    assert 0.44 <= math.exp(model.fit().params[0]) <= 0.50


def test_the_ratio_of_craving_and_equal_baselines(house: House) -> None:
    found = craving(house)
    weekly = found[found.visit.str.fullmatch(r"W[2-5]A")].assign(log=lambda f: (f.mm + 1).map(math.log))
    model = sm.MixedLM(weekly.log, sm.add_constant(weekly[["ket", "smoked"]]), groups=weekly.record)
    assert 0.35 <= math.exp(model.fit().params["ket"]) <= 0.50
    before = found[found.visit.isin(["SCR", "P1"])].groupby("ket").mm.mean()
    assert abs(before[1.0] - before[0.0]) < 7
    assert before.between(45, 60).all()
