"""What somebody who was hurt knows beside his own cell: how many were hurt in the same accident.

A world with fewer people there than he knows of is none for him. What the certificate shows of him by such
a world alone it does not show of somebody who was in an accident with others.
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
from anonymisers.tables.linked_tables import LinkedTables, TableBlock
from anonymisers.tables.rules import is_small_count


def unproved(cube: CertifiedCube, accidents: Accidents, context: AccidentContext) -> bool:
    """Whether somebody who knows how many were in his accident could have no world left for a cell."""
    knowing = _Knowing.of(cube, accidents)
    changed: dict[int, set[int]] = {}
    for row, leaf, size in knowing.singletons:
        lacking = [
            number
            for number, moved in enumerate(context.worlds)
            if context.casualties[leaf] + moved.get(leaf, 0) < size
        ]
        if lacking and knowing.loses(row, lacking, changed):
            return True
    return False


@dataclass(frozen=True, eq=False)
class _Knowing:
    cube: CertifiedCube
    system: LinkedTables
    single: Bools
    small: Bools
    singletons: list[tuple[Ints, InnerCell, int]]
    """Those who were not alone: the cells that each is counted in, where it was, and how many were hurt."""

    @classmethod
    def of(cls, cube: CertifiedCube, accidents: Accidents) -> "_Knowing":
        system = LinkedTables(cube.lattice.dims, (TableBlock.whole(cube.lattice),))
        values = system.sums(accidents.coords, np.ones(len(accidents.coords), dtype=np.int64))
        asked = cube.hidden & ~refused_cells(cube, cube.lattice)
        axes = [a for a, d in enumerate(accidents.dims) if d.name in accidents.names]
        places = np.column_stack((accidents.coords[:, axes], accidents.numbers))
        _, group, sizes = np.unique(places, axis=0, return_inverse=True, return_counts=True)
        company = sizes[group.ravel()]
        found = []
        for n in np.flatnonzero(singletons(cube, accidents.coords) & (company > 1)).tolist():
            row = system.above(accidents.coords[n : n + 1])[0]
            leaf = tuple(accidents.coords[n, axes].tolist())
            found.append((row[row >= 0], leaf, int(company[n])))
        small = asked & is_small_count(values, cube.certificate.threshold)
        return cls(cube, system, asked & (values == 1), small, found)

    def loses(self, row: Ints, lacking: list[int], changed: dict[int, set[int]]) -> bool:
        """Whether a cell that is not his own has no world beside those that are none for him."""
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
        """The small withheld cells that a world of the certificate changes."""
        if number not in changed:
            world = self.cube.certificate.worlds[number]
            axes = [[d.name for d in self.cube.certificate.dims].index(d.name) for d in self.system.dims]
            rows = self.system.above(world.coords[:, axes])
            cells, place = np.unique(rows, return_inverse=True)
            weights = np.broadcast_to(world.change[:, None], rows.shape).ravel()
            sums = np.rint(np.bincount(place.ravel(), weights=weights, minlength=len(cells)))
            differs = cells[(cells >= 0) & (sums != 0)]
            changed[number] = set(differs[self.small[differs]].tolist())
        return changed[number]
