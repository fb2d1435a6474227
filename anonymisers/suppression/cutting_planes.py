"""Which cells to withhold, planned for all small cells at once before any world is sought.

Each small cell must be able to change; what is in the way of that is a cut: so much of these cells must be
withheld. The fewest people under the cuts so far are a pattern, which leaves some small cells stuck; those
give further cuts. The method is that of Fischetti and Salazar, stopped early: a plan is where to look first.
Nothing is taken to be safe for being planned, and what is planned in vain is shown again.
"""

from math import prod

import highspy
import numpy as np
from highspy._core import _Highs  # the public class greets on standard output

from anonymisers.proof.singletons import one_inner_cell
from anonymisers.suppression.dependent_cells import tied
from anonymisers.suppression.separation import Cut, Need, Region, regions
from anonymisers.suppression.strategies.suppression_pattern import Pattern
from anonymisers.tables.arrays import Bools, Floats, Ints

Asked = tuple[int, Need]
"""The number of a region, and what is needed there."""

FEW = 2500
"""Inner cells with people up to which a plan is made."""
FEWEST_OF_PARTNERS = 500
"""And from which it is where zeros may be withheld: in smaller tables it gains nothing."""
ENTRIES = 60_000
"""Cells above them, counted once for each inner cell, up to which it is."""
ROUNDS, INSIDER_ROUNDS, WHOLE_ROUNDS = 8, 4, 3
"""Rounds of cuts: from stuck cells; from what insiders could compute too; with no cell withheld in part."""
TINY = 1e-6
ROWS = 2
"""The solver's number for a matrix that is given by its rows."""
GAP = 0.002
"""How far from the best a plan in whole cells may be."""
NEARLY = 0.05
"""A shown cell is nearly planned when it would be with so many fewer people, as a part of them."""
NODES = 100
"""Nodes of the search for it: a bound in steps, as everywhere."""
NOISE = 0.2
"""What the key may add to the people of a cell, as a part of them: as much as in the search's prices."""
MOST_WORK = 120_000_000
"""Steps of the simplex method, each as often as its region has cells: then the plan stays as it is."""


def worth_planning(pattern: Pattern) -> bool:
    """Whether a plan is made: for one table that has all dimensions, zeros not small cells, not too large.

    Not where withheld cells are known to be at least 1: what is there in the way is not told by lines and
    proportions, and a plan that does not see it was worse than none (3 % more people, in twice the time).
    """
    system, dims = pattern.system, len(pattern.system.dims)
    own = system.blocks[0]
    people = len(pattern.people.counts)
    inner = people if pattern.rules.zeros == "publish" else prod(len(dim.leaves) for dim in system.dims)
    entries = inner * len(system.above(pattern.people.coords[:1]).T)
    return (
        {"publish": True, "partner": people >= FEWEST_OF_PARTNERS, "protect": False}[pattern.rules.zeros]
        and not pattern.rules.least
        and len(system.blocks) == 1
        and own.complete
        and not own.guards
        and any(len(table) == dims for table in own.lattice.tables)
        and people <= FEW
        and entries <= ENTRIES
    )


def plan(pattern: Pattern, dearer: Floats) -> Bools:
    """The cells to withhold, what is withheld already among them.

    `dearer` (cells,): how many times as much as its people each cell counts.
    """
    planner = _Planner(pattern, dearer)
    planner.go()
    return planner.withheld > 0.5


def _solver(**options: str | float) -> _Highs:
    highs = _Highs()
    for name, value in options.items():
        highs.setOptionValue(name, value)
    for name in ("output_flag", "parallel"):
        highs.setOptionValue(name, "off")
    highs.setOptionValue("solver", "simplex")
    highs.setOptionValue("random_seed", 1)
    return highs


def _solved(highs: _Highs) -> Floats | None:
    """The result of a program, None where there is none: where cells that are always shown are in the way."""
    highs.run()
    if highs.getInfo().primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        return None
    solution: Floats = np.array(highs.getSolution().col_value, dtype=np.float64)
    return solution


