"""A region of real processes on loopback: how fast questions are, for one analyst and for many at once.

    python benchmarks/region/region.py [--members 11] [--questions 200] [--analysts 50] [--each 4]

Hub and members are processes of their own with their cubes ready. Measures, over HTTP as analysts ask: from
request to release, one question after the other, and with many analysts at the same time; what a node and the
hub take of memory; how long the hub takes to start. Exit code 1 when a question failed or a figure is missed.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "tests" / "support"))

from real_region import RealRegion, real_region

from gateway.dictionary import regional

QUESTIONS: tuple[tuple[str, ...], ...] = (
    ("country", "year", "outcome"),
    ("country", "sex"),
    ("year", "outcome"),
    ("outcome",),
)
GOALS = {"p50": 0.3, "p99": 1.0, "node MB": 300.0, "hub start": 3.0}


def main() -> None:
    options = _options()
    codes = tuple(regional().members)[: options.members]
    with tempfile.TemporaryDirectory() as folder, real_region(Path(folder), *codes) as region:
        region.start_hub()
        started = region.wait_for_hub()
        start_cpu = region.cpu("hub")
        for code in codes:
            region.start(code)
        region.wait_for_members()
        before = region.cpu("hub", *codes)
        one = [_seconds(region, n) for n in range(options.questions)][5:]
        each = (region.cpu("hub", *codes) - before) / options.questions
        began = time.perf_counter()
        with ThreadPoolExecutor(options.analysts) as pool:
            jobs = [pool.submit(_several, region, n, options.each) for n in range(options.analysts)]
            many = [seconds for job in jobs for seconds in job.result()]
        took = time.perf_counter() - began
        nodes = max(region.memory(code) for code in codes)
        found = {"p50": _at(one, 50), "p99": _at(one, 99), "node MB": nodes, "hub start": started}
        print(f"{len(codes)} members, load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
        print(f"one analyst: {_said(one)}; processor time of everybody for one question {each * 1000:.0f} ms")
        print(f"{options.analysts} analysts at once: {len(many)} questions in {took:.1f} s, none failed")
        print(f"  each of them: {_said(many)}")
        print(f"memory: hub {region.memory('hub'):.0f} MB, largest node {nodes:.0f} MB")
        print(f"hub answers {started:.1f} s after its start, {start_cpu:.1f} s of processor time")
    missed = [name for name, goal in GOALS.items() if found[name] > goal]
    if missed:
        sys.exit(f"missed: {', '.join(missed)}")


def _several(region: RealRegion, first: int, each: int) -> list[float]:
    return [_seconds(region, first + n) for n in range(each)]


def _seconds(region: RealRegion, number: int) -> float:
    """From request to a release with every member's answer. Raises when one is missing."""
    with region.client() as client:
        began = time.perf_counter()
        question = region.ask(client, *QUESTIONS[number % len(QUESTIONS)], deadline=60)
        release = region.released(client, question)
        took = time.perf_counter() - began
    missing = [c.member for c in release.coverage if not c.answered]
    if missing:
        raise RuntimeError(f"{question} lacks {missing}")
    return took


def _at(values: Sequence[float], percent: int) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]


def _said(values: Sequence[float]) -> str:
    return f"p50 {_at(values, 50) * 1000:.0f} ms, p99 {_at(values, 99) * 1000:.0f} ms"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--members", type=int, default=11)
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument("--analysts", type=int, default=50)
    parser.add_argument("--each", type=int, default=4)
    return parser.parse_args()


if __name__ == "__main__":
    main()
