"""The suppression pattern of a search, and how far moves show each suppressed cell to reach."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import prod

import numpy as np
from numpy.typing import NDArray

from anonymisers.suppression.strategies.move_index import MoveIndex
from anonymisers.suppression.strategies.swap_schemes import SwapScheme
from anonymisers.tables.arrays import Bools, Ints, Positions
from anonymisers.tables.base_table import BaseTable
from anonymisers.tables.linked_tables import LinkedTables
from anonymisers.tables.rules import Rules

FINE = 16
"""Fractions of a person in which the cost of a pattern is counted."""
MOST_INNER = 400_000
"""Inner cells of the base table up to which all of them are enumerated."""


@dataclass(frozen=True, eq=False)
class MarkovMove:
    """A Markov move: `change` (m,) of the inner cells `coords` (m, dims) with every published cell left as it
    is.

    Dimensions outside the scheme's axes are at the root: moving people keep the codes of such dimensions.
    Every multiple from `least` to `most` gives a feasible table too. `rows`, `amounts`: the changed cells,
    and by how much. Markov moves: Diaconis and Sturmfels (1998).
    """

    scheme: SwapScheme
    coords: NDArray[np.int32]
    change: Ints
    least: int
    most: int
    rows: NDArray[np.int64]
    amounts: Ints

    def ends(self) -> tuple[Ints, Ints]:
        """Return the least and the largest change of each row over all multiples."""
        one, two = self.amounts * self.least, self.amounts * self.most
        return np.minimum(one, two), np.maximum(one, two)


@dataclass(eq=False)
class SuppressionPattern:
    """The state of a search, over all cells of linked tables.

    `suppressed`: withheld cells. `fixed`: published for good, never changed by moves. `to_protect`: to be
    shown safe when suppressed. `must_suppress`: suppressed in any case. `low`, `high`: the least and the
    largest change of each cell over all moves. `values`, `suppressed` and `fixed` are the fronts of arrays
    with an extra element, so that the number -1, used to pad lists of cells, is a cell counting nothing.
    """

    system: LinkedTables
    people: BaseTable
    rules: Rules
    values: Ints
    suppressed: Bools
    fixed: Bools
    to_protect: Bools
    tie: NDArray[np.float64]
    cost_factor: NDArray[np.float64] | None = None
    """How much each person of a cell counts where the cell is suppressed; 1 if not given."""
    weighted_people: NDArray[np.float64] = field(init=False)
    """The people of each cell times the cost factor, and 1 for the number -1."""
    least: Ints = field(init=False)
    """The least value that each cell is known to have where it is suppressed, and 0 for the number -1."""
    must_suppress: Bools = field(init=False)
    low: Ints = field(init=False)
    high: Ints = field(init=False)
    move_index: MoveIndex = field(init=False, repr=False)
    """The moves changing each cell, by number, with the changes of the cell."""
    cost: int = 0
    """The cost of the pattern: suppressed people of block 0, and a little for every suppressed cell."""

    def __post_init__(self) -> None:
        self.padded_values = np.append(self.values, 1)
        self.padded_suppressed = np.append(self.suppressed, True)
        self.padded_fixed = np.append(self.fixed, False)
        self.values, self.suppressed, self.fixed = (
            padded[:-1] for padded in (self.padded_values, self.padded_suppressed, self.padded_fixed)
        )
        self.least = np.append(self.system.least(self.rules.least), 0)
        self.must_suppress = self.suppressed.copy()
        self.low, self.high = np.zeros_like(self.values), np.zeros_like(self.values)
        self.move_index = MoveIndex()
        self._kept: dict[int, MarkovMove] = {}
        self._inner: dict[tuple[int, ...], Ints] = {}
        self._possible_cells: dict[tuple[int, ...], Positions] = {}
        self._next = 0
        cost_factor = np.ones(len(self.values)) if self.cost_factor is None else self.cost_factor
        self.weighted_people = np.append(self.values * cost_factor, 1.0)
        self._cost = np.rint(FINE * (self.values + 1) * cost_factor).astype(np.int64)
        self._cost[self.system.blocks[0].lattice.size :] = 0
        self.cost = int(self._cost[self.suppressed].sum())

    @property
    def moves(self) -> list[MarkovMove]:
        """All moves kept, in the order in which they were found."""
        return list(self._kept.values())

    @property
    def moves_by_number(self) -> dict[int, MarkovMove]:
        """All moves kept, by their numbers."""
        return self._kept

    def safe(self, cells: Ints | Bools | slice = slice(None)) -> Bools:
        """Return a mask of the cells meeting the protection-level rule by the moves found so far."""
        return meets_protection_level(
            self.rules, self.values[cells] + self.low[cells], self.values[cells] + self.high[cells]
        )

    def inner_cells(self, axes: tuple[int, ...]) -> Ints:
        """Return the cell of block 0 at each of the `possible_cells`, -1 where block 0 has none."""
        if axes not in self._inner:
            self._inner[axes] = self.system.blocks[0].lattice.cells(self.possible_cells(axes))
        return self._inner[axes]

    def possible_cells(self, axes: tuple[int, ...]) -> Positions:
        """Return the inner cells by some dimensions that have people, or may have people where every zero is
        published.

        Inner cells without people are possible where no table names all these dimensions: a published zero
        then covers several inner cells.
        """
        if axes not in self._possible_cells:
            own, leaves = self.system.blocks[0], [self.system.dims[a].leaves for a in axes]
            unambiguous = own.complete and axes in own.lattice.tables and not own.guards
            wider = self.rules.zeros == "publish" and not unambiguous and prod(map(len, leaves)) <= MOST_INNER
            self._possible_cells[axes] = (
                self._not_zero(axes, leaves) if wider else self.people.margin(axes).coords
            )
        return self._possible_cells[axes]

    def _not_zero(self, axes: tuple[int, ...], leaves: Sequence[Positions]) -> Positions:
        """Return the inner cells by some dimensions that lie in no published zero."""
        codes = np.stack([g.ravel() for g in np.meshgrid(*leaves, indexing="ij")], axis=1)
        coords = np.empty((len(codes), len(self.system.dims)), dtype=np.int32)
        coords[:] = [d.root for d in self.system.dims]
        coords[:, list(axes)] = codes
        zero = np.append(self.fixed & (self.values == 0), False)
        parts = np.array_split(coords, 1 + len(coords) // 10_000)
        inside = [~zero[self.system.above(part, frozenset(axes))].any(axis=1) for part in parts]
        return coords[np.concatenate(inside)]

    def open_cells(self) -> Ints:
        """Return the numbers of the suppressed cells that are not yet shown to be safe."""
        return np.flatnonzero(self.suppressed & self.to_protect & ~self.safe())

    def missing_change(self, cells: Ints) -> tuple[Ints, Ints]:
        """Return how far open cells should change up and down from their values, 0 where they reach far
        enough."""
        k, values, low, high = self.rules.threshold, self.values[cells], self.low[cells], self.high[cells]
        small = values < k
        up = np.where(small, np.where(values + high < k - 1, k - 1 - values, 0), k + low)
        down = np.where(small, values - np.minimum(values, self.least[cells]), k - high)
        return up, np.where(small & (values + low <= self.least[cells]), 0, down)

    def suppress(self, cells: Bools) -> None:
        """Suppress these cells from now on, in any case."""
        self.must_suppress |= cells
        self.cost += int(self._cost[cells & ~self.suppressed].sum())
        self.suppressed |= cells

    def add(self, move: MarkovMove) -> int:
        """Suppress the cells that a move changes, record their changes, and return the move's number."""
        number, rows = self._next, move.rows
        self._next += 1
        self._kept[number] = move
        low, high = move.ends()
        self.low[rows] = np.minimum(self.low[rows], low)
        self.high[rows] = np.maximum(self.high[rows], high)
        self.move_index.add(number, move)
        fresh = rows[~self.suppressed[rows]]
        self.cost += int(self._cost[fresh].sum())
        self.suppressed[fresh] = True
        return number

    def added_cost(self, move: MarkovMove) -> int:
        """Return by how much suppressing the published cells of a move raises the cost."""
        rows = move.rows
        return int(self._cost[rows[~self.suppressed[rows]]].sum())

    def remove(self, numbers: Iterable[int]) -> Ints:
        """Remove moves, publish the cells changed by no other move, and return all cells of the removed
        moves."""
        outermost = np.zeros(len(self.values), dtype=np.bool_)
        touched, numbers = outermost.copy(), list(numbers)
        for number in numbers:
            gone = self._kept.pop(number)
            low, high = gone.ends()
            touched[gone.rows] = True
            reached = ((low == self.low[gone.rows]) & (low < 0)) | (
                (high == self.high[gone.rows]) & (high > 0)
            )
            outermost[gone.rows] |= reached
        self.move_index.drop(numbers)
        if self.move_index.by_cell_known:
            for row in np.flatnonzero(outermost).tolist():
                left = self.move_index[row].values()
                self.low[row] = _outermost((low for low, _ in left), int(self.low[row]))
                self.high[row] = _outermost((high for _, high in left), int(self.high[row]))
        elif outermost.any():
            entries = self.move_index.entries()
            self.low[outermost] = self.high[outermost] = 0
            np.minimum.at(self.low, entries.rows, entries.low)
            np.maximum.at(self.high, entries.rows, entries.high)
        rows = np.flatnonzero(touched)
        published = rows[~self.must_suppress[rows] & ~self.move_index.changed(rows)]
        self.cost -= int(self._cost[published].sum())
        self.suppressed[published] = False
        return rows

    def changed(self) -> Bools:
        """Return a mask of the cells changed by any move."""
        return self.move_index.changed(np.arange(len(self.values)))

    def suppress_only(self, cells: Bools) -> None:
        """Suppress these cells in any case, and publish all other cells unchanged by moves."""
        self.must_suppress[:] = cells
        self.suppressed[:] = cells | self.changed()
        self.cost = int(self._cost[self.suppressed].sum())


def _outermost(ends: Iterable[int], before: int) -> int:
    """Return the end farthest from 0, or 0 without ends; no end is farther than `before`."""
    farthest = 0
    for end in ends:
        if end == before:
            return before
        if abs(end) > abs(farthest):
            farthest = end
    return farthest


def meets_protection_level(rules: Rules, low: Ints, high: Ints) -> Bools:
    """Whether cells with these least and largest values meet the protection-level rule.

    A cell meets the rule if its values reach from the least value to k-1, or span k.
    """
    spans = (low <= rules.least) & (high >= rules.threshold - 1)
    return spans | (high - low >= rules.threshold)
