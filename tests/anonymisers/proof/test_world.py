"""A world names each changed inner cell once, in lexicographic order, however the changes were written."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anonymisers.proof.world import World

ROWS = st.integers(1, 4).flatmap(
    lambda width: st.lists(
        st.tuples(st.tuples(*[st.integers(0, 5)] * width), st.integers(-3, 3)), min_size=1, max_size=30
    )
)


@given(rows=ROWS)
@pytest.mark.parametrize("largest", [0, 5, 2**31 - 1])
def test_changes_of_one_cell_are_added_up_in_order(
    rows: list[tuple[tuple[int, ...], int]], largest: int
) -> None:
    """Also where positions are too large to be read as one number."""
    rows = [((*cell, largest, largest), change) for cell, change in rows] + [
        ((0,) * (len(rows[0][0]) + 2), 1)
    ]
    total: Counter[tuple[int, ...]] = Counter()
    for cell, change in rows:
        total[cell] += change

    world = World.of(
        np.array([cell for cell, _ in rows], dtype=np.int32), np.array([change for _, change in rows])
    )

    expected = sorted((cell, change) for cell, change in total.items() if change)
    assert [
        (tuple(c), n) for c, n in zip(world.coords.tolist(), world.change.tolist(), strict=True)
    ] == expected
    assert world.coords.dtype == np.int32
    assert world.change.dtype == np.int64
