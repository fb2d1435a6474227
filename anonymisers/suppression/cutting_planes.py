"""Strategy "cutting planes": the suppression pattern for all small cells together, solved before the local
search.

Used for small tables where suppressed cells are only known not to be negative. Each small cell must be able
to change; if a cell is unable, a cut says how much of certain cells must be suppressed. The fewest people
under the cuts so far give a pattern, possibly with some small cells still unable to change; further cuts
follow. The method of Fischetti and Salazar (2001) is stopped early: the pattern says where to search first.
No cell is taken to be safe because of the pattern, and cells needed by no move are published again.
"""

from dataclasses import dataclass
from math import prod

import highspy
import numpy as np

from anonymisers.proof.singletons import one_inner_cell
from anonymisers.solving.solvers import Highs, new_solver
from anonymisers.suppression.dependent_cells import dependent_groups
from anonymisers.suppression.separation import Cut, Region, Requirement, separation_regions
from anonymisers.suppression.strategies.suppression_pattern import SuppressionPattern
from anonymisers.tables.arrays import Bools, Floats, Ints

RegionRequirement = tuple[int, Requirement]
"""The number of a region, and a requirement there."""


@dataclass(frozen=True)
class CuttingPlaneTuning:
    """When cutting planes are used, and how much work they may do."""

    most_inner_cells: int = 2500
    """Most inner cells with people for which a pattern is solved by cutting planes."""
    fewest_where_zeros_are_suppressed: int = 500
    """Fewest inner cells with people where zeros may be suppressed: in smaller tables cutting planes gain
    nothing."""
    most_entries: int = 60_000
    """Most pairs of an inner cell and a cell counting the inner cell."""
    rounds: int = 8
    """Rounds of cuts from cells unable to change far enough."""
    singleton_rounds: int = 4
    """Rounds of cuts against singletons too."""
    integer_rounds: int = 3
    """Rounds of cuts in which no cell is suppressed in part."""
    gap: float = 0.002
    """Relative distance from the optimum that a solution in whole cells may have."""
    nearly: float = 0.05
    """Reduced cost, as a share of a cell's cost, below which a published cell may still be chosen."""
    nodes: int = 100
    """Nodes of branch and bound: a bound in steps, so that every machine finds the same."""
    noise: float = 0.2
    """Largest share added by the key to the cost of a cell, as in the costs of the local search."""
    most_work: int = 120_000_000
    """Simplex iterations, each weighted by the cells of its region, after which the solution stays as it
    is."""


TUNING = CuttingPlaneTuning()


TINY = 1e-6
ROWS = 2
"""The solver's number for a matrix given by its rows."""


def cutting_planes_apply(pattern: SuppressionPattern) -> bool:
    """Whether cutting planes are used: for a single full table of limited size, where zeros are not small
    cells.

    Not where suppressed cells are known to be at least 1: lines and proportions do not show the obstacles
    there, and a pattern ignoring the obstacles was worse than none (3 % more people, in twice the time).
    """
    system, dims = pattern.system, len(pattern.system.dims)
    own = system.blocks[0]
    people = len(pattern.people.counts)
    inner = people if pattern.rules.zeros == "publish" else prod(len(dim.leaves) for dim in system.dims)
    entries = inner * len(system.above(pattern.people.coords[:1]).T)
    return (
        {"publish": True, "partner": people >= TUNING.fewest_where_zeros_are_suppressed, "protect": False}[
            pattern.rules.zeros
        ]
        and not pattern.rules.least
        and len(system.blocks) == 1
        and own.complete
        and not own.guards
        and any(len(table) == dims for table in own.lattice.tables)
        and people <= TUNING.most_inner_cells
        and entries <= TUNING.most_entries
    )


def solve_cutting_planes(pattern: SuppressionPattern, cost_factor: Floats) -> Bools:
    """Return the cells to suppress, the cells suppressed already among them.

    `cost_factor` (cells,): how much each person of a cell counts.
    """
    master = _MasterProblem(pattern, cost_factor)
    master.solve()
    return master.suppression > 0.5


def _solved(highs: Highs) -> Floats | None:
    """Return the solution of a program, None where there is none: where always published cells prevent a
    solution."""
    highs.run()
    if highs.getInfo().primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        return None
    solution: Floats = np.array(highs.getSolution().col_value, dtype=np.float64)
    return solution


