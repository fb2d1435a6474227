"""The parts of what a data set has given out: groups of people, each with every release about exactly them.

No two parts share a person but where somebody leaves, and nothing released mixes them but sums of cells that
are shown. So the worlds of one part go with any worlds of the others, and what a release says of one part
stays safe whatever comes later: nothing has to be looked at again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from anonymisers.accidents.accident_tables import AccidentTable
from anonymisers.cube.certified_cube import CertifiedCube
from anonymisers.tables.arrays import Bools, Ints
from anonymisers.tables.cell_names import cell_positions, existing_names
from anonymisers.tables.hierarchy import Hierarchy
from anonymisers.tables.lattice import Lattice
from anonymisers.tables.rules import Rules

Kind: TypeAlias = Literal["period", "added", "left"]

NOBODY, UNKNOWN = -1, -2
"""Instead of a position: a code that none of the people can have, and one that no release tells of."""


@dataclass(frozen=True, eq=False)
class ReleasePart:
    """Some people, and `cubes`, every release about exactly these, oldest first.

    `kind`: the people of periods that were closed then; people `added` to released periods later; or people
    who `left` the parts numbered in `sources`. `period`: the closed periods in which they lie, codes of the
    time dimension; `time`: its hierarchy over these (None without such a dimension). A part without cubes
    waits: nothing of it is shown. `sealed`: what the caller keeps with it, such as whom it counts.
    """

    kind: Kind
    period: frozenset[str]
    time: Hierarchy | None
    cubes: tuple[CertifiedCube, ...]
    sources: tuple[int, ...] = ()
    sealed: bytes = b""
    accidents: AccidentTable | None = None
    """Numbers of accidents beside the first of `cubes`; nobody's where that was made without."""

    def known(self, lattice: Lattice, keys: NDArray[np.int32]) -> tuple[Bools, Ints]:
        """For each key (m, dims) of a lattice whether its number of people is known, and that number."""
        nobody = self.nobody(lattice, keys)
        known, values = nobody.copy(), np.zeros(len(keys), dtype=np.int64)
        for cube in self.cubes:
            cells = self.cells(cube.lattice, lattice.dims, keys)
            shown = (cells >= 0) & ~cube.hidden[cells] & ~nobody
            values[shown] = cube.values[cells[shown]]
            known |= shown
        return known, values

    def nobody(self, lattice: Lattice, keys: NDArray[np.int32]) -> Bools:
        """For each key of a lattice whether its time says that none of these people can be in it."""
        for axis, dim in enumerate(lattice.dims):
            if self.time is not None and dim.name == self.time.name:
                found: Bools = _places(dim, self.time, self.period)[keys[:, axis]] == NOBODY
                return found
        return np.zeros(len(keys), dtype=np.bool_)

    def cells(self, released: Lattice, dims: Sequence[Hierarchy], keys: NDArray[np.int32]) -> Ints:
        """For each key the cell of one of its releases that stands for the same people, -1 for none."""
        theirs = released.dims
        coords = np.empty((len(keys), len(theirs)), dtype=np.int32)
        coords[:] = [d.root for d in theirs]
        lacking = np.zeros(len(keys), dtype=np.bool_)
        names = {d.name: n for n, d in enumerate(theirs)}
        for axis, dim in enumerate(dims):
            if dim.name not in names:
                lacking |= keys[:, axis] != dim.root
                continue
            at = names[dim.name]
            places = _places(dim, theirs[at], None)[keys[:, axis]]
            lacking |= places < 0
            coords[:, at] = np.where(places < 0, theirs[at].root, places)
        return np.where(lacking, -1, released.cells(coords))


def compose(parts: Sequence[ReleasePart], lattice: Lattice, rules: Rules) -> tuple[Bools, Ints, Bools]:
    """What is withheld, the values shown (-1 where withheld), and what the rules withhold that was known.

    A cell is shown where every period's number is. Of additions and leavings those count that are known by
    themselves; where they are not, the former value stands. What is small or never shown is withheld, and
    with a withheld group its breakdown by sensitive dimensions. What is a sum of shown cells is shown.
    """
    keys = lattice.keys()
    every, small = np.ones(lattice.size, dtype=np.bool_), np.zeros(lattice.size, dtype=np.bool_)
    values = np.zeros(lattice.size, dtype=np.int64)
    for part in parts:
        known, numbers = part.known(lattice, keys)
        if part.kind == "period":
            every &= known
            small |= known & rules.is_sensitive(numbers)
        counted = known & ~rules.is_sensitive(numbers)
        values += np.where(counted, -numbers if part.kind == "left" else numbers, 0)
    small |= rules.is_sensitive(values)
    hidden = ~every | small
    # The parts keep breakdowns whole by themselves, unless they were made by other rules.
    if (every & small).any() or any(
        rules.sensitive - c.certificate.sensitive for p in parts for c in p.cubes
    ):
        hidden = _with_breakdowns(lattice, keys, hidden, rules)
    marked = _never(lattice, rules)
    hidden |= marked
    lost = every & hidden
    _sum_up(lattice, values, hidden, lost | marked)
    return hidden, np.where(hidden, -1, values), lost


def _never(lattice: Lattice, rules: Rules) -> Bools:
    """The cells that are never shown, as far as the lattice has them."""
    places = existing_names(lattice.dims, rules.never)
    cells = lattice.cells(cell_positions(lattice.dims, places, "the cells that are never shown"))
    found = np.zeros(lattice.size, dtype=np.bool_)
    found[cells[cells >= 0]] = True
    return found


def _sum_up(lattice: Lattice, values: Ints, hidden: Bools, withheld_anyway: Bools) -> None:
    """Show, in place, what is a sum of shown cells: a new grouping of codes that the releases had already."""
    for _ in range(max((int(d.depth.max()) for d in lattice.dims), default=0)):
        for parts, above in lattice.parents():
            withheld = np.bincount(above, weights=hidden[parts], minlength=lattice.size) > 0
            divided = np.bincount(above, minlength=lattice.size) > 0
            found = hidden & divided & ~withheld & ~withheld_anyway
            shown = np.where(hidden[parts], 0, values[parts])
            values[found] = np.bincount(above, weights=shown, minlength=lattice.size).astype(np.int64)[found]
            hidden[found] = False


def _with_breakdowns(lattice: Lattice, keys: NDArray[np.int32], hidden: Bools, rules: Rules) -> Bools:
    if rules.zeros == "publish":
        return hidden
    hidden = hidden.copy()
    axes = [a for a, d in enumerate(lattice.dims) if d.name in rules.sensitive]
    for _ in axes:
        for axis in axes:
            parts = np.flatnonzero(keys[:, axis] != lattice.dims[axis].root)
            groups = keys[parts]
            groups[:, axis] = lattice.dims[axis].root
            hidden[parts] |= hidden[lattice.cells(groups)]
    return hidden


def _places(dim: Hierarchy, other: Hierarchy, period: frozenset[str] | None) -> NDArray[np.int32]:
    """For each position of `dim` that of the same code in `other`, NOBODY or UNKNOWN.

    Equal codes mean the same people. With `period`, a code that is not in `other` and lies in none of these
    periods is nobody's.
    """
    places = np.full(len(dim.codes), UNKNOWN, dtype=np.int32)
    for position, code in enumerate(dim.codes):
        if code in other.index:
            places[position] = other.index[code]
        elif period is not None and not any(dim.codes[a] in period for a in dim.ancestors(position)):
            places[position] = NOBODY
    return places
