"""A small program is given up without the solver only where there is nothing to find."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from anonymisers.suppression.strategies import linear_program as programs
from anonymisers.suppression.strategies.linear_program import LinearProgram, PausedError, Solver

SIZE = 6


@st.composite
def small(draw):
    """Six inner cells in three rows, some of which must not change; the first cells are the target."""
    rows = [draw(st.lists(st.booleans(), min_size=SIZE, max_size=SIZE)) for _ in range(3)]
    balance, target = 3, 4
    inside = draw(st.integers(1, SIZE - 1))
    entries = [(cell, row) for row, cells in enumerate(rows) for cell, held in enumerate(cells) if held]
    entries += [(cell, balance) for cell in range(SIZE)]
    entries += [(cell, target) for cell in range(inside)]
    interval_bounds = st.lists(st.integers(0, 4), min_size=SIZE, max_size=SIZE)
    return LinearProgram.of(
        np.array([cell for cell, _ in entries]),
        np.array([row for _, row in entries]),
        row_cost=np.array(draw(st.lists(st.sampled_from([0.0, 1.0, np.inf]), min_size=3, max_size=3))),
        floor=np.full(3, 10.0),
        ceiling=np.full(3, 10.0),
        required=np.zeros(1),
        down=np.array(draw(interval_bounds), dtype=np.float64),
        up=np.array(draw(interval_bounds), dtype=np.float64),
        step_cost=np.full(SIZE, 0.01),
    )


@settings(max_examples=150, deadline=None)
@given(small(), st.sampled_from([-5, -3, -1, 1, 2, 4]))
def test_what_is_given_up_at_once_the_solver_does_not_find_either(program, amount):
    solver = Solver()
    found = solver.solve(program, amount)
    event("found" if found is not None else f"not found after {min(solver.runs, 1)} runs or more")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(programs, "_within_bounds", lambda *_: True)
        sought = Solver().solve(program, amount)

    assert (found is None) == (sought is None)
    if found is not None:
        assert np.array_equal(found, sought)


@settings(max_examples=100, deadline=None)
@given(small(), st.sampled_from([-5, -3, -1, 1, 2, 4]))
def test_a_change_is_what_was_asked_for_and_within_what_may_change(program, amount):
    found = Solver().solve(program, amount)
    if found is None:
        return
    sums = np.bincount(program.row, weights=found[program.owner], minlength=5)

    assert (found <= program.up).all()
    assert (-found <= program.down).all()
    assert sums[4] == amount
    assert sums[3] == 0
    assert (sums[:3][np.isinf(program.row_cost)] == 0).all()


def test_bounds_are_seen_without_a_run():
    nobody = LinearProgram.of(
        np.arange(2), np.zeros(2, dtype=np.int64),
        row_cost=np.zeros(0), floor=np.zeros(0), ceiling=np.zeros(0), required=np.zeros(0),
        down=np.zeros(2), up=np.ones(2), step_cost=np.ones(2),
    )  # fmt: skip
    solver = Solver()

    assert solver.solve(nobody, -1) is None
    assert solver.solve(nobody, 3) is None
    assert solver.runs == 0
    assert solver.solve(nobody, 2).tolist() == [1, 1]


def test_a_limited_search_begins_no_branch_and_bound_with_few_steps_left():
    """Each two of three cells must make up for the person who leaves a fourth: half a person each."""
    program = LinearProgram.of(
        np.array([0, 1, 1, 2, 0, 2, 3, 3, 3, 3]),
        np.array([0, 0, 1, 1, 2, 2, 0, 1, 2, 3]),
        row_cost=np.full(3, np.inf),
        floor=np.full(3, 10.0),
        ceiling=np.full(3, 10.0),
        required=np.zeros(0),
        down=np.full(4, 4.0),
        up=np.full(4, 4.0),
        step_cost=np.full(4, 0.01),
    )
    ample = Solver(10_000)
    assert ample.solve(program, -1) is None
    tries = 1 + programs.TUNING.nudges
    assert ample.runs == tries + 2

    scarce = Solver(tries * (programs.TUNING.run_steps + 4) + 50)
    assert scarce.solve(program, -1) is None
    assert scarce.runs == tries


def test_a_branch_and_bound_of_a_limited_search_goes_on_only_so_often(monkeypatch):
    """Thirty cells are to be halved by four weights at once: HiGHS asks after each round of cuts and node."""
    weights = np.random.default_rng(1).integers(1, 100, (4, 30)).astype(np.float64)
    model = programs._Model(
        cost=np.zeros(30),
        upper=np.ones(30),
        rows=weights.sum(axis=1) // 2,
        start=np.arange(0, 121, 4, dtype=np.int32),
        index=np.tile(np.arange(4, dtype=np.int32), 30),
        value=weights.T.ravel().copy(),
    )

    def asked(most):
        solver = Solver(100_000)
        monkeypatch.setattr(programs, "TUNING", replace(programs.TUNING, integer_questions=most))
        solver._run(model, whole=True)
        return solver._questions.asked

    assert asked(1_000) > 3
    assert asked(2) == 3


def test_a_search_for_one_cell_pauses_and_those_for_others_go_on():
    program = LinearProgram.of(
        np.array([0, 1, 0, 1, 0]),
        np.array([0, 0, 1, 1, 2]),
        row_cost=np.array([1.0]),
        floor=np.full(1, 10.0),
        ceiling=np.full(1, 10.0),
        required=np.zeros(1),
        down=np.full(2, 4.0),
        up=np.full(2, 4.0),
        step_cost=np.full(2, 0.01),
    )
    solver = Solver(10_000)
    solver.pause_at = 1
    first = solver.solve(program, 1)

    with pytest.raises(PausedError):
        solver.solve(program, 1)
    solver.pause_at = None

    assert np.array_equal(solver.solve(program, 1), first)
