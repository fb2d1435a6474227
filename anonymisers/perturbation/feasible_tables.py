"""Other tables of people that changed counts leave possible: the proof that none of few people is found.

For each cell of fewer people than the threshold a table is looked for that fits everything that is shown (and
every known figure), and has more people in that cell; where the cell has two or more, fewer will do. So an
insider, who knows of himself in a cell of one, has an alternative too. A table is made from the true one: a
person more or less in an inner cell, and where a sum would leave what its shown number allows, somebody else
in that sum less or more, or different in one dimension. A cell for which that finds nothing counts as one
without an alternative, whether it is or not.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from anonymisers.tables.arrays import Bools, Ints
from anonymisers.tables.rules import is_small_count

DEPTH = 4
"""Other people that are moved at most, to make room for one."""
TRIED = (0, 400, 60, 20, 20)
"""Inner cells that are tried while so many may still be moved."""
ENDLESS = 2**40


@dataclass(frozen=True, eq=False)
class FeasibleTables:
    """The true inner cells, and by how much each sum may be more or less with what is shown.

    `coords` and `counts`: inner cells with people; `above_of` gives for inner cells (m, dims) the cells that
    each is counted in (m, T), -1 pads; `above` is that of those with people. `low` and `high`: what the
    attacker knows of every cell. Inner cells with people are cells themselves, the last ones.
    """

    leaves: tuple[NDArray[np.int32], ...]
    coords: NDArray[np.int32]
    above_of: Callable[[NDArray[np.int32]], Ints]
    above: Ints
    truth: Ints
    low: Ints
    high: Ints

    @classmethod
    def of(
        cls,
        leaves: tuple[NDArray[np.int32], ...],
        people: tuple[NDArray[np.int32], Ints],
        above_of: Callable[[NDArray[np.int32]], Ints],
        bounds: tuple[Ints, Ints],
    ) -> "FeasibleTables":
        """`people`: inner cells, each once, and how many are in each; `bounds`: of each cell."""
        coords, counts = people
        size, inner = len(bounds[0]), len(counts)
        numbers = np.arange(size, size + inner, dtype=np.int64)
        above = np.concatenate([above_of(coords), numbers[:, None]], axis=1)
        truth = np.zeros(size + inner, dtype=np.int64)
        for column in above.T:
            inside = column >= 0
            np.add.at(truth, column[inside], counts[inside])
        low = np.concatenate([bounds[0], np.zeros(inner, dtype=np.int64)])
        high = np.concatenate([bounds[1], np.full(inner, ENDLESS, dtype=np.int64)])
        return cls(leaves, coords, above_of, above, truth, low, high)

    def without_alternative(self, threshold: int, public: Sequence[int] = ()) -> Ints:
        """Cells of fewer people than the threshold, inner ones too, for which no alternative was found.

        `public`: cells that are figures known as they are. They have none; and where one of them tells that
        there are few people, an insider among these learns nothing more from any other cell.
        """
        small = is_small_count(self.truth, threshold)
        told, known = self._told([cell for cell in public if small[cell]])
        found: Bools = ~small | known
        may_be_fewer = (self.truth > 1) | told
        for sign in (1, -1):
            free = self._free(sign)
            for column in self.above.T:
                cells = column[free & (column >= 0)]
                found[cells[(sign > 0) | may_be_fewer[cells]]] = True
        left = np.flatnonzero(~found).tolist()
        without = [cell for cell in left if not self._has_alternative(cell, fewer=bool(may_be_fewer[cell]))]
        return np.array(without, dtype=np.int64)

    def _told(self, few: Sequence[int]) -> tuple[Bools, Bools]:
        """Cells with somebody of public cells of few people, and cells with exactly the people of one."""
        told, known = np.zeros(len(self.truth), dtype=np.bool_), np.zeros(len(self.truth), dtype=np.bool_)
        for public in few:
            rows = self.above[self._under(public)]
            cells = np.unique(rows[rows >= 0])
            told[cells] = True
            inside = np.array([(rows == cell).any(axis=1).all() for cell in cells.tolist()], dtype=np.bool_)
            known[cells[inside & (self.truth[cells] == self.truth[public])]] = True
        return told, known

    def _room(self, sign: int) -> Ints:
        return self.high - self.truth if sign > 0 else self.truth - self.low

    def _free(self, sign: int) -> Bools:
        """Inner cells that may have one person more (or less) without anybody else being moved."""
        room = np.append(self._room(sign), ENDLESS)  # of -1, no cell
        free = np.ones(len(self.above), dtype=np.bool_)
        for column in self.above.T:  # the whole at once would be as large as `above` itself
            free &= room[column] > 0
        return free

    def _has_alternative(self, cell: int, *, fewer: bool) -> bool:
        signs = (1, -1) if fewer else (1,)
        moves = [{inner: sign} for inner in self._under(cell).tolist() for sign in signs]
        return any(self._reach(cell, move, DEPTH) for move in moves) or any(
            self._exchanged(cell, move) for move in moves
        )

    def _reach(self, cell: int, moved: dict[int, int], left: int) -> bool:
        """Whether a table with these changes fits, once up to `left` more people are moved outside `cell`."""
        broken, back = self._broken(moved)
        if not len(broken):
            return True
        if len(broken) > left:
            return False
        first = min(range(len(broken)), key=lambda n: (self._size(int(broken[n])), n))
        barred = set(self._under(cell).tolist()) | moved.keys()
        others = (inner for inner in self._under(int(broken[first])).tolist() if inner not in barred)
        return any(
            self._reach(cell, {**moved, inner: int(np.sign(back[first]))}, left - 1)
            for inner in islice(others, TRIED[left])
        )

    def _exchanged(self, cell: int, moved: dict[int, int]) -> bool:
        """Whether it fits once somebody in a broken sum, outside `cell`, is different in one dimension."""
        broken, _ = self._broken(moved)
        barred = set(self._under(cell).tolist()) | moved.keys()
        within = sorted({inner for each in broken.tolist() for inner in self._under(each).tolist()} - barred)
        return any(self._fits_elsewhere({**moved, inner: -1}, inner) for inner in within[: TRIED[1]])

    def _fits_elsewhere(self, moved: dict[int, int], inner: int) -> bool:
        """Whether the person who leaves an inner cell can be in one that differs in a single dimension."""
        broken, back = self._broken(moved)
        if (back != 1).any():
            return False
        touched, change = self._changes(moved)
        room = np.append(self.high - self.truth, ENDLESS)
        room[touched] -= change
        lacks = np.zeros(len(room), dtype=np.bool_)
        lacks[broken] = True
        for axis, leaves in enumerate(self.leaves):
            there = np.repeat(self.coords[inner][None, :], len(leaves), axis=0)
            there[:, axis] = leaves
            above = self.above_of(there)
            if ((room[above] > 0).all(axis=1) & (lacks[above].sum(axis=1) == len(broken))).any():
                return True
        return False

    def _broken(self, moved: dict[int, int]) -> tuple[Ints, Ints]:
        """Sums that leave what is known of them, and by how many people each lacks (or is over)."""
        touched, change = self._changes(moved)
        after = self.truth[touched] + change
        back = np.maximum(self.low[touched] - after, 0) + np.minimum(self.high[touched] - after, 0)
        return touched[back != 0], back[back != 0]

    def _changes(self, moved: dict[int, int]) -> tuple[Ints, Ints]:
        """Cells that are touched, and by how many people each changes."""
        inner = np.array(list(moved), dtype=np.int64)
        by = np.repeat(np.array(list(moved.values()), dtype=np.int64), self.above.shape[1])
        cells = self.above[inner].ravel()
        cells, by = cells[cells >= 0], by[cells >= 0]
        touched, place = np.unique(cells, return_inverse=True)
        return touched, np.bincount(place, weights=by, minlength=len(touched)).astype(np.int64)

    def _size(self, cell: int) -> int:
        return len(self._under(cell))

    def _under(self, cell: int) -> Ints:
        """The inner cells counted in a cell; only the few columns that can name it are looked through."""
        found = self._seen.get(cell)
        if found is None:
            first, last = self._spans
            columns = np.flatnonzero((first <= cell) & (cell <= last))
            found = np.flatnonzero((self.above[:, columns] == cell).any(axis=1))
            self._seen[cell] = found
        return found

    @cached_property
    def _seen(self) -> dict[int, Ints]:
        return {}

    @cached_property
    def _spans(self) -> tuple[Ints, Ints]:
        """The least and the largest cell that each column names."""
        size = len(self.truth)
        first = [int(column[column >= 0].min(initial=size)) for column in self.above.T]
        return np.array(first, dtype=np.int64), self.above.max(axis=0, initial=-1)
