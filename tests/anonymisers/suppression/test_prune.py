"""Moves that no cell needs are dropped, the costliest first, as if moves were checked one by one."""

import numpy as np
from hierarchies import flat
from hypothesis import given, settings
from hypothesis import strategies as st

from anonymisers.suppression.prune import prune
from anonymisers.suppression.strategies.suppression_pattern import (
    MarkovMove,
    SuppressionPattern,
    meets_protection_level,
)
from anonymisers.suppression.strategies.swap_schemes import SwapScheme
from anonymisers.tables.base_table import BaseTable
from anonymisers.tables.count_table import Table
from anonymisers.tables.lattice import Lattice
from anonymisers.tables.linked_tables import LinkedTables, TableBlock
from anonymisers.tables.rules import Rules

DIMS = (flat("sex", 3), flat("age", 4))
LATTICE = Lattice.of(DIMS, ["sex", "age"], None)


def filled(seed):
    """Return a pattern with random moves, feasible or not."""
    rng = np.random.default_rng(seed)
    table = Table.of(DIMS, [((s, a), 1) for s in DIMS[0].codes[1:] for a in DIMS[1].codes[1:]])
    values = rng.integers(0, 8, LATTICE.size)
    none = np.zeros(LATTICE.size, dtype=np.bool_)
    pattern = SuppressionPattern(
        LinkedTables(DIMS, (TableBlock.whole(LATTICE),)),
        BaseTable.of(table, (0, 1)),
        Rules(),
        values,
        (values < 5) & (values > 0),
        none.copy(),
        rng.random(LATTICE.size) < 0.9,
        rng.random(LATTICE.size),
    )
    for _ in range(rng.integers(1, 25)):
        rows = np.flatnonzero(rng.random(LATTICE.size) < 0.3)
        amounts = rng.choice([-4, -2, -1, 1, 2, 5], len(rows))
        none_moved = np.zeros((0, 2), dtype=np.int32)
        least, most = -int(rng.integers(0, 2)), int(rng.integers(0, 3))
        pattern.add(
            MarkovMove(SwapScheme((0, 1), ()), none_moved, np.zeros(0, np.int64), least, most, rows, amounts)
        )
    return pattern, np.rint(rng.random(LATTICE.size) * 4096) / 4096


def safe_without(pattern, known, number):
    """Whether every cell is safe, or is published again, without one of the moves."""
    for row in known[number].rows.tolist():
        ends = [[e[own.rows == row] for e in own.ends()] for n, own in known.items() if n != number]
        low, high = ([int(e[side][0]) for e in ends if len(e[side])] for side in (0, 1))
        if not pattern.to_protect[row] or (not low and not pattern.must_suppress[row]):
            continue
        value = pattern.values[row]
        if not meets_protection_level(pattern.rules, value + min([0, *low]), value + max([0, *high])):
            return False
    return True


def expected(pattern, cell_costs):
    """Return the remaining moves, checked one by one."""
    known, dropped = dict(pattern.moves_by_number), True
    while dropped:
        change_count = np.bincount(
            np.concatenate([np.zeros(0, int), *(a.rows for a in known.values())]), minlength=99
        )
        gain = np.where(pattern.must_suppress, 0.0, cell_costs)
        gains = {n: sum(gain[row] for row in own.rows if change_count[row] == 1) for n, own in known.items()}
        could = [n for n in known if safe_without(pattern, known, n)]
        dropped = False
        for number in sorted(could, key=lambda n: (-gains[n], -len(known[n].rows), n)):
            if safe_without(pattern, known, number):
                del known[number]
                dropped = True
    return list(known)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), by_cell=st.booleans())
def test_the_remaining_moves_are_those_of_a_check_one_by_one(seed, by_cell):
    pattern, cell_costs = filled(seed)
    if by_cell:
        assert pattern.move_index[0] is not None
    left = expected(pattern, cell_costs)
    prune(pattern, cell_costs)
    assert list(pattern.moves_by_number) == left
    again = filled(seed)[0]
    again.remove([number for number in list(again.moves_by_number) if number not in left])
    for mine, other in zip(
        (pattern.low, pattern.high, pattern.suppressed),
        (again.low, again.high, again.suppressed),
        strict=True,
    ):
        assert (mine == other).all()
    assert pattern.cost == again.cost


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), by_cell=st.booleans())
def test_a_removed_move_leaves_the_pattern_as_if_the_move_had_never_been_added(seed, by_cell):
    pattern, _ = filled(seed)
    if by_cell:
        assert pattern.move_index[0] is not None
    numbers = list(pattern.moves_by_number)
    gone, kept = numbers[::2], [pattern.moves_by_number[n] for n in numbers[1::2]]
    pattern.remove(gone)
    fresh = filled(seed)[0]
    fresh.remove(list(fresh.moves_by_number))
    for move in kept:
        fresh.add(move)
    assert (pattern.low == fresh.low).all()
    assert (pattern.high == fresh.high).all()
    assert (pattern.suppressed == fresh.suppressed).all()
    assert pattern.cost == fresh.cost
    assert (pattern.changed() == fresh.changed()).all()
    for cell in range(LATTICE.size):
        assert {numbers.index(n) // 2 for n in pattern.move_index.numbers(cell)} == {
            n - min(fresh.moves_by_number) for n in fresh.move_index.numbers(cell)
        }
        assert pattern.move_index.numbers(cell) == set(pattern.move_index[cell])
