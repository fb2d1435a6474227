"""Junction tree: a few larger tables, the cliques, such that every released table is a sum of a clique.

Casualties by device and year, and by outcome and year: any counts of the two tables agreeing by year are the
counts of some people, since devices and outcomes of a year can be combined in any way. So a feasible table
need not be searched for among all inner cells of the base table. Changing the counts of the cliques is
enough, as long as cliques agree in shared dimensions.

The graph of dimensions links two dimensions sharing a table, and is triangulated; its cliques form a junction
tree. Graph and tree: Lauritzen and Spiegelhalter, J. R. Stat. Soc. B 50 (1988). Agreeing counts of the
cliques are always the counts of some people: Dobra and Fienberg, PNAS 97 (2000). A dimension cut at several
levels counts as a dimension of its own for each level; every level shares a clique with the next finer level.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, pairwise
from math import prod

import numpy as np

from anonymisers.tables.arrays import Ints, Positions
from anonymisers.tables.hierarchy import Hierarchy
from anonymisers.tables.linked_tables import TableBlock

Level = tuple[int, int]
"""A dimension, by its axis, down to a depth."""
TableLevels = tuple[Level, ...]
"""A table by its dimensions, ascending, each down to a depth."""


@dataclass(frozen=True, eq=False)
class Clique:
    """The table of a clique, with cells of the finest `levels` only. Nobody is shown this table.

    `parent`: the place of the parent clique in the tree, -1 for the root; `shared`: the levels shared with
    the parent.
    """

    dims: tuple[Hierarchy, ...]
    levels: TableLevels
    parent: int
    shared: TableLevels

    @cached_property
    def codes(self) -> Positions:
        """(m, axes) positions of each cell's codes."""
        sides = [codes_at(self.dims[axis], depth) for axis, depth in self.levels]
        return np.stack([g.ravel() for g in np.meshgrid(*sides, indexing="ij")], axis=1).astype(np.int32)

    def contains(self, table: TableLevels) -> bool:
        """Whether every cell of a table is a sum of cells of the clique."""
        own = dict(self.levels)
        return all(own.get(axis, 0) >= depth for axis, depth in table)

    def at(self, table: TableLevels) -> Positions:
        """Return (m, dims) the cell of a table counting each cell of the clique."""
        coords = np.empty((len(self.codes), len(self.dims)), dtype=np.int32)
        coords[:] = [dim.root for dim in self.dims]
        column = {axis: n for n, (axis, _) in enumerate(self.levels)}
        for axis, depth in table:
            coords[:, axis] = aggregated(self.dims[axis], depth)[self.codes[:, column[axis]]]
        return coords

    def cells_of(self, coords: Positions) -> Ints:
        """Return (n,) the cell of the clique counting each inner cell (n, dims)."""
        number = np.zeros(len(coords), dtype=np.int64)
        for axis, size, place in self._places:
            number *= size
            number += place[coords[:, axis]]
        return number

    @cached_property
    def _places(self) -> list[tuple[int, int, Ints]]:
        """For each level its dimension, the number of its codes, and for each code of the dimension the place
        of its ancestor among them."""
        places = []
        for axis, depth in self.levels:
            dim, side = self.dims[axis], codes_at(self.dims[axis], depth)
            place = np.full(len(dim.codes), -1, dtype=np.int64)
            place[side] = np.arange(len(side))
            places.append((axis, len(side), place[aggregated(dim, depth)]))
        return places


def codes_at(dim: Hierarchy, depth: int) -> Positions:
    """Return the codes at a depth, and the leaves above that depth."""
    return np.flatnonzero((dim.depth == depth) | (dim.is_leaf & (dim.depth < depth))).astype(np.int32)


def aggregated(dim: Hierarchy, depth: int) -> Positions:
    """Return for each code its ancestor at a depth, or the code itself if it is no deeper."""
    at = np.arange(len(dim.codes), dtype=np.int32)
    while (deep := dim.depth[at] > depth).any():
        at = np.where(deep, dim.parents[at], at)
    return at


def tables_of(block: TableBlock) -> Ints:
    """Return (tables, dims) the distinct depths of the cells of a block."""
    lattice, keys = block.lattice, block.lattice.keys()[block.present]
    depths = np.stack([dim.depth[keys[:, axis]] for axis, dim in enumerate(lattice.dims)], axis=1)
    return np.unique(depths, axis=0).astype(np.int64)


