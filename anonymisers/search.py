"""The search for alternatives: small linear programs around one withheld cell after the other."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from anonymisers.moves import Move, moves_for, together
from anonymisers.neighbourhood import neighbourhood
from anonymisers.pattern import Alternative, Pattern
from anonymisers.program import Program, Solver
from anonymisers.system import Target

Ints = NDArray[np.int64]

LADDER: tuple[tuple[int, int | None], ...] = (
    (150, 10), (400, 15), (600, 22), (1200, 35), (1200, 60), (2400, 120),
    (2400, 250), (2400, 500), (2400, 1000), (2400, 2500), (2400, None),
)  # fmt: skip
"""Sizes of the neighbourhood, each with the largest cell that one alternative may withhold."""
STEP = 0.01
"""Price of changing an inner cell: nearly nothing, so that of two changes the smaller is taken."""
MULTIPLES = 10
INNER = -2
"""Stands for the number of a target that is an inner cell of the full cross and no cell of the system."""


@dataclass(frozen=True)
class Reach:
    """How far one attempt looks: by which move, at how many inner cells, and up to which cell's size."""

    move: Move
    size: int
    cap: int | None


@dataclass(frozen=True, eq=False)
class Cells:
    """Inner cells of one attempt: the cells they are counted in, the group of each, the people in each, and
    which of them are counted in the target."""

    rows: NDArray[np.int32]
    groups: Ints
    counts: Ints
    aim: NDArray[np.bool_]


