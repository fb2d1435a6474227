"""Which few inner cells a search for one alternative looks at."""

from functools import lru_cache
from math import prod

import numpy as np
from numpy.typing import NDArray

from anonymisers.suppression.strategies.suppression_pattern import Pattern
from anonymisers.suppression.strategies.swap_schemes import Move
from anonymisers.tables.arrays import Floats, Positions
from anonymisers.tables.linked_tables import Target

NEAR = 2.0
"""What having the target's own code promises, beside what withheld cells promise."""
GRID = 20_000
"""Inner cells that are looked at first, where each may be needed."""
WIDE = 1500
"""So many inner cells, or more, are those with people only: few others would promise as much."""
WITHHELD = 5.0
"""What an inner cell promises for being withheld itself, where only those with people are looked at and a
withheld cell may be zero. Where it is 1 or more, this led to a tenth more people withheld."""
UNTOLD = 1.5
"""What a withheld zero promises, and a leaf that no cell of the target's table is about."""
INHABITED, MANY = 0.25, 4.0
"""What each person of such a leaf promises, and of how many."""
OWN = np.array([-1.0, 0.0, 1.0, 3.0])
"""What an inner cell itself promises: a shown zero, shown with people, a withheld zero, withheld people."""


def neighbourhood(
    pattern: Pattern, target: Target, move: Move, size: int, *, people: bool = False, empty: float = 1.0
) -> tuple[Positions, NDArray[np.int64]]:
    """About `size` inner cells (m, dims) near a cell, and the group (m,) that each belongs to.

    A group is one combination of codes of the context; the cells of a group are a whole box of the moved
    dimensions' codes that promise most: those of the cell itself, its siblings, and where cells are withheld
    already. Where nothing is a context, they are those that promise most: those with people where every zero
    is shown, since others cannot change, and where many are looked at for a cell with people. For such a cell
    `empty` below 1 says how many without people there are beside `size` with people, as a part of it. With
    `people` those with people are added anyway.
    """
    dims = pattern.system.dims
    promises = [_promises(pattern, target, axis) for axis in move.moved]
    if not move.context:
        inhabited = target.cell >= 0 and pattern.values[target.cell] > 0
        mixed = inhabited and 0.0 < empty < 1.0 and pattern.rules.zeros != "publish"
        wide = inhabited and not mixed and (size >= WIDE or not empty)
        if mixed:
            coords = _in_grid(pattern, target, move, promises, int(size * empty), nobody=True)
        else:
            find = _with_people if wide or pattern.rules.zeros == "publish" else _in_grid
            coords = find(pattern, target, move, promises, size)
        if people or mixed:
            more = _with_people(pattern, target, move, promises, size)
            coords = np.unique(np.concatenate([coords, more]), axis=0)
        return coords, np.zeros(len(coords), dtype=np.int64)
    for axis, promise in zip(move.moved, promises, strict=True):
        _tell_apart(pattern, target, move, axis, promise)
    lists = [_ranked(pattern, target, axis, p) for axis, p in zip(move.moved, promises, strict=True)]
    box = _box(lists, max(12, int(size**0.7)))
    groups = _groups(pattern, target.key, move, box, max(3, size // len(box)))
    coords = np.empty((len(groups) * len(box), len(dims)), dtype=np.int32)
    coords[:] = [d.root for d in dims]
    coords[:, list(move.moved)] = np.tile(box, (len(groups), 1))
    if move.context:
        coords[:, list(move.context)] = np.repeat(groups, len(box), axis=0)
    return coords, np.repeat(np.arange(len(groups)), len(box))


def _promises(pattern: Pattern, target: Target, axis: int) -> Floats:
    """What each code of one dimension promises; only those of leaves mean anything.

    A leaf promises what the cells promise that change with it: the target's with the leaf's code, and with
    every code above it that is not above the target too.
    """
    dim, key = pattern.system.dims[axis], target.key
    cells = pattern.system.blocks[target.block].lattice.line(key, axis)
    none = cells < 0
    cells = np.where(none, -1, cells + pattern.system.starts[target.block])
    promise = _promise_of(pattern, cells)
    promise[none] = 0.0
    promise += 0.5 * pattern.tie[cells]
    promise[list(dim.ancestors(int(key[axis])))] = 0.0
    total = promise.copy()
    at = dim.parents
    if dim.is_leaf[key[axis]]:
        total += 4.0 * (at == dim.parents[key[axis]])
        total[key[axis]] += NEAR
    burden = np.append(np.minimum(promise, 0.0), 0.0)
    while (at >= 0).any():
        total += burden[at]
        at = np.where(at >= 0, dim.parents[at], -1)
    return total


def _promise_of(pattern: Pattern, cells: NDArray[np.int64]) -> Floats:
    """What cells promise: most where people are withheld, less the more people are shown."""
    values = pattern.padded_values[cells]
    withheld = np.where(values > 0, 3.0, UNTOLD)
    promise: Floats = np.where(pattern.padded_hidden[cells], withheld, -0.3 * np.sqrt(1.0 + values))
    return promise


def _tell_apart(pattern: Pattern, target: Target, move: Move, axis: int, promise: Floats) -> None:
    """Add what leaves promise that the target's table does not tell apart, as provinces in one of regions.

    Their own totals change with them, and nobody can leave one that holds nobody of the target's context.
    """
    dim, block = pattern.system.dims[axis], pattern.system.blocks[target.block]
    start = pattern.system.starts[target.block]
    present = np.append(block.present, False)
    unseen = ~present[block.lattice.line(target.key, axis)] & dim.is_leaf
    if not unseen.any():
        return
    total = np.array([d.root for d in pattern.system.dims], dtype=np.int32)
    alone = block.lattice.line(total, axis)
    own = np.where(present[alone], _promise_of(pattern, np.where(alone < 0, -1, alone + start)), 0.0)
    people = pattern.people.margin(move.axes)
    suiting = np.ones(len(people.coords), dtype=np.bool_)
    for other in move.context:
        leaves = pattern.system.dims[other].covered_leaves(int(target.key[other]))
        suiting &= leaves[people.coords[:, other]]
    weights = people.counts[suiting]
    there = np.bincount(people.coords[suiting, axis], weights=weights, minlength=len(dim.codes))
    promise[unseen] += (own - UNTOLD + INHABITED * np.minimum(there, MANY))[unseen]


def _with_people(
    pattern: Pattern, target: Target, move: Move, promises: list[Floats], size: int
) -> Positions:
    """The most promising inner cells with people; where every zero is shown, of those that may have any."""
    coords = pattern.possible(move.axes)
    promise = np.zeros(len(coords))
    inside = np.ones(len(coords), dtype=np.bool_)
    for axis, own in zip(move.moved, promises, strict=True):
        promise += own[coords[:, axis]]
        inside &= pattern.system.dims[axis].covered_leaves(int(target.key[axis]))[coords[:, axis]]
    if not pattern.rules.least:
        promise += WITHHELD * pattern.padded_hidden[pattern.inner_cells(move.axes)]
    return coords[_both_sides(promise, inside, size)]


def _in_grid(
    pattern: Pattern,
    target: Target,
    move: Move,
    promises: list[Floats],
    size: int,
    *,
    nobody: bool = False,
) -> Positions:
    """The most promising inner cells of the most promising codes of each dimension, GRID of them at most.

    Of those with `nobody` first.
    """
    dims = pattern.system.dims
    lists = [_ranked(pattern, target, axis, p) for axis, p in zip(move.moved, promises, strict=True)]
    sides = _sides(tuple(len(codes) for codes in lists), GRID)
    lists = [codes[:side] for codes, side in zip(lists, sides, strict=True)]
    promise, inside = np.zeros(1), np.ones(1, dtype=np.bool_)
    for axis, codes, own in zip(move.moved, lists, promises, strict=True):
        promise = np.add.outer(promise, own[codes]).ravel()
        within = dims[axis].covered_leaves(int(target.key[axis]))[codes]
        inside = np.logical_and.outer(inside, within).ravel()
    cells = pattern.system.blocks[0].lattice.grid(move.axes, lists)
    if cells is not None:
        promise += OWN[2 * pattern.hidden[cells] + (pattern.values[cells] > 0)]
        if nobody:
            promise[pattern.values[cells] > 0] = -np.inf
    places = np.unravel_index(_both_sides(promise, inside, size), sides)
    coords = np.empty((len(places[0]), len(dims)), dtype=np.int32)
    coords[:] = [d.root for d in dims]
    for axis, codes, place in zip(move.moved, lists, places, strict=True):
        coords[:, axis] = codes[place]
    return coords


def _both_sides(promise: Floats, inside: NDArray[np.bool_], size: int) -> NDArray[np.int64]:
    """The most promising, in equal parts inside the target and outside it where there are enough."""
    within, outside = np.flatnonzero(inside), np.flatnonzero(~inside)
    share = max(size // 2, size - len(outside)), max(size // 2, size - len(within))
    chosen = [_best(promise, c, n) for c, n in zip((within, outside), share, strict=True)]
    return np.sort(np.concatenate(chosen))


def _best(promise: Floats, cells: NDArray[np.int64], most: int) -> NDArray[np.int64]:
    """The most promising of these cells; of equally promising ones the first."""
    if len(cells) <= most:
        return cells
    own = promise[cells]
    edge = np.partition(own, len(own) - most)[len(own) - most]
    better, level = np.flatnonzero(own > edge), np.flatnonzero(own == edge)
    chosen: NDArray[np.int64] = cells[np.concatenate([better, level[: most - len(better)]])]
    return chosen


def _ranked(pattern: Pattern, target: Target, axis: int, promise: Floats) -> Positions:
    """Leaves of one dimension, the most promising first, those inside the cell and outside it in turn."""
    dim = pattern.system.dims[axis]
    leaves = dim.leaves
    order = leaves[np.argsort(-promise[leaves], kind="stable")]
    inside = dim.covered_leaves(int(target.key[axis]))[order]
    within, outside = order[inside], order[~inside]
    both = min(len(within), len(outside))
    turns = np.empty(2 * both, dtype=np.int32)
    turns[::2], turns[1::2] = within[:both], outside[:both]
    return np.concatenate([turns, within[both:], outside[both:]])


def _box(lists: list[Positions], size: int) -> Positions:
    """The product of the first codes of each list, as many as `size` allows, the shortest side first."""
    sides = _sides(tuple(len(codes) for codes in lists), size)
    grid = np.meshgrid(*(codes[:side] for codes, side in zip(lists, sides, strict=True)), indexing="ij")
    return np.stack([g.ravel() for g in grid], axis=1)


@lru_cache(maxsize=4096)
def _sides(lengths: tuple[int, ...], size: int) -> tuple[int, ...]:
    sides = [1] * len(lengths)
    while True:
        grown = [
            (side, axis)
            for axis, side in enumerate(sides)
            if side < lengths[axis] and prod(sides) // side * (side + 1) <= size
        ]
        if not grown:
            return tuple(sides)
        sides[min(grown)[1]] += 1


def _groups(pattern: Pattern, key: Positions, move: Move, box: Positions, most: int) -> Positions:
    """Combinations of the context that have people in the box: those of the cell first, then the largest."""
    if not move.context:
        return np.empty((1, 0), dtype=np.int32)
    people = pattern.people.margin(move.axes)
    inside = np.ones(len(people.coords), dtype=np.bool_)
    for column, axis in enumerate(move.moved):
        allowed = np.zeros(len(pattern.system.dims[axis].codes), dtype=np.bool_)
        allowed[box[:, column]] = True
        inside &= allowed[people.coords[:, axis]]
    weight = np.minimum(people.counts[inside], 6).astype(np.float64)
    coords = people.coords[inside]
    for axis in move.context:
        dim = pattern.system.dims[axis]
        if key[axis] != dim.root:
            near = dim.covered_leaves(int(key[axis]))[coords[:, axis]]
            weight = np.where(near, 10.0 * weight, weight)
    codes = pattern.people.margin(move.context).code(coords)
    _, first, place = np.unique(codes, return_index=True, return_inverse=True)
    total = np.bincount(place, weights=weight, minlength=len(first))
    promise = total * (1 + 0.2 * np.resize(pattern.tie[: len(first)], len(first)))
    return coords[first[np.argsort(-promise, kind="stable")][:most]][:, list(move.context)]
