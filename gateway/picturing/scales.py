"""Round numbers for axes and for the classes of a map."""

from collections.abc import Iterator, Sequence
from itertools import count, pairwise
from math import isqrt

CLASSES = 5
"""A map shows no more classes of counts than a reader can distinguish."""
FAR = 10
"""The ratio of two numbers that no class of a map has in common."""


def ticks(most: int, steps: int = 4) -> list[int]:
    """Whole, round numbers from 0 to at least `most`, about `steps` of them."""
    step = next(s for s in _round_numbers() if s * steps >= max(most, 1))
    return [step * i for i in range(-(-max(most, 1) // step) + 1)]


def _round_numbers() -> Iterator[int]:
    """1, 2, 5, 10, 20, 50, ..."""
    for power in count():
        yield from (10**power, 2 * 10**power, 5 * 10**power)


def classes(values: Sequence[int]) -> list[tuple[int, int]]:
    """Ranges with round ends that divide the numbers above 0 into up to five classes of like size.

    The first range begins at the least number and the last range ends at the greatest. While there are fewer
    than five, a class whose greatest number is `FAR` times its least is divided: 64 and 1,914 differ.
    """
    ordered = sorted(value for value in values if value > 0)
    if not ordered:
        return []
    cuts = {_nearest_round(ordered[len(ordered) * i // CLASSES]) for i in range(1, CLASSES)}
    starts = [ordered[0], *(cut for cut in sorted(cuts) if ordered[0] < cut <= ordered[-1])]
    while len(starts) < CLASSES and (cut := _cut(ordered, starts)) is not None:
        starts = sorted([*starts, cut])
    found = []
    for start, end in pairwise([*starts, ordered[-1] + 1]):
        inside = [value for value in ordered if start <= value < end]
        if inside:
            found.append((start, end - 1))
    return found


def _cut(ordered: Sequence[int], starts: Sequence[int]) -> int | None:
    """A round number in the widest gap of a class that spans too much, None without such a class."""
    gaps = []
    for start, end in pairwise([*starts, ordered[-1] + 1]):
        inside = [value for value in ordered if start <= value < end]
        if inside and inside[-1] >= FAR * inside[0]:
            gaps += [(after / before, before, after) for before, after in pairwise(inside) if after > before]
    for _, before, after in sorted(gaps, reverse=True):
        cut = _nearest_round(isqrt(before * after))
        if before < cut <= after:
            return cut
    return None


def _nearest_round(value: int) -> int:
    found = 1
    for number in _round_numbers():
        if abs(number - value) > abs(found - value):
            return found
        found = number
    raise AssertionError  # the numbers do not end