def with_guards(block: TableBlock, depths: Sequence[int]) -> list[int]:
    """Return the depths of a table, at full depth in the dimensions that decide who belongs to the block."""
    return [
        int(dim.depth.max()) if axis in block.guards else depth
        for axis, (dim, depth) in enumerate(zip(block.lattice.dims, depths, strict=True))
    ]


def maximal_tables(tables: Iterable[Sequence[int]]) -> tuple[TableLevels, ...]:
    """Return the tables, given by the depth of each dimension, that are part of no other table."""
    found = sorted({tuple(depths) for depths in tables})
    return tuple(table_levels(one) for one in found if not any(one != o and _within(one, o) for o in found))


def table_levels(depths: Iterable[int]) -> TableLevels:
    """Return the table with this depth of each dimension, 0 for a dimension that the table does not name."""
    return tuple((axis, depth) for axis, depth in enumerate(depths) if depth)


def _within(one: Sequence[int], other: Sequence[int]) -> bool:
    return all(a <= b for a, b in zip(one, other, strict=True))


def cliques_for(
    dims: tuple[Hierarchy, ...], tables: Iterable[TableLevels], most: int
) -> tuple[Clique, ...] | None:
    """Return cliques containing all these tables, each after its parent.

    None if the cliques have more than `most` cells together.
    """
    tables = tuple(tables)
    cuts: dict[int, set[int]] = {}
    for axis, depth in {level for table in tables for level in table}:
        cuts.setdefault(axis, set()).add(depth)
    chains = [tuple((axis, d) for d in two) for axis, own in cuts.items() for two in pairwise(sorted(own))]
    neighbours: dict[Level, set[Level]] = {(axis, d): set() for axis, own in cuts.items() for d in own}
    for members in (*tables, *chains):
        for one, other in combinations(members, 2):
            neighbours[one].add(other)
            neighbours[other].add(one)
    sizes = {(axis, depth): len(codes_at(dims[axis], depth)) for axis, depth in neighbours}
    cliques = _cliques(neighbours, sizes)
    if sum(_cells(clique, sizes) for clique in cliques) > most:
        return None
    return tuple(
        Clique(dims, _deepest(clique), parent, _deepest(shared)) for clique, parent, shared in _tree(cliques)
    )


def _deepest(levels: Iterable[Level]) -> TableLevels:
    """Return each dimension once, at its deepest level: the coarser levels follow."""
    deepest: dict[int, int] = {}
    for axis, depth in levels:
        deepest[axis] = max(depth, deepest.get(axis, 0))
    return tuple(sorted(deepest.items()))


def _cells(levels: Iterable[Level], sizes: Mapping[Level, int]) -> int:
    return prod(sizes[level] for level in _deepest(levels))


def _cliques(neighbours: Mapping[Level, set[Level]], sizes: Mapping[Level, int]) -> list[frozenset[Level]]:
    """Eliminate levels in turn, the level with fewest missing links first, and return the resulting
    cliques."""
    left = {level: set(own) for level, own in neighbours.items()}
    cliques: list[frozenset[Level]] = []
    while left:

        def cost(level: Level) -> tuple[int, int, Level]:
            apart = sum(b not in left[a] for a, b in combinations(sorted(left[level]), 2))
            return apart, _cells((level, *left[level]), sizes), level

        level = min(left, key=cost)
        members = left.pop(level)
        for one in members:
            left[one] |= members - {one}
            left[one].discard(level)
        clique = frozenset((level, *members))
        if not any(clique <= other for other in cliques):
            cliques.append(clique)
    return cliques


def _tree(cliques: Sequence[frozenset[Level]]) -> list[tuple[frozenset[Level], int, frozenset[Level]]]:
    """Return each clique, the place of its parent, and the levels shared: a maximum spanning tree (Prim)."""
    order = sorted(cliques, key=lambda clique: (-len(clique), sorted(clique)))
    placed = [(order.pop(0), -1, frozenset[Level]())] if order else []
    while order:
        number, parent = max(
            ((n, p) for n in range(len(order)) for p in range(len(placed))),
            key=lambda pair: (len(order[pair[0]] & placed[pair[1]][0]), -pair[0], -pair[1]),
        )
        clique = order.pop(number)
        placed.append((clique, parent, clique & placed[parent][0]))
    return placed
