"""Noise that is a function of key, names and counts is discrete Laplace noise, and is the same again."""

from collections import Counter
from fractions import Fraction
from math import exp

import numpy as np
import pytest

from anonymisers.perturbation.discrete_laplace import noisy
from anonymisers.perturbation.keyed_laplace import keyed_noisy

KEY, OTHER = bytes(range(32)), bytes(range(1, 33))
NAMES = ["release part 1", [["sex", "sex"]]]
EPSILON = Fraction(1, 2)
COUNTS = np.array([0, 3, 17, 250] * 20, dtype=np.int64)


def test_a_repetition_is_the_same_number() -> None:
    first = keyed_noisy(COUNTS, EPSILON, KEY, NAMES)

    assert keyed_noisy(COUNTS, EPSILON, KEY, NAMES) == first
    assert first[:8] == (-1, 0, 21, 248, 0, 1, 13, 250), "on any machine, for ever"


@pytest.mark.parametrize(
    "other",
    [
        (COUNTS, EPSILON, OTHER, NAMES),
        (COUNTS, Fraction(1, 4), KEY, NAMES),
        (COUNTS, EPSILON, KEY, ["release part 2", NAMES[1]]),
    ],
    ids=["key", "epsilon", "names"],
)
def test_noise_of_anything_else_has_nothing_in_common(other) -> None:
    one = np.array(keyed_noisy(COUNTS, EPSILON, KEY, NAMES)) - COUNTS
    two = np.array(keyed_noisy(*other)) - COUNTS

    assert (one == two).mean() < 0.5


def test_one_person_more_changes_the_noise_of_every_cell() -> None:
    """Else the difference of two releases would tell in which cell the person is."""
    more = COUNTS.copy()
    more[5] += 1
    one = np.array(keyed_noisy(COUNTS, EPSILON, KEY, NAMES)) - COUNTS
    two = np.array(keyed_noisy(more, EPSILON, KEY, NAMES)) - more

    assert (one == two).mean() < 0.5


@pytest.mark.parametrize("epsilon", [Fraction(1, 4), Fraction(1, 2), Fraction(3, 10), Fraction(3, 2)])
def test_the_noise_is_as_likely_as_the_law_says(epsilon: Fraction) -> None:
    """Each number within four standard deviations of its share of 40,000 draws."""
    size = 40_000
    drawn = Counter(keyed_noisy(np.zeros(size, dtype=np.int64), epsilon, KEY, NAMES))
    decay = exp(-float(epsilon))
    for number in range(-8, 9):
        share = (1 - decay) / (1 + decay) * decay ** abs(number)
        assert abs(drawn[number] - size * share) < 4 * (size * share * (1 - share)) ** 0.5 + 1


def test_it_is_as_wide_as_the_noise_of_opendp() -> None:
    zeros = np.zeros(20_000, dtype=np.int64)
    own, other = np.array(keyed_noisy(zeros, EPSILON, KEY, [])), np.array(noisy(zeros, EPSILON))

    assert np.abs(own).mean() == pytest.approx(np.abs(other).mean(), rel=0.05)
