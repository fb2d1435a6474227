"""The singleton rule: what the only person of a withheld cell of 1, a singleton intruder, could compute.

A singleton intruder knows the releases and the value of his own cell. A small cell is safe from him if some
world changes the small cell and leaves his own cell as it is (singleton problem: Jewett, 1993; Hundepool and
others, 2012).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from anonymisers.tables.arrays import Bools, Ints
from anonymisers.tables.base_table import BaseTable
from anonymisers.tables.linked_tables import LinkedTables


@dataclass(frozen=True, eq=False)
class OwnCells:
    """The cells of block 0, our own tables: their true values and three masks, all (size,)."""

    values: Ints
    suppressed: Bools
    to_protect: Bools
    """Suppressed cells under the rules: neither public already nor of a refused table."""
    small: Bools


class ExposedPair(NamedTuple):
    """A small withheld cell, and a withheld cell of 1 that changes in each world with the small cell."""

    cell: int
    singleton: int
    same_person: bool
    """Whether both cells hold the same person, who then learns no more than that nobody else is in `cell`."""


def exposed_pairs(
    linked_tables: LinkedTables, base_table: BaseTable, cells: OwnCells, worlds: Iterable[Ints]
) -> tuple[ExposedPair, ...]:
    """The small cells that singleton intruders could compute, in order of cells.

    For each small cell the result has one pair with a singleton who is not in the small cell; without such a
    pair, all pairs with a singleton who is. `worlds` yields, for each world, the numbers (m,) of the cells of
    block 0 that the world changes. Cells bound together by plain sums are one cell under two
    names and no pair: a district of one person, and its women, where 0 men are shown.
    """
    values = cells.values
    single, sought = cells.to_protect & (values == 1), cells.to_protect & cells.small
    common: dict[int, set[int]] = {}
    for rows in worlds:
        lone = set(rows[single[rows]].tolist())
        for cell in rows[sought[rows]].tolist():
            seen = common.get(cell)
            common[cell] = lone if seen is None else seen & lone
    person, name = one_inner_cell(linked_tables, base_table), _names(linked_tables, cells.suppressed)
    pairs = []
    for cell, lone_cells in sorted(common.items()):
        others, same = [], []
        for singleton in sorted(lone_cells - {cell}):
            if values[cell] > 1 or person[singleton] != person[cell]:
                others.append(ExposedPair(cell, singleton, same_person=False))
            elif name[singleton] != name[cell]:
                same.append(ExposedPair(cell, singleton, same_person=True))
        pairs += others[:1] or same
    return tuple(pairs)


def _names(linked_tables: LinkedTables, suppressed: Bools) -> Ints:
    """A number (size,) for each cell of block 0, equal for cells bound together by plain sums.

    Where all but two of a group and its parts along one dimension are shown, these two cells change together.
    """
    lattice = linked_tables.blocks[0].lattice
    size = lattice.size
    links = [np.zeros((2, 0), dtype=np.int64)]
    for parts, above in lattice.parents():
        inside = suppressed[parts]
        cell = np.append(parts[inside], np.flatnonzero(suppressed))
        group = np.append(above[inside], np.flatnonzero(suppressed))
        two = np.bincount(group, minlength=size)[group] == 2
        pairs = cell[two][np.argsort(group[two], kind="stable")]
        links.append(pairs.reshape(-1, 2).T)
    one, other = np.concatenate(links, axis=1)
    name = np.arange(size)
    while (name[one] != name[other]).any():
        np.minimum.at(name, one, name[other])
        np.minimum.at(name, other, name[one])
    return name


def one_inner_cell(linked_tables: LinkedTables, base_table: BaseTable) -> Ints:
    """For each cell (size,) the number of one inhabited inner cell in the cell, -1 for none.

    For a cell of 1, the inner cell is where its only person is.
    """
    person = np.full(linked_tables.size, -1, dtype=np.int64)
    for column in linked_tables.above(base_table.coords).T:
        counted = column >= 0
        person[column[counted]] = np.flatnonzero(counted)
    return person
