"""How well each table of the demo's members can be read: the share of the people who could be shown.

    python benchmarks/node/readable.py [--members KH LA] [--keys 1 2 3] [--policies own usual] [--dims N]
        [--summary]

The registers are those of `safelane demo`, with all earlier years. Each is protected by the node's own code,
as for a first preview, under the secret key that follows from the number given. The policies are those of
`usefulness.py`: a member's own, or the usual one.

`share` is the number of people in shown inner cells, of those in inner cells of at least as many people as
the threshold says. `of` is that second number, the ceiling: what would be shown if small cells alone were
withheld, which is not safe. `at most`: no safe pattern has a larger share in this table beside the totals and
groups that the cube shows, by the argument of `least_withheld.py`. Worst tables first; then means: of the
ready-made questions, each at its own levels, and of all tables at the policy's finest levels, by the number
of dimensions, with the number of those that show less than 0.01; without injuries, which stand in tables of
their own. CPU s and MB are of the protection with its check, in a process of its own.
"""

import argparse
import multiprocessing
import resource
import tempfile
import time
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from statistics import mean

from least_withheld import least_withheld
from usefulness import LINE, member_policy, set_up

from anonymisers.cube.released_cells import ReleasedCells
from anonymisers.tables.count_table import Table
from anonymisers.tables.rules import Rules
from gateway.bootstrap.setup.open_member import open_member
from gateway.demo.region import SEED
from gateway.member.build.cube_building import counted_table, protected
from gateway.member.build.readable_tables import codes_of, readable_tables
from gateway.member.cube.accident_counts import accidents_in
from gateway.member.cube.table_shares import Codes, ReadTable, TableShare, inner_cells, table_shares
from gateway.member.policy.cube_plan import plan_cube
from gateway.member.policy.policy_in_force import checked

MOST_DIMENSIONS = 3


@dataclass(frozen=True)
class Measured:
    """The shares of one cube, the worst first, and what its protection took."""

    shares: tuple[TableShare, ...]
    at_most: Mapping[ReadTable, float]
    finest: frozenset[tuple[str, str]]
    people: int
    cpu_seconds: float
    megabytes: int


def main() -> None:
    """Print the tables and the means of each member, policy and key."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--members", nargs="+", choices=sorted(LINE), default=sorted(LINE))
    parser.add_argument("--keys", nargs="+", type=int, default=[1])
    parser.add_argument("--policies", nargs="+", choices=["own", "usual"], default=["own"])
    parser.add_argument("--dims", type=int, help="at most so many together, whatever the policy says")
    parser.add_argument("--summary", action="store_true", help="the means only")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for member in options.members:
            _apart(_prepare, folder, member)
            for policy in options.policies:
                for key in options.keys:
                    found = _apart(_measured, folder, member, policy, key, options.dims)
                    if not options.summary:
                        _print_tables(f"{member} | {policy} | {key}", found)
                    _print_means(f"{member} | {policy} | {key}", found)


def _apart(function, *arguments):  # type: ignore[no-untyped-def]
    """The result of a function in a process of its own, whose peak memory is its own.

    Forked: it has what this one has imported, which is all that it needs.
    """
    with ProcessPoolExecutor(1, multiprocessing.get_context("fork")) as processes:
        return processes.submit(function, *arguments).result()


def _prepare(folder: str, member: str) -> None:
    set_up(Path(folder) / member, member, SEED, earlier=True)


def _measured(folder: str, member: str, policy: str, key: int, dims: int | None) -> Measured:
    with open_member(Path(folder) / member) as opened:
        node = replace(opened, cube_key=sha256(f"key {key}".encode()).digest())
        with node.store.reading() as view:
            loaded = view.snapshot()
        if loaded is None:
            raise LookupError(f"{member} has no snapshot")
        snapshot, today = loaded[1], node.clock.now().date()
        planned = plan_cube(
            node.dictionary, checked(node, member_policy(member, policy, dims)), snapshot, today
        )
        began = time.process_time()
        cube = protected(node, snapshot, planned, [], None)
        spent = time.process_time() - began
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        plan, rules = planned
        people = counted_table(node, snapshot, plan, rules)
        tables = readable_tables(node.dictionary, member, plan, MOST_DIMENSIONS)
        counted, codes = cube.as_counted(people), codes_of(node.dictionary, member, plan, tables)
        shares = table_shares(
            counted, people, rules.threshold, codes, accidents_in(cube) if plan.accidents else None
        )
        at_most = {one.table: _at_most(counted, people, codes, one, rules) for one in shares}
    return Measured(shares, at_most, frozenset(plan.finest.items()), int(people.counts.sum()), spent, memory)


def _at_most(
    cube: ReleasedCells, people: Table, codes: Mapping[ReadTable, Codes], one: TableShare, rules: Rules
) -> float:
    inner = inner_cells(cube, people, codes[one.table])
    sensitive = frozenset[str]() if rules.zeros == "publish" else rules.sensitive
    return (
        1.0
        if inner is None or not one.ceiling
        else 1 - least_withheld(cube, codes[one.table], *inner, rules.threshold, sensitive) / one.ceiling
    )


def _print_tables(of: str, found: Measured) -> None:
    print("member | policy | key | table | share | at most | shown | of")
    for one in found.shares:
        name = one.table.question or " x ".join(level for _, level in one.table.levels)
        share = f"{one.share:.2f} | {found.at_most[one.table]:.2f}" if one.ceiling else "- | -"
        print(f"{of} | {name} | {share} | {one.people_shown:,} | {one.ceiling:,}")


def _print_means(of: str, found: Measured) -> None:
    print(
        "member | policy | key | people | tables | number | mean | at most | worst | below 0.01 | CPU s | MB"
    )
    in_cube = [s for s in found.shares if not any("." in name for name, _ in s.table.levels)]
    questions = [one for one in in_cube if one.table.question]
    fine = [s for s in in_cube if found.finest.issuperset(s.table.levels) and not s.table.of_accidents]
    sizes = enumerate(("1 dimension", "2 dimensions", "3 dimensions"), 1)
    by_size = {name: [one for one in fine if len(one.table.levels) == size] for size, name in sizes}
    for name, shares in {"ready-made questions": questions, **by_size}.items():
        able = [one for one in shares if one.ceiling]
        if able:
            nobody = sum(one.percent == 0 for one in able)
            print(
                f"{of} | {found.people:,} | {name} | {len(able)} | {mean(one.share for one in able):.3f} | "
                f"{mean(found.at_most[one.table] for one in able):.3f} | "
                f"{min(one.share for one in able):.2f} | {nobody} | {found.cpu_seconds:.1f} | "
                f"{found.megabytes:,}",
                flush=True,
            )


if __name__ == "__main__":
    main()
