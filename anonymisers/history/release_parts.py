"""The release parts of a data set: groups of people, each with every release about exactly its people.

Two parts share a person only where somebody leaves, and releases mix parts only by sums of shown cells. So
the feasible tables of one part can be combined with any feasible tables of the other parts, and each part
stays safe, whatever later parts release: no earlier release has to be checked again.
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
from anonymisers.tables.remainder import Remainder
from anonymisers.tables.rules import Rules

Kind: TypeAlias = Literal["period", "added", "left"]

NOBODY, UNKNOWN = -1, -2
"""Instead of a position: a code that nobody can have, and a code that the release lacks."""


@dataclass(frozen=True, eq=False)
class ReleasePart:
    """A group of people, and `cubes`, every release about exactly these people, oldest first.

    `kind`: the people of then newly closed periods (`period`), people `added` to released periods later, or
    people who `left` the parts numbered in `sources`. `period`: the closed periods of the people, codes of
    the time dimension; `time`: the time hierarchy over these periods, None without a time dimension. Nothing
    is shown of a part without cubes. `sealed`: bytes that the caller keeps with the part, such as the people
    counted.
    """

    kind: Kind
    period: frozenset[str]
    time: Hierarchy | None
    cubes: tuple[CertifiedCube, ...]
    sources: tuple[int, ...] = ()
    sealed: bytes = b""
    accidents: AccidentTable | None = None
    """Numbers of accidents beside the first cube; None if the first cube has none."""
    remainder: Remainder | None = None
    """What the first cube shows of the tables that the rules asked for; None for all of them."""
    apart: tuple[CertifiedCube, ...] = ()
    """Tables of dimensions apart, each safe beside every cube of the part (`cube.tables_apart`)."""
    rerun_odds: int | None = None
    """`CertifiedCube.rerun_odds` of all cubes together; None where reruns of the program may tell more."""

    def known(self, lattice: Lattice, keys: NDArray[np.int32]) -> tuple[Bools, Ints]:
        """For keys (m, dims) of a lattice a mask (m,) of known numbers of people, and the numbers (m,)."""
        nobody = self.nobody(lattice, keys)
        known, values = nobody.copy(), np.zeros(len(keys), dtype=np.int64)
        for cube in (*self.cubes, *self.apart):
            cells = self.cells(cube.lattice, lattice.dims, keys)
            shown = (cells >= 0) & ~cube.withheld[cells] & ~nobody
            values[shown] = cube.values[cells[shown]]
            known |= shown
        return known, values

    def nobody(self, lattice: Lattice, keys: NDArray[np.int32]) -> Bools:
        """A mask (m,) over keys of a lattice at times outside the periods of the part."""
        for axis, dim in enumerate(lattice.dims):
            if self.time is not None and dim.name == self.time.name:
                found: Bools = _positions_in(dim, self.time, self.period)[keys[:, axis]] == NOBODY
                return found
        return np.zeros(len(keys), dtype=np.bool_)

    def cells(self, released: Lattice, dims: Sequence[Hierarchy], keys: NDArray[np.int32]) -> Ints:
        """For each key (m, dims) the cell of a release about the same people, -1 for none (m,)."""
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
            places = _positions_in(dim, theirs[at], None)[keys[:, axis]]
            lacking |= places < 0
            coords[:, at] = np.where(places < 0, theirs[at].root, places)
        return np.where(lacking, -1, released.cells(coords))


def compose(parts: Sequence[ReleasePart], lattice: Lattice, rules: Rules) -> tuple[Bools, Ints, Bools]:
    """Combine release parts over a lattice: three arrays (size,).

    These are a mask of withheld cells, the values, -1 where withheld, and a mask of cells that the rules
    withhold although the releases disclose the value. A cell is shown where every period shows the cell.
    Additions and departures count where their own number is known and not sensitive; elsewhere the earlier
    value is kept. Sensitive cells and cells that are never shown are withheld, and with a withheld group its
    breakdown by sensitive dimensions. Sums of shown cells are shown.
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
    withheld = ~every | small
    # Each part withholds breakdowns whole already, unless it was made under other rules.
    together = rules.together().sensitive
    if (every & small).any() or any(together - c.certificate.sensitive for p in parts for c in p.cubes):
        withheld = _with_breakdowns(lattice, keys, withheld, rules)
    never = _never(lattice, rules)
    withheld |= never
    lost = every & withheld
    _sum_up(lattice, values, withheld, lost | never)
    return withheld, np.where(withheld, -1, values), lost


def _never(lattice: Lattice, rules: Rules) -> Bools:
    """A mask (size,) over the cells of the lattice that are never shown."""
    places = existing_names(lattice.dims, rules.never)
    cells = lattice.cells(cell_positions(lattice.dims, places, "the cells that are never shown"))
    found = np.zeros(lattice.size, dtype=np.bool_)
    found[cells[cells >= 0]] = True
    return found


def _sum_up(lattice: Lattice, values: Ints, withheld: Bools, withheld_anyway: Bools) -> None:
    """Show, in place, sums of shown cells: new groupings of codes that the releases have already."""
    for _ in range(max((int(d.depth.max()) for d in lattice.dims), default=0)):
        for parts, above in lattice.parents():
            has_withheld = np.bincount(above, weights=withheld[parts], minlength=lattice.size) > 0
            divided = np.bincount(above, minlength=lattice.size) > 0
            found = withheld & divided & ~has_withheld & ~withheld_anyway
            shown = np.where(withheld[parts], 0, values[parts])
            values[found] = np.bincount(above, weights=shown, minlength=lattice.size).astype(np.int64)[found]
            withheld[found] = False


def _with_breakdowns(lattice: Lattice, keys: NDArray[np.int32], withheld: Bools, rules: Rules) -> Bools:
    if rules.zeros == "publish":
        return withheld
    withheld = withheld.copy()
    axes = [a for a, d in enumerate(lattice.dims) if d.name in rules.sensitive]
    for _ in axes:
        for axis in axes:
            parts = np.flatnonzero(keys[:, axis] != lattice.dims[axis].root)
            groups = keys[parts]
            groups[:, axis] = lattice.dims[axis].root
            withheld[parts] |= withheld[lattice.cells(groups)]
    return withheld


def _positions_in(dim: Hierarchy, other: Hierarchy, period: frozenset[str] | None) -> NDArray[np.int32]:
    """For each code of `dim` (codes,) the position of the same code in `other`, NOBODY or UNKNOWN.

    Equal codes mean the same people. With `period`, a code that `other` lacks and that is in none of the
    periods is NOBODY.
    """
    places = np.full(len(dim.codes), UNKNOWN, dtype=np.int32)
    for position, code in enumerate(dim.codes):
        if code in other.index:
            places[position] = other.index[code]
        elif period is not None and not any(dim.codes[a] in period for a in dim.ancestors(position)):
            places[position] = NOBODY
    return places
