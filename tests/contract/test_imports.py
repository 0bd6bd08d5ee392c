"""The import law: orchestration -> expectations -> seeds, the engines behind their own doors, the simulator alone."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
PACKAGES = ("orchestration", "expectations", "simulator")

# engine -> the only places that may import it
DOORS = {
    "dagster": ("orchestration/definitions.py", "orchestration/defs/"),
    "dagster_dbt": ("orchestration/definitions.py", "orchestration/defs/"),
    "great_expectations": ("expectations/suites.py", "expectations/runner.py"),
}
# package -> packages of ours it never imports
FORBIDDEN = {
    "orchestration": {"simulator", "tests"},
    "expectations": {"orchestration", "simulator", "tests"},
    "simulator": {"orchestration", "expectations", "tests"},
}


def sources() -> list[Path]:
    """Every Python file of the project's packages."""
    return sorted(path for package in PACKAGES for path in (PROJECT / package).rglob("*.py"))


def imported(source: str) -> set[str]:
    """The top-level packages that a piece of Python imports, anywhere in it."""
    return set(_names(ast.parse(source)))


def _names(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield (node.module or "").split(".")[0]
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in ("importlib.import_module", "__import__"):
            yield from (str(a.value).split(".")[0] for a in node.args[:1] if isinstance(a, ast.Constant))


def breaches(relative: str, source: str) -> list[str]:
    """What a file imports and may not."""
    found = imported(source)
    wrong = found & FORBIDDEN[relative.split("/")[0]]
    wrong |= {engine for engine, doors in DOORS.items() if engine in found and not relative.startswith(doors)}
    return sorted(wrong)


def test_there_is_something_to_judge() -> None:
    assert {path.relative_to(PROJECT).parts[0] for path in sources()} == set(PACKAGES)


@pytest.mark.parametrize("path", sources(), ids=lambda path: path.relative_to(PROJECT).as_posix())
def test_imports_run_one_way(path: Path) -> None:
    assert breaches(path.relative_to(PROJECT).as_posix(), path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("relative", "source", "wrong"),
    [
        ("expectations/quality.py", "from orchestration.settings import SEEDS", ["orchestration"]),
        ("expectations/quality.py", "def f():\n    import great_expectations as gx", ["great_expectations"]),
        ("orchestration/release.py", "import dagster as dg", ["dagster"]),
        ("orchestration/release.py", "importlib.import_module('dagster')", ["dagster"]),
        ("simulator/truth.py", "from expectations import protocol", ["expectations"]),
        ("orchestration/cli.py", "import simulator.truth", ["simulator"]),
        ("orchestration/defs/raw.py", "import dagster", []),
    ],
)
def test_the_law_sees_a_breach(relative: str, source: str, wrong: list[str]) -> None:
    assert breaches(relative, source) == wrong
