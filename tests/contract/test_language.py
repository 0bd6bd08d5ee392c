"""The language of the project: no path of somebody's machine, no package index, no word of a workplace."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
UNREAD = {".duckdb", ".parquet", ".png", ".ico", ".gz"}

# Written in pieces, so that this file does not contain what it looks for.
PATTERNS = {
    "a path of one machine": re.compile(
        r"(?<![\w.{}<>$)])/(?:" + "work|far" + r"m|home/\w+|Users/\w+|root)/|/tmp/(?:ven" + r"v|th\b|stud" + "io)"
    ),
    "a package index": re.compile(r"(?:index|find)-" + r"(?:url|links)\b(?! in it)|extra-" + "index"),
    "a word of a workplace": re.compile(
        r"\b(?:C" + r"EO|sub-?ag" + r"ent|far" + r"m-(?:studio|bench)|brief" + r"ing paper)\b"
    ),
    "a working paper": re.compile(
        r"\b(?:do"
        + r"main|de"
        + r"sign|st"
        + r"ack|INTER"
        + r"FACES|form"
        + r"ats|port"
        + r"able)\.md\b|/sha"
        + r"red/"
    ),
    "unfinished work": re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|X" + r"XX)\b"),
}
# The Makefile and the language itself speak of the options that keep an index out of the locks.
SPEAKS_OF_INDEXES = {"Makefile"}


def tracked() -> list[str]:
    """The project's files: tracked, or new and not ignored."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=PROJECT, capture_output=True, check=False, text=True)
    if listed.returncode:
        pytest.skip("not a git checkout: what belongs to the project is not known")
    return sorted(
        n for n in listed.stdout.split("\0") if n and Path(n).suffix not in UNREAD and (PROJECT / n).is_file()
    )


def wrong_words(name: str, text: str) -> list[str]:
    """What a file says and should not, as `line: kind`."""
    kinds = {k: p for k, p in PATTERNS.items() if not (k == "a package index" and name in SPEAKS_OF_INDEXES)}
    lines = enumerate(text.splitlines(), start=1)
    return [f"{number}: {kind}" for number, line in lines for kind, pattern in kinds.items() if pattern.search(line)]


def test_no_file_speaks_of_a_machine_an_index_or_a_workplace() -> None:
    said = {n: wrong_words(n, (PROJECT / n).read_text(encoding="utf-8", errors="replace")) for n in tracked()}
    assert {name: words for name, words in said.items() if words} == {}


def test_locks_name_hashes_and_nothing_else() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        lines = (PROJECT / name).read_text(encoding="utf-8").splitlines()
        entries = [line for line in lines if line and not line.startswith((" ", "#"))]
        assert entries, name
        assert [e for e in entries if not re.fullmatch(r"[a-z0-9._-]+==[a-z0-9.!]+ \\", e)] == [], name


def test_the_dev_lock_agrees_with_the_lock() -> None:
    pinned = [_pins(PROJECT / name) for name in ("requirements.lock", "requirements-dev.lock")]
    assert pinned[0].items() <= pinned[1].items()


def _pins(path: Path) -> dict[str, str]:
    found = re.findall(r"(?m)^([a-z0-9._-]+)==(\S+)", path.read_text(encoding="utf-8"))
    return dict(found)


@pytest.mark.parametrize(
    "text",
    ["see /" + "work/main", "--extra-in" + "dex-url", "a sub" + "agent said", "in do" + "main.md", "# TO" + "DO later"],
)
def test_the_test_sees_a_wrong_word(text: str) -> None:
    assert wrong_words("some.md", text)
