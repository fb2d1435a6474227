"""Which cells are withheld so far, and how far alternatives show each of them to reach."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import prod

import numpy as np
from numpy.typing import NDArray

from anonymisers.suppression.strategies.move_index import Touching
from anonymisers.suppression.strategies.swap_schemes import Move
from anonymisers.tables.arrays import Bools, Ints, Positions
from anonymisers.tables.base_table import BaseTable
from anonymisers.tables.linked_tables import LinkedTables
from anonymisers.tables.rules import Rules

FINE = 16
"""Parts of a person in which the worth of a pattern is counted."""
MOST_INNER = 400_000
"""Inner cells of the full cross up to which all of them are looked at."""


@dataclass(frozen=True, eq=False)
class Alternative:
    """Another world, as its difference from the true one: `change` (m,) at `coords` (m, dims).

    Dimensions outside the axes of `move` stand at the root: whoever moves keeps what he is by them. All
    multiples of it from `least` to `most` are worlds too. `rows`, `amounts`: the cells that it changes, and
    by how much.
    """

    move: Move
    coords: NDArray[np.int32]
    change: Ints
    least: int
    most: int
    rows: NDArray[np.int64]
    amounts: Ints

    def ends(self) -> tuple[Ints, Ints]:
        """The least and the largest change of each row that it and its multiples reach."""
        one, two = self.amounts * self.least, self.amounts * self.most
        return np.minimum(one, two), np.maximum(one, two)


@dataclass(eq=False)
class Pattern:
    """The state of a search, over all cells of a system.

    `hidden`: withheld. `fixed`: shown for ever, no alternative may change it. `asked`: must be shown to be
    safe when hidden. `must_hide`: withheld whatever the alternatives are. `low`, `high`: the least and the
    largest change of a cell over the alternatives. `values`, `hidden` and `fixed` are the fronts of arrays
    with one more element, so that the number -1, which pads lists of cells, finds a cell that is no cell.
    """

    system: LinkedTables
    people: BaseTable
    rules: Rules
    values: Ints
    hidden: Bools
    fixed: Bools
    asked: Bools
    tie: NDArray[np.float64]
    weight: NDArray[np.float64] | None = None
    """What each person of a cell counts where it is withheld; 1 without it."""
    counting: NDArray[np.float64] = field(init=False)
    """The people of each cell as they count, and 1 for the number -1."""
    least: Ints = field(init=False)
    """The least value that each cell is known to have where it is withheld, and one for the number -1."""
    must_hide: Bools = field(init=False)
    low: Ints = field(init=False)
    high: Ints = field(init=False)
    touching: Touching = field(init=False, repr=False)
    """For each cell the alternatives that change it, by number, with the ends that they reach there."""
    worth: int = 0
    """What the pattern costs: withheld people of block 0, and a little for every withheld cell."""

    def __post_init__(self) -> None:
        self.padded_values = np.append(self.values, 1)
        self.padded_hidden = np.append(self.hidden, True)
        self.padded_fixed = np.append(self.fixed, False)
        self.values, self.hidden, self.fixed = (
            padded[:-1] for padded in (self.padded_values, self.padded_hidden, self.padded_fixed)
        )
        self.least = np.append(self.system.least(self.rules.least), 0)
        self.must_hide = self.hidden.copy()
        self.low, self.high = np.zeros_like(self.values), np.zeros_like(self.values)
        self.touching = Touching()
        self._kept: dict[int, Alternative] = {}
        self._inner: dict[tuple[int, ...], Ints] = {}
        self._possible: dict[tuple[int, ...], Positions] = {}
        self._next = 0
        weight = np.ones(len(self.values)) if self.weight is None else self.weight
        self.counting = np.append(self.values * weight, 1.0)
        self._weight = np.rint(FINE * (self.values + 1) * weight).astype(np.int64)
        self._weight[self.system.blocks[0].lattice.size :] = 0
        self.worth = int(self._weight[self.hidden].sum())

    @property
    def alternatives(self) -> list[Alternative]:
        """All that are kept, in the order in which they were found."""
        return list(self._kept.values())

    @property
    def numbered(self) -> dict[int, Alternative]:
        """The same by their numbers."""
        return self._kept

    def safe(self, cells: Ints | Bools | slice = slice(None)) -> Bools:
        """Rule 2: whether a cell is shown to reach from the least value to k-1, or to be k wide."""
        return reaches(
            self.rules, self.values[cells] + self.low[cells], self.values[cells] + self.high[cells]
        )

    def inner_cells(self, axes: tuple[int, ...]) -> Ints:
        """The cell of block 0 at each of the `possible` inner cells, -1 where it has none."""
        if axes not in self._inner:
            self._inner[axes] = self.system.blocks[0].lattice.cells(self.possible(axes))
        return self._inner[axes]

    def possible(self, axes: tuple[int, ...]) -> Positions:
        """The inner cells by some dimensions with people; where every zero is shown, all that may have any.

        Those are more where no table has all these dimensions: a shown zero then tells of several.
        """
        if axes not in self._possible:
            own, leaves = self.system.blocks[0], [self.system.dims[a].leaves for a in axes]
            told = own.complete and axes in own.lattice.tables and not own.guards
            looked = self.rules.zeros == "publish" and not told and prod(map(len, leaves)) <= MOST_INNER
            self._possible[axes] = self._not_zero(axes, leaves) if looked else self.people.margin(axes).coords
        return self._possible[axes]

    def _not_zero(self, axes: tuple[int, ...], leaves: Sequence[Positions]) -> Positions:
        """The inner cells by some dimensions that no shown zero holds."""
        codes = np.stack([g.ravel() for g in np.meshgrid(*leaves, indexing="ij")], axis=1)
        coords = np.empty((len(codes), len(self.system.dims)), dtype=np.int32)
        coords[:] = [d.root for d in self.system.dims]
        coords[:, list(axes)] = codes
        zero = np.append(self.fixed & (self.values == 0), False)
        parts = np.array_split(coords, 1 + len(coords) // 10_000)
        inside = [~zero[self.system.above(part, frozenset(axes))].any(axis=1) for part in parts]
        return coords[np.concatenate(inside)]

    def open_cells(self) -> Ints:
        """Numbers of the withheld cells that are not yet shown to be safe."""
        return np.flatnonzero(self.hidden & self.asked & ~self.safe())

    def lacking(self, cells: Ints) -> tuple[Ints, Ints]:
        """How far open cells should reach up and down from their values, 0 where they reach far enough."""
        k, values, low, high = self.rules.threshold, self.values[cells], self.low[cells], self.high[cells]
        small = values < k
        up = np.where(small, np.where(values + high < k - 1, k - 1 - values, 0), k + low)
        down = np.where(small, values - np.minimum(values, self.least[cells]), k - high)
        return up, np.where(small & (values + low <= self.least[cells]), 0, down)

    def hide(self, cells: Bools) -> None:
        """Withhold these cells from now on, whatever the alternatives."""
        self.must_hide |= cells
        self.worth += int(self._weight[cells & ~self.hidden].sum())
        self.hidden |= cells

    def add(self, alternative: Alternative) -> int:
        """Withhold what an alternative changes, and remember how far it reaches; its number."""
        number, rows = self._next, alternative.rows
        self._next += 1
        self._kept[number] = alternative
        low, high = alternative.ends()
        self.low[rows] = np.minimum(self.low[rows], low)
        self.high[rows] = np.maximum(self.high[rows], high)
        self.touching.add(number, alternative)
        fresh = rows[~self.hidden[rows]]
        self.worth += int(self._weight[fresh].sum())
        self.hidden[fresh] = True
        return number

    def burden(self, alternative: Alternative) -> int:
        """What withholding the shown cells that an alternative changes adds to the worth."""
        rows = alternative.rows
        return int(self._weight[rows[~self.hidden[rows]]].sum())

    def remove(self, numbers: Iterable[int]) -> Ints:
        """Forget alternatives and show what only they changed; the cells that they changed."""
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
        self.touching.drop(numbers)
        if self.touching.put_down:
            for row in np.flatnonzero(outermost).tolist():
                left = self.touching[row].values()
                self.low[row] = _outermost((low for low, _ in left), int(self.low[row]))
                self.high[row] = _outermost((high for _, high in left), int(self.high[row]))
        elif outermost.any():
            entries = self.touching.entries()
            self.low[outermost] = self.high[outermost] = 0
            np.minimum.at(self.low, entries.rows, entries.low)
            np.maximum.at(self.high, entries.rows, entries.high)
        rows = np.flatnonzero(touched)
        shown = rows[~self.must_hide[rows] & ~self.touching.changed(rows)]
        self.worth -= int(self._weight[shown].sum())
        self.hidden[shown] = False
        return rows

    def changed(self) -> Bools:
        """The cells that some alternative changes."""
        return self.touching.changed(np.arange(len(self.values)))

    def hide_only(self, cells: Bools) -> None:
        """Withhold whatever the alternatives only these cells: others are shown where none changes them."""
        self.must_hide[:] = cells
        self.hidden[:] = cells | self.changed()
        self.worth = int(self._weight[self.hidden].sum())


def _outermost(ends: Iterable[int], before: int) -> int:
    """The end farthest from 0, 0 when there is none; none is farther than it was before."""
    farthest = 0
    for end in ends:
        if end == before:
            return before
        if abs(end) > abs(farthest):
            farthest = end
    return farthest


def reaches(rules: Rules, low: Ints, high: Ints) -> Bools:
    """Rule 2 for the least and the largest value that cells are shown to have."""
    spans = (low <= rules.least) & (high >= rules.threshold - 1)
    return spans | (high - low >= rules.threshold)
