"""What the only person of a withheld cell can compute, who adds the own cell to what is known.

For such a cell s (true value 1) and another small cell t the question is whether t is constant over the
worlds with s = 1. Worlds found before answer it for nearly all pairs: t differs from the truth by a person or
more in some world with s = 1, or in a mixture of two worlds, one on either side of s = 1. What is left is
decided by linear programs with s held at 1.

In small parts worlds are of whole people, and the answer is exact. In larger ones they are over the reals,
rounded inwards: a pair reported is truly computable.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from anonymisers.attack.intervals import LARGE, Part
from anonymisers.attack.nearby import Nearby
from anonymisers.attack.polytope import EXACT, Polytope

STILL = 1e-4
"""A world differs from the truth in a cell when it differs by more than this."""
CHUNK = 512
NEAR = (300, 1200)
"""Cells that may change around one that an insider might compute: a first try and a second."""
ASIDE = 0.05
"""Weight of pushing what else he might compute at the same time."""
MIXED = 12
"""Worlds on either side of the truth that are mixed with each other."""
MORE_WORLDS, MORE_WORLDS_LARGE = 300, 60
"""Worlds sought for insiders besides those at hand; in a large part each costs more than a few programs."""
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Index = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Suspects:
    """Columns of a part: `own` hold an insider's cell, `small` a small cell; `truth` is the value of each."""

    own: Index
    small: Index
    truth: Floats


def computable(
    part: Part, suspects: Suspects, worlds: Floats, polytope: Polytope
) -> Iterator[tuple[int, int, float | None]]:
    """Pairs (t, s) of columns where t is certain once s is known, and t - s where all worlds agree in that.

    `worlds` is an array (worlds, columns). Raises OutOfTimeError.
    """
    worlds = np.concatenate([worlds, _beside_the_truth(suspects, polytope)])
    nearby = Nearby(part.rows, polytope.low, polytope.high, part.rows.rows_of(len(part.columns)))
    for own, candidates in _candidates(part, suspects, worlds, mixed=not polytope.whole):
        others = candidates
        for size in () if polytope.whole else NEAR:
            polytope.check_time()
            others = _still(own, others, suspects.truth, nearby, size)
        yield from _certain(own, others, suspects.truth, polytope)


def _beside_the_truth(suspects: Suspects, polytope: Polytope) -> Floats:
    """Worlds in which many insiders' cells keep their value and much else does not.

    Half of the insiders' cells, at random, are drawn towards their least value, which is the true one where
    withheld cells are known to be at least 1; all cells are pushed at random besides.
    """
    random = np.random.default_rng(1)
    size = len(suspects.truth)
    large = size >= LARGE
    solve = polytope.interior if large else polytope.vertex
    worlds = []
    for _ in range(MORE_WORLDS_LARGE if large else min(MORE_WORLDS, 4 * size)):
        objective = random.standard_normal(size) * 0.2
        drawn = suspects.own[random.random(len(suspects.own)) < 0.5]
        objective[drawn] = -1.0
        worlds.append(solve(objective))
    return np.stack(worlds)


def _candidates(
    part: Part, suspects: Suspects, worlds: Floats, *, mixed: bool
) -> Iterator[tuple[int, Index]]:
    """For each insider's column the columns that the worlds do not clear of it.

    Cleared is what moves by a whole person in a world, or (with `mixed`) in a mixture of two, in which the
    insider's does not: a smaller move may lie between two whole numbers, and clears nothing.
    """
    moved = worlds - suspects.truth
    moved[np.abs(moved) <= STILL] = 0.0
    small = moved[:, suspects.small]
    moves = (np.abs(small) >= 1 - EXACT).astype(np.float32)
    same_part = part.label[suspects.small]
    for start in range(0, len(suspects.own), CHUNK):
        own = suspects.own[start : start + CHUNK]
        still = (moved[:, own] == 0).astype(np.float32)
        stuck = still.T @ moves == 0
        for row, column in enumerate(own.tolist()):
            left = np.flatnonzero(stuck[row] & (same_part == part.label[column]))
            if mixed:
                left = left[~_moved_by_mixtures(moved[:, column], small[:, left])]
            found = suspects.small[left]
            yield column, found[found != column]


def _moved_by_mixtures(own: Floats, others: Floats) -> Bools:
    """Which columns a mixture of two worlds moves by a person while it holds the insider's still.

    `own` (worlds,) and `others` (worlds, columns) are moves away from the truth.
    """
    up, down = np.flatnonzero(own > 0)[:MIXED], np.flatnonzero(own < 0)[:MIXED]
    if not (len(up) and len(down)):
        return np.zeros(others.shape[1], dtype=np.bool_)
    rise, fall = 1 / own[up][:, None, None], -1 / own[down][None, :, None]
    mixture = (rise * others[up][:, None, :] + fall * others[down][None, :, :]) / (rise + fall)
    return np.asarray((np.abs(mixture) >= 1 - EXACT).any(axis=(0, 1)))


def _still(own: int, others: Index, truth: Floats, nearby: Nearby, size: int) -> Index:
    """Those of the columns that no world near the true one moves by 1 while the insider's stays as it is."""
    left, kept = others, []
    objective = np.zeros(len(truth))
    while len(left):
        column = int(left[0])
        moved = False
        for turn in (1.0, -1.0):
            objective[left], objective[column] = turn * ASIDE, turn
            found = nearby.push(truth, objective, column, size, own)
            if found is not None:
                columns, values = found
                changed = columns[np.abs(values - truth[columns]) >= 1 - EXACT]
                moved = moved or bool((changed == column).any())
                left = left[(left == column) | ~np.isin(left, changed)]
            if moved:
                break
        objective[others] = 0.0
        left = left[left != column]
        if not moved:
            kept.append(column)
    return np.array(kept, dtype=np.int64)


def _certain(
    own: int, others: Index, truth: Floats, polytope: Polytope
) -> Iterator[tuple[int, int, float | None]]:
    """Those of the columns that have one value once the insider's is held at its true one."""
    if not len(others):
        return
    polytope.hold(own, float(truth[own]))
    try:
        left = others
        objective = np.zeros(len(truth))
        fixed = []
        while len(left):
            column = int(left[0])
            spread = []
            for turn in (1.0, -1.0):
                objective[column] = turn
                world = polytope.vertex(objective)
                objective[column] = 0.0
                spread.append(float(world[column]))
                left = left[(np.abs(world - truth)[left] < 1 - EXACT) | (left == column)]
            if np.floor(spread[0] + EXACT) == np.ceil(spread[1] - EXACT):
                fixed.append(column)
            left = left[left != column]
    finally:
        polytope.release(own)
    for column in fixed:
        yield column, own, _difference(column, own, polytope, len(truth))


def _difference(one: int, other: int, polytope: Polytope, size: int) -> float | None:
    """By how much the first column exceeds the second in every world; None where worlds differ in that."""
    objective = np.zeros(size)
    objective[one], objective[other] = 1.0, -1.0
    most, least = (float(objective @ polytope.vertex(turn * objective)) for turn in (1.0, -1.0))
    return float(np.floor(most + EXACT)) if np.floor(most + EXACT) == np.ceil(least - EXACT) else None
