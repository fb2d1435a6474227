"""Other feasible tables of people behind perturbed counts: the proof that no cell of few people is found.

For each cell below the threshold a table is sought that agrees with everything shown (and every known figure)
and has more people in the cell; where the cell has two or more people, fewer people also do. A singleton, who
knows of the own presence in a cell of one, therefore faces an alternative too. Such a table is made from the
true table: a person is added to or removed from an inner cell, and where a sum would leave its allowed range,
another person of the sum is removed, added, or changed in one dimension. A cell for which the search fails
counts as a cell without an alternative, whether or not there is an alternative.
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
"""Largest number of other people moved to make room for one person."""
TRIED = (0, 400, 60, 20, 20)
"""Inner cells tried, by the number of people that may still be moved."""
ENDLESS = 2**40


@dataclass(frozen=True, eq=False)
class FeasibleTables:
    """The true inner cells, and the range of each sum in which the shown numbers stay the same.

    `coords` and `counts`: inner cells with people; `above_of` maps inner cells (m, dims) to the cells above
    each (m, T), -1 pads; `above` are the cells above the inner cells with people. `low` and `high`: the
    attacker's knowledge of every cell. Inner cells with people are themselves the last cells.
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
        """Return the cells below the threshold, inner cells included, for which no alternative was found.

        `public`: cells known exactly from figures, which have no alternative; where a public cell tells of
        few people, a singleton among these people learns nothing more from any other cell.
        """
        small = is_small_count(self.truth, threshold)
        disclosed, known = self._disclosed([cell for cell in public if small[cell]])
        found: Bools = ~small | known
        may_be_fewer = (self.truth > 1) | disclosed
        for sign in (1, -1):
            free = self._free(sign)
            for column in self.above.T:
                cells = column[free & (column >= 0)]
                found[cells[(sign > 0) | may_be_fewer[cells]]] = True
        left = np.flatnonzero(~found).tolist()
        without = [cell for cell in left if not self._has_alternative(cell, fewer=bool(may_be_fewer[cell]))]
        return np.array(without, dtype=np.int64)

    def _disclosed(self, few: Sequence[int]) -> tuple[Bools, Bools]:
        """Mark the cells with people of small public cells, and the cells with exactly the people of such a
        cell."""
        disclosed, known = (
            np.zeros(len(self.truth), dtype=np.bool_),
            np.zeros(len(self.truth), dtype=np.bool_),
        )
        for public in few:
            rows = self.above[self._under(public)]
            cells = np.unique(rows[rows >= 0])
            disclosed[cells] = True
            inside = np.array([(rows == cell).any(axis=1).all() for cell in cells.tolist()], dtype=np.bool_)
            known[cells[inside & (self.truth[cells] == self.truth[public])]] = True
        return disclosed, known

    def _room(self, sign: int) -> Ints:
        return self.high - self.truth if sign > 0 else self.truth - self.low

    def _free(self, sign: int) -> Bools:
        """Mark the inner cells that may have one person more (or less) without moving anybody else."""
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
        """Return whether a table with these changes fits after moving up to `left` more people outside
        `cell`."""
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
        """Return whether the table fits after changing a person of a broken sum, outside `cell`, in one
        dimension."""
        broken, _ = self._broken(moved)
        barred = set(self._under(cell).tolist()) | moved.keys()
        within = sorted({inner for each in broken.tolist() for inner in self._under(each).tolist()} - barred)
        return any(self._fits_elsewhere({**moved, inner: -1}, inner) for inner in within[: TRIED[1]])

    def _fits_elsewhere(self, moved: dict[int, int], inner: int) -> bool:
        """Return whether the person leaving an inner cell fits into a cell differing in one dimension."""
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
        """Return the sums outside their known ranges, and the number of people missing (or in excess) in
        each."""
        touched, change = self._changes(moved)
        after = self.truth[touched] + change
        back = np.maximum(self.low[touched] - after, 0) + np.minimum(self.high[touched] - after, 0)
        return touched[back != 0], back[back != 0]

    def _changes(self, moved: dict[int, int]) -> tuple[Ints, Ints]:
        """Return the changed cells, and the number of people by which each changes."""
        inner = np.array(list(moved), dtype=np.int64)
        by = np.repeat(np.array(list(moved.values()), dtype=np.int64), self.above.shape[1])
        cells = self.above[inner].ravel()
        cells, by = cells[cells >= 0], by[cells >= 0]
        touched, place = np.unique(cells, return_inverse=True)
        return touched, np.bincount(place, weights=by, minlength=len(touched)).astype(np.int64)

    def _size(self, cell: int) -> int:
        return len(self._under(cell))

    def _under(self, cell: int) -> Ints:
        """Return the inner cells below a cell; only the few columns that can name the cell are searched."""
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
        """Return the least and the largest cell named by each column."""
        size = len(self.truth)
        first = [int(column[column >= 0].min(initial=size)) for column in self.above.T]
        return np.array(first, dtype=np.int64), self.above.max(axis=0, initial=-1)
