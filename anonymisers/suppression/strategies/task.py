"""What one search is to do: which cells it protects, and which of them rule 2 concerns."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from anonymisers.proof.interval_bounds import interval_bounds
from anonymisers.suppression.strategies.suppression_pattern import Pattern
from anonymisers.tables.arrays import Bools
from anonymisers.tables.base_table import BaseTable
from anonymisers.tables.linked_tables import LinkedTables
from anonymisers.tables.rules import Rules


@dataclass(frozen=True, eq=False)
class Task:
    """One stage: a system whose block 0 is to be protected, and what is settled already.

    `hidden`, `fixed`, `asked`: see `Pattern`; `key`: the member's secret. `always`, `never`: cells that the
    rules mark; `accepted`, filled in by the search: withheld cells that the former leave narrower than rule
    2 asks for. `giving`: the fixed cells that give way where a cell cannot be covered beside them.
    `weight`: what each person of a cell counts where it is withheld.
    """

    system: LinkedTables
    people: BaseTable
    rules: Rules
    hidden: Bools
    fixed: Bools
    asked: Bools
    key: bytes
    always: Bools
    never: Bools
    accepted: Bools
    giving: Bools
    weight: NDArray[np.float64]

    @property
    def must_hide(self) -> Bools:
        """Cells withheld from the beginning, but for their breakdowns."""
        values = self.system.sums(self.people.coords, self.people.counts)
        return self.hidden | self.never | (self.rules.is_sensitive(values) & ~self.fixed)


def asked(pattern: Pattern, task: Task) -> Bools:
    """The cells that rule 2 concerns: not what is accepted, nor, unless it is never shown, what is large."""
    return task.asked & ~task.accepted & (~large(pattern) | task.never)


def large(pattern: Pattern) -> Bools:
    """Cells that are certainly too large for rule 2 to concern them, block by block."""
    found = np.zeros(pattern.system.size, dtype=np.bool_)
    for block, start in zip(pattern.system.blocks, pattern.system.starts, strict=True):
        here = slice(start, start + block.lattice.size)
        if not pattern.hidden[here].all():
            low, _ = interval_bounds(
                block.lattice, pattern.values[here], pattern.hidden[here], pattern.least[here]
            )
            found[here] = low >= pattern.rules.threshold
    return found
