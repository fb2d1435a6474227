"""Controlled rounding: every cell a multiple of the base, tables additive, each cell near its true value.

Every inner cell becomes the multiple below or above the count; the choice follows from an unbiased draw with
the member's key, unless a margin would then leave its two adjacent multiples. Margins are sums of rounded
inner cells, so that additivity never fails; where no choice keeps all margins near, the farthest margin is
named. Tables linked by more dimensions than each table has mostly allow no such choice, and are rounded as a
node rounds (`rounding_repair`).

Sources: Cox, A constructive procedure for unbiased controlled rounding, Journal of the American Statistical
Association 82, 1987; as an integer program: Salazar, Controlled rounding and cell perturbation, Mathematical
Programming 105, 2006.
"""

from dataclasses import dataclass

import highspy
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array  # type: ignore[import-untyped]

from anonymisers.errors import RulesError
from anonymisers.perturbation.rounding_repair import rounded_near
from anonymisers.solving.solvers import new_solver
from anonymisers.tables.arrays import Floats, Ints
from anonymisers.tables.count_table import Table
from anonymisers.tables.keyed_random import random_fractions
from anonymisers.tables.lattice import Lattice
from anonymisers.tables.linked_tables import LinkedTables, TableBlock

OUTSIDE = 1000.0
"""Cost per base by which a margin leaves its adjacent multiples: more than any choice inside can save."""
MAX_NODES = 2000
"""Nodes of the search: a bound in steps, so that every machine finds the same solution."""


@dataclass(frozen=True, eq=False)
class RoundedTable:
    """Every cell of a lattice, rounded, and, inside the state only, the true value and the largest
    difference."""

    lattice: Lattice
    base: int
    values: Ints
    truth: Ints

    @property
    def farthest(self) -> int:
        """The largest difference from the truth; below the base where all margins could be kept near."""
        return int(np.abs(self.values - self.truth).max(initial=0))

    @property
    def note(self) -> str:
        """The note on the method, for answers."""
        return f"counts are rounded to multiples of {self.base} so that tables add up"


def controlled_rounding(table: Table, base: int, key: bytes, max_dims: int | None = None) -> RoundedTable:
    """Round a table and all margins of its lattice; linked tables are rounded as a node rounds.

    Raises RulesError for a base below 2 or a short key, ProtectionError where linked tables cannot be
    rounded.
    """
    if base < 2:
        raise RulesError(f"a base of {base} rounds nothing", remedy="Choose 3 or more; 5 is usual.")
    lattice = Lattice.of(table.dims, table.by, max_dims)
    system = LinkedTables(lattice.dims, (TableBlock.whole(lattice),))
    truth = system.sums(table.coords, table.counts)
    low = table.counts // base
    rest = (table.counts % base) / base
    draws = _draws(table, key)
    loose = np.flatnonzero(rest)
    up = low.copy()
    if max_dims is not None and max_dims < len(table.by):
        up = rounded_near(system, (table.coords, table.counts), draws, base)
    elif len(loose):
        sums = _sums(system, table.coords[loose])
        part = truth / base - system.sums(table.coords, low)
        up[loose] += _choose(sums, part, (rest - draws)[loose])
    return RoundedTable(lattice, base, system.sums(table.coords, up) * base, truth)


def _draws(table: Table, key: bytes) -> Floats:
    """Return a number in [0, 1) for each inner cell, by its codes.

    A cell is drawn alike in every table that is rounded under the key: were draws given out in order, one
    person in a new cell would draw all later ones anew, and the mean of both numbers be nearer to a count.
    """
    found = np.zeros(len(table.coords))
    for place, coords in enumerate(table.coords.tolist()):
        codes = [dim.codes[code] for dim, code in zip(table.dims, coords, strict=True)]
        purpose = "controlled rounding\x00" + "\x00".join(f"{len(c)}:{c}" for c in codes)
        found[place] = random_fractions(key, purpose, 1)[0]
    return found


def _sums(system: LinkedTables, coords: NDArray[np.int32]) -> csr_array:
    """Return for each cell the inner cells below it."""
    rows = system.above(coords)
    owner = np.broadcast_to(np.arange(len(coords))[:, None], rows.shape)
    real = rows >= 0
    shape = (system.size, len(coords))
    return csr_array(coo_array((np.ones(int(real.sum())), (rows[real], owner[real])), shape=shape))


def _choose(sums: csr_array, part: Floats, gain: Floats) -> Ints:
    """Choose the inner cells to round up (0 or 1): greatest gain with each sum at a multiple adjacent to
    `part`."""
    kept = np.flatnonzero(np.diff(sums.indptr) > 1)
    rows = csr_array(sums[kept])
    lower, upper = np.floor(part[kept] + 1e-9), np.ceil(part[kept] - 1e-9)
    cells, margins = rows.shape[1], len(kept)
    matrix = rows.tocsc()
    elastic = np.arange(margins)
    start = np.concatenate([matrix.indptr, matrix.indptr[-1] + np.arange(1, 2 * margins + 1)])
    index = np.concatenate([matrix.indices, elastic, elastic])
    value = np.concatenate([matrix.data, np.ones(margins), -np.ones(margins)])
    cost = np.concatenate([-gain, np.full(2 * margins, OUTSIDE)])
    top = np.concatenate([np.ones(cells), np.full(2 * margins, float(cells))])
    kinds = np.concatenate([np.ones(cells, dtype=np.int32), np.zeros(2 * margins, dtype=np.int32)])
    solver = new_solver(mip_max_nodes=MAX_NODES, mip_rel_gap=0.02)
    solver.passModel(
        len(cost), margins, len(index), 1, 1, 0.0, cost, np.zeros(len(cost)), top, lower, upper,
        start.astype(np.int32), index.astype(np.int32), value, kinds,
    )  # fmt: skip
    solver.run()
    found = np.asarray(solver.getSolution().col_value)
    if solver.getInfo().primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        found = (gain > 0).astype(np.float64)
    up: Ints = np.rint(found[:cells]).astype(np.int64)
    return up
