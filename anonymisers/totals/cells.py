"""One member's part of a table, as everybody sees it: shown cells, and bounds of the withheld ones."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from math import prod

import numpy as np
from numpy.typing import NDArray

from anonymisers.errors import TotalError

Ints = NDArray[np.int64]
UNBOUNDED = 2**40
"""Stands for no upper bound; no count comes near it."""


@dataclass(frozen=True, eq=False)
class Grid:
    """Cells in row-major order over axes of these sizes; the last place of each axis is its total.

    `low` and `high` (n,) bound every cell by what is shown anywhere; both are the value of a shown one.
    `threshold` is the member's k, `least` the least value that a withheld cell can have, `smallest` the least
    sensitive count (0 where zeros are protected, else 1).
    """

    sizes: tuple[int, ...]
    hidden: NDArray[np.bool_]
    low: Ints
    high: Ints
    threshold: int
    least: int = 0
    smallest: int = 1

    def __post_init__(self) -> None:
        if not len(self.hidden) == len(self.low) == len(self.high) == prod(self.sizes):
            raise TotalError("a table's cells do not fill its axes")
        if (self.low > self.high).any() or (self.low < 0).any():
            raise TotalError("a cell's bounds leave no count for it")
        if (self.low != self.high)[~self.hidden].any():
            raise TotalError("a shown cell has bounds instead of a value")

    @cached_property
    def lines(self) -> tuple[Ints, ...]:
        """For each axis the sums along it (lines, places): the parts first, their total last."""
        places = np.arange(len(self.hidden), dtype=np.int64).reshape(self.sizes)
        return tuple(
            np.moveaxis(places, axis, -1).reshape(-1, size)
            for axis, size in enumerate(self.sizes)
            if size > 1
        )

    @cached_property
    def components(self) -> Ints:
        """A number for each withheld cell, -1 for shown ones. Cells of different numbers share no sum.

        What is known of one then says nothing of the other: a world of either goes with a world of the other.
        """
        label = np.where(self.hidden, np.arange(len(self.hidden)), -1)
        while True:
            before = label.copy()
            for block in self.lines:
                withheld = self.hidden[block]
                lowest = np.where(withheld, label[block], len(label)).min(axis=1)
                label[block[withheld]] = np.repeat(lowest, withheld.sum(axis=1))
            if (label == before).all():
                return label

    def component(self, cell: int) -> Ints:
        """The withheld cells that share sums with a withheld cell, itself among them."""
        return np.flatnonzero(self.components == self.components[cell])

    def sums_within(self, cells: Ints) -> Iterator[tuple[Ints, Ints, int]]:
        """The sums that any of these cells stand in: withheld parts, their signs, and what is shown."""
        inside = np.zeros(len(self.hidden), dtype=np.bool_)
        inside[cells] = True
        for block in self.lines:
            for line in block:
                if inside[line].any():
                    signs = np.ones(len(line), dtype=np.int64)
                    signs[-1] = -1
                    withheld = self.hidden[line]
                    shown = int((signs * self.low[line])[~withheld].sum())
                    yield line[withheld], signs[withheld], shown
