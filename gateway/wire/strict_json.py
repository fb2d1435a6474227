"""JSON from outside: bounded in depth and in its numbers, so that whatever is done with it later ends well.

Python's reader ends in a RecursionError for deep nesting, and reads numbers that no database takes.
"""

import json
from math import isfinite
from typing import Any, NoReturn

DEEPEST = 40
"""Levels of lists and objects; an answer has six."""
LARGEST_NUMBER = 2**63 - 1
"""What databases keep."""


def strict_json(data: bytes | str) -> Any:
    """Return what JSON in UTF-8 says. Raises ValueError for anything else."""
    try:
        value = json.loads(data.decode("utf-8") if isinstance(data, bytes) else data, parse_constant=_refuse)
    except RecursionError:
        raise _TOO_DEEP from None
    level: list[Any] = [[value]]
    for _ in range(DEEPEST + 1):
        level = _containers(level)
        if not level:
            return value
    raise _TOO_DEEP


def _containers(level: list[Any]) -> list[Any]:
    """Return the lists and objects one level deeper, after a look at the numbers there. Raises ValueError."""
    deeper = []
    for outer in level:
        for value in outer.values() if isinstance(outer, dict) else outer:
            kind = type(value)
            if kind is dict or kind is list:
                deeper.append(value)
            elif kind is int and not -LARGEST_NUMBER <= value <= LARGEST_NUMBER:
                msg = "a whole number is too large"
                raise ValueError(msg)
            elif kind is float and not isfinite(value):
                _refuse("a number")
    return deeper


def _refuse(word: str) -> NoReturn:
    msg = f"{word[:20]} is not finite"
    raise ValueError(msg)


_TOO_DEEP = ValueError("nested too deeply")
