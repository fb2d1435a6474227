"""Tables of dimensions apart: together with the cube they tell no more than each tells alone."""

from itertools import product

import numpy as np
import pytest
from hierarchies import flat
from hypothesis import given, settings
from hypothesis import strategies as st

from anonymisers.attack import attack
from anonymisers.cube.certified_cube import CertifiedCube, build_cube
from anonymisers.cube.tables_apart import build_apart
from anonymisers.errors import ProtectionError
from anonymisers.tables.count_table import Table
from anonymisers.tables.rules import Rules

KEY = bytes(range(32))
OUTCOME, PLACE = flat("outcome", 2), flat("place", 3)
EYE, EAR = flat("eye", 2), flat("ear", 2)
DIMS = (OUTCOME, PLACE, EYE, EAR)
APART = (("ear", ("outcome",)), ("eye", ("outcome",)))
RULES = Rules(threshold=3, max_dims=2, sensitive=frozenset({"eye", "ear"}), apart=APART)


def people(counts: list[int]) -> Table:
    """So many people in each cell of outcome, place, eye and ear, in order."""
    cells = product(*([dim.codes[p] for p in dim.leaves.tolist()] for dim in DIMS))
    return Table.of(DIMS, zip(cells, counts, strict=True))


def cube_of(table: Table) -> CertifiedCube:
    """The cube of the dimensions that stand in it together."""
    names = ("outcome", "place")
    axes = [n for n, dim in enumerate(DIMS) if dim.name in names]
    coords, place = np.unique(table.coords[:, axes], axis=0, return_inverse=True)
    counts = np.bincount(place.ravel(), weights=table.counts).astype(np.int64)
    dims = tuple(DIMS[axis] for axis in axes)
    return build_cube(Table(dims, names, {}, coords.astype(np.int32), counts), RULES.together(), KEY)


COUNTS = st.lists(st.sampled_from([0, 0, 1, 1, 2, 4]), min_size=24, max_size=24).filter(any)


@settings(max_examples=5)
@given(COUNTS)
def test_who_reads_all_of_it_finds_no_more_than_in_each(counts: list[int]) -> None:
    table = people(counts)
    try:
        cube = cube_of(table)
        tables = [build_apart((cube,), table, RULES, name, KEY) for name, _ in APART]
    except ProtectionError:
        return
    found = attack(
        [cube.release(), *(one.release() for one in tables)], threshold=3, truth=table, between=True
    )
    refused = not cube.refused
    assert not found.disclosed
    assert not found.singletons
    assert not (found.unlisted and refused)
    assert not found.insufficiently_protected


def test_a_table_stands_apart_only_where_every_number_that_it_shares_is_shown() -> None:
    counts = [2] * 12 + [1] + [0] * 11  # one person with the second outcome: withheld
    table = people(counts)
    with pytest.raises(ProtectionError, match="'outcome' is shown"):
        build_apart((cube_of(table),), table, RULES, "eye", KEY)


def test_a_small_sum_of_whole_groups_is_not_let_follow() -> None:
    """Everybody of either outcome is in a place of their own: by place and injury they are who they are."""
    counts = [6, 1, 5, 0] + [0] * 8 + [0] * 4 + [5, 1, 6, 1] + [0] * 4
    table = people(counts)
    cube = cube_of(table)
    tables = [build_apart((cube,), table, RULES, name, KEY) for name, _ in APART]
    found = attack(
        [cube.release(), *(one.release() for one in tables)], threshold=3, truth=table, between=True
    )
    assert not found.disclosed
    assert not found.unlisted
    assert not found.singletons


def test_the_lattice_has_one_table_for_each_dimension_apart() -> None:
    named = {frozenset(DIMS[axis].name for axis in table) for table in RULES.lattice(DIMS).tables}
    assert {frozenset({"eye"}), frozenset({"eye", "outcome"}), frozenset({"outcome", "place"})} <= named
    assert not {frozenset({"eye", "ear"}), frozenset({"eye", "place"})} & named
