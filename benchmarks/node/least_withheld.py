"""How many people any safe pattern must withhold from one table, shown by an argument and not by a search.

Take a shown cell above the inner cells of a table: a total or a group. Were all inner cells of k or more
people below that cell shown, the small ones below would add up to a known number S. Each of them is then
known to be at most S. With S from 1 to k-2 none of them could be k-1, and no interval would be k wide, as the
protection-level rule asks (docs/explanation/disclosure-control/guarantee.md). So one of the inner cells of k
or more people is withheld, by whatever method. A withheld cell is known, and protects nothing, if all others
below the same shown cell are shown, or are parts of a shown zero: another one has to be withheld with it.

A group of fewer than k people is withheld, and so is its whole breakdown by a sensitive dimension where zeros
are not published; each part, a zero too, must be able to be k-1. Below a shown cell with such a part the
withheld cells need k-1 people together: where the small ones have fewer, one of the larger is withheld.

The least number of people in cells that meet all these demands at once is a small integer program; what its
solver proves to be too few is the bound.

The bound is about this table alone, beside the totals and groups that the cube shows: other tables, and what
else the rules ask, can only withhold more. It holds for each treatment of zeros; where they are published, no
sensitive dimensions are to be named.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from anonymisers.cube.released_cells import ReleasedCells
from anonymisers.tables.arrays import Bools, Ints, Positions
from anonymisers.tables.hierarchy import Hierarchy
from gateway.member.cube.table_shares import Codes

NODES = 200
"""Nodes of the integer program, each a linear program, so that the bound is the same on any machine."""


@dataclass(frozen=True, eq=False)
class _Table:
    """All inner cells (n, dims) of a table, the people (n,) of each, and which hold nobody, as a shown
    zero above tells."""

    cube: ReleasedCells
    inner: Positions
    people: Ints
    empty: Bools

    def of_small_groups(self, sensitive: Collection[str], threshold: int) -> Bools:
        """Which inner cells (n,) break a group of fewer people than the threshold down by a sensitive
        dimension, but those in a shown zero."""
        found = np.zeros(len(self.people), dtype=np.bool_)
        for axis, dim in enumerate(self.cube.lattice.dims):
            if dim.name in sensitive and (self.inner[:, axis] != dim.root).any():
                group = self.inner.copy()
                group[:, axis] = dim.root
                which = np.unique(self.cube.lattice.cells(group), return_inverse=True)[1]
                people = np.bincount(which, weights=self.people)[which]
                found |= (people >= 1) & (people < threshold)
        return found & ~self.empty


def least_withheld(  # noqa: PLR0917 - a table is a cube, codes, places and counts
    cube: ReleasedCells,
    codes: Codes,
    inhabited: Positions,
    people: Ints,
    threshold: int,
    sensitive: Collection[str] = (),
) -> int:
    """The least number of people in inner cells of at least `threshold` people that are withheld in every
    safe pattern beside the coarser cells that the cube shows.

    `codes`: the codes of each dimension of the table. `inhabited` (n, dims): the inner cells with anybody in
    them, as positions of the cube's lattice, each once. `people` (n,): the people in each. `sensitive`: the
    dimensions by which a small group is not broken down.
    """
    table = _with_empty_cells(cube, codes, inhabited, people)
    rows, columns, factors, least = list[int](), list[int](), list[float](), list[float]()
    for needed, for_whom in dict.fromkeys(_demands(table, threshold, sensitive)):
        columns += [*needed, *for_whom]
        factors += [1.0] * len(needed) + [-1.0] * len(for_whom)
        rows += [len(least)] * (len(needed) + len(for_whom))
        least.append(0.0 if for_whom else 1.0)
    if not least:
        return 0
    used, at = np.unique(columns, return_inverse=True)
    matrix = csr_array((factors, (rows, at)), shape=(len(least), len(used)))
    found = milp(
        table.people[used].astype(np.float64),
        constraints=LinearConstraint(matrix, np.array(least)),
        integrality=np.ones(len(used)),
        bounds=Bounds(0.0, 1.0),
        options={"node_limit": NODES},
    )
    return 0 if found.mip_dual_bound is None else max(0, int(np.ceil(found.mip_dual_bound - 1e-6)))


Demand = tuple[tuple[int, ...], tuple[int, ...]]
"""Rows of inner cells of which one must be withheld; if there is a second part, only where that cell is."""


def _demands(table: _Table, threshold: int, sensitive: Collection[str]) -> Iterator[Demand]:
    cube, people = table.cube, table.people
    parts = table.of_small_groups(sensitive, threshold)
    large = people >= threshold
    small = np.where(large, 0, people)
    open_to_doubt = ~large & ~table.empty
    for above in _above(cube, table.inner):
        numbers, which = np.unique(_cells(cube, above), return_inverse=True)
        shown = (numbers >= 0) & ~cube.withheld[numbers]
        together = np.bincount(which, weights=small, minlength=len(numbers))
        with_parts = np.bincount(which, weights=parts, minlength=len(numbers))
        doubtful = np.bincount(which, weights=open_to_doubt, minlength=len(numbers))
        for number in np.flatnonzero(shown & (together <= threshold - 2)).tolist():
            below = tuple(np.flatnonzero((which == number) & large).tolist())
            if below and (together[number] >= 1 or with_parts[number]):
                yield below, ()
            elif not doubtful[number]:
                for one in below:
                    yield tuple(other for other in below if other != one), (one,)


def _with_empty_cells(cube: ReleasedCells, codes: Codes, inhabited: Positions, people: Ints) -> _Table:
    columns = []
    for axis, dim in enumerate(cube.lattice.dims):
        wanted = [dim.index[code] for code in codes.get(dim.name, ())]
        columns.append(np.unique(np.append(inhabited[:, axis], np.array(wanted, dtype=np.int32))))
    inner = np.stack([each.ravel() for each in np.meshgrid(*columns, indexing="ij")], axis=1)
    inner = inner.astype(np.int32)
    inside = np.zeros(len(inner), dtype=np.int64)
    shape = [len(column) for column in columns]
    places = [np.searchsorted(column, inhabited[:, axis]) for axis, column in enumerate(columns)]
    inside[np.ravel_multi_index(places, shape)] = people
    empty = np.zeros(len(inner), dtype=np.bool_)
    for above in _above(cube, inner):
        cells = _cells(cube, above)
        empty |= (cells >= 0) & ~cube.withheld[cells] & (cube.values[cells] == 0)
    return _Table(cube, inner, inside, empty)


def _above(cube: ReleasedCells, inner: Positions) -> Iterator[Positions]:
    """For each way to cut every dimension at a depth: the cells (n, dims) that hold the inner cells.

    All inner cells below a cell have it in the same turn, wherever their codes end. A row that is the inner
    cell itself has no cell of the lattice: -1.
    """
    lines = [_line(dim, inner[:, axis]) for axis, dim in enumerate(cube.lattice.dims)]
    for columns in product(*lines):
        above = np.stack(columns, axis=1).astype(np.int32)
        above[(above == inner).all(axis=1)] = -1
        yield above


def _line(dim: Hierarchy, positions: NDArray[np.int32]) -> Sequence[NDArray[np.int32]]:
    """The positions themselves, then those of their codes at each depth above, down to the root alone."""
    found = [positions]
    for depth in range(int(dim.depth[positions].max()) - 1, -1, -1):
        last = found[-1]
        found.append(np.where(dim.depth[last] > depth, dim.parents[last], last))
    return found


def _cells(cube: ReleasedCells, above: Positions) -> NDArray[np.int64]:
    """The cells (n,) of the lattice at some positions, -1 where there is none."""
    known = (above >= 0).all(axis=1)
    cells = np.full(len(above), -1, dtype=np.int64)
    cells[known] = cube.lattice.cells(above[known])
    return cells
