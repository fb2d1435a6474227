"""Clique dealing: changed counts of cliques are combined to people, so that every clique has the new counts.

The cliques are visited from the root down the tree. Each person leaving a cell of a clique goes to a cell
lacking somebody with the same codes of the levels shared with the parent. Only the codes added by the clique
are changed, so that cliques visited before keep the new counts; everybody else keeps all codes.
"""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from anonymisers.proof.world import World
from anonymisers.suppression.strategies.junction_tree import Clique, aggregated
from anonymisers.tables.arrays import Ints, Positions
from anonymisers.tables.base_table import BaseTable


class CliqueDealing:
    """People, and the cells of some cliques counting each of them."""

    def __init__(self, people: BaseTable, cliques: Sequence[Clique]) -> None:
        self.people, self.cliques = people, tuple(cliques)
        self.cells = [clique.cells_of(people.coords) for clique in cliques]
        """For each clique the cell (n,) counting each inner cell with people."""
        self.groups = [np.unique(b.at(b.shared), axis=0, return_inverse=True)[1].ravel() for b in cliques]
        """For each clique the shared levels of each of its cells (m,), by number."""
        self._aggregated = [[aggregated(b.dims[axis], depth) for axis, depth in b.levels] for b in cliques]

    def counts(self) -> list[Ints]:
        """Return how many people are in each cell of each clique."""
        return [
            np.rint(np.bincount(cells, weights=self.people.counts, minlength=len(clique.codes))).astype(
                np.int64
            )
            for cells, clique in zip(self.cells, self.cliques, strict=True)
        ]

    def combined(self, changes: Sequence[Ints]) -> tuple[Positions, Ints]:
        """Return inner cells (m, dims) and their changes (m,), so that the cliques change by these amounts.

        Changes of adjacent cliques must agree in the shared levels, and no cell of a clique may become
        negative.
        """
        moved = _MovedPeople(self.people)
        for number, change in enumerate(changes):
            if change.any() or moved.somebody:
                self._combine(number, change, moved)
        return moved.difference()

    def _combine(self, number: int, change: Ints, moved: "_MovedPeople") -> None:
        """Bring a clique to its counts, by people who have moved already and by more people where needed."""
        wanted, was, groups = change.copy(), self.cells[number], self.groups[number]
        here = self.cliques[number].cells_of(moved.coords())
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
            lacking = -int(wanted[cell]) - len(leaving)
            leaving += moved.more(np.flatnonzero(was == cell), lacking) if lacking else []
            for person in leaving:
                self._send(number, moved.now[person], arriving[int(groups[cell])].pop())

    def _send(self, number: int, now: Positions, cell: int) -> None:
        """Give a person the codes of a cell; for a code that is no leaf the first leaf below the code."""
        clique = self.cliques[number]
        for (axis, _), up, code in zip(
            clique.levels, self._aggregated[number], clique.codes[cell].tolist(), strict=True
        ):
            if up[now[axis]] != code:
                now[axis] = int(np.argmax(clique.dims[axis].covered_leaves(code)))


class _MovedPeople:
    """The people who have moved: the inner cell that each came from, `origin`, and the codes `now`."""

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
        """Return (m, dims) the present codes of each person."""
        return np.array(self.now, dtype=np.int32).reshape(-1, len(self._people.dims))

    def more(self, inner_cells: Ints, number: int) -> list[int]:
        """Take so many people of some inner cells who have not moved yet, and return their numbers."""
        found: list[int] = []
        for inner in inner_cells.tolist():
            taken = min(int(self._left[inner]), number - len(found))
            self._left[inner] -= taken
            for _ in range(taken):
                found.append(len(self.origin))
                self.origin.append(inner)
                self.now.append(self._people.coords[inner].copy())
        return found

    def difference(self) -> tuple[Positions, Ints]:
        """Return the changes of all moved people together, each inner cell once."""
        coords = np.concatenate([self._people.coords[self.origin], self.coords()])
        world = World.of(coords, np.repeat(np.array([-1, 1], dtype=np.int64), len(self.origin)))
        return world.coords, world.change
