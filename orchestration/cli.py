"""The command `trialhouse`: what people and schedules type.

Belongs here: arguments, exit codes, words on the screen. Does not belong here: work; each command calls one function of another module.
Imports of anything heavy happen inside the commands, so that "nothing new" is said within a second.
"""

from __future__ import annotations

import argparse
import atexit
import gc
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from expectations.protocol import UnusableProtocol
from orchestration import failures
from orchestration.failures import Damaged
from orchestration.lock import LockHeld
from orchestration.settings import Settings, UnusableSettings

# A run makes many objects and keeps most of them: looking for garbage at Python's usual pace is a tenth of its time, and looking once
# more through all of them at the very end is another.
RARELY = (200_000, 50, 100)
RELEASED, OUR_ERROR, UNUSABLE, STOPPED, LOCKED = 0, 1, 2, 3, 4


def _settings(arguments: argparse.Namespace) -> Settings:
    return Settings.from_environment(arguments.study)


def _refresh(arguments: argparse.Namespace) -> int:
    gc.set_threshold(*RARELY)
    atexit.register(gc.freeze)
    from orchestration.refresh import refresh

    return refresh(_settings(arguments), arguments.export or os.environ.get("EXPORT") or None)


def _receive(arguments: argparse.Namespace) -> int:
    from orchestration.exports import receive

    settings = _settings(arguments)
    folder = receive(settings.study, arguments.files, settings.raw)
    print(f"received: {folder}\nnext: trialhouse refresh --study {settings.study}")
    return RELEASED


def _rollback(arguments: argparse.Namespace) -> int:
    from orchestration.ledger import Ledger
    from orchestration.lock import hold
    from orchestration.release import rollback

    paths = _settings(arguments).paths
    paths.make()
    with hold(paths.lock, "trialhouse rollback"):
        release_id = rollback(paths, Ledger(paths.ledger), arguments.to or None)
    print(f"current release: {release_id}")
    return RELEASED


def _prune(arguments: argparse.Namespace) -> int:
    from orchestration.ledger import Ledger
    from orchestration.lock import hold
    from orchestration.prune import prune

    paths = _settings(arguments).paths
    paths.make()
    with hold(paths.lock, "trialhouse prune"):
        removed = prune(paths, Ledger(paths.ledger), arguments.keep)
    for release_id, size in removed.items():
        print(f"removed: {release_id} ({size / 1e6:.1f} MB)")
    if not removed:
        print("nothing to remove")
    return RELEASED


def _status(arguments: argparse.Namespace) -> int:
    from orchestration.status import status

    print(status(_settings(arguments)))
    return RELEASED


def _sql(arguments: argparse.Namespace) -> int:
    from orchestration.shell import open_shell

    return open_shell(_settings(arguments).paths, arguments.query, arguments.restricted)


def _export(arguments: argparse.Namespace) -> int:
    from orchestration.tables import export

    rows = export(_settings(arguments), arguments.table, arguments.to, arguments.force)
    print(f"written: {arguments.to} ({rows} rows)")
    return RELEASED


def _report(arguments: argparse.Namespace) -> int:
    from orchestration.shell import open_report

    return open_report(_settings(arguments).paths)


def _ui(arguments: argparse.Namespace) -> int:
    from orchestration.shell import open_ui

    return open_ui(_settings(arguments), arguments.port)


def _generate(arguments: argparse.Namespace) -> int:
    from orchestration.generate import generate

    stale = generate(check=arguments.check)
    for path in stale:
        print(f"{'not current' if arguments.check else 'written'}: {path}")
    return OUR_ERROR if arguments.check and stale else RELEASED


def _demo_stop(_: argparse.Namespace) -> int:
    from orchestration.demo import demo_stop

    return demo_stop()


def _command(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    run: Callable[[argparse.Namespace], int],
    says: str,
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=says, description=says)
    parser.set_defaults(run=run)
    parser.add_argument("--study", help="the study (default: TRIALHOUSE_STUDY, else ketmbrp_syn)")
    return parser


def parser() -> argparse.ArgumentParser:
    """All commands and their options."""
    top = argparse.ArgumentParser(prog="trialhouse", description="A nightly data warehouse for clinical trials.")
    commands = top.add_subparsers(required=True, metavar="command")
    refresh = _command(commands, "refresh", _refresh, "take every waiting export through all gates to a release")
    refresh.add_argument("--export", help="take this export again, whatever was said of it before")
    receive = _command(commands, "receive", _receive, "copy an export into the raw folder and write its manifest")
    receive.add_argument("files", nargs="+", type=Path)
    sql = _command(commands, "sql", _sql, "read-only SQL shell on the current release")
    sql.add_argument("query", nargs="?", help="run this and leave")
    sql.add_argument("--restricted", action="store_true", help="attach the restricted file as vault; its owner only")
    export = _command(commands, "export", _export, "write one table of the current release to a file")
    export.add_argument("table", help="marts.<table> or quality.<table>")
    export.add_argument(
        "--to", required=True, type=Path, help="a file that ends in .csv (for spreadsheets) or .parquet"
    )
    export.add_argument("--force", action="store_true", help="write over a file that is there")
    _command(
        commands, "report", _report, "where the report of the current release is; opens it where there is a screen"
    )
    ui = _command(commands, "ui", _ui, "Dagster's UI on localhost, with schedule and sensor")
    ui.add_argument("--port", type=int, default=3000)
    rollback = _command(commands, "rollback", _rollback, "make an earlier release current")
    rollback.add_argument("--to", help="release id (default: the one before)")
    prune = _command(commands, "prune", _prune, "remove old releases, never the current one")
    prune.add_argument("--keep", required=True, type=int, help="how many of the newest to keep")
    _command(commands, "status", _status, "releases, waiting and stopped exports, last verdict, lock")
    generate = _command(
        commands, "generate", _generate, "write what is derived from the protocol: staging models, docs/marts.md"
    )
    generate.add_argument("--check", action="store_true", help="only say whether it is current")
    _command(commands, "demo-stop", _demo_stop, "show in a temporary warehouse how a broken night is stopped")
    return top


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code."""
    os.umask(0o077)
    arguments = parser().parse_args(argv)
    try:
        return int(arguments.run(arguments))
    except (UnusableSettings, UnusableProtocol) as error:
        print(f"trialhouse: {error}", file=sys.stderr)
        return UNUSABLE
    except LockHeld as error:
        print(f"trialhouse: {error}", file=sys.stderr)
        return LOCKED
    except Damaged as error:
        print(f"trialhouse: {error}", file=sys.stderr)
        return OUR_ERROR
    except BrokenPipeError:
        return OUR_ERROR
    except Exception as error:
        words = failures.in_words(failures.texts_of(error)) or _of_the_system(error)
        if words is None:
            raise
        print(f"trialhouse: {words}", file=sys.stderr)
        return OUR_ERROR


def _of_the_system(error: Exception) -> str | None:
    if isinstance(error, OSError):
        return f"{error.strerror or type(error).__name__}: {error.filename or ''}"
    return None


if __name__ == "__main__":
    sys.exit(main())
