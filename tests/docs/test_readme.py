"""The README and the other pages: every answer is what the warehouse answers, every command, setting and link is there."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from house import PROJECT, House, good_nights
from pages import Answered, answered, blocks, commands, links, pages, relative

from orchestration import cli
from orchestration.generate import generate
from orchestration.refresh import summary
from orchestration.settings import Settings

README = PROJECT / "README.md"
MAKEFILE = (PROJECT / "Makefile").read_text(encoding="utf-8")
TARGETS = set(re.findall(r"(?m)^([a-z-]+):", MAKEFILE))
QUERIES = [query for path in pages() for query in answered(path)]
# Short, and without any effect on the warehouse that all tests share.
QUICK = {"status", "sql"}
# What differs from run to run, from folder to folder, and with every change of code: seconds, paths, fingerprints.
CHANGING = re.compile(r"\d+\.\d s\b|\S*(?=warehouse/)|(?<=\d-)[0-9a-f]{8}\b")


def _environment() -> dict[str, str]:
    return {k: v for k, v in os.environ.items() if not k.startswith("TRIALHOUSE_")} | {"PYTHONPATH": str(PROJECT)}


def _run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run in a folder that holds `warehouse/`, as somebody in the project's folder would."""
    return subprocess.run(
        command, cwd=folder, env=_environment(), capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False
    )


def _trialhouse(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return _run(folder, sys.executable, "-m", "orchestration.cli", *arguments)


@pytest.mark.parametrize("said", QUERIES, ids=lambda said: said.name)
def test_a_query_of_a_page_has_the_answer_under_it(house: House, said: Answered) -> None:
    done = _trialhouse(house.home, "sql", said.query)
    assert done.returncode == 0, done.stderr
    assert done.stdout.rstrip("\n") == said.answer.rstrip("\n")


def test_the_readme_shows_the_published_counts() -> None:
    answers = " ".join(re.sub(r"[│\s]+", " ", said.answer) for said in answered(README))
    for row in ("ABST2W KET 13 27", "ABST2W MDZ 3 28", "ABST6M KET 12 27", "ABST6M MDZ 0 28"):
        assert row in answers


def test_the_readme_shows_what_a_refresh_says(house: House) -> None:
    shown = next(block for block in blocks(README, "text") if block.startswith("verdict:"))
    said = summary(house.last_run).splitlines()
    said += [line for line in _trialhouse(house.home, "status").stdout.splitlines() if re.match("current|marts", line)]
    assert [CHANGING.sub("", line) for line in shown.splitlines()] == [CHANGING.sub("", line) for line in said]


@pytest.mark.parametrize("path", pages(), ids=relative)
def test_every_query_of_a_page_has_an_answer(path: Path) -> None:
    assert [query.strip() for query in blocks(path, "sql")] == [said.query for said in answered(path)]


def test_there_are_ten_questions() -> None:
    text = (PROJECT / "docs" / "queries.md").read_text(encoding="utf-8")
    numbers = [int(number) for number in re.findall(r"(?m)^## (\d+)\. ", text)]
    assert numbers == list(range(1, len(answered(PROJECT / "docs" / "queries.md")) + 1)) == list(range(1, 11))


def test_a_table_of_the_page_of_queries_is_written(house: House, tmp_path: Path) -> None:
    (arguments,) = [a for a in commands(PROJECT / "docs" / "queries.md", "trialhouse") if a[0] == "export"]
    to = tmp_path / arguments[-1]
    done = _trialhouse(house.home, *arguments[:-1], str(to))
    assert done.returncode == 0, done.stderr
    assert len(to.read_text(encoding="utf-8-sig").splitlines()) == 1 + 55 * 4


@pytest.mark.parametrize("path", [path for path in pages() if blocks(path, "python")], ids=relative)
def test_python_of_a_page_runs(house: House, path: Path) -> None:
    for script in blocks(path, "python"):
        done = _run(house.home, sys.executable, "-c", script)
        assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("path", pages(), ids=relative)
def test_make_targets_and_variables_of_a_page_exist(path: Path) -> None:
    for target, *settings in commands(path, "make"):
        assert target in TARGETS, target
        for setting in settings:
            assert f"$({setting.split('=')[0]})" in MAKEFILE or setting.split("=")[0] == "EXPORT", setting


@pytest.mark.parametrize("path", pages(), ids=relative)
def test_commands_of_a_page_are_commands(path: Path) -> None:
    for arguments in commands(path, "trialhouse"):
        try:
            cli.parser().parse_args(arguments)
        except SystemExit:
            pytest.fail(f"no such command or option: trialhouse {' '.join(arguments)}")


def test_quick_commands_of_the_readme_run(house: House) -> None:
    named = {a[0] for a in [*commands(README, "make"), *commands(README, "trialhouse")]} & QUICK
    assert named == QUICK
    assert "2032-09-17" in _trialhouse(house.home, "status").stdout
    assert "marts.rpt_consort" in _trialhouse(house.home, "sql").stdout


def test_make_help_lists_every_target_of_the_readme() -> None:
    done = _run(PROJECT, "make", "help")
    listed = set(re.findall(r"(?m)^  make ([a-z-]+)", done.stdout))
    assert done.returncode == 0, done.stderr
    assert {target for target, *_ in commands(README, "make")} <= listed


def test_the_readmes_export_is_received(tmp_path: Path) -> None:
    arguments = next(a for a in commands(README, "trialhouse") if a[0] == "receive" and len(a) > 1)
    data, dictionary = (name for name in arguments if name.endswith(".csv"))
    night = good_nights()[-1]
    shutil.copy(next(night.glob("*_DATA_*.csv")), tmp_path / data)
    shutil.copy(next(night.glob("*_DataDictionary_*.csv")), tmp_path / dictionary)
    done = _trialhouse(tmp_path, *arguments)
    assert done.returncode == 0, done.stderr
    (manifest,) = tmp_path.glob("raw/mystudy/*/manifest.json")
    roles = {file["name"]: file["role"] for file in json.loads(manifest.read_text())["files"]}
    assert roles == {data: "data", dictionary: "dictionary"}


def test_generated_files_are_current() -> None:
    assert generate(check=True) == []


def test_exit_codes_and_settings_of_the_readme_are_the_commands(monkeypatch: pytest.MonkeyPatch) -> None:
    text = README.read_text(encoding="utf-8")
    codes = {int(code) for code in re.findall(r"(?m)^\| (\d) \|", text)}
    assert codes == {cli.RELEASED, cli.OUR_ERROR, cli.UNUSABLE, cli.STOPPED, cli.LOCKED}
    for name in ("STUDY", "RAW", "WAREHOUSE"):
        monkeypatch.delenv(f"TRIALHOUSE_{name}", raising=False)
    settings = Settings.from_environment()
    defaults = {"STUDY": settings.study, "RAW": settings.raw.name, "WAREHOUSE": settings.warehouse.name}
    for name, default in defaults.items():
        assert f"| `{name}` | `TRIALHOUSE_{name}` | `{default}` |" in text
        assert f"{name} ?= $(or $(TRIALHOUSE_{name}),{default})" in MAKEFILE


@pytest.mark.parametrize("path", pages(), ids=relative)
def test_links_of_a_page_lead_somewhere(path: Path) -> None:
    assert [target for target in links(path) if not (path.parent / target).exists()] == []


def test_the_readme_says_what_the_data_are() -> None:
    words = "No participant data. Aggregates tuned to published headline results; everything else invented."
    assert words in README.read_text(encoding="utf-8")
