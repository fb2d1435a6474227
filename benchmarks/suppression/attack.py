"""How long the exact attacker takes, and what he finds, on released tables.

    python benchmarks/suppression/attack.py RELEASE.json [...] [--zeros publish] [--truth TABLE.json]
        [--time-limit 600]

Each release is attacked alone, once knowing that withheld cells are at least 0 (L0) and, where zeros are
published, once that they are at least 1 (L1). Prints one line per attack: cells, withheld cells, unknowns
left after exact reduction, processor seconds, peak memory, findings.
"""

import argparse
import resource
import time
from pathlib import Path

from anonymisers.attack import attack
from anonymisers.attack.attack_model import build_model
from anonymisers.attack.reduction import reduce_model
from anonymisers.tables.count_table import Table
from anonymisers.tables.release import Release
from anonymisers.tables.strict_json import parse_json
from anonymisers.tables.table_reading import release_from_json, table_from_json

HEAD = (
    "release", "attacker", "cells", "withheld", "unknowns", "sums", "CPU s", "MB",
    "disclosed", "insufficiently protected", "singleton", "unlisted", "undecided",
)  # fmt: skip


def main() -> None:
    """Attack every release named on the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("releases", nargs="+", type=Path)
    parser.add_argument("--threshold", type=int, default=5)
    parser.add_argument("--zeros", choices=["partner", "publish", "protect"], default="partner")
    parser.add_argument("--truth", type=Path)
    parser.add_argument("--time-limit", type=float, default=600.0)
    arguments = parser.parse_args()
    truth = None if arguments.truth is None else table_from_json(parse_json(arguments.truth.read_bytes()))
    print(" | ".join(HEAD))
    for path in arguments.releases:
        release = release_from_json(parse_json(path.read_bytes()))
        for lower in (0, 1) if arguments.zeros == "publish" else (0,):
            print(" | ".join(_attack(path.name, release, lower, truth, arguments)), flush=True)


def _attack(
    name: str, release: Release, lower: int, truth: Table | None, arguments: argparse.Namespace
) -> list[str]:
    reduced = reduce_model(build_model([release]), lower)
    started = time.process_time()
    findings = attack(
        [release],
        threshold=arguments.threshold,
        lower=lower,
        zeros=arguments.zeros,
        truth=truth,
        time_limit=arguments.time_limit,
    )
    spent = time.process_time() - started
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    singleton = "-" if truth is None else f"{len({i.cell for i in findings.singletons}):,}"
    found = (findings.disclosed, findings.insufficiently_protected, findings.unlisted, findings.undecided)
    disclosed, weak, unlisted, undecided = (f"{len(cells):,}" for cells in found)
    size = (findings.cells, findings.withheld, len(reduced.low), len(reduced.rows.rhs))
    return [
        name, f"L{lower}", *(f"{n:,}" for n in size), f"{spent:.1f}", f"{memory:,}",
        disclosed, weak, singleton, unlisted, undecided,
    ]  # fmt: skip


if __name__ == "__main__":
    main()
