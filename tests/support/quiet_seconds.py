"""How long something would take on a quiet machine: other programs must not make a law of speed fail.

A processor that two programs share runs each of them more slowly, and what a process measures of itself grows
with that. A fixed piece of work, measured in turn with what is to be measured, grows alike.
"""

import time
from collections.abc import Callable

YARDSTICK = 280e-6
"""Seconds that the fixed piece of work takes on a quiet core of the machine whose figures the pages quote."""


def quiet_seconds(measured: Callable[[], object], rounds: int = 20) -> float:
    """The best of `rounds` calls, in processor seconds of this thread on a quiet machine."""
    ours, fixed = zip(*((_seconds(measured), _seconds(_fixed_work)) for _ in range(rounds)), strict=True)
    return min(ours) * min(1.0, YARDSTICK / min(fixed))


def _seconds(work: Callable[[], object]) -> float:
    began = time.thread_time()
    work()
    return time.thread_time() - began


def _fixed_work() -> list[tuple[str, int]]:
    """What decisions do as well: sets, dictionaries, sorting."""
    words = {f"word {n % 97}": n for n in range(1500)}
    return sorted((word, len(frozenset((word, n)))) for word, n in words.items() for _ in range(5))
