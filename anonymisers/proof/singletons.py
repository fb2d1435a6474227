"""What the only person of a withheld cell of 1 could compute: he adds the own cell to what is known.

A small cell is safe from him when some world differs in it and agrees with him about his own cell.
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
    """The cells of block 0: which are withheld, have to be safe where they are, and are small."""

    values: Ints
    withheld: Bools
    asked: Bools
    small: Bools


class ExposedPair(NamedTuple):
    """A small withheld cell and a withheld cell of 1 that every world changes together."""

    cell: int
    insider: int
    himself: bool
    """Whether both hold the same person. He knows that he is there, and learns only that nobody else is."""


def exposed_pairs(
    system: LinkedTables, people: BaseTable, cells: OwnCells, worlds: Iterable[Ints]
) -> tuple[ExposedPair, ...]:
    """What insiders could compute: of each small cell one pair with another person, else all with the same.

    `worlds` yields for each world the cells of block 0 that it changes. Two cells of 1 that are one under two
    names (the only woman of a district, where the count of its men is shown) are no such pair.
    """
    values = cells.values
    single, sought = cells.asked & (values == 1), cells.asked & cells.small
    common: dict[int, set[int]] = {}
    for rows in worlds:
        lone = set(rows[single[rows]].tolist())
        for cell in rows[sought[rows]].tolist():
            seen = common.get(cell)
            common[cell] = lone if seen is None else seen & lone
    person, name = one_inner_cell(system, people), _names(system, cells.withheld)
    pairs = []
    for cell, insiders in sorted(common.items()):
        others, himself = [], []
        for insider in sorted(insiders - {cell}):
            if values[cell] > 1 or person[insider] != person[cell]:
                others.append(ExposedPair(cell, insider, himself=False))
            elif name[insider] != name[cell]:
                himself.append(ExposedPair(cell, insider, himself=True))
        pairs += others[:1] or himself
    return tuple(pairs)


def _names(system: LinkedTables, withheld: Bools) -> Ints:
    """A number for each cell of block 0, the same for cells that can change only together, by plain sums.

    Of a group and its parts all but two are shown: these two have the same number.
    """
    lattice = system.blocks[0].lattice
    size = lattice.size
    links = [np.zeros((2, 0), dtype=np.int64)]
    for parts, above in lattice.parents():
        inside = withheld[parts]
        cell = np.append(parts[inside], np.flatnonzero(withheld))
        group = np.append(above[inside], np.flatnonzero(withheld))
        two = np.bincount(group, minlength=size)[group] == 2
        pairs = cell[two][np.argsort(group[two], kind="stable")]
        links.append(pairs.reshape(-1, 2).T)
    one, other = np.concatenate(links, axis=1)
    name = np.arange(size)
    while (name[one] != name[other]).any():
        np.minimum.at(name, one, name[other])
        np.minimum.at(name, other, name[one])
    return name


def one_inner_cell(system: LinkedTables, people: BaseTable) -> Ints:
    """For each cell an inner cell with people that is counted in it: for a cell of 1 the only one."""
    person = np.full(system.size, -1, dtype=np.int64)
    for column in system.above(people.coords).T:
        counted = column >= 0
        person[column[counted]] = np.flatnonzero(counted)
    return person
