"""The feasible range of every cell of a protected cube: a function of the release alone."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from anonymisers.cube.released_cells import ReleasedCells
from anonymisers.errors import SecureSumError
from anonymisers.proof.interval_bounds import UNBOUNDED as NO_BOUND
from anonymisers.proof.interval_bounds import interval_bounds
from anonymisers.secure_sum.offered_cells import UNBOUNDED, LinkedCells
from anonymisers.tables.arrays import Bools, Ints
from anonymisers.tables.count_table import Table
from anonymisers.tables.rules import Rules


def bounds_from(cube: ReleasedCells, least: int, seen: Bools) -> tuple[Ints, Ints]:
    """Return the bounds of every cell that follow from the cells `seen` (size,) and from no other cell.

    A withheld cell that is seen is at least `least`. Of another cell neither the value is read nor whether
    the cell is withheld: it is at least 0.
    """
    lowest = np.where(seen, least, 0)
    low, high = interval_bounds(cube.lattice, cube.values, cube.withheld | ~seen, lowest)
    return low, np.where(high >= NO_BOUND, UNBOUNDED, high)


@dataclass(frozen=True, eq=False)
class FeasibleRanges:
    """Bounds of every cell of a cube, shown cells included."""

    cube: ReleasedCells
    rules: Rules
    low: Ints
    high: Ints

    @classmethod
    def of(cls, cube: ReleasedCells, rules: Rules) -> "FeasibleRanges":
        """Compute the bounds under the `rules` that protected the cube."""
        return cls(cube, rules, *bounds_from(cube, rules.least, np.ones(cube.lattice.size, dtype=np.bool_)))

    def at(self, key: Mapping[str, str]) -> int:
        """Return the cell at these codes, as an index of `low` and `high`. Raises SecureSumError outside the
        cube."""
        dims = self.cube.lattice.dims
        coords = np.array([[d.root for d in dims]], dtype=np.int32)
        names = {d.name: axis for axis, d in enumerate(dims)}
        for name, code in key.items():
            axis = names.get(name)
            if axis is None or code not in dims[axis].index:
                raise SecureSumError("a cell of the question is not in the cube")
            coords[0, axis] = dims[axis].index[code]
        cell = int(self.cube.lattice.cells(coords)[0])
        if cell < 0:
            raise SecureSumError("a cell of the question is not in the cube")
        return cell

    def cells(self, among: Iterable[int]) -> LinkedCells:
        """Return the cells with all informative sums: the sums of protected tables, and of the tables
        containing the cells `among`, down to their levels.

        A refused table shows only consequences of other tables: its cells can take any values that agree with
        its margins, and connect no other cells as long as no cell of the refused table enters a sum.
        """
        read = ~self._refused
        for cell in among:
            read |= (self._depths <= self._depths[cell]).all(axis=1)
        sums = []
        for parts, above in self.cube.lattice.parents():
            kept = read[parts] & read[above]
            sums.append((parts[kept].astype(np.int64), above[kept].astype(np.int64)))
        rules = self.rules
        return LinkedCells(
            self.cube.withheld,
            self.low,
            self.high,
            tuple(sums),
            rules.threshold,
            rules.least,
            rules.smallest_sensitive,
        )

    @cached_property
    def _depths(self) -> NDArray[np.int64]:
        keys = self.cube.lattice.keys()
        dims = self.cube.lattice.dims
        return np.stack([d.depth[keys[:, a]] for a, d in enumerate(dims)], axis=1)

    @cached_property
    def _refused(self) -> NDArray[np.bool_]:
        names = [d.name for d in self.cube.lattice.dims]
        levels, number = np.unique(self._depths, axis=0, return_inverse=True)
        refused = [
            tuple(sorted((n, int(d)) for n, d in zip(names, row, strict=True) if d)) in self.cube.refused
            for row in levels
        ]
        return np.array(refused, dtype=np.bool_)[number.ravel()]

    def true_values(self, table: Table) -> Ints:
        """Return the counts of every cell, withheld cells included, for this member only.

        Raises SecureSumError when the cube was not made from the raw table.
        """
        values = self.cube.true_values(table)
        shown = ~self.cube.withheld
        if (values[shown] != self.cube.values[shown]).any():
            raise SecureSumError(
                "the records are no longer those that the cube was made from",
                remedy="Build the cube again; totals of the former one are not summed any more.",
            )
        if ((values < self.low) | (values > self.high)).any():
            raise SecureSumError(
                "the records contradict what the cube shows", remedy="Report this as a fault."
            )
        return values
