"""Tables that hang together like a tree, as a few larger ones that nobody sees.

Casualties by device and year, and by outcome and year: whatever numbers both tables may have that agree by
year, there are people who give them, since in each year devices and outcomes can be dealt out to the same
people in any way. So a world need not be sought among all inner cells of the full cross. It is enough to
change the counts of a few *bags*, tables of some dimensions each, so that those that share dimensions agree.

Bags are the cliques of a triangulated graph of the dimensions that stand in a table together, and they hang
together as a junction tree. Graph and tree: Lauritzen and Spiegelhalter, J. R. Stat. Soc. B 50 (1988); that
agreeing counts of its cliques are those of some people: Dobra and Fienberg, PNAS 97 (2000). A dimension that
tables cut at several levels counts as one for each of them, every level in a bag with the next finer one.
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
Box = tuple[Level, ...]
"""A table by its dimensions, ascending, each down to a depth."""


@dataclass(frozen=True, eq=False)
class Bag:
    """A table of some dimensions that nobody sees, with cells of the finest `levels` only.

    `parent`: the place of the bag that it hangs on, -1 for the first; `shared`: what both have in common.
    """

    dims: tuple[Hierarchy, ...]
    levels: Box
    parent: int
    shared: Box

    @cached_property
    def codes(self) -> Positions:
        """(m, axes) positions of each cell's codes."""
        sides = [finest(self.dims[axis], depth) for axis, depth in self.levels]
        return np.stack([g.ravel() for g in np.meshgrid(*sides, indexing="ij")], axis=1).astype(np.int32)

    def holds(self, box: Box) -> bool:
        """Whether every cell of a table is a sum of cells of the bag."""
        own = dict(self.levels)
        return all(own.get(axis, 0) >= depth for axis, depth in box)

    def at(self, box: Box) -> Positions:
        """(m, dims) the cell of a table that each cell of the bag is counted in."""
        coords = np.empty((len(self.codes), len(self.dims)), dtype=np.int32)
        coords[:] = [dim.root for dim in self.dims]
        column = {axis: n for n, (axis, _) in enumerate(self.levels)}
        for axis, depth in box:
            coords[:, axis] = raised(self.dims[axis], depth)[self.codes[:, column[axis]]]
        return coords

    def cells_of(self, coords: Positions) -> Ints:
        """(n,) the cell of the bag that each inner cell (n, dims) is counted in."""
        number = np.zeros(len(coords), dtype=np.int64)
        for axis, depth in self.levels:
            dim, side = self.dims[axis], finest(self.dims[axis], depth)
            place = np.full(len(dim.codes), -1, dtype=np.int64)
            place[side] = np.arange(len(side))
            number = number * len(side) + place[raised(dim, depth)[coords[:, axis]]]
        return number


def finest(dim: Hierarchy, depth: int) -> Positions:
    """The codes at a depth, and the leaves above it."""
    return np.flatnonzero((dim.depth == depth) | (dim.is_leaf & (dim.depth < depth))).astype(np.int32)


def raised(dim: Hierarchy, depth: int) -> Positions:
    """For each code its ancestor at a depth; itself where it is no deeper."""
    at = np.arange(len(dim.codes), dtype=np.int32)
    while (deep := dim.depth[at] > depth).any():
        at = np.where(deep, dim.parents[at], at)
    return at


def boxes_of(block: TableBlock) -> Ints:
    """(tables, dims) the depths of the cells that a block has, those that belong together once."""
    lattice, keys = block.lattice, block.lattice.keys()[block.present]
    depths = np.stack([dim.depth[keys[:, axis]] for axis, dim in enumerate(lattice.dims)], axis=1)
    return np.unique(depths, axis=0).astype(np.int64)


def with_guards(block: TableBlock, depths: Sequence[int]) -> list[int]:
    """The depths of a table by which it is certain too who belongs to the block."""
    return [
        int(dim.depth.max()) if axis in block.guards else depth
        for axis, (dim, depth) in enumerate(zip(block.lattice.dims, depths, strict=True))
    ]


