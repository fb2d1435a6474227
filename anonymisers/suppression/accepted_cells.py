"""Accepted cells: suppressed cells with a narrower interval than the protection-level rule demands.

Cells always published, as the controller decided, keep such an interval narrow.
"""

import numpy as np

from anonymisers.errors import ProtectionError
from anonymisers.proof.interval_bounds import interval_bounds
from anonymisers.suppression.strategies.move_search import MoveSearch
from anonymisers.suppression.strategies.suppression_pattern import meets_protection_level
from anonymisers.suppression.strategies.task import Task
from anonymisers.tables.a_priori_status import cannot_always_be_shown, cell_name_at, cell_names_of
from anonymisers.tables.arrays import Bools
from anonymisers.tables.cell_names import name_in_words
from anonymisers.tables.lattice import Lattice


def without_accepted(search: MoveSearch, task: Task, failed: list[int]) -> list[int]:
    """Accept uncovered cells that nothing can widen, and return the other uncovered cells.

    The cells always published bound an accepted cell too closely, whatever else is suppressed.
    """
    if not (failed and task.always.any()):
        return failed
    lattice, rules = search.pattern.system.blocks[0].lattice, task.rules
    suppressed = ~task.fixed[: lattice.size]
    suppressed[0] = False  # A move changes no total.
    least = np.where(search.pattern.system.blocks[0].present, rules.least, 0)
    low, high = interval_bounds(lattice, search.pattern.values[: lattice.size], suppressed, least)
    narrow = ~meets_protection_level(rules, low, high)
    accept(search, task, [c for c in failed if c < lattice.size and narrow[c]])
    return [c for c in failed if not task.accepted[c]]


def accept(search: MoveSearch, task: Task, cells: list[int]) -> None:
    """Accept uncovered cells of block 0. Raises ProtectionError where the singleton rule is broken, with the
    reason."""
    pattern, lattice = search.pattern, search.pattern.system.blocks[0].lattice
    for cell in cells:
        if cell >= lattice.size or not task.always.any():
            raise ProtectionError("no safe pattern was found beside what is shown already")
        if pattern.low[cell] == pattern.high[cell] == 0 and not search.change(cell):
            holding = _holding(lattice, task.always[: lattice.size], cell)
            raise cannot_always_be_shown(
                cell_names_of(lattice, holding), f"{name_in_words(cell_name_at(lattice, cell))} would follow"
            )
        task.accepted[cell] = True


def _holding(lattice: Lattice, always: Bools, cell: int) -> Bools:
    """Return the cells of a mask containing a cell; the whole mask where none does."""
    keys = lattice.keys()
    holding = always.copy()
    for axis, dim in enumerate(lattice.dims):
        line = np.zeros(len(dim.codes), dtype=np.bool_)
        line[list(dim.ancestors(int(keys[cell, axis])))] = True
        holding &= line[keys[:, axis]]
    return holding if holding.any() else always
