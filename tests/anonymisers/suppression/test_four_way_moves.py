"""Four people swap codes so that every table of two dimensions stays as it is."""

from itertools import combinations

import numpy as np
from hierarchies import flat, grouped
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from anonymisers.suppression.strategies.four_way_moves import FourWayMoves
from anonymisers.suppression.strategies.running_counts import RunningCounts
from anonymisers.tables.lattice import Lattice

DIMS = (grouped("place", 4), flat("sex", 2), flat("age", 3), flat("year", 3))
LATTICE = Lattice.of(DIMS, [d.name for d in DIMS], 3)
LEAVES = [d.leaves for d in DIMS]
SHAPE = [len(own) for own in LEAVES]


def sums(corners, signs):
    """Return the changes of a swap, cell by cell, by adding up inner cells."""
    starts, parts = LATTICE.lookup(range(len(LATTICE.tables)))
    change = np.zeros(LATTICE.size, dtype=np.int64)
    for corner, sign in zip(corners, signs, strict=True):
        above = starts + sum(parts[a][LEAVES[a][code]] for a, code in enumerate(corner))
        np.add.at(change, above[above >= 0], sign)
    return change


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(seed=st.integers(0, 2**32 - 1), sign=st.sampled_from([1, -1]))
def test_a_swap_changes_its_cell_by_one_at_the_stated_cost_and_leaves_tables_of_two_dimensions_alone(
    seed, sign
):
    rng = np.random.default_rng(seed)
    counts = rng.poisson(1.5, SHAPE).astype(np.int32)
    costs = np.append(rng.integers(0, 9, (2, LATTICE.size)).astype(float), [[0.0], [0.0]], axis=1)
    costs[:, :-1][rng.random((2, LATTICE.size)) < 0.02] = np.inf
    wide = [n for n, axes in enumerate(LATTICE.tables) if len(axes) == 3]
    cell = int(rng.choice(np.flatnonzero(np.isin(LATTICE.table_of(), wide))))
    key = LATTICE.keys()[cell]
    axes = LATTICE.tables[LATTICE.table_of()[cell]]
    inside = {a: DIMS[a].covered_leaves(int(key[a]))[LEAVES[a]] for a in axes}

    found = FourWayMoves(LATTICE, LEAVES, RunningCounts.of(counts), rng.random(LATTICE.size)).cheapest(
        inside, axes, sign, (costs[0], costs[1])
    )
    assume(found is not None)
    cost, swap = found
    (corners,) = swap.corner_sets
    change = sums(corners, swap.signs)
    assert change[cell] == sign
    assert {LATTICE.tables[t] for t in LATTICE.table_of()[np.flatnonzero(change)]} <= set(
        combinations(range(len(DIMS)), 3)
    )
    rising, falling = change.clip(min=0), -change.clip(max=0)
    assert (
        cost
        == (costs[0][:-1][rising > 0] * rising[rising > 0]).sum()
        + (costs[1][:-1][falling > 0] * falling[falling > 0]).sum()
    )
    leavers = corners[swap.signs < 0]
    assert (counts[tuple(leavers.T)] > 0).all()


def test_four_people_with_nothing_in_common_can_swap():
    counts = np.zeros(SHAPE, dtype=np.int32)
    for person in [(0, 0, 0, 0), (1, 1, 1, 0), (1, 0, 0, 1), (0, 1, 1, 1)]:
        counts[person] = 1
    free = np.zeros(LATTICE.size + 1)
    first = [np.arange(size) == 0 for size in SHAPE]
    found = FourWayMoves(LATTICE, LEAVES, RunningCounts.of(counts), np.zeros(LATTICE.size)).cheapest(
        {0: first[0], 1: first[1], 3: first[3]}, (0, 1, 3), -1, (free, free)
    )
    assert found is not None


def test_where_no_table_has_three_dimensions_swaps_change_no_released_cell():
    two = Lattice.of(DIMS, [d.name for d in DIMS], 2)
    counts = np.ones(SHAPE, dtype=np.int32)
    forbidden = np.append(np.full(two.size, np.inf), 0.0)
    here = {a: np.arange(size) == 0 for a, size in enumerate(SHAPE)}
    found = FourWayMoves(two, LEAVES, RunningCounts.of(counts), np.zeros(two.size)).cheapest(
        here, (0, 2, 3), -1, (forbidden, forbidden)
    )
    assert found is not None
    assert found[0] == 0


def test_no_swap_above_the_cost_limit_is_found():
    counts = np.ones(SHAPE, dtype=np.int32)
    four_way = FourWayMoves(LATTICE, LEAVES, RunningCounts.of(counts), np.zeros(LATTICE.size))
    first = {a: np.arange(SHAPE[a]) == 0 for a in (0, 1, 2)}
    costly = np.append(np.ones(LATTICE.size), 0.0)
    cost, _ = four_way.cheapest(first, (0, 1, 2), 1, (costly, costly))
    assert four_way.cheapest(first, (0, 1, 2), 1, (costly, costly), limit=cost) is not None
    assert four_way.cheapest(first, (0, 1, 2), 1, (costly, costly), limit=cost - 1) is None
