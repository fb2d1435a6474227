"""The integer program of one world, compared with all whole numbers within the ranges."""

from itertools import product

import numpy as np
import pytest

from anonymisers.accidents.accident_program import AccidentProgram

TRIANGLE = [[0, 1], [1, 2], [2, 0]]
"""Three steps of which each two share a row: where every row must be 1, each would be a half."""


def cheapest(ranges, rows_of, costs, required):
    """The least cost of all whole numbers, None where the required rows allow none."""
    best = None
    for steps in product(*(range(low, high + 1) for low, high in ranges)):
        sums = np.zeros(len(costs))
        for step, rows in zip(steps, rows_of, strict=True):
            sums[rows] += step
        if all(sums[row] == amount for row, amount in required.items()):
            cost = sum(abs(sums[row]) * costs[row] for row in range(len(costs)) if row not in required)
            best = cost if best is None else min(best, cost)
    return best


@pytest.mark.parametrize("seed", range(30))
def test_no_whole_numbers_contradict_less(seed):
    random = np.random.default_rng(seed)
    ranges = [(int(low), int(low + wide)) for low, wide in random.integers((-2, 0), (1, 4), (5, 2))]
    rows_of = [sorted(random.choice(4, random.integers(1, 4), replace=False).tolist()) for _ in ranges]
    costs, required = random.uniform(0.5, 3.0, 4), {0: int(random.integers(-2, 3))} if seed % 2 else {}
    steps = AccidentProgram().solve(ranges, rows_of, costs, required)
    least = cheapest(ranges, rows_of, costs, required)
    assert (steps is None) == (least is None)
    if steps is not None:
        exactly = [(n, n) for n in steps.tolist()]
        assert all(low <= n <= high for n, (low, high) in zip(steps.tolist(), ranges, strict=True))
        assert cheapest(exactly, rows_of, costs, required) == pytest.approx(least)


def test_where_halves_would_do_whole_numbers_are_found():
    program = AccidentProgram()
    assert program.solve([(0, 1)] * 3, TRIANGLE, np.zeros(3), {0: 1, 1: 1, 2: 1}) is None
    costs = np.array([0.0, 0.0, 0.0, 1.0])
    steps = program.solve([(0, 1)] * 4, [*TRIANGLE, [0, 3]], costs, {0: 1, 1: 1, 2: 1})
    assert steps.tolist() == [0, 1, 0, 1]


def test_one_program_leaves_nothing_to_the_next():
    ranges, rows_of, costs = [(0, 2), (-1, 1)], [[0], [0, 1]], np.array([1.0, 2.0])
    program = AccidentProgram()
    first = program.solve(ranges, rows_of, costs, {1: 1})
    program.solve([(0, 1)] * 3, TRIANGLE, np.zeros(3), {0: 1, 1: 1, 2: 1})
    assert program.solve(ranges, rows_of, costs, {1: 1}).tolist() == first.tolist()
