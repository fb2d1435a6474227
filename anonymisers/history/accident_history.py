"""Numbers of accidents over the release parts of a data set: sums of the numbers shown for its periods.

Numbers of accidents stay as first released: people added or removed later change casualties only. A number of
accidents is withheld once later casualties contradict the number.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from anonymisers.accidents.accident_tables import lattice_of, same_codes
from anonymisers.cube.released_cells import Answer, Key, OutsideLattice, ReleasedCells, Value, Withheld
from anonymisers.history.release_parts import ReleasePart
from anonymisers.tables.arrays import Bools, Ints
from anonymisers.tables.lattice import Lattice
from anonymisers.tables.rules import Rules


@dataclass(frozen=True, eq=False)
class AccidentCells:
    """The number of accidents (size,) of each cell of `lattice`, -1 where withheld."""

    lattice: Lattice
    values: Ints

    def lookup(self, key: Key) -> Answer:
        """The number of accidents at these codes; a dimension without a code is at `Total`."""
        names = {d.name: axis for axis, d in enumerate(self.lattice.dims)}
        coords = np.array([[d.root for d in self.lattice.dims]], dtype=np.int32)
        for name, code in key.items():
            axis = names.get(name)
            if axis is None or code not in self.lattice.dims[axis].index:
                return OutsideLattice()
            coords[0, axis] = self.lattice.dims[axis].index[code]
        cell = int(self.lattice.cells(coords)[0])
        if cell < 0:
            return OutsideLattice()
        return Withheld() if self.values[cell] < 0 else Value(int(self.values[cell]))


def compose_accidents(
    cube: ReleasedCells, parts: Sequence[ReleasePart], rules: Rules, names: Collection[str] = ()
) -> AccidentCells | None:
    """The accidents of a data set, where casualties are shown; None without a dimension of accidents.

    `names`: the dimensions of accidents, by default of the parts that have accidents. Where `names` are given
    and no part has accidents, every number is withheld.
    """
    names = {*names, *(name for p in parts if p.accidents is not None for name in p.accidents.names)}
    if not names & {d.name for d in cube.lattice.dims}:
        return None
    lattice = lattice_of(cube, names)
    keys = lattice.keys()
    known, numbers = np.ones(lattice.size, dtype=np.bool_), np.zeros(lattice.size, dtype=np.int64)
    for part in parts:
        if part.kind == "period":
            covered, own = _of_part(part, lattice, keys)
            known &= covered
            numbers += own
    people = np.where(cube.withheld, -1, cube.values)[same_codes(cube, lattice)]
    known &= (people == 0) | (people >= rules.threshold)
    known &= (numbers <= people) & ((numbers > 0) == (people > 0))
    values = np.where(known, numbers, -1)
    values.flags.writeable = False
    return AccidentCells(lattice, values)


def _of_part(part: ReleasePart, lattice: Lattice, keys: np.ndarray) -> tuple[Bools, Ints]:
    """For each key a mask (m,) of known numbers of accidents of a period, and the numbers (m,)."""
    known, people = part.known(lattice, keys)
    none = known & (people == 0)
    numbers = np.zeros(lattice.size, dtype=np.int64)
    if part.accidents is None:
        return none, numbers
    cells = part.cells(part.accidents.lattice, lattice.dims, keys)
    shown = (cells >= 0) & (part.accidents.values[cells] >= 0) & ~none
    numbers[shown] = part.accidents.values[cells[shown]]
    return none | shown, numbers
