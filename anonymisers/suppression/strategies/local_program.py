"""From a few inner cells to the program that changes one cell, and from its result to an alternative."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from anonymisers.suppression.strategies.linear_program import Program
from anonymisers.suppression.strategies.move_lifting import room_for
from anonymisers.suppression.strategies.neighbourhood import neighbourhood
from anonymisers.suppression.strategies.suppression_pattern import Alternative, Pattern
from anonymisers.suppression.strategies.swap_schemes import Axes, Move
from anonymisers.tables.arrays import Bools, Floats, Ints
from anonymisers.tables.linked_tables import Target

STEP = 0.01
"""Price of changing an inner cell: nearly nothing, so that of two changes the smaller is taken."""
MULTIPLES = 10
INNER = -2
"""Stands for the number of a target that is an inner cell of the full cross and no cell of the system."""


@dataclass(frozen=True)
class Reach:
    """How far one attempt looks: by which move, at how many inner cells, and up to which cell's size.

    Without a cap it is the last attempt: it looks at inner cells with people wherever they are. `empty`: see
    `neighbourhood`.
    """

    move: Move
    size: int
    cap: int | None
    empty: float = 1.0


@dataclass(frozen=True, eq=False)
class Place:
    """Inner cells that people may move between: where they are, what they are counted in, how many people
    each has."""

    move: Move
    coords: NDArray[np.int32]
    rows: Ints
    counts: Ints

    def alternative(self, pattern: Pattern, change: Ints, *, inner_cells: bool) -> Alternative:
        """An alternative with the cells that it changes and the multiples of it that are worlds too."""
        used = np.flatnonzero(change)
        change, counts, rows = change[used], self.counts[used], self.rows[used]
        touched, place = np.unique(rows, return_inverse=True)
        weights = np.repeat(change.astype(np.float64), rows.shape[1])
        amounts = np.rint(np.bincount(place.ravel(), weights=weights)).astype(np.int64)
        real = (touched >= 0) & (amounts != 0)
        touched, amounts = touched[real], amounts[real]
        fewest, most = multiples(pattern, counts, change, (touched, amounts), inner_cells=inner_cells)
        return Alternative(self.move, self.coords[used], change, fewest, most, touched, amounts)


def multiples(
    pattern: Pattern, counts: Ints, change: Ints, sums: tuple[Ints, Ints], *, inner_cells: bool
) -> tuple[int, int]:
    """The least and the largest multiple of a change of inner cells, of so many people each, that is a world.

    `sums`: the cells that it changes, and by how much.
    """
    least, (touched, amounts) = pattern.rules.least, sums
    if inner_cells or not least:
        room, size = counts - least * (counts > 0), change
    else:
        room = np.concatenate([counts, pattern.values[touched] - pattern.least[touched]])
        size = np.concatenate([change, amounts])
    falling, rising = size < 0, size > 0
    most = int((room[falling] // -size[falling]).min(initial=MULTIPLES))
    return -int((room[rising] // size[rising]).min(initial=MULTIPLES)), most


@dataclass(frozen=True, eq=False)
class Near:
    """Inner cells of one attempt that can change, and the program that changes the target."""

    place: Place
    program: Program
    amount: int = 0
    """By how much the target changes, where that is settled."""


class Surveyor:
    """Looks at the inner cells near a target. Keeps one number for each cell of the system at hand."""

    def __init__(self, pattern: Pattern, price: Floats, *, inner_cells: bool) -> None:
        self._pattern = pattern
        self._price = np.append(price, 0.0)
        self._inner_cells = inner_cells
        self._scratch = np.zeros(pattern.system.size + 1, dtype=np.int64)

    def near(self, target: Target, reach: Reach) -> Near | None:
        """What one attempt looks at; None when the target cannot change within its reach."""
        pattern, move = self._pattern, reach.move
        coords, groups = neighbourhood(
            pattern, target, move, reach.size, people=reach.cap is None, empty=reach.empty
        )
        rows = pattern.system.above(coords, frozenset(move.moved))
        if target.cell == INNER:
            axes = list(move.axes)
            aim = (coords[:, axes] == target.key[axes]).all(axis=1)
        else:
            aim = (rows == target.cell).any(axis=1)
        sums = self._sums(rows, reach.cap)
        alive = sums.alive(len(rows), groups)
        aim &= alive
        if not aim.any():
            return None
        counts = pattern.people.margin(move.axes).count(coords)
        program = self._program(sums, groups, counts, aim, alive)
        return Near(Place(move, coords[alive], rows[alive], counts[alive]), program)

    def lifting(self, known: Alternative, lacking: Axes, times: int, cap: int) -> Near | None:
        """What changes the same as an alternative does so many times; None where nobody can.

        Whoever moves keeps what he is by the dimensions that are `lacking` in it.
        """
        room = room_for(self._pattern.people, known, lacking)
        if room is None:
            return None
        coords, rows = room.coords, self._pattern.system.above(room.coords, frozenset(room.move.moved))
        sums = self._sums(rows, cap)
        alive = sums.alive(len(rows), room.groups)
        needed = room.needed * times
        if needed[~np.isin(np.arange(len(needed)), room.cells[alive])].any():
            return None
        target = int(np.flatnonzero(needed)[0])
        aim = alive & (room.cells == target)
        counts = self._pattern.people.margin(room.move.axes).count(coords)
        program = self._program(sums, room.groups, counts, aim, alive).requiring(room.cells[alive], needed)
        return Near(Place(room.move, coords[alive], rows[alive], counts[alive]), program, int(needed[target]))

    def _sums(self, rows: Ints, cap: int | None) -> "_Sums":
        """The sums that matter: shown cells, and where they bound anything withheld ones too."""
        pattern = self._pattern
        bounded = bool(pattern.rules.least) and not self._inner_cells
        active = (rows >= 0) & (bounded | ~pattern.padded_hidden[rows])
        owner = np.nonzero(active)[0]
        numbers, place = _numbered(rows[active], self._scratch)
        values = pattern.values[numbers]
        locked = pattern.fixed[numbers]
        if cap is not None:
            locked = locked | ((pattern.counting[numbers] > cap) & ~pattern.hidden[numbers])
        return _Sums(owner, place, numbers, values, locked)

    def _program(self, sums: "_Sums", groups: Ints, counts: Ints, aim: Bools, alive: Bools) -> Program:
        pattern, least = self._pattern, self._pattern.rules.least
        number = np.cumsum(alive) - 1
        kept = alive[sums.owner]
        owner, place = number[sums.owner[kept]], sums.place[kept]
        counts, groups, aim = counts[alive], groups[alive], aim[alive]
        often = np.bincount(place, minlength=len(sums.numbers))
        furthest = 2.0 * pattern.rules.threshold
        price = np.where(pattern.hidden[sums.numbers], 0.0, self._price[sums.numbers])
        floor = np.clip(sums.values - pattern.least[sums.numbers], 0, furthest).astype(np.float64)
        step = np.full(len(counts), STEP)
        down = np.clip(counts - (least if self._inner_cells else 0), 0, furthest).astype(np.float64)
        # A row with one inner cell in reach is no row: its price is that cell's.
        alone = often[place] == 1
        step += np.bincount(owner[alone], weights=price[place[alone]], minlength=len(counts))
        np.minimum.at(down, owner[alone], floor[place[alone]])
        shared = often > 1
        total = int(shared.sum())
        row = np.cumsum(shared) - 1
        balance, group = _numbered(groups, np.zeros(int(groups.max()) + 1, dtype=np.int64))
        steps, aimed = np.arange(len(counts)), np.flatnonzero(aim)
        price[sums.locked] = np.inf
        return Program.of(
            np.concatenate([owner[~alone], steps, aimed]),
            np.concatenate([row[place[~alone]], total + group, np.full(len(aimed), total + len(balance))]),
            price=price[shared],
            floor=floor[shared],
            ceiling=np.full(total, furthest),
            needed=np.zeros(len(balance)),
            down=down,
            up=np.full(len(counts), furthest),
            step_price=step,
        )


@dataclass(frozen=True, eq=False)
class _Sums:
    """Entries (an inner cell `owner`, a sum `place`) and what each sum is: its cell's number, its value,
    whether it is locked."""

    owner: Ints
    place: Ints
    numbers: Ints
    values: Ints
    locked: Bools

    def alive(self, size: int, groups: Ints) -> Bools:
        """Inner cells that can change: in no locked zero, not alone in a locked sum or in their group."""
        alive = np.ones(size, dtype=np.bool_)
        locked = self.locked[self.place]
        owner, place = self.owner[locked], self.place[locked]
        alive[owner[self.values[place] == 0]] = False
        while True:
            live = alive[owner]
            often = np.bincount(place[live], minlength=len(self.numbers))
            members = np.bincount(groups[alive], minlength=int(groups.max(initial=0)) + 1)
            dead = np.zeros(size, dtype=np.bool_)
            dead[owner[live & (often[place] == 1)]] = True
            dead |= members[groups] == 1
            dead &= alive
            if not dead.any():
                return alive
            alive[dead] = False


def _numbered(cells: Ints, scratch: Ints) -> tuple[Ints, Ints]:
    """The distinct cells, and for each cell its place among them; `scratch` may hold anything."""
    turn = np.arange(len(cells))
    scratch[cells] = turn
    distinct = cells[scratch[cells] == turn]
    scratch[distinct] = np.arange(len(distinct))
    return distinct, scratch[cells]