@dataclass(eq=False)
class Search:
    """Finds alternatives for the open cells of a pattern, cell by cell, withholding what they need."""

    pattern: Pattern
    price: NDArray[np.float64]
    failed: set[int] = field(default_factory=set)
    solver: Solver = field(default_factory=Solver)
    _locked: tuple[tuple[int, int | None], NDArray[np.bool_]] | None = None

    def __post_init__(self) -> None:
        system = self.pattern.system
        self._groups = together(system.footprints, len(system.dims))
        self._inner_cells = any(len(t) == len(system.dims) for t in system.blocks[0].lattice.tables)

    def cover(self, cell: int, limit: int | None = None) -> bool:
        """Find alternatives until the cell is shown to be safe; False when none can be found.

        With `limit` no cell of more people is withheld for that.
        """
        target = self.pattern.system.target(cell)
        moves = moves_for(target.footprint, self._groups)
        for size, cap in LADDER:
            if limit is not None and (cap is None or cap > limit):
                break
            reaches = [Reach(move, size, cap) for move in moves]
            while not self._safe(cell):
                if not any(self._cheapest(target, n, reaches) for n in self._amounts(cell)):
                    break
            else:
                return True
        return self._safe(cell)

    def change_despite(self, cell: int, insider: int) -> bool:
        """Find an alternative that changes a cell and not an insider's; False when there is none."""
        pattern, target = self.pattern, self.pattern.system.target(cell)
        moves = moves_for(target.footprint, self._groups)
        pattern.hidden[insider], pattern.fixed[insider] = False, True
        pattern.version += 1
        try:
            return any(
                self._cheapest(target, amount, [Reach(move, size, cap) for move in moves])
                for size, cap in LADDER
                for amount in (1, -1)
            )
        finally:
            pattern.hidden[insider], pattern.fixed[insider] = True, False
            pattern.version += 1

    def change_inner(self, place: NDArray[np.int32]) -> Alternative | None:
        """An alternative in which somebody leaves an inner cell (dims,) of the full cross, or None."""
        everything = frozenset(range(len(self.pattern.system.dims)))
        target = Target(INNER, 0, place, everything)
        for size, cap in LADDER:
            reaches = [Reach(move, size, cap) for move in moves_for(everything, self._groups)]
            if self._cheapest(target, -1, reaches):
                return self.pattern.alternatives[-1]
        return None

    def _safe(self, cell: int) -> bool:
        return bool(self.pattern.safe(np.array([cell]))[0])

    def _cheapest(self, target: Target, amount: int, reaches: list[Reach]) -> bool:
        """Take the cheapest alternative of those found within each reach; False when there is none."""
        found = [f for f in (self._attempt(target, amount, reach) for reach in reaches) if f is not None]
        if not found:
            return False
        self.pattern.add(min(found, key=lambda f: f[0])[1])
        return True

    def _amounts(self, cell: int) -> tuple[int, ...]:
        """By how much another world should change a cell, best first."""
        rules, value = self.pattern.rules, int(self.pattern.values[cell])
        low, high = value + int(self.pattern.low[cell]), value + int(self.pattern.high[cell])
        wide = (rules.threshold - (value - low), -(rules.threshold - (high - value)))
        if value >= rules.threshold:
            return wide
        missing = rules.threshold - 1 - value if high < rules.threshold - 1 else rules.least - value
        return (missing, wide[0]) if missing != wide[0] else (missing,)

    def _attempt(self, target: Target, amount: int, reach: Reach) -> tuple[float, Alternative] | None:
        move, cell = reach.move, target.cell
        coords, groups = neighbourhood(self.pattern, target, move, reach.size)
        moved = frozenset(move.moved)
        locked = self._locked_cells(reach.cap)
        rows, kept = self._usable(self.pattern.system.above(coords, moved), groups, locked)
        coords, groups = coords[kept], groups[kept]
        aim = (rows == cell).any(axis=1)
        if cell == INNER:
            axes = list(move.axes)
            aim = (coords[:, axes] == target.key[axes]).all(axis=1)
        if not aim.any():
            return None
        counts = self.pattern.people.by(move.axes).count(coords)
        program = self._program(Cells(rows, groups, counts, aim), locked, amount)
        solution = self.solver.solve(program)
        if solution is None:
            return None
        cost, change = solution
        used = change != 0
        return cost, self._alternative(move, coords[used], change[used], counts[used], rows[used])

    def _alternative(
        self,
        move: Move,
        coords: NDArray[np.int32],
        change: Ints,
        counts: Ints,
        rows: NDArray[np.int32],
    ) -> Alternative:
        """An alternative with the cells that it changes and the multiples of it that are worlds too."""
        touched, place = np.unique(rows, return_inverse=True)
        weights = np.repeat(change.astype(np.float64), rows.shape[1])
        amounts = np.rint(np.bincount(place.ravel(), weights=weights)).astype(np.int64)
        real = (touched >= 0) & (amounts != 0)
        touched, amounts = touched[real].astype(np.int64), amounts[real]
        if self._inner_cells or not self.pattern.rules.least:
            room, size = counts - self.pattern.rules.least * (counts > 0), change
        else:
            room = np.concatenate([counts, self.pattern.values[touched] - 1])
            size = np.concatenate([change, amounts])
        falling, rising = size < 0, size > 0
        most = int((room[falling] // -size[falling]).min(initial=MULTIPLES))
        least = -int((room[rising] // size[rising]).min(initial=MULTIPLES))
        return Alternative(move, coords, change, least, most, touched, amounts)

    def _locked_cells(self, cap: int | None) -> NDArray[np.bool_]:
        state = (self.pattern.version, cap)
        if self._locked is None or self._locked[0] != state:
            large = False if cap is None else self.pattern.values > cap
            self._locked = (state, self.pattern.fixed | (large & ~self.pattern.hidden))
        return self._locked[1]

    def _usable(
        self, rows: NDArray[np.int32], groups: Ints, locked: NDArray[np.bool_]
    ) -> tuple[NDArray[np.int32], Ints]:
        """Drop inner cells that cannot change: in a locked zero, alone in a locked cell or in their group."""
        kept = np.arange(len(rows))
        holds = np.append(locked, False)[rows]
        dead = (holds & (np.append(self.pattern.values, 1)[rows] == 0)).any(axis=1)
        first = True
        while first or dead.any():
            first = False
            rows, groups, kept, holds = rows[~dead], groups[~dead], kept[~dead], holds[~dead]
            _, place, number = np.unique(rows[holds], return_inverse=True, return_counts=True)
            alone = np.zeros(rows.shape, dtype=np.bool_)
            alone[holds] = number[place] == 1
            dead = alone.any(axis=1) | (np.bincount(groups, minlength=1)[groups] == 1)
        return rows, kept

    def _program(self, cells: Cells, locked: NDArray[np.bool_], amount: int) -> Program:
        pattern, least = self.pattern, self.pattern.rules.least
        bounded = bool(least) and not self._inner_cells
        active = (cells.rows >= 0) & (bounded | ~np.append(pattern.hidden, False)[cells.rows])
        numbers, place, often = np.unique(cells.rows[active], return_inverse=True, return_counts=True)
        furthest = 2.0 * pattern.rules.threshold
        price = np.where(pattern.hidden[numbers], 0.0, self.price[numbers])
        step = np.full(len(cells.rows), STEP)
        down = np.clip(cells.counts - (least if self._inner_cells else 0), 0, furthest).astype(np.float64)
        # A row with one inner cell in reach is no row: its price is that cell's.
        single = often == 1
        owner = np.nonzero(active)[0]
        alone = single[place]
        np.add.at(step, owner[alone], price[place[alone]])
        floor = np.clip(pattern.values[numbers] - least, 0, furthest).astype(np.float64)
        np.minimum.at(down, owner[alone], floor[place[alone]])
        number = np.cumsum(~single) - 1
        incidence = np.full((len(cells.rows), cells.rows.shape[1] + 2), -1, dtype=np.int32)
        incidence[:, :-2][active] = np.where(alone, -1, number[place])
        shared = ~single
        total = int(shared.sum())
        balance, group = np.unique(cells.groups, return_inverse=True)
        incidence[:, -2] = total + group
        incidence[cells.aim, -1] = total + len(balance)
        return Program(
            incidence=incidence,
            price=np.where(locked[numbers], np.inf, price)[shared],
            floor=floor[shared],
            ceiling=np.full(total, furthest),
            balances=len(balance),
            amount=amount,
            down=down,
            up=np.full(len(cells.rows), furthest),
            step_price=step,
        )
