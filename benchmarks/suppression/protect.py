"""Cost and quality of `safelane protect` on tables in its input form.

    python benchmarks/suppression/protect.py TABLE.json [TABLE.json ...] [--zeros publish|partner]
        [--attacker L0|L1]

Prints one line a table: cells, CPU seconds, peak memory, withheld cells and people, and what the independent
attacker finds, cells he was not done with too. For tables as large as those on which other tools were
measured, their figures follow: at threshold 5, zeros published, where the attacker knows only that cells are
not negative (L0) and where he knows too that withheld ones are at least 1 (L1). Nothing is stored.
"""

import argparse
import resource
import time
from pathlib import Path

import numpy as np

from anonymisers.attack import attack
from anonymisers.cube.certified_cube import build_cube
from anonymisers.tables.rules import Rules
from anonymisers.tables.strict_json import parse_json
from anonymisers.tables.table_reading import table_from_json

KEY = bytes(32)
PEERS = {
    5904: (
        "GaussSuppression 1.2.3 anySum: 7.5 s, 272 MB, 10.6k-12.1k; L0 0 | 44; L1 0 | 695-908; 78-90",
        "the same with intervals: 161 s, 900 MB, 12.4k; L0 0 | 2; L1 0 | 651; 58",
        "sdcTable 0.34 GAUSS: 50 s, 330 MB, 26.5k; L0 0 | 50; L1 0 | 712; 90",
    ),
    41328: (
        "GaussSuppression 1.2.3 anySum: 293 s, 295 MB, 64.0k; L0 0 | 212; L1 at least 28 | 3,100; 287",
        "sdcTable 0.34 SIMPLEHEURISTIC_OLD: 7.8 s, 382 MB, 46.4k; L0 134 | at least 594; 1,215",
    ),
}
"""By the number of cells: CPU seconds, memory, people in withheld cells; disclosed |
insufficiently protected; singleton."""


def main() -> None:
    """Read the options and print the lines."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tables", nargs="+", type=Path)
    parser.add_argument("--zeros", choices=["partner", "publish", "protect"], default="publish")
    parser.add_argument("--attacker", choices=["L0", "L1"], default="L1")
    parser.add_argument("--max-dims", type=int)
    parser.add_argument("--attack-seconds", type=float, default=60.0)
    options = parser.parse_args()
    print("table | cells | CPU s | MB | sensitive | secondary | zeros | people", end=" | ")
    print("disclosed | insufficiently protected | singleton | undecided")
    for path in options.tables:
        rules = Rules(zeros=options.zeros, max_dims=options.max_dims, expects_least=options.attacker == "L1")
        print(line(path, rules, options.attack_seconds), flush=True)


def line(path: Path, rules: Rules, seconds: float) -> str:
    """One table's figures. The CPU seconds hold the search, the certificate's check and a first attack."""
    table = table_from_json(parse_json(path.read_bytes()))
    start = time.process_time()
    cube = build_cube(table, rules, KEY, attack_seconds=seconds)
    spent = time.process_time() - start
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    values = cube.true_values(table)
    small = (values >= 1) & (values < rules.threshold)
    findings = attack(
        [cube.release()],
        threshold=rules.threshold,
        lower=rules.least,
        zeros=rules.zeros,
        truth=table,
        time_limit=seconds,
    )
    counts = (
        len(values),
        f"{spent:.1f}",
        memory,
        int(small.sum()),
        int((cube.withheld & ~small & (values > 0)).sum()),
        int((cube.withheld & (values == 0)).sum()),
        int(values[cube.withheld].sum()),
        len(findings.disclosed),
        len(findings.insufficiently_protected),
        len({insight.cell for insight in findings.singletons}),
        "; ".join((f"{len(findings.undecided)} cells", *findings.interrupted)) if findings.incomplete else 0,
    )
    peers = PEERS.get(len(values), ()) if rules.threshold == 5 and rules.zeros == "publish" else ()
    return "\n".join([" | ".join([path.name, *map(str, counts)]), *(f"    {peer}" for peer in peers)])


if __name__ == "__main__":
    np.seterr(all="raise")
    main()
