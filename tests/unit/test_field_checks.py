"""The form gate's checks come from the protocol's fields: which field has which check, and whether its findings are restricted."""

from __future__ import annotations

from datetime import datetime

import pytest

from expectations.field_checks import FieldCheck, field_checks, limits_of
from expectations.protocol import Protocol, load_protocol
from orchestration.settings import SEEDS


@pytest.fixture(scope="module")
def protocol() -> Protocol:
    return load_protocol("ketmbrp_syn", SEEDS)


def checks(protocol: Protocol) -> list[FieldCheck]:
    limits = limits_of(protocol.study, datetime(2032, 1, 14))
    return [check for form in protocol.forms for check in field_checks(protocol, form.name, limits)]


def test_every_date_that_does_not_parse_is_found_partial_ones_too(protocol: Protocol) -> None:
    kinds = {field.name: field.data_type for field in protocol.fields}
    found = {check.field for check in checks(protocol) if check.check.rule_id == "DQ-38"}
    assert found == {name for name, kind in kinds.items() if kind in ("date", "partial_date")}
    assert {kinds[name] for name in found} == {"date", "partial_date"}
    for check in checks(protocol):
        if check.check.rule_id == "DQ-38":
            assert check.breaks == f"{check.field}__missing = 'NOT_PARSED'"


def test_findings_about_a_blinded_field_are_restricted(protocol: Protocol) -> None:
    blinded = {field.name for field in protocol.fields if field.is_blinded}
    restricted = {check.field for check in checks(protocol) if check.check.is_restricted}
    judged = {check.field for check in checks(protocol)}
    assert restricted == blinded & judged
    assert {"ur_bzd", "iv_sbp", "cadss_01", "ae_start", "dv_date", "inf_rescue", "rand_arm"} <= restricted
