"""Strategy "neighbourhoods": a move for a cell is searched for among a few inner cells near the cell.

Used in every stage of the local search (`search_schedule`).

Large neighbourhood search: Shaw (1998).
"""

from dataclasses import dataclass
from functools import lru_cache
from math import prod

import numpy as np
from numpy.typing import NDArray

from anonymisers.suppression.strategies.suppression_pattern import SuppressionPattern
from anonymisers.suppression.strategies.swap_schemes import SwapScheme
from anonymisers.tables.arrays import Floats, Positions
from anonymisers.tables.linked_tables import Target


@dataclass(frozen=True)
class NeighbourhoodTuning:
    """How the inner cells of a neighbourhood are ranked; a score is relative to that of other inner cells."""

    own_code: float = 2.0
    """Score of the target's own code."""
    most_in_grid: int = 20_000
    """Inner cells of the first selection, where cells without people may be needed too."""
    wide: int = 1500
    """Size from which a neighbourhood holds inner cells with people only: few others would score as much."""
    suppressed: float = 5.0
    """Score of a suppressed inner cell, where only cells with people are ranked and a suppressed cell may be
    zero. Where such a cell is 1 or more, this score led to a tenth more people withheld."""
    suppressed_zero: float = 1.5
    """Score of a suppressed zero, and of a leaf that no cell of the target's table names."""
    each_person: float = 0.25
    """Score of each person of a leaf that no cell of the target's table names."""
    most_people: float = 4.0
    """People of such a leaf that count at most."""
    suppressed_people: float = 3.0
    """Score of a suppressed cell with people."""
    published: float = 0.3
    """Score lost for a published cell, times the root of its people plus one."""
    sibling: float = 4.0
    """Score of a sibling of the target's code."""
    tie: float = 0.5
    """Largest score added by the key to a cell."""
    fewest_in_product: int = 12
    """Fewest combinations of codes in a group."""
    product_exponent: float = 0.7
    """Exponent of the size that gives the combinations of codes in a group."""
    fewest_groups: int = 3
    """Fewest groups of a neighbourhood, if there are so many."""
    most_people_of_group: int = 6
    """People of an inner cell that count at most for its group."""
    group_of_cell: float = 10.0
    """How many times as much people of the target's own matching codes count."""
    tie_of_groups: float = 0.2
    """Largest share added by the key to the score of a group."""
    own_cell: tuple[float, ...] = (-1.0, 0.0, 1.0, 3.0)
    """Score of an inner cell that is a published zero, published with people, a suppressed zero,
    suppressed with people."""


TUNING = NeighbourhoodTuning()
OWN_CELL = np.array(TUNING.own_cell)


