"""A lattice: all tables up to a number of dimensions over the same hierarchies, as numbered cells."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations, product
from math import prod
from operator import mul

import numpy as np
from numpy.typing import NDArray

from anonymisers.errors import LatticeTooLargeError, RulesError
from anonymisers.tables.hierarchy import Hierarchy

MAX_CELLS = 10**7
"""The size from which a lattice is refused, in cells."""

NOWHERE = -(2**40)
"""A part of a cell number so low that no other parts raise the sum to 0."""

Axes = tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Lattice:
    """Cells numbered table by table, coarse tables first. A table is a tuple of axes, ascending.

    A cell of a table has, on each axis of the table, one code below `Total`, at any level. Raises
    LatticeTooLargeError, naming the level to drop, for MAX_CELLS cells or more.
    """

    dims: tuple[Hierarchy, ...]
    tables: tuple[Axes, ...]
    offsets: tuple[int, ...] = field(init=False)
    size: int = field(init=False)
    _ranks: tuple[NDArray[np.int64], ...] = field(init=False, repr=False)
    _lines: tuple[tuple[NDArray[np.int64], ...], ...] = field(init=False, repr=False)
    _starts: dict[Axes, int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        tables = tuple(sorted(set(self.tables), key=lambda t: (len(t), t)))
        sizes = [prod(len(self.dims[a].codes) - 1 for a in t) for t in tables]
        if sum(sizes) >= MAX_CELLS:
            _refuse(self.dims, tables, sum(sizes))
        object.__setattr__(self, "tables", tables)
        object.__setattr__(self, "offsets", tuple(int(n) for n in np.cumsum([0, *sizes[:-1]])))
        object.__setattr__(self, "size", sum(sizes))
        object.__setattr__(self, "_ranks", tuple(_ranks(d) for d in self.dims))
        object.__setattr__(self, "_lines", tuple(_lines(d) for d in self.dims))
        object.__setattr__(self, "_starts", dict(zip(tables, self.offsets, strict=True)))

    @classmethod
    def of(cls, dims: Sequence[Hierarchy], by: Iterable[str], max_dims: int | None) -> "Lattice":
        """All tables of up to `max_dims` of the dimensions `by`; of any number of dimensions with None."""
        axes = sorted(i for i, d in enumerate(dims) if d.name in set(by))
        most = len(axes) if max_dims is None else min(max_dims, len(axes))
        if most < 0:
            raise RulesError("the largest number of dimensions must not be negative")
        return cls(tuple(dims), tuple(c for n in range(most + 1) for c in combinations(axes, n)))

    def table_size(self, table: int) -> int:
        """The number of cells of a table, by index into `tables`."""
        ends = (*self.offsets[1:], self.size)
        return ends[table] - self.offsets[table]

    def table_of(self) -> NDArray[np.int32]:
        """For each cell (size,) the index of its table in `tables`."""
        return np.repeat(
            np.arange(len(self.tables), dtype=np.int32), [self.table_size(t) for t in range(len(self.tables))]
        )

    def keys(self) -> NDArray[np.int32]:
        """The positions (size, dims) of the codes of each cell, the root on axes outside its table."""
        keys = np.empty((self.size, len(self.dims)), dtype=np.int32)
        keys[:] = [d.root for d in self.dims]
        positions = [_positions(d) for d in self.dims]
        for table, (axes, start) in enumerate(zip(self.tables, self.offsets, strict=True)):
            stop = start + self.table_size(table)
            if not axes:
                continue
            shape = [len(self.dims[a].codes) - 1 for a in axes]
            for axis, rank in zip(axes, np.unravel_index(np.arange(stop - start), shape), strict=True):
                keys[start:stop, axis] = positions[axis][rank]
        return keys

    def cells(self, coords: NDArray[np.int32]) -> NDArray[np.int64]:
        """The number of the cell (m,) at each row of positions (m, dims), -1 for cells beyond the lattice."""
        roots, weights, by_pattern = self._patterns
        # A product of floats, exact for so few bits, takes a third of the time of one of whole numbers.
        pattern = ((coords != roots).astype(np.float64) @ weights).astype(np.int64)
        numbers = np.full(len(coords), -1, dtype=np.int64)
        # Most calls are about one cell, or about one table of hundreds: only tables that occur are looked at.
        for one in np.flatnonzero(np.bincount(pattern)):
            axes = by_pattern.get(int(one))
            if axes is not None:
                here = pattern == one
                ranks = [self._ranks[a][coords[here, a]] for a in axes]
                numbers[here] = self._starts[axes] + self._within(axes, ranks)
        return numbers

    def cell(self, key: Mapping[str, str]) -> int:
        """The number of one cell at these codes, by dimension, all others at the root; -1 where none is.

        Of a dimension or a code that is not here there is no cell. Whole tables are found by `cells`, which
        takes fifteen times as long for one.
        """
        at: dict[int, int] = {}
        for name, code in key.items():
            axis = self._axes.get(name)
            position = None if axis is None else self.dims[axis].index.get(code)
            if axis is None or position is None:
                return -1
            if position != self.dims[axis].root:
                at[axis] = position
        axes = tuple(sorted(at))
        start = self._starts.get(axes)
        if start is None:
            return -1
        return start + sum(
            self._ranks_listed[a][at[a]] * stride for a, stride in zip(axes, self._strides(axes), strict=True)
        )

    @cached_property
    def _axes(self) -> dict[str, int]:
        return {d.name: axis for axis, d in enumerate(self.dims)}

    @cached_property
    def _patterns(self) -> tuple[NDArray[np.int32], NDArray[np.float64], dict[int, Axes]]:
        """The roots of all axes, a bit for each axis, and each table by the bits of its axes."""
        roots = np.array([d.root for d in self.dims], dtype=np.int32)
        bits = np.exp2(np.arange(len(self.dims)))
        return roots, bits, {sum(1 << a for a in axes): axes for axes in self.tables}

    def parents(self) -> tuple[tuple[NDArray[np.int64], NDArray[np.int64]], ...]:
        """For each axis two arrays (m,): cells with a code there, and the cells one level above, or -1."""
        return self._parents

    @cached_property
    def _parents(self) -> tuple[tuple[NDArray[np.int64], NDArray[np.int64]], ...]:
        keys = self.keys()
        pairs = []
        for axis, dim in enumerate(self.dims):
            parts = np.flatnonzero(keys[:, axis] != dim.root)
            above = keys[parts]
            above[:, axis] = dim.parents[above[:, axis]]
            pairs.append((parts, self.cells(above)))
        return tuple(pairs)

    def lookup(self, tables: Iterable[int]) -> tuple[NDArray[np.int64], dict[int, NDArray[np.int64]]]:
        """A scheme for the cells that count an inner cell: starts (T,), and for each axis addends (codes, T).

        A column stands for one of the tables and a height above the leaf on each axis of the table. In each
        column, the start and the addends of the inner cell's codes add up to the number of a cell, or to a
        number below 0 where a height reaches the root of an axis. Other axes add nothing.
        """
        choices = [
            (table, heights)
            for table in tables
            for heights in product(*(range(len(self._lines[a])) for a in self.tables[table]))
        ]
        starts = np.array([self.offsets[table] for table, _ in choices], dtype=np.int64)
        parts: dict[int, NDArray[np.int64]] = {}
        for column, (table, heights) in enumerate(choices):
            axes = self.tables[table]
            for axis, height, stride in zip(axes, heights, self._strides(axes), strict=True):
                if axis not in parts:
                    parts[axis] = np.zeros((len(self.dims[axis].codes), len(choices)), dtype=np.int64)
                line = self._lines[axis][height]
                parts[axis][:, column] = np.where(line < 0, NOWHERE, line * stride)
        return starts, parts

    def line(self, key: NDArray[np.int32], axis: int) -> NDArray[np.int64]:
        """For each code of one axis (codes,) the cell with this code and otherwise the key's codes, or -1."""
        codes, root = key.tolist(), self.dims[axis].root
        named = tuple(a for a, d in enumerate(self.dims) if a != axis and codes[a] != d.root)
        with_axis = tuple(sorted((*named, axis)))
        start, alone = self._starts.get(with_axis), self._starts.get(named)
        if start is None:
            cells = np.full(len(self.dims[axis].codes), -1, dtype=np.int64)
        else:
            strides = dict(zip(with_axis, self._strides(with_axis), strict=True))
            base = start + sum(self._ranks_listed[a][codes[a]] * strides[a] for a in named)
            cells = base + self._ranks[axis] * strides[axis]
            cells[root] = -1
        if alone is not None:
            ranks = [self._ranks_listed[a][codes[a]] for a in named]
            cells[root] = alone + sum(map(mul, ranks, self._strides(named)))
        return cells

    @cached_property
    def _ranks_listed(self) -> tuple[list[int], ...]:
        """The ranks as Python's numbers, which are looked up one by one in half the time."""
        return tuple(ranks.tolist() for ranks in self._ranks)

    def grid(self, axes: Axes, codes: Sequence[NDArray[np.int32]]) -> NDArray[np.int64] | None:
        """The cells of a table at each combination of codes, given by axis; None without such a table."""
        start = self._starts.get(axes)
        if start is None:
            return None
        cells = np.array([start], dtype=np.int64)
        for axis, stride, own in zip(axes, self._strides(axes), codes, strict=True):
            cells = np.add.outer(cells, self._ranks[axis][own] * stride).ravel()
        return cells

    def _strides(self, axes: Axes) -> tuple[int, ...]:
        if axes not in self._known_strides:
            sizes = [len(self.dims[a].codes) - 1 for a in axes]
            self._known_strides[axes] = tuple(prod(sizes[n + 1 :]) for n in range(len(sizes)))
        return self._known_strides[axes]

    @cached_property
    def _known_strides(self) -> dict[Axes, tuple[int, ...]]:
        return {}

    def _within(self, axes: Axes, ranks: Sequence[NDArray[np.int64]]) -> NDArray[np.int64]:
        number = np.zeros((), dtype=np.int64)
        for axis, rank in zip(axes, ranks, strict=True):
            number = number * (len(self.dims[axis].codes) - 1) + rank
        return number