class _MasterProblem:
    def __init__(self, pattern: SuppressionPattern, cost_factor: Floats) -> None:
        self._pattern, self._values, self._cost_factor = pattern, pattern.values, cost_factor
        self._regions = separation_regions(pattern)
        self._person = one_inner_cell(pattern.system, pattern.people)
        self._requirements = self._all_requirements()
        # Nobody can leave a cell with everybody in it.
        everybody = int(pattern.people.counts.sum())
        counted = self._values > (0 if pattern.rules.zeros == "publish" else -1)
        self._cells = np.flatnonzero(counted & (self._values < everybody))
        self._number = np.full(len(self._values), -1, dtype=np.int64)
        self._number[self._cells] = np.arange(len(self._cells))
        self._known: list[tuple[Ints, Floats, int]] = []
        self._dependent: dict[int, tuple[bytes, list[Ints]]] = {}
        self._cuts = self._program()
        self.suppression = pattern.must_suppress.astype(np.float64)

    def _all_requirements(self) -> list[RegionRequirement]:
        """Require that each small cell can take any value from the least value to k-1."""
        k, least, to_protect = self._pattern.rules.threshold, self._pattern.least, self._pattern.to_protect
        requirements = []
        for number, region in enumerate(self._regions):
            for cell in region.cells[region.small].tolist():
                value = int(self._values[cell])
                for sign, amount in ((1, k - 1 - value), (-1, value - int(least[cell]))):
                    if amount > 0 and to_protect[cell]:
                        requirements.append((number, Requirement(amount, sign, cell, -1)))
        return _in_order(requirements)

    def _program(self) -> Highs:
        """Return the program of the fewest people, without any cut so far."""
        pattern, cells, size = self._pattern, self._cells, len(self._cells)
        highs = new_solver(solver="simplex", presolve="off")
        noise = 1.0 + TUNING.noise * np.rint(4096 * pattern.tie[cells]) / 4096
        self._cost = (self._values[cells] + 1) * noise * self._cost_factor[cells]
        highs.passModel(
            size, 0, 0, ROWS, 1, 0.0, self._cost, pattern.must_suppress[cells].astype(np.float64),
            (~pattern.fixed[cells]).astype(np.float64), np.zeros(0), np.zeros(0),
            np.zeros(1, dtype=np.int32), np.zeros(0, dtype=np.int32), np.zeros(0),
            np.zeros(size, dtype=np.int32),
        )  # fmt: skip
        return highs

    def solve(self) -> None:
        """Separate and solve in rounds; a requirement once met is checked again only when all are."""
        self._round([n for n in self._requirements if n[1].sign > 0])
        unmet = self._requirements
        for _ in range(TUNING.rounds):
            unmet = self._round(unmet)
        for _ in range(TUNING.singleton_rounds):
            unmet = self._round(_in_order({*unmet, *self._exposed_to_singletons()}))
        self._solve_again(whole=True)
        unmet = self._requirements
        for _ in range(TUNING.integer_rounds):
            unmet = self._round(_in_order({*unmet, *self._exposed_to_singletons()}), whole=True)

    def _round(
        self, requirements: list[RegionRequirement], *, whole: bool = False
    ) -> list[RegionRequirement]:
        """Add the cuts of unmet requirements, solve again, and return these requirements."""
        unmet: list[RegionRequirement] = []
        if not requirements or self._out_of_work():
            return unmet
        for region in self._regions:
            region.set_pattern(self.suppression)
        for number, requirement in requirements:
            cut = self._regions[number].separate(requirement)
            if cut is not None:
                unmet.append((number, requirement))
                self._add(cut)
        if unmet:
            self._solve_again(whole=whole)
        return unmet

    def _out_of_work(self) -> bool:
        return sum(region.steps * len(region.cells) for region in self._regions) > TUNING.most_work

    def _add(self, cut: Cut) -> None:
        numbers = self._number[cut.cells]
        numbers, weights = numbers[numbers >= 0], cut.weights[numbers >= 0]
        if not len(numbers):
            return
        self._known.append((numbers, weights, cut.amount))
        self._cuts.addRow(
            float(cut.amount), highspy.kHighsInf, len(numbers), numbers.astype(np.int32), weights
        )

    def _solve_again(self, *, whole: bool) -> None:
        found = _solved(self._cuts)
        if found is None:
            return
        found = np.where(found < TINY, 0.0, np.where(found > 1.0 - TINY, 1.0, found))
        if whole:
            self._in_whole_cells(found)
        self.suppression[self._cells] = found

    def _in_whole_cells(self, found: Floats) -> None:
        """Suppress each cell or publish it: the best choice of the cells suppressed in part or nearly."""
        near = np.array(self._cuts.getSolution().col_dual) < TUNING.nearly * self._cost
        must = self._pattern.must_suppress[self._cells]
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
        highs = new_solver(
            solver="simplex", presolve="on", mip_rel_gap=TUNING.gap, mip_max_nodes=TUNING.nodes
        )
        highs.passModel(
            len(part), len(rest), starts[-1], ROWS, 1, 0.0, self._cost[part], np.zeros(len(part)),
            np.ones(len(part)), np.array(rest), np.full(len(rest), highspy.kHighsInf),
            np.array(starts, dtype=np.int32), np.concatenate(numbers), np.concatenate(weights),
            np.ones(len(part), dtype=np.int32),
        )  # fmt: skip
        chosen = _solved(highs)
        found[part] = 1.0 if chosen is None else np.rint(chosen)

    def _exposed_to_singletons(self) -> set[RegionRequirement]:
        """Require small cells that change only together with a cell of 1 to change without that cell."""
        found = set()
        for number, region in enumerate(self._regions):
            for group in self._dependent_groups(number, region):
                for cell in group.tolist():
                    others = group[(self._values[group] == 1) & (group != cell)]
                    if self._values[cell] == 1:
                        others = others[self._person[others] != self._person[cell]]
                    if len(others):
                        found.add((number, Requirement(1, 1, cell, int(others[0]))))
        return found

    def _dependent_groups(self, number: int, region: Region) -> list[Ints]:
        """Return the groups of dependent cells, computed anew only where the solution has changed."""
        suppression = (self.suppression[region.cells] > 0.5).tobytes()
        known = self._dependent.get(number)
        if known is None or known[0] != suppression:
            known = self._dependent[number] = suppression, list(dependent_groups(region, self.suppression))
        return known[1]


def _in_order(requirements: "set[RegionRequirement] | list[RegionRequirement]") -> list[RegionRequirement]:
    """Sort by region, the largest amounts first: a cell that can change by more can change by less."""
    return sorted(requirements, key=lambda n: (n[0], -n[1].amount, -n[1].sign, n[1].cell, n[1].other))
