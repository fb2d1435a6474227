"""Forty priority tables over twenty people: one place has a single person, and a code has nobody at all."""

from itertools import combinations

import numpy as np
from hierarchies import flat

from anonymisers.cube.fewer_tables import build_with_fewer_tables
from anonymisers.tables.count_table import Table
from anonymisers.tables.rules import Rules, TableOf

DIMS = (flat("place", 5), *(flat(name, 2) for name in ("year", "age", "outcome", "device")), flat("sex", 3))
FORTY = tuple(
    TableOf(frozenset(names)) for n in (3, 2, 1) for names in combinations([d.name for d in DIMS], n)
)[:40]


def twenty() -> Table:
    """The first person alone is at the first place, and nobody at the last; nobody has the last sex."""
    rng = np.random.default_rng(1)
    counts: dict[tuple[str, ...], int] = {}
    for number in range(20):
        codes = [dim.codes[dim.leaves[rng.integers(len(dim.leaves))]] for dim in DIMS]
        codes[0] = "place0" if number == 0 else f"place{1 + number % 3}"
        codes[-1] = f"sex{number % 2}"
        counts[tuple(codes)] = counts.get(tuple(codes), 0) + 1
    return Table.of(DIMS, list(counts.items()))


def test_forty_priority_tables_over_twenty_people_have_an_answer_that_is_certified_and_attacked() -> None:
    table = twenty()
    rules = Rules(max_dims=3, sensitive=frozenset({"outcome", "device"}), priority=FORTY)

    assert len(FORTY) == 40

    built = build_with_fewer_tables(table, rules, [bytes((n,)) * 32 for n in range(2)])

    assert built.cube is not None
    small = (built.cube.true_values(table) > 0) & (built.cube.true_values(table) < 5)
    assert built.cube.withheld[small].all()
    assert built.cube.values.max() == 20, "the total can be read"
