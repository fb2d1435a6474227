"""Home cells: a secure sum is judged within the release part of a cell, by everything shown of that part.

A data set is released in parts without common people, and cells over several parts are sums of cells of
single parts. The knowledge of a cell about one part's people is therefore the content of that part's
releases. The newest release of a part need not repeat all earlier values: in that case, and for cells over
several parts, the knowledge is unclear, and the cell enters no sum.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from anonymisers.cube.certified_cube import CertifiedCube
from anonymisers.errors import SecureSumError
from anonymisers.history.release_history import ReleaseHistory
from anonymisers.history.release_parts import ReleasePart
from anonymisers.secure_sum.feasible_range import FeasibleRanges
from anonymisers.secure_sum.offered_cells import LinkedCells
from anonymisers.tables.rules import Rules


@dataclass(frozen=True)
class HomeCell:
    """A cell of a part's newest release; `part` is the number of the part in the data set."""

    part: int
    cell: int


class HomeParts:
    """The parts of a data set whose newest release repeats everything ever shown of the part."""

    def __init__(self, cube: ReleaseHistory) -> None:
        self._cube = cube
        self._reaches: dict[int, FeasibleRanges] = {}
        left = {source for part in cube.parts for source in part.sources}
        self.parts = tuple(
            number for number, part in enumerate(cube.parts) if number not in left and _says_everything(part)
        )

    def feasible(self, part: int) -> FeasibleRanges:
        """Return the feasible ranges of one of `parts`, from its newest release."""
        found = self._reaches.get(part)
        if found is None:
            made = self._cube.parts[part]
            found = self._reaches[part] = FeasibleRanges.of(made.cubes[-1], _rules_of(made, self._cube.rules))
        return found

    def home_cell(self, cell: int) -> HomeCell | None:
        """Return the home cell of a cell of the data set; None unless the cell is about the people of one
        such part alone.

        Waiting parts count: the cell may contain people shown by no release.
        """
        if not self.parts:
            return None
        concerned = np.flatnonzero(self._concerned[:, cell])
        part = int(concerned[0]) if len(concerned) == 1 else -1
        if part not in self.parts:
            return None
        dims, key = self._cube.lattice.dims, self._keys[cell]
        found = self.within(part, {d.name: d.codes[p] for d, p in zip(dims, key, strict=True) if p != d.root})
        return None if found is None else HomeCell(part, found)

    @cached_property
    def _keys(self) -> NDArray[np.int32]:
        return self._cube.lattice.keys()

    @cached_property
    def _concerned(self) -> NDArray[np.bool_]:
        """(parts, cells): whether any of a part's people may be in a cell."""
        return ~np.stack([part.nobody(self._cube.lattice, self._keys) for part in self._cube.parts])

    def within(self, part: int, codes: Mapping[str, str]) -> int | None:
        """Return the cell of a part's release at these codes; None where there is no such cell."""
        try:
            return self.feasible(part).at(codes)
        except SecureSumError:
            return None

    def bound(self, place: HomeCell, cells: LinkedCells) -> bool:
        """Return whether accident counts constrain a cell, or any cell connected with the cell.

        Accident counts constrain a withheld number of people by accident dimensions only; other cells can
        exchange people within the same accident cells. The freedom left by a sum is not computed together
        with accidents.
        """
        accidents = self._cube.parts[place.part].accidents
        if accidents is None:
            return False
        lattice = self.feasible(place.part).cube.lattice
        keys = lattice.keys()[cells.component(place.cell)]
        person = [axis for axis, d in enumerate(lattice.dims) if d.name not in accidents.names]
        roots = np.array([lattice.dims[axis].root for axis in person], dtype=np.int32)
        return bool((keys[:, person] == roots).all(axis=1).any())

    def concerns(self, part: int, codes: Mapping[str, str]) -> bool:
        """Return whether any of a part's people may be in a cell; True also where the data set has no such
        cell now."""
        dims = self._cube.lattice.dims
        names = {d.name: axis for axis, d in enumerate(dims)}
        if any(name not in names or code not in dims[names[name]].index for name, code in codes.items()):
            return True
        key = np.array([[d.index.get(codes.get(d.name, ""), d.root) for d in dims]], dtype=np.int32)
        return not self._cube.parts[part].nobody(self._cube.lattice, key)[0]


def _rules_of(part: ReleasePart, rules: Rules) -> Rules:
    """Return the present rules with the zeros rule of the part's release, at the larger of the two
    thresholds."""
    made = part.cubes[-1].certificate
    return replace(
        rules,
        threshold=max(rules.threshold, made.threshold),
        zeros=made.zeros,
        expects_least=made.least > 0,
    )


def _says_everything(part: ReleasePart) -> bool:
    """Return whether the newest release of a part shows every cell shown by an earlier release, of the same
    kind.

    False where a release was made beside outside knowledge, such as a registered figure.
    """
    if part.kind != "period" or not part.cubes:
        return False
    if any(len(cube.certificate.known) > number for number, cube in enumerate(part.cubes)):
        return False
    *former, last = part.cubes
    ways = {(c.certificate.zeros, c.certificate.least) for c in part.cubes}
    return len(ways) == 1 and all(_holds(last, cube) for cube in former)


def _holds(last: CertifiedCube, former: CertifiedCube) -> bool:
    """Return whether `last` contains every table of `former` and shows every cell shown by `former`."""
    dims = {d.name: axis for axis, d in enumerate(last.lattice.dims)}
    keys = former.lattice.keys()
    coords = np.empty((len(keys), len(dims)), dtype=np.int32)
    coords[:] = [d.root for d in last.lattice.dims]
    for axis, dim in enumerate(former.lattice.dims):
        if dim.name not in dims:
            return False
        index = last.lattice.dims[dims[dim.name]].index
        if not index.keys() >= dim.index.keys():
            return False
        coords[:, dims[dim.name]] = np.array([index[code] for code in dim.codes])[keys[:, axis]]
    cells = last.lattice.cells(coords)
    return bool((cells >= 0).all()) and not (last.withheld[cells] & ~former.withheld).any()
