"""A pattern that was accepted, with the tables that agree with it, and how often these give the release."""

from dataclasses import dataclass

import numpy as np

from anonymisers.proof.world import World
from anonymisers.simulatable.masked_view import TUNING, MaskedView
from anonymisers.simulatable.reachable_values import ReachableValues
from anonymisers.simulatable.sums_in_no_table import every_sum_changes
from anonymisers.simulatable.table_cells import TableCells
from anonymisers.suppression.protect_table import Protected
from anonymisers.tables.a_priori_status import cell_names_of
from anonymisers.tables.arrays import Bools, Ints
from anonymisers.tables.cell_names import CellName


@dataclass(frozen=True, eq=False)
class Accepted:
    """The cells to withhold (size,) of all tables of a view, and tables of the view that agree with the rest.

    `rate`: how often a table with the same view gives the pattern at least, as a share of the truth's.
    """

    suppressed: Bools
    reached: ReachableValues
    rate: float = 1.0

    @classmethod
    def of(cls, view: MaskedView, suppressed: Bools | None, values: Ints) -> "Accepted | None":
        """Return the pattern if it passes the test, which reads no withheld value; None where some cell or
        sum is not safe, or where there is no pattern."""
        if suppressed is None:
            return None
        reached = ReachableValues(view, np.where(suppressed, -1, values))
        if next(reached.unmet(suppressed), None) is not None or not every_sum_changes(reached, suppressed):
            return None
        return cls(suppressed, reached)

    @property
    def ratio(self) -> float:
        """r: for each end of the range of each small cell, some table gives the release at least r times as
        often as the truth. A table gives the same view so many times less often for each zero that must be
        drawn."""
        view, reached, suppressed = self.reached.view, self.reached, self.suppressed
        k, least = view.task.rules.threshold, view.task.rules.least
        in_class = reached.tables[reached.agreeing(suppressed) & reached.in_class]
        cells = in_class @ view.sums.T
        zeros = (cells[:, view.drawn] == 0).sum(axis=1)
        most = 0
        for cell in np.flatnonzero(suppressed & view.open_class & view.to_protect).tolist():
            for end in (cells[:, cell] <= least, cells[:, cell] >= k - 1):
                # Some uncertain cells may reach k values instead of both ends (`ReachableValues`).
                most = max(most, int(zeros[end].min() if end.any() else zeros.max()))
        return float(self.rate * TUNING.drawn_zeros**most)

    def protected(self, of: TableCells, suppressed: Bools, settled: Bools) -> Protected:
        """Return the pattern of all tables, with the tables found as differences from the truth.

        `suppressed`, `settled` (size,): of the cells of the lattice, as in `Protected`.
        """
        view = self.reached.view
        inner = view.cells.inner[view.inner]
        people = of.task.people.margin(tuple(range(len(of.lattice.dims)))).count(inner)
        agreeing = self.reached.tables[self.reached.agreeing(self.suppressed)]
        worlds = [World.of(inner, table - people) for table in agreeing if (table != people).any()]
        return Protected(
            of.lattice,
            of.task.people,
            of.values[: of.lattice.size],
            suppressed,
            settled,
            of.public,
            of.structural,
            self._narrow(of),
            tuple(worlds),
            self.ratio,
        )

    def _narrow(self, of: TableCells) -> tuple[CellName, ...]:
        """Return the withheld cells that the cells always shown keep narrower than the rules demand."""
        found = np.zeros(of.lattice.size, dtype=np.bool_)
        found[[cell for cell in self.reached.narrow if self.suppressed[cell]]] = True
        return cell_names_of(of.lattice, found)
