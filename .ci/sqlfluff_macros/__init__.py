"""The dbt project's macros for sqlfluff's Jinja templater, which is four times as fast as its dbt templater.

Belongs here: what dbt adds to Jinja (`return`, `adapter.dispatch`, `ref`, `source`, `target`), as far as our macros use it.
Does not belong here: any macro; they are read from `dbt_project/macros`. sqlfluff's own loader does not do, because with it a macro
that returns a value ends the macro that called it.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from jinja2 import Environment

MACROS = Path(__file__).resolve().parents[2] / "dbt_project" / "macros"
ONE_MACRO = re.compile(r"\{%-?\s*macro\s+(\w+)\s*\(.*?\{%-?\s*endmacro\s*-?%\}", re.DOTALL)
# sqlfluff executes this file again for each file it reads; what it made the first time is kept under this name.
KEPT = "trialhouse_sqlfluff_macros"


class Returned(Exception):
    """What a macro hands to dbt's `return`."""


def _return(value: Any) -> None:
    raise Returned(value)


def _calling(macro: Callable[..., Any]) -> Callable[..., Any]:
    def call(*arguments: Any, **named: Any) -> Any:
        try:
            return macro(*arguments, **named)
        except Returned as returned:
            return returned.args[0]

    return call


def load_macros() -> dict[str, Any]:
    """Every macro by name; each finds the others, and those of the default engine through `adapter.dispatch`."""
    names: dict[str, Any] = {
        "return": _return,
        "ref": lambda *name: name[-1],
        "source": lambda source, table: f"{source}_{table}",
        "config": lambda *_, **__: "",
        "target": SimpleNamespace(name="ketmbrp_syn", type="duckdb", schema="main"),
        "execute": True,
    }
    names["adapter"] = SimpleNamespace(dispatch=lambda name, _=None: names[f"default__{name}"])
    environment = Environment(extensions=["jinja2.ext.do"])
    names |= environment.globals
    for path in sorted(MACROS.glob("*.sql")):
        for found in ONE_MACRO.finditer(path.read_text(encoding="utf-8")):
            module = environment.from_string(found[0]).make_module(names, shared=True)
            names[found[1]] = _calling(getattr(module, found[1]))
    return names


if KEPT not in sys.modules:
    sys.modules[KEPT] = SimpleNamespace(names=load_macros())  # type: ignore[assignment]
globals().update(sys.modules[KEPT].names)
