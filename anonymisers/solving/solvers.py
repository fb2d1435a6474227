"""HiGHS as this whole package uses it: silent, on one thread, with a fixed seed.

HiGHS: Huangfu and Hall, Parallelizing the dual revised simplex method, Mathematical Programming Computation
10, 2018.
"""

from typing import Any

from highspy._core import _Highs as Highs  # the public class greets on standard output

__all__ = ["UNSCALED", "Highs", "new_solver"]

UNSCALED = {"simplex_scale_strategy": 0}
"""For programs whose coefficients are 1 and -1: HiGHS would scale none of them, after a look at each."""


def new_solver(**options: Any) -> Highs:
    """Return an empty solver with these options of HiGHS beside the common ones.

    HiGHS fixes the number of its threads for the whole process at the first run, and a solver that asks for
    another number fails from then on. So every solver of this package is made here. Without a number HiGHS
    would look in the files of the operating system for how many processors there are, at every run, and the
    numbers found by a branch and bound might depend on the machine.
    """
    solver = Highs()
    common = {"output_flag": False, "threads": 1, "parallel": "off", "random_seed": 1}
    for name, value in {**common, **options}.items():
        solver.setOptionValue(name, value)
    return solver
