"""What it costs that reruns of the program tell nothing: tables protected by their counts and by their view.

    python benchmarks/suppression/by_view.py [--only GROUP ...] [--tables N] [--seed N]

Prints a line for each kind of table, N tables each: people in withheld cells as a share of all people, in the
tables of one, two and three dimensions, by counts and by the view; tables refused by the view; releases that
were certified, and cells about which the exact attacker found something; CPU seconds of the search; and one
in so many of r, least, median and most. `asked` are the tables that the rules name first. Keys are drawn, so
that some tables end with a later step, as in use. People are invented.
"""

import argparse
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np
from invented_tables import invented
from numpy.typing import NDArray

from anonymisers.attack import attack
from anonymisers.cube.certified_cube import CertifiedCube, build_cube
from anonymisers.errors import AnonymiserError
from anonymisers.simulatable.protection import protect
from anonymisers.tables.count_table import Table
from anonymisers.tables.hierarchy import ROOT, Hierarchy
from anonymisers.tables.rules import Rules, TableOf
from anonymisers.tables.table_reading import table_from_json

Random = np.random.Generator
Ints = NDArray[np.int64]
People = Callable[[Random, Sequence[int]], Ints]
"""The people of each cell of a table of some shape."""
ATTACK_SECONDS = 60.0
MOST_CELLS = 20
"""Inner cells of a small table at most."""


def per_cell(mean: float) -> People:
    """So many people in each cell on average, some with many more."""
    return lambda rng, shape: rng.negative_binomial(2, 2 / (2 + mean), shape)


def half_empty(mean: float) -> People:
    """As `per_cell` in half of the cells, nobody in the others."""
    return lambda rng, shape: per_cell(mean)(rng, shape) * (rng.random(shape) < 0.5)


def uneven(mean: float) -> People:
    """As many, but a code has several times the people of another one."""

    def people(rng: Random, shape: Sequence[int]) -> Ints:
        weight = np.ones(shape)
        for axis, codes in enumerate(shape):
            own = rng.lognormal(0.0, 1.0, codes)
            weight *= np.expand_dims(own / own.mean(), [n for n in range(len(shape)) if n != axis])
        return rng.poisson(mean * weight)

    return people


def altogether(people: int) -> People:
    """So many people in the whole table."""
    return lambda rng, shape: rng.multinomial(people, rng.dirichlet(np.ones(int(np.prod(shape))))).reshape(
        shape
    )


@dataclass(frozen=True)
class Kind:
    """Tables of one kind: how one is made, and the rules."""

    make: Callable[[Random], Table]
    rules: Rules = field(default_factory=lambda: Rules(withstands_reruns=True))


def _cross(people: People, shape: Sequence[int], rng: Random) -> Table:
    counts = people(rng, shape)
    dims = []
    for axis, codes in enumerate(shape):
        own = [f"{'abcdefg'[axis]}{n}" for n in range(codes)]
        dims.append(Hierarchy("abcdefg"[axis], (ROOT, *own), dict.fromkeys(own, ROOT)))
    cells = [
        (tuple(dim.codes[1 + n] for dim, n in zip(dims, place, strict=True)), int(number))
        for place, number in np.ndenumerate(counts)
        if number
    ]
    return Table.of(dims, cells)


def _small(people: People, rng: Random) -> Table:
    shapes = [(a, b) for a in range(2, 6) for b in range(a, 11) if a * b <= MOST_CELLS]
    return _cross(people, shapes[rng.integers(len(shapes))], rng)


def _country(people: int, dims: Sequence[str], country: str, rng: Random) -> Table:
    return table_from_json(invented(int(rng.integers(1 << 31)), people, dims, countries=[country]))


def _shapes(shape: Sequence[int], most: int | None, kinds: Mapping[str, People]) -> dict[str, Kind]:
    rules = Rules(withstands_reruns=True, max_dims=most)
    name = " by ".join(map(str, shape))
    return {f"{name}, {kind}": Kind(partial(_cross, people, shape), rules) for kind, people in kinds.items()}


OF_TWO = {
    "60 people a cell": per_cell(60),
    "12 people a cell, codes of different size": uneven(12),
    "half of the cells empty, 7 in the others": half_empty(7),
    "one person a cell": per_cell(1),
}
OF_THREE = {**OF_TWO, "20 people a cell": per_cell(20)}
LARGE = Rules(withstands_reruns=True, withstands_reruns_when_large=True, max_dims=2)
BY_SEX = tuple(TableOf.of(("sex", other)) for other in ("place", "age", "device"))
FOUR = ("place", "sex", "age", "device")
SIX = (*FOUR, "outcome", "year")
GROUPS: Mapping[str, Mapping[str, Kind]] = {
    "small": {
        name: Kind(partial(_small, people))
        for name, people in {
            "15 people a cell": per_cell(15),
            "half of the cells empty": half_empty(15),
            "50 people": altogether(50),
            "20 people": altogether(20),
        }.items()
    },
    "two": {
        **_shapes((5, 5, 4), 2, OF_TWO),
        **_shapes((6, 8, 5), 2, OF_TWO),
        **_shapes((22, 12), None, {"12 people a cell": per_cell(12)}),
    },
    "three": {**_shapes((5, 5, 4), None, OF_THREE), **_shapes((6, 8, 5), None, OF_THREE)},
    "large": {
        "KH, four dimensions, 9,500 people": Kind(
            partial(_country, 9500, FOUR, "KH"), replace(LARGE, priority=BY_SEX)
        ),
        "LA, four dimensions, 7,500 people": Kind(
            partial(_country, 7500, FOUR, "LA"), replace(LARGE, priority=BY_SEX)
        ),
        "TH, four dimensions, 2,000 people": Kind(
            partial(_country, 2000, FOUR, "TH"), replace(LARGE, priority=BY_SEX)
        ),
        "LA, six dimensions, 3,000 people": Kind(partial(_country, 3000, SIX, "LA"), LARGE),
        "LA, six dimensions, 400 people": Kind(partial(_country, 400, SIX, "LA"), LARGE),
        "LA, six dimensions, 60 people": Kind(partial(_country, 60, SIX, "LA"), LARGE),
    },
}