def _positions(dim: Hierarchy) -> NDArray[np.int32]:
    """The positions of all codes but the root, ascending."""
    return np.delete(np.arange(len(dim.codes), dtype=np.int32), dim.root)


def _ranks(dim: Hierarchy) -> NDArray[np.int64]:
    """The rank of each code among all codes but the root, -1 for the root."""
    ranks = np.full(len(dim.codes), -1, dtype=np.int64)
    ranks[_positions(dim)] = np.arange(len(dim.codes) - 1)
    return ranks


def _lines(dim: Hierarchy) -> tuple[NDArray[np.int64], ...]:
    """For each height above the codes the rank (codes,) of each code's ancestor, -1 from the root on."""
    ranks = _ranks(dim)
    at = np.arange(len(dim.codes))
    lines = []
    for _ in range(int(dim.depth.max())):
        lines.append(np.where(at >= 0, ranks[at], -1))
        at = np.where(at >= 0, dim.parents[at], -1)
    return tuple(lines)


def _refuse(dims: tuple[Hierarchy, ...], tables: tuple[Axes, ...], size: int) -> None:
    def without(axis: int) -> int:
        dim = dims[axis]
        deepest = int((dim.depth == dim.depth.max()).sum())
        left = [len(d.codes) - 1 - (deepest if a == axis else 0) for a, d in enumerate(dims)]
        return sum(prod(left[a] for a in t) for t in tables)

    best = min({a for t in tables for a in t}, key=without)
    dim = dims[best]
    level = int(dim.depth.max())
    example = dim.codes[int(np.flatnonzero(dim.depth == level)[0])]
    message = f"these tables have {size:,} cells; a cube holds fewer than {MAX_CELLS:,}"
    remedy = (
        f"Drop the finest level of {dim.name!r} (level {level}, {example!r} and the like): "
        f"{without(best):,} cells remain. Or allow fewer dimensions in one table."
    )
    raise LatticeTooLargeError(message, remedy=remedy)
