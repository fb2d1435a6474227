"""What the only person of a withheld cell can compute, who adds the own cell to what is known.

For such a cell s (true value 1) and another small cell t the question is whether t is constant over the
worlds with s = 1. It is not where some world differs from the truth in t by a person or more and not in s:
in small parts the worlds found before answer that for nearly all pairs; in larger ones changes of a few cells
do (`detours`). What is left is decided by linear programs with s held at 1.

In small parts worlds are of whole people, and the answer is exact. In larger ones they are over the reals,
rounded inwards: a pair reported is truly computable.
"""

from collections import defaultdict
from collections.abc import Iterator

import numpy as np

from anonymisers.attack.feasibility_intervals import Part
from anonymisers.attack.independent_moves import STILL, Candidates, IndependentMoves
from anonymisers.attack.polytope import EXACT, Polytope
from anonymisers.attack.small_programs import Neighbourhoods
from anonymisers.attack.world_pool import WorldPool
from anonymisers.tables.arrays import Floats, Ints

MORE_WORLDS = 300
"""Worlds of a small part sought for insiders besides those at hand."""


def computable(
    part: Part, candidates: Candidates, pool: WorldPool, polytope: Polytope
) -> Iterator[tuple[int, int, float | None]]:
    """Pairs (t, s) of columns where t is certain once s is known, and t - s where all worlds agree in that.

    `pool` has worlds that were found in the part. Raises OutOfTimeError.
    """
    if polytope.whole:
        worlds = np.concatenate([pool.worlds(), _beside_the_truth(candidates, polytope)])
        left = _apparent(part, candidates, worlds)
    else:
        left = _without_move(part, candidates, polytope)
    for own, others in left:
        yield from _determined(own, others, candidates.truth, polytope)


def _without_move(part: Part, candidates: Candidates, polytope: Polytope) -> Iterator[tuple[int, Ints]]:
    """For each insider's column the columns that no change was found to move without moving his."""
    neighbourhoods = Neighbourhoods(part.rows, polytope.low, polytope.high)
    independent_moves = IndependentMoves(candidates, neighbourhoods, polytope.check_time)
    independent_moves.seek()
    pairs = defaultdict(list)
    for column in candidates.small.tolist():
        for own in sorted(independent_moves.left.get(column, candidates.own.tolist())):
            related = own != column and part.label[own] == part.label[column]
            # A change found for one pair may settle the next.
            settled = own not in independent_moves.left.get(column, (own,))
            if related and not settled and not independent_moves.seek_beside(column, own):
                pairs[own].append(column)
    for own, columns in pairs.items():
        yield own, np.array(columns, dtype=np.int64)


def _beside_the_truth(candidates: Candidates, polytope: Polytope) -> Floats:
    """Worlds in which many insiders' cells keep their value and much else does not.

    Half of the insiders' cells, at random, are drawn towards their least value, which is the true one where
    withheld cells are known to be at least 1; all cells are pushed at random besides.
    """
    random = np.random.default_rng(1)
    size = len(candidates.truth)
    worlds = []
    for _ in range(min(MORE_WORLDS, 4 * size)):
        objective = random.standard_normal(size) * 0.2
        drawn = candidates.own[random.random(len(candidates.own)) < 0.5]
        objective[drawn] = -1.0
        worlds.append(polytope.vertex(objective))
    return np.stack(worlds)


def _apparent(part: Part, candidates: Candidates, worlds: Floats) -> Iterator[tuple[int, Ints]]:
    """For each insider's column the columns that no world moves by a person while the insider's stays."""
    moved = np.abs(worlds - candidates.truth)
    moves = (moved[:, candidates.small] >= 1 - EXACT).astype(np.float32)
    still = (moved[:, candidates.own] <= STILL).astype(np.float32)
    stuck = still.T @ moves == 0
    same_part = part.label[candidates.small]
    for row, column in enumerate(candidates.own.tolist()):
        found = candidates.small[stuck[row] & (same_part == part.label[column])]
        yield column, found[found != column]


def _determined(
    own: int, others: Ints, truth: Floats, polytope: Polytope
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
