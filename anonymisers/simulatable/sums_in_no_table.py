"""Sums of inner cells that stand in no table: whether each of them has more than one value."""

from collections.abc import Iterator

import numpy as np

from anonymisers.proof.inner_sums import levels, unchanged_sums
from anonymisers.proof.world import World
from anonymisers.simulatable.agreeing_tables import AgreeingTables
from anonymisers.simulatable.masked_view import MaskedView
from anonymisers.simulatable.reachable_values import ReachableValues
from anonymisers.tables.arrays import Bools, Ints, Positions
from anonymisers.tables.base_table import BaseTable


def every_sum_changes(reached: ReachableValues, suppressed: Bools) -> bool:
    """Whether each inner cell, and each sum in no table, that may be small has more than one value.

    The tables found are compared with each other, not with the truth.
    """
    view, own = reached.view, reached.view.cells.system.blocks[0]
    if tuple(range(len(own.lattice.dims))) in own.lattice.tables and own.present.all():
        return True
    program = AgreeingTables(view, suppressed, reached.values, in_class=False)
    if not len(reached.tables):
        reached.add_found(program.extreme(np.arange(len(view.inner)), 1), in_class=False)
    for inside in _unchanged(reached):
        if _is_known(view, inside):
            continue
        for sign in (-1, 1):
            reached.add_found(program.extreme(inside, sign), in_class=False)
        sums = reached.tables[:, inside].sum(axis=1)
        if sums.min() == sums.max() and 1 <= sums[0] < view.task.rules.threshold:
            return False
    return True


def _is_known(view: MaskedView, inside: Ints) -> bool:
    """Whether everybody knows the sum of inner cells, by number."""
    sums = view.sums[view.known]
    return bool(((sums[:, inside].sum(axis=1) == len(inside)) & (sums.sum(axis=1) == len(inside))).any())


def _unchanged(reached: ReachableValues) -> Iterator[Ints]:
    """Yield inner cells of the view, by number, whose sum is the same in each table found and may be
    small."""
    view, tables = reached.view, reached.tables
    k, own = view.task.rules.threshold, view.cells.system.blocks[0]
    lattice = own.lattice
    for column in range(tables.shape[1]):
        if tables[:, column].min() == tables[:, column].max() and tables[0, column] < k:
            yield np.array([column])
    inner = view.cells.inner[view.inner]
    first = BaseTable.at(lattice.dims, inner[tables[0] > 0], tables[0][tables[0] > 0])
    others = [World.of(inner, table - tables[0]) for table in tables[1:]]

    def in_a_table(coords: Positions) -> Bools:
        cells = lattice.cells(coords)
        return np.asarray((cells >= 0) & own.present[cells])

    for sums in unchanged_sums(first, others, levels(lattice), k, in_a_table):
        for place in sums.coords:
            inside = np.ones(len(inner), dtype=np.bool_)
            for axis, dim in enumerate(lattice.dims):
                inside &= dim.covered_leaves(int(place[axis]))[inner[:, axis]]
            yield np.flatnonzero(inside)
