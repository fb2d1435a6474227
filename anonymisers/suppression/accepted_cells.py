"""Withheld cells that cells which are always shown leave narrower than rule 2 asks for."""

import numpy as np

from anonymisers.errors import ProtectionError
from anonymisers.proof.interval_bounds import interval_bounds
from anonymisers.suppression.strategies.move_search import Search
from anonymisers.suppression.strategies.suppression_pattern import reaches
from anonymisers.suppression.strategies.task import Task
from anonymisers.tables.arrays import Bools
from anonymisers.tables.cell_names import name_in_words
from anonymisers.tables.cell_status import cannot_always_be_shown, cell_name_at, cell_names_of
from anonymisers.tables.lattice import Lattice


def without_accepted(search: Search, task: Task, failed: list[int]) -> list[int]:
    """Those of the uncovered cells that may yet be covered; the others are accepted.

    What is always shown bounds these too closely, whatever else is withheld.
    """
    if not (failed and task.always.any()):
        return failed
    lattice, rules = search.pattern.system.blocks[0].lattice, task.rules
    hidden = ~task.fixed[: lattice.size]
    hidden[0] = False  # Nobody comes or goes in an alternative.
    least = np.where(search.pattern.system.blocks[0].present, rules.least, 0)
    low, high = interval_bounds(lattice, search.pattern.values[: lattice.size], hidden, least)
    narrow = ~reaches(rules, low, high)
    accept(search, task, [c for c in failed if c < lattice.size and narrow[c]])
    return [c for c in failed if not task.accepted[c]]


def accept(search: Search, task: Task, cells: list[int]) -> None:
    """Accept uncovered cells of ours. Raises ProtectionError where rule 1 does not hold, and says why."""
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
    """The cells among these that hold a cell; all of them where none does."""
    keys = lattice.keys()
    holding = always.copy()
    for axis, dim in enumerate(lattice.dims):
        line = np.zeros(len(dim.codes), dtype=np.bool_)
        line[list(dim.ancestors(int(keys[cell, axis])))] = True
        holding &= line[keys[:, axis]]
    return holding if holding.any() else always
