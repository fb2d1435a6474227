"""Compute the feasibility interval of every unknown cell, by linear programming.

Each feasible table found widens the known interval of every cell, so that most cells are settled by a few
random objectives; only cells whose intervals stay short get a minimum and a maximum of their own.

In small parts of the model (`polytope.WHOLE`) tables consist of whole people and intervals are exact. In
larger parts an interval over the reals, rounded inwards, contains the interval over the integers: a cell with
one value left is truly disclosed, and a short interval is truly short; a disclosure that needs integrality
may stay unseen. tests/anonymisers/attack/test_attack_against_oracle.py compares the intervals with the
enumeration of all feasible tables of tiny tables.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from anonymisers.attack.constraint_rows import Rows
from anonymisers.attack.goals import Extent, Goals
from anonymisers.attack.polytope import EXACT, Polytope
from anonymisers.attack.reduction import Reduced
from anonymisers.attack.small_programs import Neighbourhoods
from anonymisers.tables.arrays import Bools, Floats, Ints

POOLED = 400
"""Parts of the model with fewer cells than POOLED are solved together: a solver costs more than a cell."""
LARGE = 3_000
"""From LARGE cells on, an interior table costs less than the next vertex."""
PUSHES = 12
"""Tables of a whole part that push all open cells, before single cells are pushed within their neighbourhood.
"""
SIZES = (400, 1500)
"""Size of the neighbourhood of a pushed cell, in cells: first and second attempt."""
SIDE = 0.02
"""Weight of pushing other open cells at the same time."""
SLOW = 600_000.0
"""Verdicts per second, times the cells of a large part, below which the first vertex is worth its cost."""


@dataclass(frozen=True, eq=False)
class Part:
    """A piece of the model sharing no sum with the rest: columns of `Reduced`, and the rows over these
    columns.

    `label` (one per column) distinguishes the connected components inside the part.
    """

    columns: Ints
    rows: Rows
    label: Ints


def parts_of(reduced: Reduced) -> Iterator[Part]:
    """Split the representatives into connected components, small components pooled; cells in no sum are in no
    part."""
    # Imported here: a node that only answers starts sooner and stays smaller without scipy.
    from scipy.sparse import csr_matrix  # type: ignore[import-untyped]  # noqa: PLC0415
    from scipy.sparse.csgraph import connected_components  # type: ignore[import-untyped]  # noqa: PLC0415

    rows = reduced.rows
    size = len(reduced.low)
    both = size + len(rows.rhs)
    graph = csr_matrix((np.ones(len(rows.cols)), (rows.cols, size + rows.row_of)), shape=(both, both))
    label: Ints = connected_components(graph, directed=False)[1][:size]
    used = np.zeros(size, dtype=np.bool_)
    used[rows.cols] = True
    sizes = np.bincount(label[used], minlength=size)
    pool = np.where(sizes >= POOLED, np.arange(len(sizes)), -1)
    small = np.flatnonzero((sizes > 0) & (sizes < POOLED))
    pool[small] = len(sizes) + np.cumsum(sizes[small]) // POOLED
    row_pool = pool[label[rows.cols[rows.indptr[:-1]]]] if len(rows.rhs) else np.empty(0, dtype=np.int64)
    for number in np.unique(row_pool):
        columns = np.flatnonzero(used & (pool[label] == number))
        own = rows.subset(row_pool == number)
        place = np.searchsorted(columns, own.cols)
        yield Part(columns, Rows(own.indptr, place, own.coefs, own.rhs), label[columns])


Watch = Callable[[Floats], None]
"""Called with every table found, over the columns of its part."""


def free_columns(reduced: Reduced) -> Ints:
    """Return the representatives in no sum: their bounds are their intervals."""
    used = np.zeros(len(reduced.low), dtype=np.bool_)
    used[reduced.rows.cols] = True
    return np.flatnonzero(~used)


def explore(part: Part, goals: Goals, extent: Extent, polytope: Polytope, watch: Watch | None) -> None:
    """Find tables of one part until its cells are settled. Raises OutOfTimeError, with `extent` kept."""
    _Explorer(part, goals, extent, polytope, watch).run()


class _Explorer:
    def __init__(
        self, part: Part, goals: Goals, extent: Extent, polytope: Polytope, watch: Watch | None
    ) -> None:
        self.part, self.goals, self.extent, self.polytope, self.watch = part, goals, extent, polytope, watch
        self.random = np.random.default_rng(0)
        self.starts, self.rows_of = part.rows.by_column(len(part.columns))
        self.apart, self.started = True, False
        self.neighbourhoods = Neighbourhoods(part.rows, polytope.low, polytope.high)
        self.central: Floats | None = None
        self.tried = np.zeros((2, len(part.columns)), dtype=np.int64)
        self.pushes = 0
        self.large = len(part.columns) >= LARGE
        # Verdicts met per second. One cell at a time is not tried in a large part before pushing many has
        # become this slow: its first vertex costs seconds.
        self.rate = {"many": np.inf, "one": SLOW / len(part.columns) if self.large else np.inf}

    def run(self) -> None:
        self._push_many(np.zeros(len(self.part.columns)))
        up, down = self._needs()
        while up.any() or down.any():
            before = int(up.sum() + down.sum())
            if self.large and self.pushes >= PUSHES and self._push_one_nearby(up, down):
                up, down = self._needs()
                continue
            way = "many" if before > 1 and self.rate["many"] >= self.rate["one"] else "one"
            started = time.thread_time()
            if way == "many":
                self._push_many(self._weights(up, down))
            else:
                self._push_one(up, down)
            spent = time.thread_time() - started + 1e-4
            up, down = self._needs()
            met = (before - int(up.sum() + down.sum())) / spent
            self._learn(way, met)

    def _push_one_nearby(self, up: Bools, down: Bools) -> bool:
        """Push one cell within its neighbourhood, first a small, then a larger neighbourhood; False when no
        cell is left."""
        wanted = np.stack([up, down]) & (self.tried < len(SIZES))
        if self.central is None or not wanted.any():
            return False
        turn = 0 if wanted[0].any() else 1
        order = np.flatnonzero(wanted[turn])
        column = int(order[np.argmin(self.tried[turn, order])])
        size = SIZES[self.tried[turn, column]]
        self.tried[turn, column] += 1
        sign = np.where(self.random.random(len(up)) < 0.5, 1.0, -1.0)
        objective: Floats = SIDE * np.where(up & down, sign, up.astype(np.float64) - down)
        objective[column] = 1.0 if turn == 0 else -1.0
        self.polytope.check_time()
        found = self.neighbourhoods.push(self.central, objective, column, size)
        if found is not None:
            world = self.central.copy()
            world[found[0]] = found[1]
            self._take(world)
        return True

    def _learn(self, way: str, met: float) -> None:
        """Remember the speed of a method; the cost of the first vertex of a large part is not counted."""
        first = way == "one" and self.large and not self.started
        self.started = self.started or way == "one"
        if not first:
            old = self.rate[way]
            self.rate[way] = met if np.isinf(old) else 0.8 * old + 0.2 * met

    def _needs(self) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        up, down = self.goals.needs(self.extent)
        return up[self.part.columns], down[self.part.columns]

    def _weights(self, up: NDArray[np.bool_], down: NDArray[np.bool_]) -> Floats:
        """Return an objective pushing unsettled cells: all of them, or a random set of cells without a common
        sum.

        Cells of one sum compete, so that pushing all cells reaches ever fewer; most cells without a common
        sum can be reached together.
        """
        turn = np.where(self.random.random(len(up)) < 0.5, 1.0, -1.0)
        pushed: Floats = np.where(up & down, turn, up.astype(np.float64) - down)
        self.apart = not self.apart
        if self.apart:
            return pushed * self._apart(np.flatnonzero(up | down))
        return pushed * self.random.uniform(0.1, 1.0, len(up))

    def _apart(self, wanted: Ints) -> Floats:
        """Return 1 for a random maximal choice of the wanted columns such that no two columns share a sum."""
        taken = np.zeros(len(self.part.rows.rhs), dtype=np.bool_)
        chosen = np.zeros(len(self.part.columns))
        for column in self.random.permutation(wanted).tolist():
            rows = self.rows_of[self.starts[column] : self.starts[column + 1]]
            if not taken[rows].any():
                taken[rows] = True
                chosen[column] = 1.0
        return chosen

    def _push_many(self, objective: Floats) -> None:
        solve = self.polytope.interior if self.large else self.polytope.vertex
        world = solve(objective)
        self.pushes += 1
        if self.central is None:
            self.central = world
        self._take(world)

    def _push_one(self, up: NDArray[np.bool_], down: NDArray[np.bool_]) -> None:
        """Find the exact greatest or least value of one cell."""
        column = int(np.argmax(up | down))
        objective = np.zeros(len(up))
        objective[column] = 1.0 if up[column] else -1.0
        world = self.polytope.vertex(objective)
        self._take(world)
        extent, place, value = self.extent, self.part.columns[column], float(world[column])
        if up[column]:
            extent.proven_high[place] = min(extent.proven_high[place], np.floor(value + EXACT))
            extent.seen_high[place] = max(extent.seen_high[place], extent.proven_high[place])
        else:
            extent.proven_low[place] = max(extent.proven_low[place], np.ceil(value - EXACT))
            extent.seen_low[place] = min(extent.seen_low[place], extent.proven_low[place])

    def _take(self, world: Floats) -> None:
        self.extent.add(self.part.columns, world)
        if self.watch is not None:
            self.watch(world)
