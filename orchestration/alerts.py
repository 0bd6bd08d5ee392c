"""Telling people that a night did not end in a release: one line, and where it goes.

Belongs here: what is said (study, export, gate or kind of error, path of the work list) and its way by webhook or mail. Does not
belong here: when something is said (`defs/alarms.py`), and anything that a file of the warehouse holds. An alert that cannot be
delivered changes nothing: the caller is told why, and goes on.
"""

from __future__ import annotations

import json
import os
import smtplib
import socket
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from email.message import EmailMessage
from http.client import HTTPException
from urllib.parse import urlsplit

TIMEOUT_SECONDS = 10.0
MAIL_PORT = 25


class Undeliverable(Exception):
    """A webhook or a mail did not get through; the message names the way and the kind of error, never the address."""


@dataclass(frozen=True)
class Alert:
    """What did not go well: `gate` when a gate stopped the export, `error` (its kind) when something of ours failed."""

    study: str
    export_id: str
    step: str
    gate: str | None
    error: str | None
    work_list: str | None

    def line(self) -> str:
        """The alert in one line."""
        what = f"stopped at gate {self.gate}" if self.gate else f"failed at {self.step} ({self.error})"
        where = f"; work list: {self.work_list}" if self.work_list else ""
        return f"{self.study}: export {self.export_id} {what}; the last good release stays{where}"


def deliver(alert: Alert, settings: Mapping[str, str] = os.environ) -> list[str]:
    """Send the alert every way that is set; returns what could not be delivered, in words.

    Args:
        alert: what is to be said.
        settings: TRIALHOUSE_WEBHOOK; TRIALHOUSE_MAIL_TO, with TRIALHOUSE_SMTP (host or host:port, default localhost).
    """
    ways: dict[str, Callable[[], None]] = {}
    if webhook := settings.get("TRIALHOUSE_WEBHOOK"):
        ways["webhook"] = lambda: _post(webhook, alert)
    if mail_to := settings.get("TRIALHOUSE_MAIL_TO"):
        ways["mail"] = lambda: _mail(settings.get("TRIALHOUSE_SMTP") or "localhost", mail_to, alert)
    problems = []
    for way, send in ways.items():
        try:
            send()
        except (OSError, ValueError, HTTPException, Undeliverable) as error:
            reason = str(error) if isinstance(error, Undeliverable) else type(error).__name__
            problems.append(f"the alert's {way} was not delivered: {reason}")
    return problems


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """What was set is where it goes: a redirect would turn the POST into a GET of some other place."""

    def redirect_request(self, *_: object) -> None:
        return None


def _post(url: str, alert: Alert) -> None:
    if urlsplit(url).scheme not in ("http", "https"):
        raise Undeliverable("TRIALHOUSE_WEBHOOK is no http or https address")
    body = json.dumps({"text": alert.line(), **asdict(alert)}).encode()
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"}, method="POST")
    with urllib.request.build_opener(_NoRedirect).open(request, timeout=TIMEOUT_SECONDS):
        return


def _mail(server: str, recipients: str, alert: Alert) -> None:
    host, _, port = server.partition(":")
    message = EmailMessage()
    message["Subject"] = f"Trialhouse: {alert.study}, export {alert.export_id} was not released"
    message["From"] = f"trialhouse@{socket.gethostname()}"
    message["To"] = recipients
    message.set_content(alert.line() + "\n")
    with smtplib.SMTP(host, int(port or MAIL_PORT), timeout=TIMEOUT_SECONDS) as smtp:
        smtp.send_message(message)
