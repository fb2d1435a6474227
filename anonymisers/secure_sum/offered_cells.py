"""One member's cells as everybody sees them: shown cells, bounds of withheld cells, and their sums."""

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
"""Parts, and the whole of each part, along one dimension; all parts of a whole are included."""

UNBOUNDED = 2**40
"""Replaces a missing upper bound; no count comes near this value."""


@dataclass(frozen=True, eq=False)
class LinkedCells:
    """`low` and `high` (n,) bound every cell by everything shown; both equal the value of a shown cell.

    `threshold` is the member's k, `least` the least possible value of a withheld cell, `smallest` the least
    sensitive count (0 where zeros are protected, else 1).
    """

    withheld: NDArray[np.bool_]
    low: Ints
    high: Ints
    sums: tuple[Sums, ...]
    threshold: int
    least: int = 0
    smallest: int = 1

    def __post_init__(self) -> None:
        if not len(self.withheld) == len(self.low) == len(self.high):
            raise SecureSumError("cells and their bounds differ in number")
        if (self.low > self.high).any() or (self.low < 0).any():
            raise SecureSumError("a cell's bounds leave no count for it")
        if (self.low != self.high)[~self.withheld].any():
            raise SecureSumError("a shown cell has bounds instead of a value")

    @cached_property
    def components(self) -> Ints:
        """A component number for each withheld cell, -1 for shown cells; cells of different components share
        no sum.

        Knowledge about one component says nothing about another: feasible tables of both can be combined.
        """
        nobody = len(self.withheld)
        label = np.where(self.withheld, np.arange(nobody), nobody)
        while True:
            before = label.copy()
            for parts, above in self.sums:
                lowest = label.copy()
                np.minimum.at(lowest, above, label[parts])
                # A cell may be a part of one sum and the whole of another: never take a number back.
                label = np.where(self.withheld, np.minimum(label, lowest), nobody)
                spread = np.where(self.withheld[parts], np.minimum(label[parts], lowest[above]), nobody)
                label[parts] = spread
            if (label == before).all():
                return np.where(self.withheld, label, -1)

    def component(self, cell: int) -> Ints:
        """Return the component of a withheld cell: all withheld cells connected with the cell by sums."""
        return np.flatnonzero(self.withheld & (self.components == self.components[cell]))

    def involved(self, cells: Ints) -> Ints:
        """Return these cells, and every cell of a sum with any of them, shown cells included."""
        inside = np.zeros(len(self.withheld), dtype=np.bool_)
        inside[cells] = True
        found = inside.copy()
        for parts, above in self.sums:
            concerned = np.zeros(len(self.withheld), dtype=np.bool_)
            concerned[above[inside[parts] | inside[above]]] = True
            found |= concerned
            found[parts[concerned[above]]] = True
        return np.flatnonzero(found)

    def sums_within(self, cells: Ints) -> Iterator[tuple[Ints, Ints, int]]:
        """Yield the sums containing any of these cells: withheld cells, their signs, the shown remainder."""
        inside = np.zeros(len(self.withheld), dtype=np.bool_)
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
                withheld = self.withheld[line]
                yield line[withheld], signs[withheld], int((signs * self.low[line])[~withheld].sum())


def along_axes(sizes: Sequence[int]) -> tuple[Sums, ...]:
    """Return the sums of a plain table: cells in row-major order, the last place of each axis the total."""
    places = np.arange(prod(sizes), dtype=np.int64).reshape(tuple(sizes))
    sums = []
    for axis, size in enumerate(sizes):
        lines = np.moveaxis(places, axis, -1).reshape(-1, size)
        sums.append((lines[:, :-1].ravel(), np.repeat(lines[:, -1], size - 1)))
    return tuple(sums)
