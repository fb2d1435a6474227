"""Which small sums of inner cells no world changes, against sums added up one by one."""

from itertools import product

import numpy as np
import pytest
from hierarchies import flat
from hypothesis import given
from hypothesis import strategies as st

from anonymisers.proof import inner_sums, sum_numbers
from anonymisers.proof.inner_sums import levels, small_sums, unchanged, unchanged_sums
from anonymisers.proof.world import World
from anonymisers.tables.base_table import BaseTable
from anonymisers.tables.hierarchy import Hierarchy
from anonymisers.tables.lattice import Lattice

PLACE = Hierarchy(
    "place", ("Total", "n", "s", "a", "b", "c"), {"n": "Total", "s": "Total", "a": "n", "b": "n", "c": "s"}
)
DIMS = (PLACE, flat("sex", 2), flat("device", 2))
INNER = [*product((3, 4, 5), (1, 2), (1, 2))]
LATTICE = Lattice(DIMS, ((), (0,), (1,), (2,), (0, 1)))
K = 4

CELLS = st.sampled_from(INNER)
PEOPLE = st.dictionaries(CELLS, st.integers(1, 5), min_size=1)
WORLDS = st.lists(st.dictionaries(CELLS, st.integers(-2, 2), min_size=1), max_size=4)


def world(changes):
    return World.of(np.array([*changes], dtype=np.int32), np.array([*changes.values()], dtype=np.int64))


def base(people):
    return BaseTable.at(DIMS, np.array([*people], dtype=np.int32), np.array([*people.values()]))


def nothing_excepted(coords):
    return np.zeros(len(coords), dtype=np.bool_)


def inside(cell, place):
    """Whether an inner cell is counted in a sum."""
    ancestors = []
    for axis, code in enumerate(cell):
        chain = [code]
        while chain[-1] != DIMS[axis].root:
            chain.append(int(DIMS[axis].parents[chain[-1]]))
        ancestors.append(chain)
    return all(p in chain for p, chain in zip(place, ancestors, strict=True))


def total(cells, place):
    return sum(n for cell, n in cells.items() if inside(cell, place))


def listed(found):
    return [(sums.depths, tuple(place)) for sums in found for place in sums.coords.tolist()]


@given(PEOPLE, WORLDS)
def test_unchanged_are_the_small_sums_that_every_world_leaves(people, changes):
    found = listed(
        unchanged_sums(base(people), [world(c) for c in changes], levels(LATTICE), K, nothing_excepted)
    )
    wanted = listed(small_sums(base(people), levels(LATTICE), K, nothing_excepted))
    assert len(set(wanted)) == len(wanted)
    for depths, place in wanted:
        assert 0 < total(people, place) < K
        changed = any(total(c, place) for c in changes)
        assert ((depths, place) in found) == (not changed)
    assert set(found) <= set(wanted)


@given(PEOPLE, WORLDS)
def test_sums_of_very_many_possible_codes_are_found_alike(people, changes):
    made = [world(c) for c in changes]
    usual = listed(unchanged_sums(base(people), made, levels(LATTICE), K, nothing_excepted))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(inner_sums, "ROOM", 0)  # as where a level has many more codes than people
        patch.setattr(sum_numbers, "TRACES", 4)
        assert listed(unchanged_sums(base(people), made, levels(LATTICE), K, nothing_excepted)) == usual


@given(PEOPLE, WORLDS, st.integers(0, 4))
def test_sums_that_some_worlds_leave_are_asked_of_the_others_alone(people, changes, first):
    made = [world(c) for c in changes]
    small = list(small_sums(base(people), levels(LATTICE), K, nothing_excepted))
    left = unchanged(DIMS, unchanged(DIMS, small, made[:first]), made[first:])
    assert listed(left) == listed(unchanged(DIMS, small, made))
