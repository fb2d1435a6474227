"""The share of a register's rows that had to count, as coarse as it is told to anybody outside the state.

The share is what a controller demanded before the load, never what the load reached: no row changes it.
"""

STEPS = (95, 90, 75, 50, 0)
"""Percents that are told. 0: less than half may have counted."""


def step_of(percent: int) -> int:
    """The step that a demanded percent reaches."""
    return next(step for step in STEPS if percent >= step)


def step_from_json(value: object) -> int:
    """Read a step of a message. Raises ValueError."""
    if type(value) is not int or value not in STEPS:
        raise ValueError
    return value