class _Planner:
    def __init__(self, pattern: Pattern, dearer: Floats) -> None:
        self._pattern, self._values, self._dearer = pattern, pattern.values, dearer
        self._regions = regions(pattern)
        self._person = one_inner_cell(pattern.system, pattern.people)
        self._needs = self._all_needs()
        # Nobody can leave a cell that everybody is in.
        everybody = int(pattern.people.counts.sum())
        counted = self._values > (0 if pattern.rules.zeros == "publish" else -1)
        self._cells = np.flatnonzero(counted & (self._values < everybody))
        self._number = np.full(len(self._values), -1, dtype=np.int64)
        self._number[self._cells] = np.arange(len(self._cells))
        self._known: list[tuple[Ints, Floats, int]] = []
        self._tied: dict[int, tuple[bytes, list[Ints]]] = {}
        self._cuts = self._program()
        self.withheld = pattern.must_hide.astype(np.float64)

    def _all_needs(self) -> list[Asked]:
        """Each small cell can be anything from the least value to k-1."""
        k, least, asked = self._pattern.rules.threshold, self._pattern.least, self._pattern.asked
        needs = []
        for number, region in enumerate(self._regions):
            for cell in region.cells[region.small].tolist():
                value = int(self._values[cell])
                for sign, amount in ((1, k - 1 - value), (-1, value - int(least[cell]))):
                    if amount > 0 and asked[cell]:
                        needs.append((number, Need(amount, sign, cell, -1)))
        return _in_turn(needs)

    def _program(self) -> _Highs:
        """The fewest people, without any cut so far."""
        pattern, cells, size = self._pattern, self._cells, len(self._cells)
        highs = _solver(presolve="off")
        noise = 1.0 + NOISE * np.rint(4096 * pattern.tie[cells]) / 4096
        self._cost = (self._values[cells] + 1) * noise * self._dearer[cells]
        highs.passModel(
            size, 0, 0, ROWS, 1, 0.0, self._cost, pattern.must_hide[cells].astype(np.float64),
            (~pattern.fixed[cells]).astype(np.float64), np.zeros(0), np.zeros(0),
            np.zeros(1, dtype=np.int32), np.zeros(0, dtype=np.int32), np.zeros(0),
            np.zeros(size, dtype=np.int32),
        )  # fmt: skip
        return highs

    def go(self) -> None:
        """Ask and cut in rounds; what was met once is asked again only when all are."""
        self._round([n for n in self._needs if n[1].sign > 0])
        unmet = self._needs
        for _ in range(ROUNDS):
            unmet = self._round(unmet)
        for _ in range(INSIDER_ROUNDS):
            unmet = self._round(_in_turn({*unmet, *self._exposed()}))
        self._plan_again(whole=True)
        unmet = self._needs
        for _ in range(WHOLE_ROUNDS):
            unmet = self._round(_in_turn({*unmet, *self._exposed()}), whole=True)

    def _round(self, asked: list[Asked], *, whole: bool = False) -> list[Asked]:
        """Add the cuts of those needs that are not met, and plan again; what was not met."""
        unmet: list[Asked] = []
        if not asked or self._tired():
            return unmet
        for region in self._regions:
            region.suppose(self.withheld)
        for number, need in asked:
            cut = self._regions[number].unmet(need)
            if cut is not None:
                unmet.append((number, need))
                self._add(cut)
        if unmet:
            self._plan_again(whole=whole)
        return unmet

    def _tired(self) -> bool:
        return sum(region.steps * len(region.cells) for region in self._regions) > MOST_WORK

    def _add(self, cut: Cut) -> None:
        numbers = self._number[cut.cells]
        numbers, weights = numbers[numbers >= 0], cut.weights[numbers >= 0]
        if not len(numbers):
            return
        self._known.append((numbers, weights, cut.amount))
        self._cuts.addRow(
            float(cut.amount), highspy.kHighsInf, len(numbers), numbers.astype(np.int32), weights
        )

    def _plan_again(self, *, whole: bool) -> None:
        found = _solved(self._cuts)
        if found is None:
            return
        found = np.where(found < TINY, 0.0, np.where(found > 1.0 - TINY, 1.0, found))
        if whole:
            self._in_whole_cells(found)
        self.withheld[self._cells] = found

    def _in_whole_cells(self, found: Floats) -> None:
        """Withhold each cell or not: the best choice of those that are withheld, in part or nearly."""
        near = np.array(self._cuts.getSolution().col_dual) < NEARLY * self._cost
        must = self._pattern.must_hide[self._cells]
        part = np.flatnonzero(((found > 0.0) | (near & ~self._pattern.fixed[self._cells])) & ~must)
        place = np.full(len(found), -1, dtype=np.int64)
        place[part] = np.arange(len(part))
        rest, starts = [], [0]
        numbers, weights = [np.zeros(0, dtype=np.int32)], [np.zeros(0)]
        for cut_cells, cut_weights, amount in self._known:
            left = amount - float(cut_weights[must[cut_cells]].sum())
            inside = place[cut_cells] >= 0
            if left > TINY and inside.any():
                rest.append(left)
                numbers.append(place[cut_cells[inside]].astype(np.int32))
                weights.append(np.minimum(cut_weights[inside], left))
                starts.append(starts[-1] + int(inside.sum()))
        highs = _solver(presolve="on", mip_rel_gap=GAP, mip_max_nodes=NODES)
        highs.passModel(
            len(part), len(rest), starts[-1], ROWS, 1, 0.0, self._cost[part], np.zeros(len(part)),
            np.ones(len(part)), np.array(rest), np.full(len(rest), highspy.kHighsInf),
            np.array(starts, dtype=np.int32), np.concatenate(numbers), np.concatenate(weights),
            np.ones(len(part), dtype=np.int32),
        )  # fmt: skip
        chosen = _solved(highs)
        found[part] = 1.0 if chosen is None else np.rint(chosen)

    def _exposed(self) -> set[Asked]:
        """For small cells that change only together with a cell of 1: that they change without it."""
        found = set()
        for number, region in enumerate(self._regions):
            for group in self._ties(number, region):
                for cell in group.tolist():
                    others = group[(self._values[group] == 1) & (group != cell)]
                    if self._values[cell] == 1:
                        others = others[self._person[others] != self._person[cell]]
                    if len(others):
                        found.add((number, Need(1, 1, cell, int(others[0]))))
        return found

    def _ties(self, number: int, region: Region) -> list[Ints]:
        """The groups of cells that change only together; worked out again only where the plan is another."""
        withheld = (self.withheld[region.cells] > 0.5).tobytes()
        known = self._tied.get(number)
        if known is None or known[0] != withheld:
            known = self._tied[number] = withheld, list(tied(region, self.withheld))
        return known[1]


def _in_turn(needs: "set[Asked] | list[Asked]") -> list[Asked]:
    """Region by region, the largest amounts first: who can change by more can change by less."""
    return sorted(needs, key=lambda n: (n[0], -n[1].amount, -n[1].sign, n[1].cell, n[1].other))
