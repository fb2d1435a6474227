"""Parts beside their sum: what is withheld together stays safe, also for whoever is alone in one of them."""

from itertools import combinations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from anonymisers.magnitudes.magnitude_rules import MagnitudeRules
from anonymisers.magnitudes.parts_of_a_sum import shown_parts, sum_is_sensitive

RULES = MagnitudeRules(3, (1, 80), 10)


def test_all_parts_are_shown_where_none_is_sensitive() -> None:
    assert shown_parts(np.array([[1, 0], [1, 0], [1, 2], [0, 2], [0, 3]]), RULES) == {0, 1}


def test_a_sensitive_part_takes_the_smallest_other_along_and_the_empty_ones() -> None:
    amounts = np.array([[1, 0, 5, 0], [0, 2, 5, 0], [0, 2, 5, 0], [0, 2, 5, 0], [0, 0, 5, 0]])
    assert shown_parts(amounts, RULES) == {2}  # 0 has one person, and nobody has 3


def test_whoever_is_alone_in_a_part_learns_nothing_of_the_few_in_another() -> None:
    # One person in part 0 and two in part 1 are three together, and two for the one who is alone.
    amounts = np.array([[1, 0, 9, 0], [0, 1, 9, 0], [0, 1, 9, 0], [0, 0, 9, 4], [0, 0, 0, 4], [0, 0, 0, 4]])
    assert shown_parts(amounts, RULES) == {2}


@given(st.lists(st.lists(st.integers(0, 3), min_size=4, max_size=4), min_size=3, max_size=9))
def test_what_follows_from_sum_and_shown_parts_is_never_sensitive(rows: list[list[int]]) -> None:
    amounts = np.array(rows)
    if sum_is_sensitive(amounts, RULES) or not amounts.any():
        return
    hidden = sorted(set(range(4)) - shown_parts(amounts, RULES))
    if not hidden or len(hidden) == 4:  # the sum itself is all that is told
        return
    left = amounts[:, hidden]
    assert (left.sum(axis=1) > 0).sum() >= 3
    for person, theirs in enumerate(left):
        alone = [n for n in range(len(hidden)) if theirs[n] and (left[:, n] > 0).sum() == 1]
        others = np.delete(left, alone, axis=1)
        assert not alone or (others.sum(axis=1) > 0).sum() >= 3, person
    # No shown part, and no union of shown parts with the withheld ones, is of fewer than three people.
    shown = [n for n in range(4) if n not in hidden]
    for count in range(len(shown) + 1):
        for more in combinations(shown, count):
            people = (amounts[:, [*hidden, *more]].sum(axis=1) > 0).sum()
            assert people >= 3
