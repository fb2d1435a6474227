"""The attacker's interval of every unknown cell, by linear programming.

Each world found widens what is known of every cell in it, so most cells are settled by a few random
objectives; only cells that stay narrow get a minimum and a maximum of their own. An interval over the reals
holds the one over integers: a cell that is constant over the reals is truly disclosed, one that is narrow is
truly narrow. The reverse, a cell that only integrality pins down, is the subject of `integers`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix  # type: ignore[import-untyped]
from scipy.sparse.csgraph import connected_components  # type: ignore[import-untyped]

from anonymisers.attack.goals import Extent, Goals
from anonymisers.attack.polytope import Polytope
from anonymisers.attack.reduction import Reduced, Rows

POOLED = 400
"""Parts of the system with fewer cells than this are solved together: a solver costs more than a cell."""
Index = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Part:
    """A piece of the system that shares no sum with the rest: columns of `Reduced`, and its rows over them.

    `label` (one per column) tells the connected components inside it apart.
    """

    columns: Index
    rows: Rows
    label: Index


def parts_of(reduced: Reduced) -> Iterator[Part]:
    """Split the representatives into connected components, small ones pooled. Cells in no sum are in none."""
    rows = reduced.rows
    size = len(reduced.low)
    both = size + len(rows.rhs)
    graph = csr_matrix((np.ones(len(rows.cols)), (rows.cols, size + rows.row_of)), shape=(both, both))
    label: Index = connected_components(graph, directed=False)[1][:size]
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


Watch = Callable[[Index, "NDArray[np.float64]"], None]
"""Told of every world: the columns it covers and their values."""


def free_columns(reduced: Reduced) -> Index:
    """Representatives in no sum: their bounds are their interval."""
    used = np.zeros(len(reduced.low), dtype=np.bool_)
    used[reduced.rows.cols] = True
    return np.flatnonzero(~used)


def explore(part: Part, goals: Goals, extent: Extent, polytope: Polytope, watch: Watch) -> None:
    """Find worlds of one part until its cells are settled. Raises OutOfTimeError, with `extent` kept."""
    _Explorer(part, goals, extent, polytope, watch).run()


class _Explorer:
    def __init__(self, part: Part, goals: Goals, extent: Extent, polytope: Polytope, watch: Watch) -> None:
        self.part, self.goals, self.extent, self.polytope, self.watch = part, goals, extent, polytope, watch
        self.random = np.random.default_rng(0)
        # Needs met per simplex step, by each way; infinite at first so that both are tried.
        self.yield_of = {"many": np.inf, "one": np.inf}

    def run(self) -> None:
        self._solve(np.zeros(len(self.part.columns)))
        up, down = self._needs()
        while up.any() or down.any():
            before = int(up.sum() + down.sum())
            if before > 1 and self.yield_of["many"] >= self.yield_of["one"]:
                way = "many"
                self._solve(self._many(up, down))
            else:
                way = "one"
                self._one(up, down)
            steps = self.polytope.steps + 5
            up, down = self._needs()
            met = (before - int(up.sum() + down.sum())) / steps
            old = self.yield_of[way]
            self.yield_of[way] = met if np.isinf(old) else 0.5 * (old + met)

    def _needs(self) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        up, down = self.goals.needs(self.extent)
        return up[self.part.columns], down[self.part.columns]

    def _many(self, up: NDArray[np.bool_], down: NDArray[np.bool_]) -> NDArray[np.float64]:
        """An objective that pushes all unsettled cells at once, each with its own random weight."""
        weight = self.random.uniform(0.1, 1.0, len(up))
        turn = np.where(self.random.random(len(up)) < 0.5, 1.0, -1.0)
        return weight * np.where(up & down, turn, up.astype(np.float64) - down)

    def _one(self, up: NDArray[np.bool_], down: NDArray[np.bool_]) -> None:
        """The exact greatest or least value of one cell."""
        column = int(np.argmax(up | down))
        objective = np.zeros(len(up))
        objective[column] = 1.0 if up[column] else -1.0
        value = float(self._solve(objective)[column])
        place = self.part.columns[column]
        if up[column]:
            self.extent.proven_high[place] = min(self.extent.proven_high[place], np.floor(value + 1e-6))
            self.extent.seen_high[place] = max(self.extent.seen_high[place], self.extent.proven_high[place])
        else:
            self.extent.proven_low[place] = max(self.extent.proven_low[place], np.ceil(value - 1e-6))
            self.extent.seen_low[place] = min(self.extent.seen_low[place], self.extent.proven_low[place])

    def _solve(self, objective: NDArray[np.float64]) -> NDArray[np.float64]:
        world = self.polytope.world(objective)
        self.extent.add(self.part.columns, world)
        self.watch(self.part.columns, world)
        return world
