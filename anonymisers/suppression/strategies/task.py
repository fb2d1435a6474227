"""The task of a search: the cells to protect, and the cells subject to the protection-level rule."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from anonymisers.proof.interval_bounds import interval_bounds
from anonymisers.suppression.strategies.suppression_pattern import SuppressionPattern
from anonymisers.tables.arrays import Bools
from anonymisers.tables.base_table import BaseTable
from anonymisers.tables.linked_tables import LinkedTables
from anonymisers.tables.rules import Rules


@dataclass(frozen=True, eq=False)
class Task:
    """The input of a search: linked tables with block 0 to protect, and the cells settled already.

    `suppressed`, `fixed`, `to_protect`: see `SuppressionPattern`; `key`: the member's secret. `always`,
    `never`: cells published or suppressed a priori; `accepted`, filled in by the search: suppressed cells
    kept narrower than the protection-level rule demands by the cells in `always`. `revocable`: fixed cells,
    to be suppressed if some cell cannot be covered otherwise. `cost_factor`: how much each person of a
    suppressed cell counts.
    """

    system: LinkedTables
    people: BaseTable
    rules: Rules
    suppressed: Bools
    fixed: Bools
    to_protect: Bools
    key: bytes
    always: Bools
    never: Bools
    accepted: Bools
    revocable: Bools
    cost_factor: NDArray[np.float64]

    @property
    def must_suppress(self) -> Bools:
        """The cells suppressed from the beginning, without breakdowns of suppressed groups."""
        values = self.system.sums(self.people.coords, self.people.counts)
        return self.suppressed | self.never | (self.rules.is_sensitive(values) & ~self.fixed)


def cells_to_protect(pattern: SuppressionPattern, task: Task) -> Bools:
    """Return the cells subject to the protection-level rule.

    The rule applies to no accepted cell, and to large cells only if they are never published.
    """
    return task.to_protect & ~task.accepted & (~certainly_large(pattern) | task.never)


def certainly_large(pattern: SuppressionPattern) -> Bools:
    """Return the cells that are certainly too large for the protection-level rule, block by block."""
    found = np.zeros(pattern.system.size, dtype=np.bool_)
    for block, start in zip(pattern.system.blocks, pattern.system.starts, strict=True):
        here = slice(start, start + block.lattice.size)
        if not pattern.suppressed[here].all():
            low, _ = interval_bounds(
                block.lattice, pattern.values[here], pattern.suppressed[here], pattern.least[here]
            )
            found[here] = low >= pattern.rules.threshold
    return found