def largest(boxes: Iterable[Sequence[int]]) -> tuple[Box, ...]:
    """Those of some tables, given by the depth of each dimension, that are part of no other."""
    found = sorted({tuple(depths) for depths in boxes})
    return tuple(box_of(one) for one in found if not any(one != o and _within(one, o) for o in found))


def box_of(depths: Iterable[int]) -> Box:
    """A table by the depth of each dimension, 0 where it does not name it."""
    return tuple((axis, depth) for axis, depth in enumerate(depths) if depth)


def _within(one: Sequence[int], other: Sequence[int]) -> bool:
    return all(a <= b for a, b in zip(one, other, strict=True))


def bags_for(dims: tuple[Hierarchy, ...], boxes: Iterable[Box], most: int) -> tuple[Bag, ...] | None:
    """Bags that hold all these tables, each after the one that it hangs on.

    None where they have more cells than `most` together.
    """
    boxes = tuple(boxes)
    cuts: dict[int, set[int]] = {}
    for axis, depth in {level for box in boxes for level in box}:
        cuts.setdefault(axis, set()).add(depth)
    chains = [tuple((axis, d) for d in two) for axis, own in cuts.items() for two in pairwise(sorted(own))]
    near: dict[Level, set[Level]] = {(axis, d): set() for axis, own in cuts.items() for d in own}
    for company in (*boxes, *chains):
        for one, other in combinations(company, 2):
            near[one].add(other)
            near[other].add(one)
    sizes = {(axis, depth): len(finest(dims[axis], depth)) for axis, depth in near}
    cliques = _cliques(near, sizes)
    if sum(_cells(clique, sizes) for clique in cliques) > most:
        return None
    return tuple(
        Bag(dims, _deepest(clique), parent, _deepest(shared)) for clique, parent, shared in _tree(cliques)
    )


def _deepest(levels: Iterable[Level]) -> Box:
    """Each dimension once, at its deepest level: the others follow."""
    deepest: dict[int, int] = {}
    for axis, depth in levels:
        deepest[axis] = max(depth, deepest.get(axis, 0))
    return tuple(sorted(deepest.items()))


def _cells(levels: Iterable[Level], sizes: Mapping[Level, int]) -> int:
    return prod(sizes[level] for level in _deepest(levels))


def _cliques(near: Mapping[Level, set[Level]], sizes: Mapping[Level, int]) -> list[frozenset[Level]]:
    """The cliques that arise when levels are taken out one by one, first what joins the fewest others."""
    left = {level: set(own) for level, own in near.items()}
    cliques: list[frozenset[Level]] = []
    while left:

        def cost(level: Level) -> tuple[int, int, Level]:
            apart = sum(b not in left[a] for a, b in combinations(sorted(left[level]), 2))
            return apart, _cells((level, *left[level]), sizes), level

        level = min(left, key=cost)
        company = left.pop(level)
        for one in company:
            left[one] |= company - {one}
            left[one].discard(level)
        clique = frozenset((level, *company))
        if not any(clique <= other for other in cliques):
            cliques.append(clique)
    return cliques


def _tree(cliques: Sequence[frozenset[Level]]) -> list[tuple[frozenset[Level], int, frozenset[Level]]]:
    """Each clique, the place of the one that it hangs on, and what both share: as much as can be (Prim)."""
    order = sorted(cliques, key=lambda clique: (-len(clique), sorted(clique)))
    hung = [(order.pop(0), -1, frozenset[Level]())] if order else []
    while order:
        number, parent = max(
            ((n, p) for n in range(len(order)) for p in range(len(hung))),
            key=lambda pair: (len(order[pair[0]] & hung[pair[1]][0]), -pair[0], -pair[1]),
        )
        clique = order.pop(number)
        hung.append((clique, parent, clique & hung[parent][0]))
    return hung
