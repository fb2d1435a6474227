"""Cost and quality of `safelane protect` on tables in its input form.

    python benchmarks/protect.py TABLE.json [TABLE.json ...] [--zeros publish|partner] [--attacker L0|L1]

Prints one line a table: cells, CPU seconds, peak memory, withheld cells and people, and what the independent
attacker finds. Make the tables with the generator of your choice; nothing is stored.
"""

import argparse
import resource
import time
from pathlib import Path

import numpy as np

from anonymisers.attack import attack
from anonymisers.cube import build_cube
from anonymisers.rules import Rules
from anonymisers.table import Table, parse_json

KEY = bytes(32)


def main() -> None:
    """Read the options and print the lines."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tables", nargs="+", type=Path)
    parser.add_argument("--zeros", choices=["partner", "publish", "protect"], default="publish")
    parser.add_argument("--attacker", choices=["L0", "L1"], default="L1")
    parser.add_argument("--max-dims", type=int)
    parser.add_argument("--attack-seconds", type=float, default=60.0)
    options = parser.parse_args()
    print("table | cells | CPU s | MB | sensitive | complementary | zeros | people", end=" | ")
    print("disclosed | narrow | insider")
    for path in options.tables:
        rules = Rules(zeros=options.zeros, max_dims=options.max_dims, expects_least=options.attacker == "L1")
        print(line(path, rules, options.attack_seconds), flush=True)


def line(path: Path, rules: Rules, seconds: float) -> str:
    """One table's figures. The CPU seconds hold the search, the certificate's check and a first attack."""
    table = Table.from_json(parse_json(path.read_bytes()))
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
        int((cube.hidden & ~small & (values > 0)).sum()),
        int((cube.hidden & (values == 0)).sum()),
        int(values[cube.hidden].sum()),
        len(findings.disclosed),
        len(findings.narrow),
        len(findings.insider),
    )
    return " | ".join([path.name, *map(str, counts)])


if __name__ == "__main__":
    np.seterr(all="raise")
    main()
