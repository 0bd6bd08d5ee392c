"""What an alert says and where it arrives; one that cannot be delivered is told, and raises nothing."""

from __future__ import annotations

import socket

import pytest
from listeners import mail_server, webhook

from orchestration import alerts
from orchestration.alerts import Alert, deliver

STOPPED = Alert("study", "2031-01-01", "study__judge_raw", "g0", None, "work/2031-01-01/work_list.csv")
FAILED = Alert("study", "2031-01-01", "study__land", None, "OSError", None)


def test_one_line_says_it() -> None:
    assert STOPPED.line() == (
        "study: export 2031-01-01 stopped at gate g0; the last good release stays; work list: work/2031-01-01/work_list.csv"
    )
    assert FAILED.line() == "study: export 2031-01-01 failed at study__land (OSError); the last good release stays"


def test_the_webhook_gets_json() -> None:
    with webhook() as received:
        assert deliver(STOPPED, {"TRIALHOUSE_WEBHOOK": received.address}) == []
    assert received.requests == ["POST application/json"]
    assert received.bodies == [
        {
            "text": STOPPED.line(),
            "study": "study",
            "export_id": "2031-01-01",
            "step": "study__judge_raw",
            "gate": "g0",
            "error": None,
            "work_list": "work/2031-01-01/work_list.csv",
        }
    ]


def test_the_mail_tells_that_there_is_a_work_list() -> None:
    with mail_server() as received:
        settings = {"TRIALHOUSE_MAIL_TO": "a@example.org, b@example.org", "TRIALHOUSE_SMTP": received.address}
        assert deliver(STOPPED, settings) == []
    assert [line for line in received.requests if line.lower().startswith("rcpt")] == [
        "rcpt TO:<a@example.org>",
        "rcpt TO:<b@example.org>",
    ]
    (message,) = received.bodies
    assert "Subject: Trialhouse: study, export 2031-01-01 was not released" in message
    assert "work/2031-01-01/work_list.csv" in message.replace("=\r\n", "")


def test_nothing_set_nothing_sent() -> None:
    assert deliver(STOPPED, {}) == []


@pytest.mark.parametrize("address", ["file:///etc/hostname", "ftp://127.0.0.1/x", "127.0.0.1:80", "", "http://"])
def test_only_http_and_https(address: str) -> None:
    said = deliver(STOPPED, {"TRIALHOUSE_WEBHOOK": address})
    assert len(said) == (1 if address else 0)
    assert "etc" not in "".join(said)


def test_a_refusal_is_told_and_a_redirect_not_followed() -> None:
    with webhook(500) as broken, webhook() as other, webhook(302, other.address) as moved:
        said = [deliver(STOPPED, {"TRIALHOUSE_WEBHOOK": w.address}) for w in (broken, moved)]
    assert said == [["the alert's webhook was not delivered: HTTPError"]] * 2
    assert other.requests == []


def test_a_webhook_that_never_answers_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alerts, "TIMEOUT_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        assert deliver(STOPPED, {"TRIALHOUSE_WEBHOOK": address}) == [
            "the alert's webhook was not delivered: TimeoutError"
        ]


def test_one_way_that_fails_does_not_keep_the_other_from_being_tried() -> None:
    with webhook() as received, socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
        closed.close()
        settings = {"TRIALHOUSE_WEBHOOK": received.address, "TRIALHOUSE_MAIL_TO": "a@example.org"}
        said = deliver(STOPPED, settings | {"TRIALHOUSE_SMTP": f"127.0.0.1:{port}"})
    assert said == ["the alert's mail was not delivered: ConnectionRefusedError"]
    assert len(received.bodies) == 1