@dataclass
class Sums:
    """What was found of all tables of a kind that are protected in one way."""

    people: dict[str, int] = field(default_factory=dict)
    withheld: dict[str, int] = field(default_factory=dict)
    refused: int = 0
    certified: int = 0
    found: int = 0
    seconds: float = 0.0
    ratios: list[int] = field(default_factory=list)

    def add(self, table: Table, rules: Rules, key: bytes) -> None:
        """Protect a table, prove it and attack it."""
        start = time.process_time()
        made = protect(table, rules, key)
        self.seconds += time.process_time() - start
        roots = np.array([dim.root for dim in table.dims])
        named = made.lattice.keys() != roots
        for name, cells in _parts(table, rules, named).items():
            self.people[name] = self.people.get(name, 0) + int(made.values[cells].sum())
            self.withheld[name] = self.withheld.get(name, 0) + int(made.values[cells & made.suppressed].sum())
        self.refused += len(np.unique(named[~made.settled], axis=0))
        try:
            cube = build_cube(table, rules, key, attack_seconds=ATTACK_SECONDS)
        except AnonymiserError:
            return
        self.certified += 1
        self.found += _findings(cube, table, rules)
        if cube.rerun_ratio is not None:
            self.ratios.append(round(1 / cube.rerun_ratio))

    def share(self, name: str) -> str:
        """The people in withheld cells, as a share; "-" without people."""
        people = self.people.get(name, 0)
        return f"{self.withheld[name] / people:.2f}" if people else "-"


def _parts(table: Table, rules: Rules, named: NDArray[np.bool_]) -> dict[str, NDArray[np.bool_]]:
    parts = {str(size): named.sum(axis=1) == size for size in (1, 2, 3)}
    names = [dim.name for dim in table.dims]
    asked = np.zeros(len(named), dtype=np.bool_)
    for one in rules.priority:
        asked |= (named == np.array([name in one.dims for name in names])).all(axis=1)
    return parts | {"asked": asked}


def _findings(cube: CertifiedCube, table: Table, rules: Rules) -> int:
    found = attack(
        [cube.release()],
        threshold=rules.threshold,
        lower=rules.least,
        zeros=rules.zeros,
        truth=table,
        time_limit=ATTACK_SECONDS,
    )
    return len(found.disclosed) + len(found.insufficiently_protected) + len(found.singletons)


def main() -> None:
    """Print a line for each kind."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="+", choices=GROUPS, default=list(GROUPS))
    parser.add_argument("--tables", type=int, default=10, help="tables of each kind")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    print("withheld by counts, by the view; CPU seconds a table; one in so many")
    print("kind | of one | of two | of three | asked | refused | certified | found | CPU s | 1/r")
    for group in options.only:
        for number, (name, kind) in enumerate(GROUPS[group].items()):
            rng = np.random.default_rng([options.seed, list(GROUPS).index(group), number])
            print(line(name, kind, options.tables, rng), flush=True)


def line(name: str, kind: Kind, tables: int, rng: Random) -> str:
    """The figures of so many tables of a kind. Tables of fewer people than the threshold are left out."""
    by_counts, by_view = Sums(), Sums()
    counting = replace(kind.rules, withstands_reruns=False, withstands_reruns_when_large=False)
    done = 0
    while done < tables:
        table, key = kind.make(rng), rng.bytes(32)
        if table.counts.sum() < kind.rules.threshold:
            continue
        by_counts.add(table, counting, key)
        by_view.add(table, kind.rules, key)
        done += 1
    both = (by_counts, by_view)
    ratios = sorted(by_view.ratios)
    return " | ".join(
        [
            name,
            *(", ".join(one.share(part) for one in both) for part in ("1", "2", "3", "asked")),
            str(by_view.refused),
            *(", ".join(str(getattr(one, what)) for one in both) for what in ("certified", "found")),
            ", ".join(f"{one.seconds / tables:.2f}" for one in both),
            f"{ratios[0]:,}, {ratios[len(ratios) // 2]:,}, {ratios[-1]:,}" if ratios else "-",
        ]
    )


if __name__ == "__main__":
    main()
