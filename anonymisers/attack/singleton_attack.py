"""What the only person of a withheld cell (the singleton) can compute by adding the own cell to public
knowledge.

For such a cell s (true value 1) and another small cell t the question is whether t is constant over the
feasible tables with s = 1. The cell t is not constant where some table differs from the true table in t by a
person or more and not in s: in small parts the tables found before settle nearly all pairs; in larger parts
moves of a few cells do (`independent_moves`). Remaining pairs are decided by linear programs with s held at
1.

In small parts tables consist of whole people, and the answer is exact. In larger parts tables are over the
reals, rounded inwards: a reported pair is truly computable.
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
"""Additional tables of a small part sought for singletons."""


def computable(
    part: Part, candidates: Candidates, pool: WorldPool, polytope: Polytope
) -> Iterator[tuple[int, int, float | None]]:
    """Yield pairs (t, s) of columns where t is certain once s is known, and t - s where the difference is
    constant.

    `pool` holds tables found in the part. Raises OutOfTimeError.
    """
    if polytope.whole:
        worlds = np.concatenate([pool.worlds(), _beside_the_truth(candidates, polytope)])
        left = _apparent(part, candidates, worlds)
    else:
        left = _without_move(part, candidates, polytope)
    for own, others in left:
        yield from _determined(own, others, candidates.truth, polytope)


def _without_move(part: Part, candidates: Candidates, polytope: Polytope) -> Iterator[tuple[int, Ints]]:
    """Yield, for each singleton's column, the columns changed by no move that keeps the singleton's column
    fixed."""
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
    """Return tables in which many singletons' cells keep their value and many other cells do not.

    Half of the singletons' cells, at random, are pushed towards their least value, which is the true value
    where withheld cells are known to be at least 1; in addition all cells are pushed at random.
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
    """Yield, for each singleton's column, the columns changed by a person in no table that keeps the
    singleton's column."""
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
    """Yield the columns with only one value once the singleton's column is held at its true value."""
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
    """Return first column minus second where constant over all tables; None where tables disagree."""
    objective = np.zeros(size)
    objective[one], objective[other] = 1.0, -1.0
    most, least = (float(objective @ polytope.vertex(turn * objective)) for turn in (1.0, -1.0))
    return float(np.floor(most + EXACT)) if np.floor(most + EXACT) == np.ceil(least - EXACT) else None
