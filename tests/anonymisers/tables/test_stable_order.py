"""Whole numbers are put in the order in which a stable sort puts them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anonymisers.tables.stable_order import stable_order


@given(numbers=st.lists(st.integers(0, 6), max_size=40))
@pytest.mark.parametrize("more", [0, 2**59, 2**62 - 7])
def test_equal_numbers_stay_as_they_stand(numbers: list[int], more: int) -> None:
    """Also numbers that leave no digits for a place of their own."""
    order = stable_order(np.array(numbers, dtype=np.int64) + more)

    assert order.tolist() == sorted(range(len(numbers)), key=numbers.__getitem__)
