"""`python -m simulator`: write the exports of a simulated trial, and its truth and ledger of errors beside them."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from tqdm import tqdm  # type: ignore[import-untyped]

from simulator import calibration
from simulator.enrolment import Enrolment
from simulator.history import Plan, write
from simulator.nights import calendar
from simulator.planting import Errors, require_rules
from simulator.stopping import require_known, stopping_rules

MOST_WITH_LOG = 10_000
PEOPLE_A_WORKER = 500
USUAL = Errors()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m simulator", description=__doc__)
    add = parser.add_argument
    add("--out", type=Path, required=True, help="folder for ketmbrp_syn/<export>/ and truth/")
    add("--participants", type=int, default=55, help="how many are randomized; about half as many again are screened")
    add("--nights", type=int, default=3, help="how many good exports; the last is after the last six-month call")
    add("--seed", type=int, default=0, help="the same seed gives the same bytes")
    add("--sites", type=int, default=1, help="how many sites")
    add("--clean", action="store_true", help="no errors")
    add("--per-instrument", action="store_true", help="one data file for each instrument")
    add(
        "--calibrated",
        action=argparse.BooleanOptionalAction,
        help="the courses of calibration.py (default with 55 participants)",
    )
    add(
        "--errors",
        type=float,
        default=USUAL.per_person,
        metavar="RATE",
        help="errors a screened person, beyond the first of each kind; 0: none",
    )
    add("--rules", default="", metavar="ID,ID", help="plant only errors of these rules")
    add(
        "--corrected",
        type=float,
        default=USUAL.corrected,
        metavar="SHARE",
        help="of the errors are corrected before the last night",
    )
    add("--regressed", type=float, default=USUAL.regressed, metavar="SHARE", help="of the corrected errors come back")
    add(
        "--stop",
        default="",
        metavar="ID,ID",
        help=f"add a night that each of these rules stops: {', '.join(stopping_rules())}",
    )
    add(
        "--log",
        action=argparse.BooleanOptionalAction,
        help=f"with the audit log (default up to {MOST_WITH_LOG} participants)",
    )
    add("--workers", type=int, default=os.cpu_count() or 1, help="processes; what is written does not depend on it")
    return parser


def _plan(arguments: argparse.Namespace) -> Plan:
    participants = arguments.participants
    calibrated = participants == len(calibration.PLAN) if arguments.calibrated is None else arguments.calibrated
    enrolment = Enrolment(arguments.seed, participants, arguments.sites, calibrated)
    rules, stops = (tuple(filter(None, said.split(","))) for said in (arguments.rules, arguments.stop))
    require_rules(rules)
    require_known(stops)
    rate = 0.0 if arguments.clean else arguments.errors
    return Plan(
        enrolment=enrolment,
        nights=calendar(enrolment, arguments.nights, arguments.clean, stops),
        errors=Errors(rate, frozenset(rules), arguments.corrected, arguments.regressed),
        per_instrument=arguments.per_instrument,
        with_log=participants <= MOST_WITH_LOG if arguments.log is None else arguments.log,
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the arguments, simulate, write."""
    parser = _parser()
    parsed = parser.parse_args(arguments)
    try:
        plan = _plan(parsed)
    except ValueError as error:
        parser.error(str(error))
    workers = min(parsed.workers, 1 + plan.enrolment.total // PEOPLE_A_WORKER)
    with tqdm(total=plan.enrolment.total, unit="person", file=sys.stderr, disable=None) as bar:
        try:
            written = write(plan, parsed.out, workers, bar.update)
        except FileExistsError as error:
            parser.error(f"there is an export already: {error.filename}")
    print(*written.exports, parsed.out / "truth", sep="\n")
    if written.unplanted:
        print(f"nobody gave occasion for: {', '.join(written.unplanted)}", file=sys.stderr)


if __name__ == "__main__":
    main()
