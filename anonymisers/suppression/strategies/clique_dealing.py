"""From changed counts of bags to people: who is dealt which codes, so that every bag is as it should be.

Bag by bag, from the first down the tree: whoever has to leave a cell of a bag goes to one that lacks somebody
and that is the same by what the bag shares with the one that it hangs on. Only the codes that the bag adds
are changed, so that what is settled before stays so; everybody else stays as he is.
"""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from anonymisers.suppression.strategies.junction_tree import Bag, raised
from anonymisers.tables.arrays import Ints, Positions
from anonymisers.tables.base_table import BaseTable


class Dealer:
    """People and the cells of some bags that each of them is counted in."""

    def __init__(self, people: BaseTable, bags: Sequence[Bag]) -> None:
        self.people, self.bags = people, tuple(bags)
        self.cells = [bag.cells_of(people.coords) for bag in bags]
        """For each bag the cell (n,) that each inner cell with people is counted in."""
        self.groups = [np.unique(b.at(b.shared), axis=0, return_inverse=True)[1].ravel() for b in bags]
        """For each bag what each of its cells (m,) shares with the bag that it hangs on, by number."""
        self._raised = [[raised(b.dims[axis], depth) for axis, depth in b.levels] for b in bags]

    def counts(self) -> list[Ints]:
        """How many people are in each cell of each bag."""
        return [
            np.rint(np.bincount(cells, weights=self.people.counts, minlength=len(bag.codes))).astype(np.int64)
            for cells, bag in zip(self.cells, self.bags, strict=True)
        ]

    def dealt(self, changes: Sequence[Ints]) -> tuple[Positions, Ints]:
        """The inner cells (m, dims) that change, and by how many people (m,), so that bags change by so much.

        Changes of two bags have to agree in what these share, and no cell of a bag may become negative.
        """
        moved = _Moved(self.people)
        for number, change in enumerate(changes):
            if change.any() or moved.somebody:
                self._deal(number, change, moved)
        return moved.difference()

    def _deal(self, number: int, change: Ints, moved: "_Moved") -> None:
        """Bring a bag to its counts, by those who have moved and by more people where that is needed."""
        wanted, was, groups = change.copy(), self.cells[number], self.groups[number]
        here = self.bags[number].cells_of(moved.coords())
        np.add.at(wanted, was[moved.origin], 1)
        np.subtract.at(wanted, here, 1)
        arriving: dict[int, list[int]] = defaultdict(list)
        for cell in np.flatnonzero(wanted > 0).tolist():
            arriving[int(groups[cell])] += [cell] * int(wanted[cell])
        by_cell: dict[int, list[int]] = defaultdict(list)
        for person, cell in enumerate(here.tolist()):
            by_cell[cell].append(person)
        for cell in np.flatnonzero(wanted < 0).tolist():
            leaving = by_cell[cell][: -int(wanted[cell])]
            leaving += moved.more(np.flatnonzero(was == cell), -int(wanted[cell]) - len(leaving))
            for person in leaving:
                self._send(number, moved.now[person], arriving[int(groups[cell])].pop())

    def _send(self, number: int, now: Positions, cell: int) -> None:
        """Give a person a cell's codes; of a code that is no leaf the first leaf below it."""
        bag = self.bags[number]
        for (axis, _), up, code in zip(
            bag.levels, self._raised[number], bag.codes[cell].tolist(), strict=True
        ):
            if up[now[axis]] != code:
                now[axis] = int(np.argmax(bag.dims[axis].covered_leaves(code)))


class _Moved:
    """Those who are no longer what they were: the inner cell of each, `origin`, and what each is `now`."""

    def __init__(self, people: BaseTable) -> None:
        self._people = people
        self._left = people.counts.copy()
        self.origin: list[int] = []
        self.now: list[Positions] = []

    @property
    def somebody(self) -> bool:
        """Whether anybody has moved."""
        return bool(self.origin)

    def coords(self) -> Positions:
        """(m, dims) what each is now."""
        return np.array(self.now, dtype=np.int32).reshape(-1, len(self._people.dims))

    def more(self, inner_cells: Ints, number: int) -> list[int]:
        """That many people of some inner cells who have not moved yet, by number."""
        found: list[int] = []
        for inner in inner_cells.tolist() if number else ():
            taken = min(int(self._left[inner]), number - len(found))
            self._left[inner] -= taken
            for _ in range(taken):
                found.append(len(self.origin))
                self.origin.append(inner)
                self.now.append(self._people.coords[inner].copy())
        return found

    def difference(self) -> tuple[Positions, Ints]:
        """What is changed in all, each inner cell once."""
        coords = np.concatenate([self._people.coords[self.origin], self.coords()])
        cells, place = np.unique(coords, axis=0, return_inverse=True)
        weights = np.repeat([-1.0, 1.0], len(self.origin))
        change = np.rint(np.bincount(place.ravel(), weights=weights, minlength=len(cells))).astype(np.int64)
        return cells[change != 0].astype(np.int32), change[change != 0]
