"""Which few inner cells a search for one alternative looks at: a box of codes, for some groups of people."""

from math import prod

import numpy as np
from numpy.typing import NDArray

from anonymisers.moves import Move
from anonymisers.pattern import Pattern
from anonymisers.system import Target

Positions = NDArray[np.int32]


def neighbourhood(
    pattern: Pattern, target: Target, move: Move, size: int
) -> tuple[Positions, NDArray[np.int64]]:
    """About `size` inner cells (m, dims) near a cell, and the group (m,) that each belongs to.

    A group is one combination of codes of the context; the cells of a group are the whole box of the moved
    dimensions' codes that promise most: those of the cell itself, its siblings, and where cells are withheld
    already.
    """
    dims = pattern.system.dims
    lists = [_ranked(pattern, target, axis) for axis in move.moved]
    box = _box(lists, size if not move.context else max(12, int(size**0.7)))
    groups = _groups(pattern, target.key, move, box, max(3, size // len(box)))
    coords = np.empty((len(groups) * len(box), len(dims)), dtype=np.int32)
    coords[:] = [d.root for d in dims]
    coords[:, list(move.moved)] = np.tile(box, (len(groups), 1))
    if move.context:
        coords[:, list(move.context)] = np.repeat(groups, len(box), axis=0)
    return coords, np.repeat(np.arange(len(groups)), len(box))


def _ranked(pattern: Pattern, target: Target, axis: int) -> Positions:
    """Leaves of one dimension, the most promising first, those inside the cell and outside it in turn.

    A leaf promises what the cells promise that change with it: the target's with the leaf's code, and with
    every code above it that is not above the target too.
    """
    dim, key = pattern.system.dims[axis], target.key
    probes = np.repeat(key[None, :], len(dim.codes), axis=0)
    probes[:, axis] = np.arange(len(dim.codes))
    cells = pattern.system.blocks[target.block].lattice.cells(probes)
    cells = np.where(cells < 0, -1, cells + pattern.system.starts[target.block])
    withheld = np.where(pattern.values[cells] > 0, 3.0, 1.5)
    promise = np.where(pattern.hidden[cells], withheld, -0.3 * np.sqrt(1.0 + pattern.values[cells]))
    promise = np.where(cells < 0, 0.0, promise) + 0.5 * pattern.tie[cells]
    promise[list(dim.ancestors(int(key[axis])))] = 0.0
    leaves, at = dim.leaves, dim.parents[dim.leaves]
    total = promise[leaves]
    if dim.is_leaf[key[axis]]:
        total = total + 4.0 * (at == dim.parents[key[axis]])
    while (at >= 0).any():
        total = total + np.where(at >= 0, np.minimum(promise[at], 0.0), 0.0)
        at = np.where(at >= 0, dim.parents[at], -1)
    order = np.argsort(-total, kind="stable")
    inside = dim.covered_leaves(int(key[axis]))[leaves[order]]
    within, outside = leaves[order][inside], leaves[order][~inside]
    both = min(len(within), len(outside))
    turns = np.stack([within[:both], outside[:both]], axis=1).ravel()
    return np.concatenate([turns, within[both:], outside[both:]])


def _box(lists: list[Positions], size: int) -> Positions:
    """The product of the first codes of each list, as many as `size` allows, the shortest side first."""
    sides = [1] * len(lists)
    while True:
        grown = [
            (side, axis)
            for axis, side in enumerate(sides)
            if side < len(lists[axis]) and prod(sides) // side * (side + 1) <= size
        ]
        if not grown:
            break
        sides[min(grown)[1]] += 1
    grid = np.meshgrid(*(codes[:side] for codes, side in zip(lists, sides, strict=True)), indexing="ij")
    return np.stack([g.ravel() for g in grid], axis=1)


def _groups(pattern: Pattern, key: Positions, move: Move, box: Positions, most: int) -> Positions:
    """Combinations of the context that have people in the box: those of the cell first, then the largest."""
    if not move.context:
        return np.empty((1, 0), dtype=np.int32)
    people = pattern.people.by(move.axes)
    inside = np.ones(len(people.coords), dtype=np.bool_)
    for column, axis in enumerate(move.moved):
        inside &= np.isin(people.coords[:, axis], box[:, column])
    coords = people.coords[inside][:, list(move.context)]
    weight = np.minimum(people.counts[inside], 6).astype(np.float64)
    for column, axis in enumerate(move.context):
        dim = pattern.system.dims[axis]
        if key[axis] != dim.root:
            near = dim.covered_leaves(int(key[axis]))[coords[:, column]]
            weight = np.where(near, 10.0 * weight, weight)
    groups, place = np.unique(coords, axis=0, return_inverse=True)
    total = np.bincount(place.ravel(), weights=weight, minlength=len(groups))
    promise = total * (1 + 0.2 * np.resize(pattern.tie, len(groups)))
    return groups[np.argsort(-promise, kind="stable")][:most].astype(np.int32)
