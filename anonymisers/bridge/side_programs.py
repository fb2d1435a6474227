"""Tables of one side of a bridge that agree with everything their cube shows and go with the other side.

The program that finds them: whole numbers of people in inner cells, with the shown sums, and with no group of
clients larger than the group of survivors that its members can be (`bridge`).
"""

from dataclasses import dataclass
from functools import cached_property
from math import prod

import numpy as np

from anonymisers.bridge.bridge import Bridge
from anonymisers.bridge.side import Crossing
from anonymisers.cube.certified_cube import CertifiedCube
from anonymisers.proof.world import World
from anonymisers.simulatable.agreeing_tables import Rows, program_of, solved
from anonymisers.tables.arrays import Bools, Ints, Positions
from anonymisers.tables.base_table import BaseTable
from anonymisers.tables.count_table import Table
from anonymisers.tables.linked_tables import LinkedTables, TableBlock

MOST_INNER = 4_000
"""Inner cells up to which all of them are tried; of more, those with people and those of known worlds."""
MOST_TRIED = 6_000
"""Inner cells of a program, at most: of larger cubes no further table is sought."""


@dataclass(frozen=True, eq=False)
class SideCube:
    """A cube of one side with its people. `crossing` gives each inner cell its code of the bridge, if any."""

    cube: CertifiedCube
    table: Table
    crossing: Crossing

    @cached_property
    def people(self) -> BaseTable:
        """The inhabited inner cells, by the dimensions of the certificate."""
        dims = self.cube.certificate.dims
        return BaseTable.of(self.table, tuple(self.table.dims.index(dim) for dim in dims))

    @cached_property
    def by_code(self) -> Ints:
        """The people of each code (codes,)."""
        return self.crossing.counted(self.people.coords, self.people.counts)

    @cached_property
    def linked(self) -> LinkedTables:
        """The tables of the cube."""
        lattice = self.cube.lattice
        return LinkedTables(lattice.dims, (TableBlock.whole(lattice),))

    @cached_property
    def values(self) -> Ints:
        """The true value of each cell of the cube."""
        return self.linked.sums(self.people.coords, self.people.counts)

    @cached_property
    def tried(self) -> Positions:
        """Inner cells (m, dims) in which a table may have people: none with a shown zero around it."""
        dims = self.cube.certificate.dims
        if prod(len(dim.leaves) for dim in dims) <= MOST_INNER:
            grid = np.meshgrid(*(dim.leaves for dim in dims), indexing="ij")
            cells = np.stack([each.ravel() for each in grid], axis=1).astype(np.int32)
        else:
            worlds = [world.coords for world in self.cube.certificate.worlds]
            cells = np.unique(np.concatenate([self.people.coords, *worlds]), axis=0)
        empty = ~self.cube.withheld & (self.cube.values == 0)
        return np.asarray(cells[~empty[self.linked.above(cells)].any(axis=1)])


@dataclass(frozen=True, eq=False)
class Limits:
    """What the other side asks of a table: `factors` @ people by code lies from `low` to `high` (rows,).

    People by code are those of the cube; with `slack` (codes,), of those as many as are not among the slack:
    at least the number by code less the slack, and at least nobody.
    """

    factors: Ints
    low: Ints
    high: Ints
    slack: Ints | None = None


def limits_of_clients(bridge: Bridge, survivors: Ints, others: Ints, pairs: Bools) -> Limits:
    """What survivors by code ask of clients. `others` (codes,): how many clients are no survivors at most.

    `pairs` (clients, survivors): codes that one person may have in both (`Bridge.fits_own_cells`).
    """
    inside, within = bridge.groups
    room = within @ survivors - _kept(bridge, survivors > 0, pairs)
    return Limits(inside.astype(np.int64), np.full(len(room), np.iinfo(np.int64).min), room, others)


def limits_of_survivors(bridge: Bridge, clients: Ints, elsewhere: Ints, pairs: Bools) -> Limits:
    """What clients by code ask of survivors. `elsewhere` (codes,): survivors who stand in other cubes."""
    inside, within = bridge.groups
    there = np.ones(len(elsewhere), dtype=np.bool_)
    least = inside @ clients + _kept(bridge, there, pairs & (clients > 0)[:, None]) - within @ elsewhere
    return Limits(within.astype(np.int64), least, np.full(len(least), np.iinfo(np.int64).max))


