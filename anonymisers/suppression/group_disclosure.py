"""Group disclosure: the breakdown of a suppressed group by sensitive attributes is suppressed as a whole.

Otherwise the published zeros of the breakdown would disclose the injury of a person in the group.
"""

from dataclasses import dataclass

import numpy as np

from anonymisers.tables.arrays import Bools, Ints
from anonymisers.tables.linked_tables import LinkedTables
from anonymisers.tables.rules import Rules


@dataclass(frozen=True, eq=False)
class GroupDisclosure:
    """Pairs of cells of block 0 (a part, the group that it breaks down), and pairs of cells and their
    parents.

    Both are empty where no dimension is sensitive, or where every zero is published anyway.
    """

    pairs: tuple[tuple[Ints, Ints], ...]
    parents: tuple[tuple[Ints, Ints], ...]
    zero: Bools

    @classmethod
    def of(cls, system: LinkedTables, rules: Rules, values: Ints) -> "GroupDisclosure":
        """Return the breakdowns by the rules' sensitive dimensions."""
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
        """The cells that are part of a breakdown."""
        parts = np.zeros(len(self.zero), dtype=np.bool_)
        for cells, _ in self.pairs:
            parts[cells] = True
        return parts

    def breakdowns(self, groups: Bools) -> Bools:
        """Return the cells that are part of a breakdown of one of some groups."""
        found = np.zeros(len(self.zero), dtype=np.bool_)
        for parts, above in self.pairs:
            found[parts] |= groups[above]
        return found

    def closed(self, suppressed: Bools) -> Bools:
        """Return the cells with the whole breakdown of every suppressed group, except zeros implied by a
        published zero."""
        if not self.pairs:
            return suppressed
        wider = suppressed.copy()
        for _ in self.pairs:
            for parts, groups in self.pairs:
                wider[parts] |= wider[groups]
        return wider & ~implied_zeros(self.parents, self.zero, wider)


def implied_zeros(parents: tuple[tuple[Ints, Ints], ...], zero: Bools, suppressed: Bools) -> Bools:
    """Return zeros that are part of a published zero, or of an implied zero."""
    known = np.zeros_like(suppressed)
    while True:
        before = int(known.sum())
        for parts, above in parents:
            known[parts] |= (zero & ~suppressed | known)[above]
        if int(known.sum()) == before:
            return known
