"""The base table: the full cross-classification of people by the base dimensions, and its margins.

A base table is the base cuboid of a data cube (Gray and others, 1997); margins: Bishop, Fienberg and Holland
(1975).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from anonymisers.tables.count_table import Table
from anonymisers.tables.hierarchy import Hierarchy
from anonymisers.tables.stable_order import stable_order

Axes = tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Margin:
    """The base table summed over all dimensions but `axes`: a count for each inhabited combination of codes.

    `coords` (n, dims) has leaf positions at `axes` and the root elsewhere; rows, `counts` (n,) and `codes`
    (n,), the combination as one number, are in ascending order of `codes`. `radix`: the number of codes of
    each axis.
    """

    axes: Axes
    coords: NDArray[np.int32]
    counts: NDArray[np.int64]
    codes: NDArray[np.int64]
    radix: tuple[int, ...]

    def code(self, coords: NDArray[np.int32]) -> NDArray[np.int64]:
        """One number (m,) for each row of positions (m, dims), by the dimensions of the margin."""
        number = np.zeros(len(coords), dtype=np.int64)
        for axis, base in zip(self.axes, self.radix, strict=True):
            number = number * base + coords[:, axis]
        return number

    def number(self, place: Sequence[int]) -> int:
        """The number of a single position (dims,): of few, an array takes many times as long."""
        number = 0
        for axis, base in zip(self.axes, self.radix, strict=True):
            number = number * base + place[axis]
        return number

    def count(self, coords: NDArray[np.int32]) -> NDArray[np.int64]:
        """The number of people (m,) at each row of positions (m, dims), 0 where nobody is."""
        if not len(self.codes):
            return np.zeros(len(coords), dtype=np.int64)
        codes = self.code(coords)
        place = np.minimum(np.searchsorted(self.codes, codes), len(self.codes) - 1)
        return np.where(self.codes[place] == codes, self.counts[place], 0)


@dataclass(frozen=True, eq=False)
class BaseTable:
    """The inhabited inner cells: `coords` (n, dims), positions of leaf codes, and `counts` (n,), positive."""

    dims: tuple[Hierarchy, ...]
    coords: NDArray[np.int32]
    counts: NDArray[np.int64]
    _margins: dict[Axes, Margin] = field(default_factory=dict, init=False, repr=False)
    _orders: dict[Axes, tuple[NDArray[np.int64], NDArray[np.int64]]] = field(
        default_factory=dict, init=False, repr=False
    )

    @classmethod
    def of(cls, table: Table, axes: Axes) -> "BaseTable":
        """The base table of a table of counts over some of the table's dimensions, summed over the others."""
        return cls.at(tuple(table.dims[a] for a in axes), table.coords[:, list(axes)], table.counts)

    @classmethod
    def at(
        cls, dims: tuple[Hierarchy, ...], coords: NDArray[np.int32], counts: NDArray[np.int64]
    ) -> "BaseTable":
        """The base table of people at inner cells (n, dims); counts (n,) of equal cells are added up."""
        cells, place = np.unique(coords, axis=0, return_inverse=True)
        total = np.bincount(place.ravel(), weights=counts, minlength=len(cells)).astype(np.int64)
        return cls(dims, cells.astype(np.int32), total)

    def margin(self, axes: Axes) -> Margin:
        """The margin over these dimensions, in ascending order. Margins are computed once."""
        if axes not in self._margins:
            self._margins[axes] = self._summed_to(axes)
        return self._margins[axes]

    def by_margin(self, axes: Axes) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The rows (n,) of the base table in ascending order of their codes in a margin, and these codes.

        Rows of the same code stand in ascending order. Computed once for each margin.
        """
        if axes not in self._orders:
            codes = self.margin(axes).code(self.coords)
            order = stable_order(codes)
            self._orders[axes] = order, codes[order]
        return self._orders[axes]

    def _summed_to(self, axes: Axes) -> Margin:
        radix = tuple(len(self.dims[a].codes) for a in axes)
        blank = Margin(axes, self.coords, self.counts, np.empty(0, dtype=np.int64), radix)
        codes, first, place = np.unique(blank.code(self.coords), return_index=True, return_inverse=True)
        coords = np.empty((len(codes), len(self.dims)), dtype=np.int32)
        coords[:] = [d.root for d in self.dims]
        coords[:, list(axes)] = self.coords[first][:, list(axes)]
        counts = np.bincount(place, weights=self.counts, minlength=len(codes)).astype(np.int64)
        return Margin(axes, coords, counts, codes, radix)
