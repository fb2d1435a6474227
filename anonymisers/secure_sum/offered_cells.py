"""One member's cells as everybody sees them: shown ones, bounds of withheld ones, and the sums between."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from anonymisers.errors import SecureSumError
from anonymisers.tables.arrays import Ints

Sums: TypeAlias = tuple[Ints, Ints]
"""Parts, and the cell that each is a part of, along one dimension; all parts of a cell are there."""

UNBOUNDED = 2**40
"""Stands for no upper bound; no count comes near it."""


@dataclass(frozen=True, eq=False)
class LinkedCells:
    """`low` and `high` (n,) bound every cell by what is shown anywhere; both are the value of a shown one.

    `threshold` is the member's k, `least` the least value that a withheld cell can have, `smallest` the least
    sensitive count (0 where zeros are protected, else 1).
    """

    hidden: NDArray[np.bool_]
    low: Ints
    high: Ints
    sums: tuple[Sums, ...]
    threshold: int
    least: int = 0
    smallest: int = 1

    def __post_init__(self) -> None:
        if not len(self.hidden) == len(self.low) == len(self.high):
            raise SecureSumError("cells and their bounds differ in number")
        if (self.low > self.high).any() or (self.low < 0).any():
            raise SecureSumError("a cell's bounds leave no count for it")
        if (self.low != self.high)[~self.hidden].any():
            raise SecureSumError("a shown cell has bounds instead of a value")

    @cached_property
    def components(self) -> Ints:
        """A number for each withheld cell, -1 for shown ones. Cells of different numbers share no sum.

        What is known of one then says nothing of the other: a world of either goes with a world of the other.
        """
        nobody = len(self.hidden)
        label = np.where(self.hidden, np.arange(nobody), nobody)
        while True:
            before = label.copy()
            for parts, above in self.sums:
                lowest = label.copy()
                np.minimum.at(lowest, above, label[parts])
                # A cell may be a part of one sum and the whole of another: never take a number back.
                label = np.where(self.hidden, np.minimum(label, lowest), nobody)
                spread = np.where(self.hidden[parts], np.minimum(label[parts], lowest[above]), nobody)
                label[parts] = spread
            if (label == before).all():
                return np.where(self.hidden, label, -1)

    def component(self, cell: int) -> Ints:
        """The withheld cells that share sums with a withheld cell, directly or not, itself among them."""
        return np.flatnonzero(self.hidden & (self.components == self.components[cell]))

    def sums_within(self, cells: Ints) -> Iterator[tuple[Ints, Ints, int]]:
        """The sums that any of these cells stand in: withheld cells, their signs, and what is shown."""
        inside = np.zeros(len(self.hidden), dtype=np.bool_)
        inside[cells] = True
        for parts, above in self.sums:
            concerned = np.unique(above[inside[parts] | inside[above]])
            kept = np.isin(above, concerned)
            order = np.argsort(above[kept], kind="stable")
            starts = np.searchsorted(above[kept][order], concerned)
            groups = np.split(parts[kept][order], starts)[1:]
            for whole, group in zip(concerned.tolist(), groups, strict=True):
                line = np.append(group, whole)
                signs = np.ones(len(line), dtype=np.int64)
                signs[-1] = -1
                withheld = self.hidden[line]
                yield line[withheld], signs[withheld], int((signs * self.low[line])[~withheld].sum())


def along_axes(sizes: Sequence[int]) -> tuple[Sums, ...]:
    """The sums of a plain table: cells in row-major order, the last place of each axis its total."""
    places = np.arange(prod(sizes), dtype=np.int64).reshape(tuple(sizes))
    sums = []
    for axis, size in enumerate(sizes):
        lines = np.moveaxis(places, axis, -1).reshape(-1, size)
        sums.append((lines[:, :-1].ravel(), np.repeat(lines[:, -1], size - 1)))
    return tuple(sums)
