"""Singletons who also know how many casualties their own accident had.

For a singleton, a world with fewer people in the inner cell than in his own accident is not feasible. What a
certificate proves by such worlds alone does not hold against a singleton of an accident with others.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from anonymisers.accidents.accident_tables import (
    AccidentContext,
    Accidents,
    InnerCell,
    refused_cells,
    singletons,
)
from anonymisers.cube.certified_cube import CertifiedCube
from anonymisers.tables.arrays import Bools, Ints
from anonymisers.tables.distinct_rows import distinct_rows
from anonymisers.tables.linked_tables import LinkedTables, TableBlock, changed_cells
from anonymisers.tables.rules import is_small_count

FEW = 20
"""Cells of the lattice for each change of a world, above which the changes are sorted."""


def exposes_small_cell(cube: CertifiedCube, accidents: Accidents, context: AccidentContext) -> bool:
    """Whether a singleton who knows the size of his accident could compute a cell, for want of worlds."""
    knowing = _Knowing.of(cube, accidents)
    changed: dict[int, set[int]] = {}
    for row, inner, size in knowing.singletons:
        lacking = [
            number
            for number, moved in enumerate(context.worlds)
            if context.casualties[inner] + moved.get(inner, 0) < size
        ]
        if lacking and knowing.loses(row, lacking, changed):
            return True
    return False


@dataclass(frozen=True, eq=False)
class _Knowing:
    cube: CertifiedCube
    linked_tables: LinkedTables
    single: Bools
    small: Bools
    singletons: list[tuple[Ints, InnerCell, int]]
    """Singletons of accidents with others: the cells that count each, his inner cell, and the casualties."""

    @classmethod
    def of(cls, cube: CertifiedCube, accidents: Accidents) -> "_Knowing":
        linked_tables = LinkedTables(cube.lattice.dims, (TableBlock.whole(cube.lattice),))
        values = linked_tables.sums(accidents.coords, np.ones(len(accidents.coords), dtype=np.int64))
        asked = cube.withheld & ~refused_cells(cube, cube.lattice)
        axes = [a for a, d in enumerate(accidents.dims) if d.name in accidents.names]
        places: Ints = np.column_stack((accidents.coords[:, axes], accidents.numbers))
        _, group, sizes = distinct_rows(places)
        company = sizes[group]
        found = []
        for n in np.flatnonzero(singletons(cube, accidents.coords) & (company > 1)).tolist():
            row = linked_tables.above(accidents.coords[n : n + 1])[0]
            inner = tuple(accidents.coords[n, axes].tolist())
            found.append((row[row >= 0], inner, int(company[n])))
        small = asked & is_small_count(values, cube.certificate.threshold)
        return cls(cube, linked_tables, asked & (values == 1), small, found)

    def loses(self, row: Ints, lacking: list[int], changed: dict[int, set[int]]) -> bool:
        """Whether a cell but the singleton's own changes only in worlds not feasible for him (`lacking`)."""
        own = set(row[self.single[row]].tolist())
        without = set(lacking)
        others: Mapping[int, set[int]] = {
            number: self._changes(number, changed) for number in range(len(self.cube.certificate.worlds))
        }
        for cell in own:
            kept = [cells for n, cells in others.items() if n not in without and cell not in cells]
            open_to_him = set().union(*kept)
            for number in lacking:
                if cell not in others[number] and others[number] - open_to_him - own:
                    return True
        return False

    def _changes(self, number: int, changed: dict[int, set[int]]) -> set[int]:
        """The small withheld cells with a change in a world of the certificate."""
        if number not in changed:
            world = self.cube.certificate.worlds[number]
            axes = [
                [d.name for d in self.cube.certificate.dims].index(d.name) for d in self.linked_tables.dims
            ]
            rows = self.linked_tables.above(world.coords[:, axes])
            if rows.size < self.linked_tables.size // FEW:
                differs = changed_cells(rows, world.change)[0]
            else:  # one sum for each cell of the lattice: sorting so many takes ten times as long
                inside = rows >= 0
                weights = np.broadcast_to(world.change[:, None], rows.shape)[inside]
                sums = np.bincount(rows[inside], weights=weights, minlength=self.linked_tables.size)
                differs = np.flatnonzero(np.rint(sums))
            changed[number] = set(differs[self.small[differs]].tolist())
        return changed[number]
