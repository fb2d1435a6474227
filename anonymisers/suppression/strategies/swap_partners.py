"""Where people are looked for who may be exchanged."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from anonymisers.suppression.strategies.running_counts import Headcount
from anonymisers.tables.arrays import Floats, Ints
from anonymisers.tables.lattice import Lattice

Codes = NDArray[np.int32]
Axes = tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Finest:
    """The finest cells of a table: what each code adds to the number `start`."""

    axes: Axes
    start: int
    parts: tuple[Ints, ...]

    @classmethod
    def of(cls, lattice: Lattice, leaves: Sequence[NDArray[np.int32]], number: int) -> "Finest":
        """Those of one table: `lookup` tells of the finest first."""
        starts, by_code = lattice.lookup([number])
        axes = lattice.tables[number]
        return cls(axes, int(starts[0]), tuple(by_code[axis][leaves[axis], 0] for axis in axes))

    def cells(self, codes: Codes) -> Ints:
        """The cell of each inner cell (dims, n)."""
        numbers = np.full(codes.shape[1], self.start)
        for axis, part in zip(self.axes, self.parts, strict=True):
            numbers += part[codes[axis]]
        return numbers


@dataclass(frozen=True, eq=False)
class Crowd:
    """Inner cells where people are looked for: `codes` (dims, n) by the places of leaves, the same as
    `numbers` of a headcount, and of each a `tie`. What else is asked is kept once it is known.
    """

    head: Headcount
    tables: dict[Axes, Finest]
    ties: Floats
    codes: Codes
    numbers: Ints
    tie: Floats
    _having: dict[tuple[int, int], Ints] = field(default_factory=dict)
    _cells: dict[Axes, Ints] = field(default_factory=dict)
    _former: "Crowd | None" = None

    @classmethod
    def of(cls, head: Headcount, tables: dict[Axes, Finest], ties: Floats) -> "Crowd":
        """Where somebody stands now. `tables`: those of which it is asked in which cell somebody is."""
        codes = np.ascontiguousarray(np.argwhere(head.grid).T.astype(np.int32))
        numbers = head.numbers(codes.T)
        return cls(head, tables, ties, codes, numbers, _drawn(ties, codes, head))

    def joined(self, places: Ints) -> "Crowd":
        """The crowd with a few more places (n, dims)."""
        codes = places.T.astype(np.int32)
        return replace(
            self,
            codes=np.concatenate([self.codes, codes], axis=1),
            numbers=np.append(self.numbers, self.head.numbers(places)),
            tie=np.append(self.tie, _drawn(self.ties, codes, self.head)),
            _having={},
            _cells={},
            _former=self,
        )

    def having(self, axis: int, code: int) -> Ints:
        """Which of them have a code."""
        if (axis, code) not in self._having:
            former = self._former
            start = 0 if former is None else former.codes.shape[1]
            found = np.flatnonzero(self.codes[axis, start:] == code)
            known = found if former is None else np.append(former.having(axis, code), start + found)
            self._having[axis, code] = known
        return self._having[axis, code]

    def cells(self, axes: Axes) -> Ints:
        """Their cells in one table; -1 where it is not asked for."""
        if axes not in self._cells:
            former = self._former
            if axes not in self.tables:
                cells = np.full(self.codes.shape[1], -1)
            elif former is None:
                cells = self.tables[axes].cells(self.codes)
            else:
                new = self.tables[axes].cells(self.codes[:, former.codes.shape[1] :])
                cells = np.append(former.cells(axes), new)
            self._cells[axes] = cells
        return self._cells[axes]

    def inside(self, axis: int, own: NDArray[np.bool_]) -> Ints:
        """Which of them have one of some codes."""
        codes = np.flatnonzero(own)
        return self.having(axis, int(codes[0])) if len(codes) == 1 else np.flatnonzero(own[self.codes[axis]])


def _drawn(ties: Floats, codes: Codes, head: Headcount) -> Floats:
    numbers = np.ravel_multi_index(tuple(codes), head.grid.shape)
    drawn: Floats = ties[numbers % len(ties)]
    return drawn
