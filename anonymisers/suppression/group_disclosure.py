"""Where a group is withheld, its breakdown by sensitive attributes is withheld whole, zeros among it.

Else the zeros that are shown tell what the withheld person's injury was.
"""

from dataclasses import dataclass

import numpy as np

from anonymisers.tables.arrays import Bools, Ints
from anonymisers.tables.linked_tables import LinkedTables
from anonymisers.tables.rules import Rules


@dataclass(frozen=True, eq=False)
class Breakdowns:
    """Pairs of cells of block 0 (a part, the group that it breaks down), and of cells and their parents.

    Both are empty where no dimension is sensitive, or where every zero is shown in any case.
    """

    pairs: tuple[tuple[Ints, Ints], ...]
    parents: tuple[tuple[Ints, Ints], ...]
    zero: Bools

    @classmethod
    def of(cls, system: LinkedTables, rules: Rules, values: Ints) -> "Breakdowns":
        """The breakdowns by the rules' sensitive dimensions."""
        if not rules.sensitive or rules.zeros == "publish":
            return cls((), (), values == 0)
        lattice = system.blocks[0].lattice
        keys = lattice.keys()
        pairs = []
        for axis, dim in enumerate(system.dims):
            if dim.name in rules.sensitive:
                parts = np.flatnonzero(keys[:, axis] != dim.root)
                groups = keys[parts]
                groups[:, axis] = dim.root
                pairs.append((parts, lattice.cells(groups)))
        return cls(tuple(pairs), lattice.parents(), values == 0)

    @property
    def parts(self) -> Bools:
        """The cells that break some group down."""
        parts = np.zeros(len(self.zero), dtype=np.bool_)
        for cells, _ in self.pairs:
            parts[cells] = True
        return parts

    def close(self, hidden: Bools) -> Bools:
        """With every withheld group its whole breakdown, but for zeros that follow from a zero shown."""
        if not self.pairs:
            return hidden
        closed = hidden.copy()
        for _ in self.pairs:
            for parts, groups in self.pairs:
                closed[parts] |= closed[groups]
        return closed & ~follows(self.parents, self.zero, closed)


def follows(parents: tuple[tuple[Ints, Ints], ...], zero: Bools, hidden: Bools) -> Bools:
    """Zeros that are part of a zero that is shown, or that follows itself."""
    known = np.zeros_like(hidden)
    while True:
        before = int(known.sum())
        for parts, above in parents:
            known[parts] |= (zero & ~hidden | known)[above]
        if int(known.sum()) == before:
            return known
