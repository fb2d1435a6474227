"""Primary suppression: which counts of people must not be shown."""

import numpy as np
import pytest

from anonymisers.tables.rules import Rules, Zeros, is_small_count

K = 5
COUNTS = (0, 1, K - 1, K)


@pytest.mark.parametrize(
    ("zeros", "expected"),
    [
        ("partner", (False, True, True, False)),
        ("publish", (False, True, True, False)),
        ("protect", (True, True, True, False)),
    ],
)
def test_a_count_below_k_is_sensitive_and_zero_only_where_zeros_are_protected(
    zeros: Zeros, expected: tuple[bool, ...]
) -> None:
    rules = Rules(threshold=K, zeros=zeros)

    assert tuple(rules.is_sensitive(np.array(COUNTS)).tolist()) == expected
    assert tuple(rules.is_sensitive(count) for count in COUNTS) == expected


@pytest.mark.parametrize("zeros", ["partner", "publish", "protect"])
def test_zero_and_k_are_never_small_counts_however_zeros_are_treated(zeros: Zeros) -> None:
    rules = Rules(threshold=K, zeros=zeros)

    assert is_small_count(np.array(COUNTS), rules.threshold).tolist() == [False, True, True, False]
