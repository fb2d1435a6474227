"""Rows in the order of a column: within each outer level, what has no number behind the rest, totals last."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import groupby

from gateway.wire.cells import TOTAL

Key = tuple[str, ...]
Amount = Callable[[Key], int | Fraction | None]
"""The number of a row in the column, None where it has none."""


def by_amount(lines: Sequence[Key], amount: Amount, *, rising: bool) -> list[Key]:
    """The rows by their numbers. Groups of rows are ordered by the number of their total.

    Rows with the same number, or with none, keep their order among each other.
    """

    def place(head: Key, rest: int) -> tuple[bool, int | Fraction]:
        number = amount((*head, *(TOTAL,) * rest))
        return number is None, 0 if number is None else number if rising else -number

    return _ordered(list(lines), 0, lambda blocks: sorted(blocks, key=lambda b: place(*b)))


def by_name(lines: Sequence[Key], name: Callable[[int, str], str], *, rising: bool) -> list[Key]:
    """The rows by the names of their codes, at each level."""

    def arrange(heads: list[tuple[Key, int]]) -> list[tuple[Key, int]]:
        return sorted(heads, key=lambda b: name(len(b[0]) - 1, b[0][-1]).casefold(), reverse=not rising)

    return _ordered(list(lines), 0, arrange)


_Heads = list[tuple[Key, int]]
"""Beginnings of rows that share their outer codes, with the number of codes that follow."""


def _ordered(lines: list[Key], depth: int, arrange: Callable[[_Heads], _Heads]) -> list[Key]:
    if not lines or depth == len(lines[0]):
        return lines
    blocks = {head: list(block) for head, block in groupby(lines, key=lambda line: line[: depth + 1])}
    rest = len(lines[0]) - depth - 1
    inner = arrange([(head, rest) for head in blocks if head[-1] != TOTAL])
    totals = [(head, rest) for head in blocks if head[-1] == TOTAL]
    return [line for head, _ in (*inner, *totals) for line in _ordered(blocks[head], depth + 1, arrange)]
