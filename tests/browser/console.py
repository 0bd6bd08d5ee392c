"""Dagster's UI on a warehouse of its own, and a browser that works it as a person does.

Belongs here: starting and stopping both, and the clicks that tests share. Does not belong here: any check.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
from house import PROJECT, House
from playwright.sync_api import Page, sync_playwright

from orchestration.settings import Settings
from orchestration.shell import dagster_home

START_SECONDS = 120
RUN_SECONDS = 300
ENDED = ("Success", "Failure", "Canceled")
STATUS = re.compile(
    rf"Manually launched\s+({'|'.join((*ENDED, 'Queued', 'Not Started', 'Starting', 'Started', 'Canceling'))})"
)
LOCATION = "/locations/orchestration.definitions%3Adefs"


def chromium() -> str | None:
    """The system's own browser, if there is one."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@dataclass(frozen=True)
class Console:
    """The UI of one warehouse, open in a browser."""

    house: House
    address: str
    page: Page

    def open(self, path: str) -> Page:
        self.page.goto(self.address + path)
        return self.page

    def text(self) -> str:
        return self.page.inner_text("body")

    def switch_off_automation(self) -> None:
        """Schedule and sensor off, so that only a person starts runs."""
        page = self.open("/automation")
        on = page.locator("label", has=page.locator("input[type=checkbox]:checked"))
        on.first.wait_for()
        for left in range(on.count(), 0, -1):
            on.first.click()
            page.wait_for_function(
                "n => document.querySelectorAll('input[type=checkbox]:checked').length < n", arg=left
            )

    def materialize(self, path: str, button: str, export: str) -> None:
        """Open the dialog of a job or an asset, choose the export, launch."""
        self.open(path).get_by_role("button", name=button).first.click()
        self.page.get_by_text("Select a partition or create one").click()
        self.page.get_by_title(export, exact=True).first.click()
        self.page.keyboard.press("Escape")
        self.page.get_by_role("button", name="Launch 1 run").click()
        self.page.get_by_text("Launch runs to materialize").wait_for(state="hidden")

    def ended(self, runs: int) -> str:
        """What became of the newest of so many runs, as the page of runs says it."""
        deadline = time.monotonic() + RUN_SECONDS
        while time.monotonic() < deadline:
            self.open("/runs")
            self.page.get_by_text("Created at").wait_for()
            self.page.wait_for_timeout(3000)
            said = STATUS.findall(self.text())
            if len(said) == runs and said[0] in ENDED:
                return str(said[0])
        raise TimeoutError(f"no end of run {runs} within {RUN_SECONDS} seconds")

    def open_newest_run(self) -> Page:
        """The newest run's own page, from the page of runs, with its events and errors."""
        self.page.get_by_role("link", name="View", exact=True).first.click()
        self.page.get_by_text("RUN_FAILURE").first.wait_for()
        return self.page


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@contextmanager
def _ui(house: House, webhook: str) -> Iterator[str]:
    """`trialhouse ui` on a free port; with all that it started it is gone afterwards."""
    port = _free_port()
    environment = os.environ | {
        "TRIALHOUSE_RAW": str(house.raw),
        "TRIALHOUSE_WAREHOUSE": str(house.home / "warehouse"),
        "TRIALHOUSE_STUDY": house.study,
        "TRIALHOUSE_WEBHOOK": webhook,
        "PYTHONPATH": str(PROJECT),
    }
    command = [sys.executable, "-m", "orchestration.cli", "ui", "--port", str(port)]
    with (house.home / "ui.log").open("w") as log:
        started = subprocess.Popen(
            command, env=environment, cwd=PROJECT, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        )
        try:
            _wait_for(f"http://127.0.0.1:{port}/server_info", started, house.home / "ui.log")
            yield f"http://127.0.0.1:{port}"
        finally:
            os.killpg(started.pid, signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                started.wait(timeout=60)
            with suppress(ProcessLookupError):  # what of its group has not gone by itself
                os.killpg(started.pid, signal.SIGKILL)


def _wait_for(address: str, started: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and started.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except OSError:
            time.sleep(0.5)
    raise TimeoutError(f"the UI did not start:\n{log.read_text()[-2000:]}")


def know_exports(house: House, *exports: str) -> None:
    """Tell Dagster of exports, as the sensor does when it sees one."""
    settings = Settings(house.study, house.raw, house.home / "warehouse")
    with dg.DagsterInstance.from_config(str(dagster_home(settings))) as instance:
        instance.add_dynamic_partitions(f"{house.study}_exports", list(exports))


@contextmanager
def console(house: House, webhook: str) -> Iterator[Console]:
    """The UI of a warehouse in headless Chromium."""
    # Chromium refuses its own sandbox to root, and only to root.
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with _ui(house, webhook) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=arguments)
        page = browser.new_page(viewport={"width": 1600, "height": 1000})
        page.set_default_timeout(60_000)
        yield Console(house, address, page)
        browser.close()
