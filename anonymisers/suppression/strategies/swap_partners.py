"""The people among whom partners for a swap are looked up."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from anonymisers.suppression.strategies.running_counts import RunningCounts
from anonymisers.tables.arrays import Floats, Ints
from anonymisers.tables.lattice import Lattice

Codes = NDArray[np.int32]
Axes = tuple[int, ...]


@dataclass(frozen=True, eq=False)
class FinestCells:
    """The finest cells of a table: by how much each code shifts the number `start`."""

    axes: Axes
    start: int
    parts: tuple[Ints, ...]

    @classmethod
    def of(cls, lattice: Lattice, leaves: Sequence[NDArray[np.int32]], number: int) -> "FinestCells":
        """Return the finest cells of a table: `lookup` returns the finest level first."""
        starts, by_code = lattice.lookup([number])
        axes = lattice.tables[number]
        return cls(axes, int(starts[0]), tuple(by_code[axis][leaves[axis], 0] for axis in axes))

    def cells(self, codes: Codes) -> Ints:
        """Return the cell of each inner cell (dims, n)."""
        numbers = np.full(codes.shape[1], self.start)
        for axis, part in zip(self.axes, self.parts, strict=True):
            numbers += part[codes[axis]]
        return numbers


@dataclass(frozen=True, eq=False)
class SwapPartners:
    """Inner cells with possible partners: `codes` (dims, n) by the places of leaves, the same as `numbers` of
    the running counts, and a `tie` for each. Results of lookups are kept."""

    running_counts: RunningCounts
    tables: dict[Axes, FinestCells]
    ties: Floats
    codes: Codes
    numbers: Ints
    tie: Floats
    _having: dict[tuple[int, int], Ints] = field(default_factory=dict)
    _cells: dict[Axes, Ints] = field(default_factory=dict)
    _base: "SwapPartners | None" = None

    @classmethod
    def of(
        cls, running_counts: RunningCounts, tables: dict[Axes, FinestCells], ties: Floats
    ) -> "SwapPartners":
        """Return all inner cells with people now. `tables`: the tables in which cells are looked up."""
        codes = np.ascontiguousarray(np.argwhere(running_counts.grid).T.astype(np.int32))
        numbers = running_counts.numbers(codes.T)
        return cls(running_counts, tables, ties, codes, numbers, _drawn(ties, codes, running_counts))

    def with_places(self, places: Ints) -> "SwapPartners":
        """Return the partners with a few more places (n, dims)."""
        codes = places.T.astype(np.int32)
        return replace(
            self,
            codes=np.concatenate([self.codes, codes], axis=1),
            numbers=np.append(self.numbers, self.running_counts.numbers(places)),
            tie=np.append(self.tie, _drawn(self.ties, codes, self.running_counts)),
            _having={},
            _cells={},
            _base=self,
        )

    def with_code(self, axis: int, code: int) -> Ints:
        """Return the numbers of the partners with a code."""
        if (axis, code) not in self._having:
            base = self._base
            start = 0 if base is None else base.codes.shape[1]
            found = np.flatnonzero(self.codes[axis, start:] == code)
            known = found if base is None else np.append(base.with_code(axis, code), start + found)
            self._having[axis, code] = known
        return self._having[axis, code]

    def cells(self, axes: Axes) -> Ints:
        """Return the partners' cells in a table; -1 where the table is not looked up."""
        if axes not in self._cells:
            base = self._base
            if axes not in self.tables:
                cells = np.full(self.codes.shape[1], -1)
            elif base is None:
                cells = self.tables[axes].cells(self.codes)
            else:
                new = self.tables[axes].cells(self.codes[:, base.codes.shape[1] :])
                cells = np.append(base.cells(axes), new)
            self._cells[axes] = cells
        return self._cells[axes]

    def with_codes(self, axis: int, own: NDArray[np.bool_]) -> Ints:
        """Return the numbers of the partners with one of some codes."""
        codes = np.flatnonzero(own)
        return (
            self.with_code(axis, int(codes[0])) if len(codes) == 1 else np.flatnonzero(own[self.codes[axis]])
        )


def _drawn(ties: Floats, codes: Codes, running_counts: RunningCounts) -> Floats:
    numbers = np.ravel_multi_index(tuple(codes), running_counts.grid.shape)
    drawn: Floats = ties[numbers % len(ties)]
    return drawn
