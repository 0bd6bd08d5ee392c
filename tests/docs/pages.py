"""The project's pages as tests read them: fenced blocks, commands, links.

Belongs here: taking a page apart. Does not belong here: any check.

A ```sql block directly followed by a ```text block is a query with its answer: what `trialhouse sql "<query>"` prints.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from house import PROJECT

FENCED = re.compile(r"(?ms)^```(?P<kind>\w*)\n(?P<text>.*?)^```$")
ANSWERED = re.compile(r"(?ms)^```sql\n(?P<query>(?:(?!^```).)*?)^```\n+^```text\n(?P<answer>.*?)^```$")
CODE_SPAN = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\]\((?!\w+:)([^)#\s]+)[^)]*\)")
SHELL = ("sh", "bash", "console")
# In an example `<id>`, `FILE...` and `"<query>"` stand for what somebody types.
PLACEHOLDER = re.compile(r"<[\w ]+>")


@dataclass(frozen=True)
class Answered:
    """A query of a page and the answer that stands under it."""

    page: str
    number: int
    query: str
    answer: str

    @property
    def name(self) -> str:
        return f"{self.page}-{self.number}"


def pages() -> list[Path]:
    """What people read: the README of each folder and the pages of docs/."""
    found = [*PROJECT.glob("*.md"), *PROJECT.glob("[!.]*/README.md"), *(PROJECT / "docs").rglob("*.md")]
    return sorted(found)


def relative(path: Path) -> str:
    return path.relative_to(PROJECT).as_posix()


def answered(path: Path) -> list[Answered]:
    """The queries of a page that have an answer."""
    found = enumerate(ANSWERED.finditer(path.read_text(encoding="utf-8")), 1)
    return [Answered(relative(path), n, m["query"].strip(), m["answer"]) for n, m in found]


def blocks(path: Path, *kinds: str) -> list[str]:
    """Texts of the fenced blocks of these kinds."""
    return [m["text"] for m in FENCED.finditer(path.read_text(encoding="utf-8")) if m["kind"] in kinds]


def commands(path: Path, program: str) -> list[list[str]]:
    """Every call of a program that a page shows, in a shell block or in a code span, as its arguments."""
    text = path.read_text(encoding="utf-8")
    spans = CODE_SPAN.findall(FENCED.sub("", text))
    lines = [line for block in blocks(path, *SHELL) for line in block.splitlines()]
    return list(_calls([*spans, *lines], program))


def _calls(lines: list[str], program: str) -> Iterator[list[str]]:
    for line in lines:
        optional_given = line.replace("[", "").replace("]", "")
        try:
            words = shlex.split(PLACEHOLDER.sub("PLACEHOLDER", optional_given), comments=True)
        except ValueError:
            continue  # a span with a lone quotation mark is no command
        while words and re.fullmatch(r"[A-Z_]+=\S*", words[0]):
            words = words[1:]
        if len(words) > 1 and words[0].rsplit("/", 1)[-1] == program:
            yield words[1:]


def links(path: Path) -> list[str]:
    """Targets of a page's links to other files of the project."""
    return LINK.findall(path.read_text(encoding="utf-8"))
