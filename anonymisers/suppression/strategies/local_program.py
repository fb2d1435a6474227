"""The linear program of a neighbourhood, and the Markov move that its solution gives."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from anonymisers.suppression.strategies.linear_program import LinearProgram
from anonymisers.suppression.strategies.move_lifting import lifting_cells
from anonymisers.suppression.strategies.neighbourhood import neighbourhood_cells
from anonymisers.suppression.strategies.suppression_pattern import MarkovMove, SuppressionPattern
from anonymisers.suppression.strategies.swap_schemes import Axes, SwapScheme
from anonymisers.tables.arrays import Bools, Floats, Ints
from anonymisers.tables.linked_tables import Target, changed_cells


@dataclass(frozen=True)
class LocalProgramTuning:
    """What the program of a neighbourhood prefers."""

    step_cost: float = 0.01
    """Cost of changing an inner cell by one: nearly nothing, so that of two moves the smaller is taken."""
    most_multiples: int = 10
    """Largest multiple of a move that counts as a move too."""


TUNING = LocalProgramTuning()


INNER = -2
"""Number of a target that is an inner cell of the base table and no cell of the linked tables."""


@dataclass(frozen=True)
class SearchLimits:
    """The limits of an attempt: the swap scheme, the size of the neighbourhood and the largest cell to
    suppress.

    Without a `cap` the attempt is the last, and its neighbourhood has inner cells with people wherever they
    are. `empty`: see `neighbourhood_cells`.
    """

    scheme: SwapScheme
    size: int
    cap: int | None
    empty: float = 1.0


@dataclass(frozen=True, eq=False)
class InnerCells:
    """Inner cells between which people may move, with coordinates, counting cells and numbers of people."""

    scheme: SwapScheme
    coords: NDArray[np.int32]
    rows: Ints
    counts: Ints

    def move(self, pattern: SuppressionPattern, change: Ints, *, inner_cells: bool) -> MarkovMove:
        """Return a move with its changed cells and feasible multiples."""
        used = np.flatnonzero(change)
        change, counts, rows = change[used], self.counts[used], self.rows[used]
        touched = changed_cells(rows, change)
        fewest, most = multiples(pattern, counts, change, touched, inner_cells=inner_cells)
        return MarkovMove(self.scheme, self.coords[used], change, fewest, most, *touched)


def multiples(
    pattern: SuppressionPattern, counts: Ints, change: Ints, sums: tuple[Ints, Ints], *, inner_cells: bool
) -> tuple[int, int]:
    """Return the least and the largest feasible multiple of a change of inner cells with `counts` people.

    `sums`: the cells that the change affects, and by how much.
    """
    least, (touched, amounts) = pattern.rules.least, sums
    if inner_cells or not least:
        room, size = counts - least * (counts > 0), change
    else:
        room = np.concatenate([counts, pattern.values[touched] - pattern.least[touched]])
        size = np.concatenate([change, amounts])
    falling, rising = size < 0, size > 0
    most = int((room[falling] // -size[falling]).min(initial=TUNING.most_multiples))
    return -int((room[rising] // size[rising]).min(initial=TUNING.most_multiples)), most


@dataclass(frozen=True, eq=False)
class Neighbourhood:
    """The inner cells of an attempt that can change, and the program changing the target."""

    inner_cells: InnerCells
    program: LinearProgram
    amount: int = 0
    """By how much the target must change, where settled."""


class NeighbourhoodBuilder:
    """Builds neighbourhoods of targets. Keeps one number for each cell of the linked tables."""

    def __init__(self, pattern: SuppressionPattern, cell_costs: Floats, *, inner_cells: bool) -> None:
        self._pattern = pattern
        self._cell_costs = np.append(cell_costs, 0.0)
        self._inner_cells = inner_cells
        self._scratch = np.zeros(pattern.system.size + 1, dtype=np.int64)

    def around(self, target: Target, limits: SearchLimits) -> Neighbourhood | None:
        """Return the neighbourhood of a target; None where the target cannot change within the limits."""
        pattern, scheme = self._pattern, limits.scheme
        coords, groups = neighbourhood_cells(
            pattern, target, scheme, limits.size, people=limits.cap is None, empty=limits.empty
        )
        rows = pattern.system.above(coords, frozenset(scheme.swapped))
        if target.cell == INNER:
            in_target = np.ones(len(coords), dtype=np.bool_)
            for axis in target.footprint.intersection(scheme.axes):
                dim = pattern.system.dims[axis]
                in_target &= dim.covered_leaves(int(target.key[axis]))[coords[:, axis]]
        else:
            in_target = (rows == target.cell).any(axis=1)
        sums = self._sums(rows, limits.cap)
        movable = sums.movable(len(rows), groups)
        in_target &= movable
        if not in_target.any():
            return None
        counts = pattern.people.margin(scheme.axes).count(coords)
        program = self._program(sums, groups, counts, in_target, movable)
        return Neighbourhood(InnerCells(scheme, coords[movable], rows[movable], counts[movable]), program)

    def for_lifting(
        self, known: MarkovMove, missing_dimensions: Axes, times: int, cap: int
    ) -> Neighbourhood | None:
        """Return the neighbourhood in which a known move, multiplied by `times`, is lifted; None where nobody
        can move.

        Moving people keep their codes of the `missing_dimensions` of the known move.
        """
        room = lifting_cells(self._pattern.people, known, missing_dimensions)
        if room is None:
            return None
        coords, rows = room.coords, self._pattern.system.above(room.coords, frozenset(room.scheme.swapped))
        sums = self._sums(rows, cap)
        movable = sums.movable(len(rows), room.groups)
        required = room.required * times
        if required[~np.isin(np.arange(len(required)), room.cells[movable])].any():
            return None
        target = int(np.flatnonzero(required)[0])
        in_target = movable & (room.cells == target)
        counts = self._pattern.people.margin(room.scheme.axes).count(coords)
        program = self._program(sums, room.groups, counts, in_target, movable).requiring(
            room.cells[movable], required
        )
        return Neighbourhood(
            InnerCells(room.scheme, coords[movable], rows[movable], counts[movable]),
            program,
            int(required[target]),
        )

    def _sums(self, rows: Ints, cap: int | None) -> "_CellSums":
        """Return the constrained cells: published cells, and suppressed cells too where they have a least
        value."""
        pattern = self._pattern
        bounded = bool(pattern.rules.least) and not self._inner_cells
        active = (rows >= 0) & (bounded | ~pattern.padded_suppressed[rows])
        owner = np.nonzero(active)[0]
        numbers, place = _numbered(rows[active], self._scratch)
        values = pattern.values[numbers]
        locked = pattern.fixed[numbers]
        if cap is not None:
            locked = locked | ((pattern.weighted_people[numbers] > cap) & ~pattern.suppressed[numbers])
        return _CellSums(owner, place, numbers, values, locked)

    def _program(
        self, sums: "_CellSums", groups: Ints, counts: Ints, in_target: Bools, movable: Bools
    ) -> LinearProgram:
        pattern, least = self._pattern, self._pattern.rules.least
        number = np.cumsum(movable) - 1
        kept = movable[sums.owner]
        owner, place = number[sums.owner[kept]], sums.place[kept]
        counts, groups, in_target = counts[movable], groups[movable], in_target[movable]
        often = np.bincount(place, minlength=len(sums.numbers))
        furthest = 2.0 * pattern.rules.threshold
        cost = np.where(pattern.suppressed[sums.numbers], 0.0, self._cell_costs[sums.numbers])
        floor = np.clip(sums.values - pattern.least[sums.numbers], 0, furthest).astype(np.float64)
        step = np.full(len(counts), TUNING.step_cost)
        down = np.clip(counts - (least if self._inner_cells else 0), 0, furthest).astype(np.float64)
        # A row with a single inner cell is no row: its cost is added to that of the inner cell.
        alone = often[place] == 1
        step += np.bincount(owner[alone], weights=cost[place[alone]], minlength=len(counts))
        np.minimum.at(down, owner[alone], floor[place[alone]])
        shared = often > 1
        total = int(shared.sum())
        row = np.cumsum(shared) - 1
        balance, group = _numbered(groups, np.zeros(int(groups.max()) + 1, dtype=np.int64))
        steps, targets = np.arange(len(counts)), np.flatnonzero(in_target)
        cost[sums.locked] = np.inf
        return LinearProgram.of(
            np.concatenate([owner[~alone], steps, targets]),
            np.concatenate([row[place[~alone]], total + group, np.full(len(targets), total + len(balance))]),
            row_cost=cost[shared],
            floor=floor[shared],
            ceiling=np.full(total, furthest),
            required=np.zeros(len(balance)),
            down=down,
            up=np.full(len(counts), furthest),
            step_cost=step,
        )


@dataclass(frozen=True, eq=False)
class _CellSums:
    """Entries (an inner cell `owner`, a cell by its `place`), and for each cell its number, its value, and
    whether it is locked."""

    owner: Ints
    place: Ints
    numbers: Ints
    values: Ints
    locked: Bools

    def movable(self, size: int, groups: Ints) -> Bools:
        """Return a mask of the movable inner cells: those in no locked zero, and not alone in a locked cell
        or in their group."""
        movable = np.ones(size, dtype=np.bool_)
        locked = self.locked[self.place]
        owner, place = self.owner[locked], self.place[locked]
        movable[owner[self.values[place] == 0]] = False
        while True:
            live = movable[owner]
            owner, place = owner[live], place[live]
            often = np.bincount(place, minlength=len(self.numbers))
            members = np.bincount(groups[movable], minlength=int(groups.max(initial=0)) + 1)
            dead = np.zeros(size, dtype=np.bool_)
            dead[owner[often[place] == 1]] = True
            dead |= members[groups] == 1
            dead &= movable
            if not dead.any():
                return movable
            movable[dead] = False


def _numbered(cells: Ints, scratch: Ints) -> tuple[Ints, Ints]:
    """Return the distinct cells, and for each cell its place among them; `scratch` may hold anything."""
    turn = np.arange(len(cells))
    scratch[cells] = turn
    distinct = cells[scratch[cells] == turn]
    scratch[distinct] = np.arange(len(distinct))
    return distinct, scratch[cells]
