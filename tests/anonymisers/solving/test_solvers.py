"""All programs are solved by HiGHS on one thread, whatever the machine has."""

from pathlib import Path

import highspy
import numpy as np

import anonymisers
from anonymisers.solving.solvers import UNSCALED, new_solver


def test_solvers_with_different_options_solve_in_one_process_on_one_thread() -> None:
    for options in ({}, {"solver": "simplex", "presolve": "off", **UNSCALED}, {"solver": "ipm"}):
        solver = new_solver(**options)
        solver.passModel(
            1, 1, 1, 1, 1, 0.0, np.ones(1), np.zeros(1), np.full(1, 9.0), np.full(1, 3.0), np.full(1, 3.0),
            np.array([0, 1], dtype=np.int32), np.zeros(1, dtype=np.int32), np.ones(1),
            np.ones(1, dtype=np.int32),
        )  # fmt: skip
        solver.run()
        assert solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
        assert solver.getSolution().col_value == [3.0]
        assert solver.getOptionValue("threads")[1] == 1


def test_no_module_makes_a_solver_of_its_own() -> None:
    folder = Path(anonymisers.__file__).parent
    makers = [path.name for path in folder.rglob("*.py") if "Highs()" in path.read_text(encoding="utf-8")]
    assert makers == ["solvers.py"]
