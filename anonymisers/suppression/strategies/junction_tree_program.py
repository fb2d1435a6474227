"""Changes of all bags at once, as one linear program: the cheapest that changes a cell by so much.

Nothing is left out: where there is no result, there is no world in which the cell differs by so much and no
other by more than twice the threshold, nor would there be one in fractions of people. The program stays in
the solver; from one cell to the next only prices and bounds differ. Its results have been whole numbers
nearly always; where they are not, they are nudged, and whole numbers sought in the end.

Columns: the rises of all bags' cells, the falls of those with people, the rises and the falls of all cells of
the system. Rows: what a cell is the sum of, the cells one level below or some of one bag; that people only
change places; and that two bags that hang together agree in what they share.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import highspy
import numpy as np
from highspy._core import _Highs  # the public class greets on standard output
from numpy.typing import NDArray

from anonymisers.suppression.strategies.junction_tree import Bag, box_of, boxes_of, with_guards
from anonymisers.suppression.strategies.linear_program import EPSILON, GAP, RUN, WHOLE, Solver, nudges
from anonymisers.suppression.strategies.local_program import STEP
from anonymisers.suppression.strategies.suppression_pattern import Pattern
from anonymisers.tables.arrays import Bools, Floats, Ints

NUDGES = 6
"""Times that a fractional result is nudged to a vertex beside it."""
MAX_NODES = 20
"""Nodes of the search for whole numbers: a bound in steps, as everywhere."""


class Sums(NamedTuple):
    """Rows that are 0: entries of bags' cells, and of the system's, each in a row and with a sign."""

    inside: Ints
    inside_row: Ints
    inside_sign: Floats
    cells: Ints
    cell_row: Ints
    cell_sign: Floats


class TreeProgram:
    """The changes of some bags and of all cells of a pattern's system that exist."""

    def __init__(self, pattern: Pattern, bags: Sequence[Bag], counts: Sequence[Ints]) -> None:
        self.cells = np.flatnonzero(pattern.system.present)
        self._number = np.full(pattern.system.size, -1, dtype=np.int64)
        self._number[self.cells] = np.arange(len(self.cells))
        self._starts = np.concatenate([[0], np.cumsum([len(bag.codes) for bag in bags])])
        self.inside = int(self._starts[-1])
        """How many cells all bags have together."""
        people = np.concatenate(counts)
        self._falling = np.flatnonzero(people > 0)
        self._steps = self.inside + len(self._falling)
        self._width = self._steps + 2 * len(self.cells)
        furthest = 2.0 * pattern.rules.threshold
        self._cost, self._lower, self._upper = (np.zeros(self._width) for _ in range(3))
        self._cost[: self._steps] = STEP
        self._upper[: self.inside] = furthest
        self._upper[self.inside : self._steps] = np.minimum(people[self._falling], furthest)
        self._rows = 0
        self._matrix = self._entries([*self._sums(pattern, bags), *self._agreeing(bags)])
        self._highs = self._solver(self._cost, self._upper, np.zeros(self._width, dtype=np.int32))

    def cheapest(
        self, price: Floats, room: tuple[Floats, Floats], target: tuple[int, int], solver: Solver
    ) -> Ints | None:
        """Changes of all bags' cells in whole numbers; None where there are none, or none were found.

        `price` for each unit and `room` to fall and to rise are those of `cells`; `target`: a cell of the
        system and by how much it has to change. Raises ProtectionError when the solver's steps are used up.
        """
        fall, rise = room[0].copy(), room[1].copy()
        least_fall, least_rise = np.zeros_like(fall), np.zeros_like(rise)
        cell, amount = int(self._number[target[0]]), target[1]
        with_it, against = (rise, fall) if amount > 0 else (fall, rise)
        with_it[cell] = (least_rise if amount > 0 else least_fall)[cell] = abs(amount)
        against[cell] = 0.0
        self._lower[self._steps :] = np.concatenate([least_rise, least_fall])
        self._upper[self._steps :] = np.concatenate([rise, fall])
        self._cost[self._steps :] = np.concatenate([price, price])
        changed = np.arange(self._steps, self._width, dtype=np.int32)
        self._highs.changeColsBounds(
            len(changed), changed, self._lower[self._steps :], self._upper[self._steps :]
        )
        self._highs.changeColsCost(len(changed), changed, self._cost[self._steps :])
        return self._whole(solver)

    def _whole(self, solver: Solver) -> Ints | None:
        """The cheapest result, nudged until it is whole; at last whole numbers are sought."""
        steps, used = np.arange(self._steps, dtype=np.int32), np.zeros(self._width, dtype=np.bool_)
        turn = 0
        try:
            while True:
                values = self._run(self._highs, solver, RUN)
                if values is None:
                    return None
                change = self._net(values)
                if np.abs(change - np.rint(change)).max(initial=0.0) <= EPSILON:
                    return np.rint(change).astype(np.int64)
                used |= values > EPSILON
                if turn == NUDGES:
                    return self._in_whole_numbers(used, solver)
                turn += 1
                self._highs.changeColsCost(
                    self._steps, steps, self._cost[: self._steps] * (1.0 + nudges(self._steps, turn))
                )
        finally:
            if turn:
                self._highs.changeColsCost(self._steps, steps, self._cost[: self._steps])

    def _in_whole_numbers(self, used: Bools, solver: Solver) -> Ints | None:
        """Whole numbers among the columns that any of the results uses, then among all."""
        kinds = (np.arange(self._width) < self._steps).astype(np.int32)
        for upper in (np.where(used, self._upper, self._lower), self._upper):
            highs = self._solver(
                self._cost, upper, kinds, presolve="on", mip_rel_gap=GAP, mip_max_nodes=MAX_NODES
            )
            values = self._run(highs, solver, WHOLE)
            if values is not None:
                return np.rint(self._net(values)).astype(np.int64)
        return None

    def _run(self, highs: _Highs, solver: Solver, fee: int) -> Floats | None:
        highs.run()
        info = highs.getInfo()
        solver.spend(fee + max(0, int(info.simplex_iteration_count)))
        if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
            return None
        solution: Floats = np.array(highs.getSolution().col_value, dtype=np.float64)
        return solution

    def _net(self, values: Floats) -> Floats:
        change: Floats = values[: self.inside].copy()
        change[self._falling] -= values[self.inside : self._steps]
        return change

    def _solver(
        self, cost: Floats, upper: Floats, kinds: NDArray[np.int32], **options: str | float
    ) -> _Highs:
        highs = _Highs()
        chosen: dict[str, str | float] = {"presolve": "off", "solver": "simplex", "random_seed": 1, **options}
        for name, value in {"output_flag": False, "parallel": "off", **chosen}.items():
            highs.setOptionValue(name, value)
        nothing, (ends, row, sign) = np.zeros(self._rows), self._matrix
        highs.passModel(
            self._width, self._rows, len(row), 1, 1, 0.0, cost, self._lower, upper, nothing, nothing,
            ends, row, sign, kinds,
        )  # fmt: skip
        return highs

    def _entries(self, every: Sequence[Sums]) -> tuple[NDArray[np.int32], NDArray[np.int32], Floats]:
        """The rows one below the other, column by column: where each begins, and the rows and signs."""
        fall_of = np.full(self.inside, -1, dtype=np.int64)
        fall_of[self._falling] = self.inside + np.arange(len(self._falling))
        columns, rows, signs = [], [], []
        for sums in every:
            falls = fall_of[sums.inside] >= 0
            rise = self._steps + sums.cells
            columns += [sums.inside, fall_of[sums.inside[falls]], rise, rise + len(self.cells)]
            for row in (sums.inside_row, sums.inside_row[falls], sums.cell_row, sums.cell_row):
                rows.append(self._rows + row)
            signs += [sums.inside_sign, -sums.inside_sign[falls], sums.cell_sign, -sums.cell_sign]
            self._rows += 1 + int(np.concatenate([sums.inside_row, sums.cell_row]).max(initial=-1))
        column, row, sign = np.concatenate(columns), np.concatenate(rows), np.concatenate(signs)
        order = np.lexsort((row, column))
        ends = np.bincount(column, minlength=self._width).cumsum()
        starts = np.concatenate([[0], ends]).astype(np.int32)
        return starts, row[order].astype(np.int32), sign[order]

    def _sums(self, pattern: Pattern, bags: Sequence[Bag]) -> Iterator[Sums]:
        """What each cell is the sum of: cells one level below if all of them exist, else cells of a bag."""
        for block, start in zip(pattern.system.blocks, pattern.system.starts, strict=True):
            lattice, number = block.lattice, self._number[start : start + block.lattice.size]
            done = number < 0
            for axis, (parts, above) in enumerate(lattice.parents()):
                wanted = np.array([len(own) for own in lattice.dims[axis].children()])
                real = block.present[parts] & (above >= 0)
                real[real] &= ~done[above[real]]
                part, whole = parts[real], above[real]
                there = np.bincount(whole, minlength=lattice.size)
                full = there[whole] == wanted[lattice.keys()[whole, axis]]
                part, whole = part[full], whole[full]
                if not len(whole):
                    continue
                own, place = np.unique(whole, return_inverse=True)
                done[own] = True
                yield _below(number[part], place.ravel(), number[own])
            for depths in boxes_of(block).tolist():
                box, whose = box_of(depths), box_of(with_guards(block, depths))
                host = min(
                    (n for n, bag in enumerate(bags) if bag.holds(whose)), key=lambda n: len(bags[n].codes)
                )
                cells = lattice.cells(bags[host].at(box))
                new = (cells >= 0) & ~done[cells]
                if new.any():
                    own, place = np.unique(cells[new], return_inverse=True)
                    done[own] = True
                    # A cell in which nobody can be is the sum of none.
                    counted = block.belongs(bags[host].at(whose))[new]
                    inside = self._starts[host] + np.flatnonzero(new)[counted]
                    yield _inside(inside, place.ravel()[counted], number[own])

    def _agreeing(self, bags: Sequence[Bag]) -> Iterator[Sums]:
        """People only change places, and what two bags that hang together share is the same in both."""
        nothing, first = np.zeros(0, dtype=np.int64), np.arange(len(bags[0].codes))
        yield Sums(first, np.zeros_like(first), np.ones(len(first)), nothing, nothing, np.zeros(0))
        for number, bag in enumerate(bags):
            if bag.parent < 0:
                continue
            sizes = len(bag.codes), len(bags[bag.parent].codes)
            both = np.concatenate([bag.at(bag.shared), bags[bag.parent].at(bag.shared)])
            _, place = np.unique(both, axis=0, return_inverse=True)
            inside = [
                self._starts[n] + np.arange(size) for n, size in zip((number, bag.parent), sizes, strict=True)
            ]
            sign = np.repeat([1.0, -1.0], sizes)
            yield Sums(np.concatenate(inside), place.ravel(), sign, nothing, nothing, np.zeros(0))


def _below(parts: Ints, row: Ints, wholes: Ints) -> Sums:
    """Rows in which some cells add up to others."""
    nothing = np.zeros(0, dtype=np.int64)
    signs = np.repeat([1.0, -1.0], [len(parts), len(wholes)])
    rows = np.concatenate([row, np.arange(len(wholes))])
    return Sums(nothing, nothing, np.zeros(0), np.concatenate([parts, wholes]), rows, signs)


def _inside(inside: Ints, row: Ints, wholes: Ints) -> Sums:
    """Rows in which cells of a bag add up to others."""
    return Sums(inside, row, np.ones(len(inside)), wholes, np.arange(len(wholes)), -np.ones(len(wholes)))
