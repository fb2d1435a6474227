"""Sparse sums: entries put in order, added up, and dropped."""

from collections import defaultdict

import numpy as np
import pytest

from anonymisers.attack.constraint_rows import merged


def entries(seed, *, ordered):
    """Some entries of five rows and six columns, by chance; some twice, some 0."""
    drawn = np.random.default_rng(seed)
    size = int(drawn.integers(0, 25))
    row = drawn.integers(0, 5, size)
    row = np.sort(row) if ordered else row
    return row, drawn.integers(0, 6, size), drawn.integers(-1, 2, size).astype(float)


def by_place(rows):
    found = zip(rows.row_of.tolist(), rows.cols.tolist(), rows.coefs.tolist(), strict=True)
    return [((row, column), coefficient) for row, column, coefficient in found]


@pytest.mark.parametrize("ordered", [True, False])
def test_merged_rows_have_each_column_once_in_order(ordered):
    for seed in range(60):
        row, cols, coefs = entries(seed, ordered=ordered)
        before = [array.tolist() for array in (row, cols, coefs)]
        total = defaultdict(float)
        for place, coefficient in zip(zip(*before[:2], strict=True), before[2], strict=True):
            total[place] += coefficient

        rows = merged(row, cols, coefs, np.zeros(5))

        assert by_place(rows) == sorted((place, sum_) for place, sum_ in total.items() if sum_)
        assert [array.tolist() for array in (row, cols, coefs)] == before


def test_columns_are_dropped_with_all_their_entries():
    for seed in range(20):
        rows = merged(*entries(seed, ordered=True), np.zeros(5))
        dropped = np.arange(6) % 3 == seed % 3

        left = rows.without(dropped, np.ones(5))

        assert by_place(left) == [(p, c) for p, c in by_place(rows) if not dropped[p[1]]]
        assert left.rhs.tolist() == [1.0] * 5
