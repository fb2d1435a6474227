"""What each strategy of the search is worth: one at a time is switched off, everything else stays on.

    python benchmarks/suppression/ablation.py [--tables small medium six two pairs named finer]
        [--seeds 1 2 3 4 5] [--zeros partner publish protect] [--only STRATEGY ...]
        [--times 3] [--limit 600]
    python benchmarks/suppression/ablation.py --list

small   province, sex and age of 20,000 people: 1,386 cells;
medium  the same of 40,000 people: 5,904 cells;
large   the same with device: 41,328 cells (only where it is named);
six     six dimensions, linked by all tables of up to three;
two     two releases about the same people, all years and then all but the last;
pairs   four dimensions, all tables of up to two, of many people;
named   four priority tables of two of six dimensions, two more that are named, then all others;
finer   the same with tables of three dimensions.

Each run is a process of its own. Its CPU seconds are those of the search, without the certificate's check
and the attack. A run is given up after `--times` the CPU seconds of the whole run with everything on (at
least ten), that one after `--limit`. A strategy that the run with everything on did not come to is named and
not switched off. The last lines judge by a rule: a strategy stays if without it 2 % more people are withheld,
or the time doubles (by a second or more), or a table ends without a pattern. Zero suppression and accepted
cells are never switched off: the guarantee rests on them.
"""

import argparse
import multiprocessing
import resource
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import wraps
from multiprocessing.connection import Connection
from typing import Any

from ablation_tables import TABLES
from strategy_switches import STRATEGIES, missing, switch, watch

from anonymisers.cube import certified_cube
from anonymisers.errors import AnonymiserError
from anonymisers.suppression import protect_table
from anonymisers.tables.release import Release

KEY = bytes(32)
MORE_PEOPLE, MORE_TIME, MORE_SECONDS = 1.02, 2.0, 1.0
LEAST_SECONDS = 10.0
"""CPU seconds that a run may take in any case: those of small tables are hardly measured."""
ATTACK_SECONDS = 0.01
ZEROS = ("partner", "publish", "protect")


def main() -> None:
    """Read the options and print the lines."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    usual = [name for name in TABLES if name not in ("large", "tiny")]
    parser.add_argument("--tables", nargs="+", choices=list(TABLES), default=usual)
    parser.add_argument("--zeros", nargs="+", choices=ZEROS, default=list(ZEROS))
    parser.add_argument("--seeds", nargs="+", type=int, default=[1])
    parser.add_argument("--only", nargs="+", metavar="STRATEGY", choices=list(STRATEGIES))
    parser.add_argument("--times", type=float, default=3.0)
    parser.add_argument("--limit", type=float, default=600.0)
    parser.add_argument("--list", action="store_true", help="print the strategies")
    options = parser.parse_args()
    if gone := missing():
        sys.exit("strategy_switches.py switches off what is not there any more:\n" + "\n".join(gone))
    names = list(options.only or STRATEGIES)
    if options.list:
        print("\n".join(names))
        return
    print("table | zeros | seed | without | people | cells | CPU s | pattern")
    judged = Judged()
    for table in options.tables:
        for zeros in options.zeros:
            for seed in options.seeds:
                for line in _rows(Instance(table, zeros, seed), names, options, judged):
                    print(line, flush=True)
    print("\nstrategy | people at most | CPU at most | verdict")
    for name in names:
        print(judged.line(name))


@dataclass(frozen=True)
class Instance:
    """What is protected: the name of its tables, how zeros are treated, and the seed of the people."""

    table: str
    zeros: str
    seed: int


def _rows(
    instance: Instance, names: Sequence[str], options: argparse.Namespace, judged: "Judged"
) -> Iterator[str]:
    """A line for everything on, one for each strategy that matters there, and one that names the others."""
    head = f"{instance.table} | {instance.zeros} | {instance.seed}"
    on = _apart(instance, None, options.limit)
    yield f"{head} | nothing | {on.line()}"
    if on.problem is not None:
        return
    for name in names:
        if name in on.used:
            limit = max(LEAST_SECONDS, options.times * on.whole)
            off = _apart(instance, name, limit)
            judged.add(name, f"{instance.table}, {instance.zeros}", on, off)
            yield f"{head} | {name} | {off.line(on)}"
    yield f"{head} | not come to | {', '.join(name for name in names if name not in on.used) or 'none'}"


@dataclass(frozen=True)
class Run:
    """What protecting the tables came to. `problem`: why there is no pattern."""

    people: int = 0
    cells: int = 0
    seconds: float = 0.0
    whole: float = 0.0
    """CPU seconds with the certificate's check and the attack."""
    problem: str | None = None
    used: frozenset[str] = frozenset()
    """The strategies that were come to, where everything was on."""

    def line(self, on: "Run | None" = None) -> str:
        """The figures, against those with everything on."""
        if self.problem is not None:
            return f"- | - | {self.seconds:.1f} | {self.problem}"
        people, seconds = f"{self.people:,}", f"{self.seconds:.1f}"
        if on is not None:
            people += f" ({100 * (self.people / max(1, on.people) - 1):+.1f} %)"
            seconds += f" (x{self.seconds / max(0.01, on.seconds):.2f})"
        return f"{people} | {self.cells:,} | {seconds} | found"


