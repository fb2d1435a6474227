"""What can still be read of all years together after ten yearly releases, by how years are released.

    python benchmarks/node/yearly_releases.py [--members KH LA] [--seed 1] [--first 2016] [--last 2026]
        [--policy own] [--years-per-release 1 2 5] [--dims N]

A demo member's register is loaded on 1 April of each year from `--first` to `--last`, each time with one more
year, and each cube is made beside all former ones; years before 2010 are left out. In the end each ready-made
question is asked as it stands, about the years that were released, and without its date: over all of them.
`at once` makes one cube of the last register, as a first release does. A share is of the people in shown
cells, of those in cells of at least five people; the mean over the questions that the policy shares.
"""

import argparse
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from statistics import mean

from usefulness import LINE, QUESTIONS, THRESHOLD, member_policy, set_up

from anonymisers.cube.released_cells import ReleasedCells, Value
from anonymisers.history.release_history import periods_without_cubes
from gateway.bootstrap.setup.open_member import open_member
from gateway.member.build.cube_building import counted_table, protected
from gateway.member.model.snapshot import Snapshot, population
from gateway.member.model.stored_cube import Plan
from gateway.member.node.context import Node
from gateway.member.policy.cube_plan import plan_cube
from gateway.member.policy.policy_in_force import checked
from gateway.member.register.person_counts import count_people

AT_ONCE = 0
DATE = "date"


@dataclass(frozen=True)
class Figures:
    """Shares of people, 0 to 1; `years` were released, of which `withheld` are withheld whole."""

    asked: float
    over_years: float
    years: int
    withheld: int


def main() -> None:
    """Print a row for each member and each way to release years."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--members", nargs="+", choices=sorted(LINE), default=sorted(LINE))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=2016)
    parser.add_argument("--last", type=int, default=2026)
    parser.add_argument("--dims", type=int, help="at most so many together, whatever the policy says")
    parser.add_argument("--policy", choices=["own", "usual"], default="own")
    parser.add_argument("--years-per-release", nargs="+", type=int, default=[1, 2, 5])
    options = parser.parse_args()
    print("member | years per release | as asked | over all years | years | withheld whole | CPU s")
    for member in options.members:
        with tempfile.TemporaryDirectory() as folder:
            directory = Path(folder) / member
            set_up(directory, member, options.seed, earlier=False)
            for length in (AT_ONCE, *options.years_per_release):
                began = time.process_time()
                loads = range(options.last if length == AT_ONCE else options.first, options.last + 1)
                with open_member(directory) as node:
                    text = member_policy(member, options.policy, options.dims, earlier=False)
                    found = after(node, f"{text}years_per_release: {length or 1}\n", loads)
                name = "at once" if length == AT_ONCE else str(length)
                print(
                    f"{member} | {name} | {found.asked:.2f} | {found.over_years:.2f} | {found.years} | "
                    f"{found.withheld} | {time.process_time() - began:.1f}",
                    flush=True,
                )


def after(node: Node, text: str, loads: Sequence[int]) -> Figures:
    """What can be read once the register was loaded in each of these years."""
    policy = checked(node, text)
    with node.store.reading() as view:
        loaded = view.snapshot()
    if loaded is None:
        raise LookupError(f"{node.member} has no snapshot")
    released: list[bytes] = []
    for year in loads:
        snapshot = replace(loaded[1], created=date(year, 4, 1))
        planned = plan_cube(node.dictionary, policy, snapshot, date(year, 4, 1))
        cube = protected(node, snapshot, planned, released, None)
        released.append(cube.to_bytes())
    counted = cube.as_counted(counted_table(node, snapshot, *planned))
    levels = [
        {node.dictionary.level(level).dimension: level for level in table.levels}
        for table in QUESTIONS.values()
    ]
    asked = [
        by for by in levels if by.keys() <= planned[0].finest.keys() and len(by) <= policy.scope.max_dims
    ]
    dateless = {
        tuple(by.items()): None for each in asked if (by := {d: x for d, x in each.items() if d != DATE})
    }
    plan = planned[0]
    return Figures(
        mean(_share(node, counted, snapshot, plan, by) for by in asked),
        mean(_share(node, counted, snapshot, plan, dict(by)) for by in dateless),
        years=len(plan.years),
        withheld=sum(len(years) for years, _ in periods_without_cubes(released[-1])),
    )


def _share(
    node: Node, counted: ReleasedCells, snapshot: Snapshot, plan: Plan, by: Mapping[str, str]
) -> float:
    """The share of people in shown cells, of those in cells of at least `THRESHOLD` people."""
    rows = population(snapshot, plan.consent, victims=plan.victims)
    people = count_people(snapshot, node.dictionary, by, rows=rows, years=plan.years)
    shown = possible = 0
    for place, count in zip(people.coords.tolist(), people.counts.tolist(), strict=True):
        if count >= THRESHOLD:
            key = {dim.name: dim.codes[at] for dim, at in zip(people.dims, place, strict=True)}
            possible += count
            shown += count * isinstance(counted.lookup(key), Value)
    return shown / max(possible, 1)


if __name__ == "__main__":
    main()
