"""`python -m simulator`: write the exports of a simulated trial, and its truth beside them."""

from __future__ import annotations

import argparse
from pathlib import Path

from simulator.history import simulate, write_broken, write_nights, write_truth


def main() -> None:
    """Read the arguments, simulate, write."""
    parser = argparse.ArgumentParser(prog="python -m simulator", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder for <study>/<export_id>/ and truth/")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--nights", type=int, default=2)
    parser.add_argument("--participants", type=int, default=55)
    parser.add_argument("--calibrated", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--clean", action="store_true", help="no errors of entry, no corrections, nothing deleted")
    parser.add_argument(
        "--broken", type=Path, help="also write a broken export that follows the last one into this folder"
    )
    arguments = parser.parse_args()
    simulation = simulate(arguments.seed, arguments.participants, arguments.calibrated, arguments.clean)
    for folder in write_nights(simulation, arguments.out, arguments.nights, arguments.clean):
        print(folder)
    print(write_truth(simulation, arguments.out))
    if arguments.broken:
        print(write_broken(folder, arguments.broken))


if __name__ == "__main__":
    main()
