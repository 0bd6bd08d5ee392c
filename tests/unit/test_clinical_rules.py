"""Rules across forms say what the protocol says: for each the case it must find, and the nearest one that it must not.

Belongs here: the SQL of `expectations/rules/` on a few crafted rows. Does not belong here: how a result is judged.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from rule_tables import violations, who

DAY = date(2031, 3, 9)


def rows(**of: dict[str, Any]) -> list[dict[str, Any]]:
    """One row for each participant."""
    return [{"participant_id": participant} | row for participant, row in of.items()]


def visit(participant: str, code: str, pday: int) -> dict[str, Any]:
    return {"participant_id": participant, "visit": code, "visit_repeat": 1, "visit_pday": pday, "is_attended": True}


def session(participant: str, number: int, pday: int, minutes: float = 60) -> dict[str, Any]:
    keys = {"participant_id": participant, "session_no": number, "session_pday": pday}
    return keys | {"minutes": minutes, "is_attended": True}


def test_dq_11_consent_comes_before_every_dated_form() -> None:
    """Also of who was never admitted, and before the interview; a form that is masked as a whole is not looked at."""
    consented = {"consent_date": DAY}
    found = violations(
        "DQ-11",
        int_participant=rows(ok=consented, lab=consented, told=consented, masked=consented, none={}),
        mapped_form_record=[
            {"participant_id": "ok", "form": "screening", "form_date": DAY},
            {"participant_id": "ok", "form": "urine", "form_date": None},
            {"participant_id": "lab", "form": "urine", "form_date": date(2031, 3, 8)},
            {"participant_id": "told", "form": "tlfb", "form_date": date(2031, 3, 8)},
            {"participant_id": "masked", "form": "deviation", "form_date": date(2031, 3, 8)},
        ],
    )
    assert who(found) == ["lab", "none", "told"]


def test_dq_20_an_unscheduled_form_is_after_screening_too() -> None:
    received = {"form": "urine", "is_received": True}
    found = violations(
        "DQ-20",
        int_participant=rows(
            **{p: {"is_screen_failure": p != "in"} for p in ("scr", "log", "w2", "uns", "blank", "in")}
        ),
        mapped_form_record=rows(
            scr=received | {"visit": "SCR"},
            log=received | {"visit": "LOG"},
            w2=received | {"visit": "W2A"},
            uns=received,
            blank=received | {"visit": "W2A", "is_received": False},
            **{"in": received | {"visit": "W2A"}},
        ),
    )
    assert who(found) == ["uns", "w2"]


def test_dq_26_asks_the_first_randomization() -> None:
    found = violations(
        "DQ-26",
        int_exposure=rows(
            right={"infusion_no": 1, "drug_code": "KET", "dose_mg_per_kg": 0.5},
            wrong={"infusion_no": 1, "drug_code": "KET", "dose_mg_per_kg": 0.025},
        ),
        int_randomization=[
            {"participant_id": "right", "randomization_seq": 1, "arm_code": "KET"},
            {"participant_id": "right", "randomization_seq": 2, "arm_code": "MDZ"},
            {"participant_id": "wrong", "randomization_seq": 1, "arm_code": "KET"},
        ],
    )
    assert who(found) == ["wrong"]


def test_dq_34_one_visit_a_day_and_in_their_order() -> None:
    attended = [
        *(visit("ok", code, day) for code, day in (("SCR", -6), ("P1", 1), ("W2A", 9), ("W2B", 12), ("UNS", 10))),
        *(visit("twice", code, day) for code, day in (("W2A", 11), ("W2B", 11))),
        *(visit("swapped", code, day) for code, day in (("W2A", 12), ("W2B", 9), ("W3A", 16))),
    ]
    found = violations("DQ-34", int_visit=attended)
    assert [(row["participant_id"], row["visit"], row["detail_key"]) for row in found] == [
        ("swapped", "W2B", "pday 9"),
        ("twice", "W2B", "pday 11"),
    ]


def test_dq_35_the_six_month_interview_counts_after_withdrawal_and_death() -> None:
    """left: told no more contact, died later, and the day that counts is the first of both."""
    ended = {"event_kind": "DISPOSITION", "start_pday": 20}
    found = violations(
        "DQ-35",
        int_participant=rows(
            **{p: {"reference_date": DAY, "admission_pday": 1} for p in ("stayed", "withdrew", "left", "died")}
        ),
        int_event=rows(
            stayed=ended | {"is_consent_withdrawn": False},
            withdrew=ended | {"is_consent_withdrawn": True},
            left=ended | {"is_consent_withdrawn": True, "death_date": date(2031, 4, 30)},
            died=ended | {"death_date": date(2031, 4, 30)},
        ),
        int_followup_interview=rows(
            **{p: {"is_reached": True, "interview_pday": 182} for p in ("stayed", "withdrew", "died")},
            left={"is_reached": False, "interview_pday": 182},
        ),
        int_contact=[
            {"participant_id": "left", "source": "VISIT", "contact_pday": 20},
            {"participant_id": "left", "source": "VISIT", "contact_pday": 30},
            {"participant_id": "died", "source": "VISIT", "contact_pday": 30},
        ],
    )
    assert sorted((row["participant_id"], row["detail_key"]) for row in found) == [
        ("died", "INTERVIEW pday 182"),
        ("left", "VISIT pday 30"),
        ("withdrew", "INTERVIEW pday 182"),
    ]


def test_dq_53_an_unscheduled_interview_has_the_limit_of_45_days_too() -> None:
    told = {"interview_date": date(2031, 5, 1), "day_date": date(2031, 3, 16)}
    found = violations(
        "DQ-53",
        mapped_self_report_day=rows(
            unscheduled=told,
            slot=told | {"visit": "W5A"},
            month6=told | {"visit": "M6"},
            just={"interview_date": date(2031, 5, 1), "day_date": date(2031, 3, 17)},
            same_day={"interview_date": date(2031, 5, 1), "day_date": date(2031, 5, 1), "visit": "W5A"},
        ),
    )
    assert who(found) == ["same_day", "slot", "unscheduled"]


def test_dq_71_and_72_compare_partial_dates_by_what_is_certain() -> None:
    adverse = {"event_kind": "ADVERSE_EVENT", "event_no": 1}
    march = adverse | {"start_text": "2031-03", "start_date": date(2031, 3, 1), "is_start_imputed": True}
    year = adverse | {"start_text": "2031", "start_date": date(2031, 1, 1), "is_start_imputed": True}
    whole = adverse | {"is_start_imputed": False}
    events = rows(
        may_follow=march | {"end_date": date(2031, 3, 20)},
        cannot_follow=march | {"end_date": date(2031, 2, 27)},
        before=whole | {"start_date": date(2031, 3, 8), "end_date": date(2031, 3, 7)},
        same_day=whole | {"start_date": DAY, "end_date": DAY},
    )
    assert who(violations("DQ-71", int_event=events)) == ["before", "cannot_follow"]
    consents = {"may_follow": DAY, "before": DAY, "same_day": DAY, "some_year": DAY}
    consents |= {"cannot_follow": date(2031, 4, 1), "year_before": date(2032, 1, 1)}
    found = violations(
        "DQ-72",
        int_event=[*events, *rows(some_year=year, year_before=year)],
        int_participant=rows(**{p: {"consent_date": day} for p, day in consents.items()}),
    )
    assert who(found) == ["before", "cannot_follow", "year_before"]


def test_dq_75_medications_are_coded_too() -> None:
    found = violations(
        "DQ-75",
        int_event=rows(
            coded={"event_kind": "ADVERSE_EVENT", "event_no": 1, "term_code": "Headache"},
            bare={"event_kind": "ADVERSE_EVENT", "event_no": 2},
            other={"event_kind": "DEVIATION", "event_no": 1},
        ),
        int_concomitant_medication=rows(coded={"medication_no": 1, "term_code": "X"}, bare={"medication_no": 3}),
    )
    assert sorted((r["participant_id"], r["form"], r["instance"]) for r in found) == [
        ("bare", "adverse_event", 2),
        ("bare", "con_med", 3),
    ]


def test_dq_79_sessions_are_unique_in_order_after_the_infusion_and_of_possible_length() -> None:
    ok = [session("ok", 1, 2), session("ok", 2, 3, 20), session("ok", 3, 3, 150)]
    twice = [session("twice", 1, 2), session("twice", 1, 3)]
    swapped = [session("swapped", 1, 4), session("swapped", 2, 3)]
    early, long = [session("early", 1, 1)], [session("long", 1, 2, 151)]
    found = violations(
        "DQ-79",
        int_participant=rows(**{p: {"infusion_pday": 2} for p in ("ok", "twice", "swapped", "early", "long")}),
        mapped_session=[*ok, *twice, *swapped, *early, *long],
        int_session=[*ok, twice[0], *swapped, *early, *long],
    )
    assert sorted((row["participant_id"], row["detail_key"]) for row in found) == [
        ("early", "session 1"),
        ("long", "session 1"),
        ("swapped", "session 2"),
        ("twice", "session 1"),
    ]


def test_dq_82_one_disposition_not_before_the_last_contact_of_the_trial() -> None:
    closed = {"is_randomized": True, "export_pday": 43}
    ended = {"event_kind": "DISPOSITION", "event_no": 1, "start_pday": 36}
    people = ("ok", "none", "two", "before", "later")
    found = violations(
        "DQ-82",
        int_participant=rows(**dict.fromkeys(people, closed), open=closed | {"export_pday": 42}),
        int_event=[*rows(ok=ended, two=ended, before=ended, later=ended), *rows(two=ended | {"event_no": 2})],
        int_contact=[
            *rows(ok={"contact_pday": 36}, before={"contact_pday": 37}),
            {"participant_id": "later", "contact_pday": 60},
        ],
    )
    assert who(found) == ["before", "none", "two"]


@pytest.mark.parametrize(
    ("said", "told", "is_found"),
    [
        (True, ("N", "N"), False),
        (True, ("N", "Y"), True),
        (False, ("N", "Y"), False),
        (False, ("N", "N"), True),
        (False, ("N", "U"), False),
        (False, (), False),
    ],
)
def test_dq_84_the_answer_and_its_timeline_agree_both_ways(said: bool, told: tuple[str, ...], is_found: bool) -> None:
    day = {"participant_id": "p", "visit": "M6", "substance": "COCAINE"}
    found = violations(
        "DQ-84",
        int_followup_interview=rows(p={"is_reached": True, "is_abstinent_reported": said, "interview_pday": 182}),
        mapped_self_report_day=[day | {"used": used, "day_pday": 170 + n} for n, used in enumerate(told)],
    )
    assert bool(found) == is_found


@pytest.mark.parametrize(("pday", "is_found"), [(153, True), (154, False), (210, False), (211, True)])
def test_dq_84_knows_the_window(pday: int, is_found: bool) -> None:
    call = {"is_reached": True, "is_abstinent_reported": True, "interview_pday": pday}
    assert bool(violations("DQ-84", int_followup_interview=rows(p=call))) == is_found


@pytest.mark.parametrize(
    ("endpoint", "reason", "is_found"),
    [
        ("ABST2W", "ONGOING", False),
        ("ABST2W", "DROPOUT", True),
        ("ABST2W", "GOING", True),
        ("ABST2W", None, True),
        ("CRAVING", "NO_POST_BASELINE", False),
        ("ABST6M", "NO_POST_BASELINE", True),
    ],
)
def test_dq_85_a_null_needs_a_reason_that_the_endpoint_allows(
    endpoint: str, reason: str | None, is_found: bool
) -> None:
    found = violations(
        "DQ-85",
        dim_participant=rows(p={"is_randomized": True}),
        dim_endpoint=[{"endpoint_id": endpoint}],
        fct_endpoint=rows(p={"endpoint_id": endpoint, "reason": reason}),
    )
    assert bool(found) == is_found
