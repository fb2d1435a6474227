"""Alternatives that nobody needs go, the costliest first, as one does who looks at them one by one."""

import numpy as np
from hierarchies import flat
from hypothesis import given, settings
from hypothesis import strategies as st

from anonymisers.suppression.prune import prune
from anonymisers.suppression.strategies.suppression_pattern import Alternative, Pattern, reaches
from anonymisers.suppression.strategies.swap_schemes import Move
from anonymisers.tables.base_table import BaseTable
from anonymisers.tables.count_table import Table
from anonymisers.tables.lattice import Lattice
from anonymisers.tables.linked_tables import LinkedTables, TableBlock
from anonymisers.tables.rules import Rules

DIMS = (flat("sex", 3), flat("age", 4))
LATTICE = Lattice.of(DIMS, ["sex", "age"], None)


def filled(seed):
    """A pattern with random alternatives; nobody asks whether they are worlds."""
    rng = np.random.default_rng(seed)
    table = Table.of(DIMS, [((s, a), 1) for s in DIMS[0].codes[1:] for a in DIMS[1].codes[1:]])
    values = rng.integers(0, 8, LATTICE.size)
    none = np.zeros(LATTICE.size, dtype=np.bool_)
    pattern = Pattern(
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
            Alternative(Move((0, 1), ()), none_moved, np.zeros(0, np.int64), least, most, rows, amounts)
        )
    return pattern, np.rint(rng.random(LATTICE.size) * 4096) / 4096


def safe_without(pattern, known, number):
    """Whether every cell is safe, or is shown again, without one of the alternatives."""
    for row in known[number].rows.tolist():
        ends = [[e[own.rows == row] for e in own.ends()] for n, own in known.items() if n != number]
        low, high = ([int(e[side][0]) for e in ends if len(e[side])] for side in (0, 1))
        if not pattern.asked[row] or (not low and not pattern.must_hide[row]):
            continue
        value = pattern.values[row]
        if not reaches(pattern.rules, value + min([0, *low]), value + max([0, *high])):
            return False
    return True


def expected(pattern, worth):
    """The alternatives that are left, found one by one."""
    known, dropped = dict(pattern.numbered), True
    while dropped:
        often = np.bincount(
            np.concatenate([np.zeros(0, int), *(a.rows for a in known.values())]), minlength=99
        )
        price = np.where(pattern.must_hide, 0.0, worth)
        gains = {n: sum(price[row] for row in own.rows if often[row] == 1) for n, own in known.items()}
        could = [n for n in known if safe_without(pattern, known, n)]
        dropped = False
        for number in sorted(could, key=lambda n: (-gains[n], -len(known[n].rows), n)):
            if safe_without(pattern, known, number):
                del known[number]
                dropped = True
    return list(known)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), by_cell=st.booleans())
def test_what_is_left_is_what_one_finds_who_looks_at_them_one_by_one(seed, by_cell):
    pattern, worth = filled(seed)
    if by_cell:
        assert pattern.touching[0] is not None
    left = expected(pattern, worth)
    prune(pattern, worth)
    assert list(pattern.numbered) == left
    again = filled(seed)[0]
    again.remove([number for number in list(again.numbered) if number not in left])
    for mine, other in zip(
        (pattern.low, pattern.high, pattern.hidden), (again.low, again.high, again.hidden), strict=True
    ):
        assert (mine == other).all()
    assert pattern.worth == again.worth


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), by_cell=st.booleans())
def test_what_is_forgotten_leaves_the_pattern_as_if_it_had_never_been_found(seed, by_cell):
    pattern, _ = filled(seed)
    if by_cell:
        assert pattern.touching[0] is not None
    numbers = list(pattern.numbered)
    gone, kept = numbers[::2], [pattern.numbered[n] for n in numbers[1::2]]
    pattern.remove(gone)
    fresh = filled(seed)[0]
    fresh.remove(list(fresh.numbered))
    for alternative in kept:
        fresh.add(alternative)
    assert (pattern.low == fresh.low).all()
    assert (pattern.high == fresh.high).all()
    assert (pattern.hidden == fresh.hidden).all()
    assert pattern.worth == fresh.worth
    assert (pattern.changed() == fresh.changed()).all()
    for cell in range(LATTICE.size):
        assert {numbers.index(n) // 2 for n in pattern.touching.numbers(cell)} == {
            n - min(fresh.numbered) for n in fresh.touching.numbers(cell)
        }
        assert pattern.touching.numbers(cell) == set(pattern.touching[cell])
