"""A thousand fault plans: is anything lost or wrongly released, and how long does it take?

    python benchmarks/faults/simulated_faults.py [--plans 1000] [--first 0] [--processes 2]

Each process has a region of its own, a hub and three nodes on SQLite, and carries out its share of the seeds.
Exit code 1 when a plan broke anything; its seed is printed: `--first SEED --plans 1` carries it out again.
"""

import argparse
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "tests" / "support"))

from faults import Region, broken_by, right_answers, run_plan


def carry_out(seeds: list[int]) -> tuple[float, list[tuple[int, list[str]]], dict[str, int]]:
    """Seconds that the plans took, what they broke, and how often each fault was drawn."""
    drawn: dict[str, int] = {}
    broken: list[tuple[int, list[str]]] = []
    with tempfile.TemporaryDirectory() as folder:
        region = Region(Path(folder), "KH", "LA", "TH")
        right = right_answers(region)
        start = time.perf_counter()
        for seed in seeds:
            outcome = run_plan(region, seed)
            found = broken_by(region, outcome, right)
            if found:
                broken.append((seed, found))
            for fault in outcome.faults:
                drawn[fault] = drawn.get(fault, 0) + 1
        seconds = time.perf_counter() - start
        region.close()
    return seconds, broken, drawn


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--plans", type=int, default=1000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    seeds = range(options.first, options.first + options.plans)
    shares = [list(seeds[start :: options.processes]) for start in range(options.processes)]
    drawn: dict[str, int] = {}
    broken: list[tuple[int, list[str]]] = []
    start = time.perf_counter()
    with ProcessPoolExecutor(options.processes) as pool:
        for _, found, faults in pool.map(carry_out, shares):
            broken += found
            for fault, times in faults.items():
                drawn[fault] = drawn.get(fault, 0) + times
    for fault, times in sorted(drawn.items()):
        print(f"{times:6}  {fault}")
    print(f"{options.plans} plans, {sum(drawn.values())} faults, {time.perf_counter() - start:.0f} s")
    for seed, found in broken:
        print(f"seed {seed}: {'; '.join(found)}")
    return 1 if broken else 0


if __name__ == "__main__":
    raise SystemExit(main())