def _kept(bridge: Bridge, survivors: Bools, pairs: Bools) -> Ints:
    """How much room each group must leave for somebody with a code outside it and a survivor's within."""
    inside, within = bridge.groups
    kept = np.zeros(len(inside), dtype=np.bool_)
    for client, survivor in np.argwhere(pairs & survivors[None]).tolist():
        kept |= within[:, survivor] & ~inside[:, client]
    return kept.astype(np.int64)


class SideProgram:
    """The tables of a side that agree with its cube and keep the limits of the other side."""

    def __init__(self, side: SideCube, limits: Limits) -> None:
        self._side, self._size = side, len(side.tried)
        above = side.linked.above(side.tried)
        order = np.argsort(above.ravel(), kind="stable")
        cells, first = np.unique(above.ravel()[order], return_index=True)
        members = np.split(order // above.shape[1], first[1:]) if len(cells) else []
        self._row_of = {int(cell): row for row, cell in enumerate(cells.tolist())}
        self._members = dict(zip(cells.tolist(), members, strict=True))
        shown = ~side.cube.withheld[cells]
        self._low = np.where(shown, side.cube.values[cells], side.cube.certificate.least).astype(float)
        self._high = np.where(shown, self._low, np.inf)
        index, value = [*members], [np.ones(len(row)) for row in members]
        low, high = self._low.tolist(), self._high.tolist()
        codes = side.crossing.codes[tuple(side.tried[:, axis] for axis in side.crossing.axes)]
        codes = np.broadcast_to(codes, self._size)
        for code in range(side.crossing.number):
            own = np.flatnonzero(codes == code)
            index.append(np.append(own, self._size + code))
            value.append(np.append(np.ones(len(own)), -1.0))
            low.append(-np.inf if limits.slack is not None else 0.0)
            high.append(float(limits.slack[code]) if limits.slack is not None else 0.0)
        for factors, least, most in zip(limits.factors, limits.low, limits.high, strict=True):
            index.append(self._size + np.flatnonzero(factors))
            value.append(factors[factors != 0].astype(float))
            low.append(float(least) if least > np.iinfo(np.int64).min else -np.inf)
            high.append(float(most) if most < np.iinfo(np.int64).max else np.inf)
        width = self._size + side.crossing.number
        rows = Rows(index, value, low, high)
        self._highs = program_of(rows, [0.0] * width, [np.inf] * width, whole=width)

    def extreme(self, cell: int, sign: int, kept: Ints) -> World | None:
        """A table in which a cell is greatest (1) or least (-1); each cell `kept` has its true value."""
        return self._found(self._members.get(cell, np.zeros(0, dtype=np.int64)), sign, kept)

    def extreme_inside(self, inside: Bools, sign: int) -> World | None:
        """The same for the sum of inner cells, a mask over `SideCube.tried`."""
        return self._found(np.flatnonzero(inside), sign, np.zeros(0, dtype=np.int64))

    def any(self, kept: Ints) -> World | None:
        """Any such table in which each cell `kept` has its true value."""
        return self._found(np.zeros(0, dtype=np.int64), 1, kept)

    def _found(self, members: Ints, sign: int, kept: Ints) -> World | None:
        rows = [(self._row_of[cell], cell) for cell in kept.tolist() if cell in self._row_of]
        for column in members.tolist():
            self._highs.changeColCost(column, -float(sign))
        for row, cell in rows:
            self._highs.changeRowBounds(row, *[float(self._side.values[cell])] * 2)
        found = solved(self._highs, self._size)
        for row, _ in rows:
            self._highs.changeRowBounds(row, self._low[row], self._high[row])
        for column in members.tolist():
            self._highs.changeColCost(column, 0.0)
        if found is None:
            return None
        tried = self._side.tried
        every = self._side.people.margin(tuple(range(tried.shape[1])))
        return World.of(tried, found - every.count(tried))