def neighbourhood_cells(
    pattern: SuppressionPattern,
    target: Target,
    scheme: SwapScheme,
    size: int,
    *,
    people: bool = False,
    empty: float = 1.0,
) -> tuple[Positions, NDArray[np.int64]]:
    """Return about `size` inner cells (m, dims) near a cell, and the group (m,) of each.

    A group is a combination of matching codes; the inner cells of a group are a whole product of codes of the
    swapped dimensions with the highest scores: the codes of the cell, sibling codes, and codes with
    suppressed cells. Without matching dimensions, the inner cells with the highest scores are taken: only
    cells with people where every zero is published, since empty cells cannot change, and in a wide
    neighbourhood of a cell with people. For such a cell `empty` below 1 is the number of inner cells without
    people as a share of `size`, beside `size` inner cells with people. With `people` inner cells with people
    are added in any case.
    """
    dims = pattern.system.dims
    scores = [_scores(pattern, target, axis) for axis in scheme.swapped]
    if not scheme.matching:
        inhabited = target.cell >= 0 and pattern.values[target.cell] > 0
        mixed = inhabited and 0.0 < empty < 1.0 and pattern.rules.zeros != "publish"
        wide = inhabited and not mixed and (size >= TUNING.wide or not empty)
        if mixed:
            coords = _in_grid(pattern, target, scheme, scores, int(size * empty), nobody=True)
        else:
            find = _with_people if wide or pattern.rules.zeros == "publish" else _in_grid
            coords = find(pattern, target, scheme, scores, size)
        if people or mixed:
            more = _with_people(pattern, target, scheme, scores, size)
            coords = _distinct(np.concatenate([coords, more]), [len(dim.codes) for dim in dims])
        return coords, np.zeros(len(coords), dtype=np.int64)
    for axis, score in zip(scheme.swapped, scores, strict=True):
        _add_unseen_leaves(pattern, target, scheme, axis, score)
    lists = [_ranked(pattern, target, axis, p) for axis, p in zip(scheme.swapped, scores, strict=True)]
    product = _product(lists, max(TUNING.fewest_in_product, int(size**TUNING.product_exponent)))
    groups = _groups(pattern, target.key, scheme, product, max(TUNING.fewest_groups, size // len(product)))
    coords = np.empty((len(groups) * len(product), len(dims)), dtype=np.int32)
    coords[:] = [d.root for d in dims]
    coords[:, list(scheme.swapped)] = np.tile(product, (len(groups), 1))
    if scheme.matching:
        coords[:, list(scheme.matching)] = np.repeat(groups, len(product), axis=0)
    return coords, np.repeat(np.arange(len(groups)), len(product))


def _distinct(coords: Positions, codes: list[int]) -> Positions:
    """Return the distinct inner cells, in order; `codes`: the number of codes of each dimension."""
    number = np.zeros(len(coords), dtype=np.int64)
    for axis, base in enumerate(codes):
        number = number * base + coords[:, axis]
    return coords[np.unique(number, return_index=True)[1]]


def _scores(pattern: SuppressionPattern, target: Target, axis: int) -> Floats:
    """Score each code of a dimension; only the scores of leaves are meaningful.

    The score of a leaf is that of the cells changing with the leaf: the target's cell with the leaf's code,
    and with every code above the leaf that is not above the target too.
    """
    dim, key = pattern.system.dims[axis], target.key
    cells = pattern.system.blocks[target.block].lattice.line(key, axis)
    none = cells < 0
    cells = np.where(none, -1, cells + pattern.system.starts[target.block])
    score = _scores_of(pattern, cells)
    score[none] = 0.0
    score += TUNING.tie * pattern.tie[cells]
    score[list(dim.ancestors(int(key[axis])))] = 0.0
    total = score.copy()
    if dim.is_leaf[key[axis]]:
        total += TUNING.sibling * (dim.parents == dim.parents[key[axis]])
        total[key[axis]] += TUNING.own_code
    penalty = np.append(np.minimum(score, 0.0), 0.0)
    for above in dim.above:
        total += penalty[above]
    return total


def _scores_of(pattern: SuppressionPattern, cells: NDArray[np.int64]) -> Floats:
    """Score cells: highest where people are suppressed, and the lower, the more people are published."""
    values = pattern.padded_values[cells]
    if_suppressed = np.where(values > 0, TUNING.suppressed_people, TUNING.suppressed_zero)
    score: Floats = np.where(
        pattern.padded_suppressed[cells], if_suppressed, -TUNING.published * np.sqrt(1.0 + values)
    )
    return score


def _add_unseen_leaves(
    pattern: SuppressionPattern, target: Target, scheme: SwapScheme, axis: int, score: Floats
) -> None:
    """Add scores of leaves that the target's table does not distinguish, as provinces in a table of regions.

    The totals of these leaves change with them, and nobody can leave a leaf without people of the target's
    matching codes.
    """
    dim, block = pattern.system.dims[axis], pattern.system.blocks[target.block]
    start = pattern.system.starts[target.block]
    present = np.append(block.present, False)
    unseen = ~present[block.lattice.line(target.key, axis)] & dim.is_leaf
    if not unseen.any():
        return
    total = np.array([d.root for d in pattern.system.dims], dtype=np.int32)
    alone = block.lattice.line(total, axis)
    own = np.where(present[alone], _scores_of(pattern, np.where(alone < 0, -1, alone + start)), 0.0)
    people = pattern.people.margin(scheme.axes)
    suiting = np.ones(len(people.coords), dtype=np.bool_)
    for other in scheme.matching:
        leaves = pattern.system.dims[other].covered_leaves(int(target.key[other]))
        suiting &= leaves[people.coords[:, other]]
    weights = people.counts[suiting]
    there = np.bincount(people.coords[suiting, axis], weights=weights, minlength=len(dim.codes))
    score[unseen] += (
        own - TUNING.suppressed_zero + TUNING.each_person * np.minimum(there, TUNING.most_people)
    )[unseen]


def _with_people(
    pattern: SuppressionPattern, target: Target, scheme: SwapScheme, scores: list[Floats], size: int
) -> Positions:
    """Return the best inner cells with people; where every zero is published, of the cells that may have
    people."""
    coords = pattern.possible_cells(scheme.axes)
    score = np.zeros(len(coords))
    inside = np.ones(len(coords), dtype=np.bool_)
    for axis, own in zip(scheme.swapped, scores, strict=True):
        score += own[coords[:, axis]]
        inside &= pattern.system.dims[axis].covered_leaves(int(target.key[axis]))[coords[:, axis]]
    if not pattern.rules.least:
        score += TUNING.suppressed * pattern.padded_suppressed[pattern.inner_cells(scheme.axes)]
    return coords[_both_sides(score, inside, size)]


def _in_grid(
    pattern: SuppressionPattern,
    target: Target,
    scheme: SwapScheme,
    scores: list[Floats],
    size: int,
    *,
    nobody: bool = False,
) -> Positions:
    """Return the best inner cells of the best codes of each dimension, chosen from a grid of limited size.

    With `nobody` inner cells without people come first.
    """
    dims = pattern.system.dims
    lists = [_ranked(pattern, target, axis, p) for axis, p in zip(scheme.swapped, scores, strict=True)]
    sides = _sides(tuple(len(codes) for codes in lists), TUNING.most_in_grid)
    lists = [codes[:side] for codes, side in zip(lists, sides, strict=True)]
    score, inside = np.zeros(1), np.ones(1, dtype=np.bool_)
    for axis, codes, own in zip(scheme.swapped, lists, scores, strict=True):
        score = np.add.outer(score, own[codes]).ravel()
        within = dims[axis].covered_leaves(int(target.key[axis]))[codes]
        inside = np.logical_and.outer(inside, within).ravel()
    cells = pattern.system.blocks[0].lattice.grid(scheme.axes, lists)
    if cells is not None:
        score += OWN_CELL[2 * pattern.suppressed[cells] + (pattern.values[cells] > 0)]
        if nobody:
            score[pattern.values[cells] > 0] = -np.inf
    places = np.unravel_index(_both_sides(score, inside, size), sides)
    coords = np.empty((len(places[0]), len(dims)), dtype=np.int32)
    coords[:] = [d.root for d in dims]
    for axis, codes, place in zip(scheme.swapped, lists, places, strict=True):
        coords[:, axis] = codes[place]
    return coords


def _both_sides(score: Floats, inside: NDArray[np.bool_], size: int) -> NDArray[np.int64]:
    """Return the best cells, in equal parts inside and outside the target where there are enough."""
    within, outside = np.flatnonzero(inside), np.flatnonzero(~inside)
    share = max(size // 2, size - len(outside)), max(size // 2, size - len(within))
    chosen = [_best(score, c, n) for c, n in zip((within, outside), share, strict=True)]
    return np.sort(np.concatenate(chosen))


def _best(score: Floats, cells: NDArray[np.int64], most: int) -> NDArray[np.int64]:
    """Return the cells with the highest scores; of equal scores the first."""
    if len(cells) <= most:
        return cells
    own = score[cells]
    edge = np.partition(own, len(own) - most)[len(own) - most]
    better, level = np.flatnonzero(own > edge), np.flatnonzero(own == edge)
    chosen: NDArray[np.int64] = cells[np.concatenate([better, level[: most - len(better)]])]
    return chosen


def _ranked(pattern: SuppressionPattern, target: Target, axis: int, score: Floats) -> Positions:
    """Return the leaves of a dimension, the best first, alternating between leaves inside and outside the
    cell."""
    dim = pattern.system.dims[axis]
    leaves = dim.leaves
    order = leaves[np.argsort(-score[leaves], kind="stable")]
    inside = dim.covered_leaves(int(target.key[axis]))[order]
    within, outside = order[inside], order[~inside]
    both = min(len(within), len(outside))
    turns = np.empty(2 * both, dtype=np.int32)
    turns[::2], turns[1::2] = within[:both], outside[:both]
    return np.concatenate([turns, within[both:], outside[both:]])


def _product(lists: list[Positions], size: int) -> Positions:
    """Return the product of the first codes of each list, as many as `size` allows, the shortest side
    first."""
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


def _groups(
    pattern: SuppressionPattern, key: Positions, scheme: SwapScheme, product: Positions, most: int
) -> Positions:
    """Return combinations of matching codes with people in the product: those of the cell first, then the
    largest."""
    if not scheme.matching:
        return np.empty((1, 0), dtype=np.int32)
    people = pattern.people.margin(scheme.axes)
    inside = np.ones(len(people.coords), dtype=np.bool_)
    for column, axis in enumerate(scheme.swapped):
        allowed = np.zeros(len(pattern.system.dims[axis].codes), dtype=np.bool_)
        allowed[product[:, column]] = True
        inside &= allowed[people.coords[:, axis]]
    weight = np.minimum(people.counts[inside], TUNING.most_people_of_group).astype(np.float64)
    coords = people.coords[inside]
    for axis in scheme.matching:
        dim = pattern.system.dims[axis]
        if key[axis] != dim.root:
            near = dim.covered_leaves(int(key[axis]))[coords[:, axis]]
            weight = np.where(near, TUNING.group_of_cell * weight, weight)
    codes = pattern.people.margin(scheme.matching).code(coords)
    _, first, place = np.unique(codes, return_index=True, return_inverse=True)
    total = np.bincount(place, weights=weight, minlength=len(first))
    score = total * (1 + TUNING.tie_of_groups * np.resize(pattern.tie[: len(first)], len(first)))
    return coords[first[np.argsort(-score, kind="stable")][:most]][:, list(scheme.matching)]
