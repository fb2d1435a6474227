"""Distinct rows, as numpy finds them by comparing rows."""

import numpy as np
import pytest

from anonymisers.tables.distinct_rows import distinct_rows


@pytest.mark.parametrize(
    ("rows", "columns", "low", "high"),
    [
        (0, 3, 0, 5),
        (1, 2, 0, 4),
        (500, 4, 0, 6),
        (500, 3, -3, 4),
        (50, 1, 0, 9),
        (200, 8, -(10**9), 10**9),  # too large for one number
    ],
)
def test_rows_are_told_apart_and_counted_in_their_order(rows, columns, low, high):
    given = np.random.default_rng(1).integers(low, high, (rows, columns)).astype(np.int32)
    distinct, place, counts = distinct_rows(given)
    expected, at, often = np.unique(given, axis=0, return_inverse=True, return_counts=True)
    assert distinct.tolist() == expected.tolist()
    assert place.tolist() == at.ravel().tolist()
    assert counts.tolist() == often.tolist()
