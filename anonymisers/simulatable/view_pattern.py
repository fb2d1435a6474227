"""The pattern that is chosen from a view: cells are withheld until every stand-in table is safe."""

from itertools import islice

import numpy as np

from anonymisers.simulatable.agreeing_tables import EPSILON, AgreeingTables, Costs, Goal
from anonymisers.simulatable.masked_view import Class, MaskedView
from anonymisers.simulatable.reachable_values import ReachableValues
from anonymisers.simulatable.stand_ins import stand_in
from anonymisers.tables.arrays import Bools, Floats, Ints
from anonymisers.tables.keyed_random import derive_key, random_fractions

GOALS_AT_ONCE = 8
"""Unmet goals for which cells are withheld before all goals are tried again."""
MOST_ROUNDS = 60
"""Rounds of withholding for one stand-in table, at most."""
EXACT_INNER_CELLS = 60
"""Inner cells up to which stand-ins are compared with tables of whole people only."""
FEW_INNER_CELLS = 40
"""Inner cells up to which further tables are looked for, before a cell stays withheld."""
MOST_PASSES = 3
"""Passes over the withheld cells: what is shown in one pass may determine a cell tried before."""
EXPONENT, NOISE = 0.75, 0.2
"""The cost of a cell grows with this power of its people in the stand-in tables; the key adds up to a
share."""


def choose_pattern(
    view: MaskedView, total: int, key: bytes, stand_ins: int, begin: Bools, *, thorough: bool = True
) -> Bools | None:
    """Return the cells (size,) to withhold, by the view and the key alone; None where no pattern was found.

    `total`: the number of everybody, which is shown and stays shown. `stand_ins`: how many tables the pattern
    is to be safe for; `begin`: cells withheld from the beginning. If not `thorough`, tables that no pattern
    is safe for are left out, and the only person of a cell is not looked after: the test of the truth does.
    """
    drawn = (stand_in(view, total, derive_key(key, f"stand-in {number}")) for number in range(stand_ins))
    tables = [table for table in drawn if table is not None]
    if not tables:
        return None
    values = [view.sums @ table for table in tables]
    costs = _costs(view, np.mean(values, axis=0), key)
    costs.each[view.cells.names == view.cells.names[view.cells.total]] = np.inf
    first = suppressed = view.closed(begin)
    reachable = []
    exact = len(view.inner) <= EXACT_INNER_CELLS
    for number, (table, of_cells) in enumerate(zip(tables, values, strict=True)):
        reached = ReachableValues(view, of_cells, whole=exact, singletons=thorough and (exact or not number))
        reached.add(table, in_class=True)
        wider = _made_safe(reached, suppressed, costs)
        if wider is None and thorough:
            return None
        if wider is not None:
            reachable.append(reached)
            suppressed = wider
    if not reachable:
        return None
    return _pruned(view, suppressed, first, costs.each, reachable)


def _costs(view: MaskedView, people: Floats, key: bytes) -> Costs:
    """Return the costs of withholding each cell; infinite for what everybody knows."""
    tie = random_fractions(key, "costs", len(people))
    each = ((1.0 + people) ** EXPONENT + 1) * (1 + NOISE * tie) * view.task.cost_factor
    # Powers differ in their last digits from one processor to another; patterns must not differ.
    each = np.rint(each * 4096) / 4096
    return Costs(np.where(view.values >= 0, np.inf, each))


def _made_safe(reached: ReachableValues, suppressed: Bools, costs: Costs) -> Bools | None:
    """Return the cells with those withheld in addition for the goals of one stand-in table."""
    view = reached.view
    for _ in range(MOST_ROUNDS):
        unmet = list(islice(reached.unmet(suppressed), GOALS_AT_ONCE))
        if not unmet:
            return suppressed
        before = int(suppressed.sum())
        for goal in unmet:
            found = _cheapest(reached, suppressed, goal, costs)
            if found is not None:
                differs = (np.abs(view.sums @ found - reached.values) > EPSILON) & view.cells.system.present
                suppressed = view.closed(suppressed | (differs & ~view.known))
                reached.add(found, in_class=goal.in_class)
        if int(suppressed.sum()) == before:
            return None
    return None


def _cheapest(reached: ReachableValues, suppressed: Bools, goal: Goal, costs: Costs) -> Ints | None:
    program = AgreeingTables(
        reached.view,
        suppressed,
        reached.values,
        in_class=goal.in_class,
        costs=costs,
        whole=len(reached.view.inner) <= EXACT_INNER_CELLS,
    )
    return program.find(goal)


def _pruned(
    view: MaskedView, suppressed: Bools, first: Bools, costs: Floats, reachable: list[ReachableValues]
) -> Bools:
    """Show cells again, costly ones first, that no stand-in table needs withheld."""
    search = len(view.inner) <= FEW_INNER_CELLS
    for _ in range(MOST_PASSES):
        before = suppressed
        further = np.flatnonzero(suppressed & ~first & (view.classes == Class.LARGE))
        for cell in sorted(further.tolist(), key=lambda cell: (-costs[cell], cell)):
            fewer = suppressed.copy()
            fewer[view.cells.names == view.cells.names[cell]] = False
            fewer = view.closed(fewer)
            if not fewer[cell] and all(next(r.unmet(fewer, search=search), None) is None for r in reachable):
                suppressed = fewer
        if (suppressed == before).all():
            break
    return suppressed