@dataclass
class Judged:
    """All runs, by strategy and by table with its treatment of zeros."""

    runs: dict[str, dict[str, list[tuple[Run, Run]]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(list))
    )

    def add(self, name: str, where: str, on: Run, off: Run) -> None:
        """One run without a strategy, and the run with everything on that it is compared with."""
        self.runs[name][where].append((on, off))

    def line(self, name: str) -> str:
        """The verdict on a strategy, by the sums over the seeds of each table."""
        if name not in self.runs:
            return f"{name} | - | - | not measured: no table came to it"
        most, longest, reasons = (-1.0, ""), (0.0, ""), []
        for where, pairs in self.runs[name].items():
            problems = [off.problem for _, off in pairs if off.problem is not None]
            if problems:
                reasons.append(f"{where}: {problems[0]}")
                continue
            people = sum(off.people for _, off in pairs) / max(1, sum(on.people for on, _ in pairs))
            seconds = sum(off.seconds for _, off in pairs) / max(0.01, sum(on.seconds for on, _ in pairs))
            most, longest = max(most, (people, where)), max(longest, (seconds, where))
            if people >= MORE_PEOPLE:
                reasons.append(f"{where}: people")
            more = sum(off.seconds - on.seconds for on, off in pairs)
            if seconds >= MORE_TIME and more >= MORE_SECONDS:
                reasons.append(f"{where}: time")
        verdict = f"stays ({'; '.join(reasons)})" if reasons else "worth nothing measured"
        shown = f"{100 * (most[0] - 1):+.1f} % ({most[1]})" if most[1] else "-"
        return f"{name} | {shown} | {f'x{longest[0]:.2f} ({longest[1]})' if longest[1] else '-'} | {verdict}"


def _apart(instance: Instance, without: str | None, limit: float) -> Run:
    """A run in a process of its own, which ends when its CPU seconds are used up."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([certified_cube.__name__])
    near, far = context.Pipe(duplex=False)
    process = context.Process(target=_run, args=(far, instance, without, limit))
    process.start()
    far.close()
    try:
        found: Run = near.recv()
    except EOFError:
        found = Run(seconds=limit, problem=f"not ended after {limit:.0f} CPU s")
    process.join()
    if found.problem is not None and process.exitcode not in {0, -24}:  # 24: SIGXCPU
        sys.exit(f"{instance}, without {without}: the process ended with {process.exitcode}")
    return found


def _run(to: Connection, instance: Instance, without: str | None, limit: float) -> None:
    """Protect the tables, and send what came of it."""
    used: set[str] = set()
    for name, offs in STRATEGIES.items():
        for off in offs:
            if without is None:
                watch(off, lambda name=name: used.add(name))
            elif name == without:
                switch(off)
    clock = _Clock()
    # `build_cube` imports the search when a cube is built.
    protect_table.protect = clock.timed(protect_table.protect)
    tables, rules = TABLES[instance.table](instance.seed, instance.zeros)
    start = time.process_time()
    end = int(start + limit) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (end, end + 5))
    known: list[Release] = []
    people = cells = 0
    try:
        for one in tables:
            cube = certified_cube.build_cube(one, rules, KEY, known=known, attack_seconds=ATTACK_SECONDS)
            people += int(cube.true_values(one)[cube.withheld].sum())
            cells += int(cube.withheld.sum())
            known.append(cube.release())
    except AnonymiserError as error:
        to.send(Run(seconds=clock.seconds, problem=f"no pattern: {error}"))
        return
    whole = time.process_time() - start
    to.send(Run(people, cells, clock.seconds, whole, used=frozenset(used)))


class _Clock:
    """CPU seconds of a function, all calls together."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def timed(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function, with its seconds counted."""

        @wraps(function)
        def timed(*args: object, **named: object) -> object:
            start = time.process_time()
            try:
                return function(*args, **named)
            finally:
                self.seconds += time.process_time() - start

        return timed


if __name__ == "__main__":
    main()
