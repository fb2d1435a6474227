"""The changes of a large world are those of the same world among others."""

import numpy as np
from hierarchies import flat, grouped
from hypothesis import given
from hypothesis import strategies as st

from anonymisers.proof.world import World
from anonymisers.proof.world_changes import changes_of
from anonymisers.tables.lattice import Lattice
from anonymisers.tables.linked_tables import LinkedTables, TableBlock

DIMS = (grouped("place", 4), flat("year", 2), flat("device", 3))
TABLES = LinkedTables(DIMS, (TableBlock.whole(Lattice.of(DIMS, ["place", "year", "device"], 2)),))
WORLDS = st.lists(
    st.lists(
        st.tuples(*(st.sampled_from(d.leaves.tolist()) for d in DIMS), st.integers(-3, 3)),
        min_size=1,
        max_size=12,
    ).map(lambda rows: World.of(np.array(rows)[:, :3].astype(np.int32), np.array(rows)[:, 3])),
    max_size=5,
)


def listed(worlds, large):
    """Each world's changes, whatever the batches: a world without any is left out."""
    found = []
    for owners, cells, amounts in changes_of(TABLES, worlds, large=large):
        for owner in np.unique(owners).tolist():
            own = owners == owner
            found.append(list(zip(cells[own].tolist(), amounts[own].tolist(), strict=True)))
    return found


@given(WORLDS, st.integers(0, 12))
def test_a_world_changes_the_same_cells_alone_or_in_a_batch(worlds, large):
    expected = []
    for world in worlds:
        sums = TABLES.sums(world.coords, world.change)
        expected.append([(cell, int(sums[cell])) for cell in np.flatnonzero(sums).tolist()])

    assert listed(tuple(worlds), large) == [one for one in expected if one]
