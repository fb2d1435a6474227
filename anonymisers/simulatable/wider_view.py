"""The view of tables of three dimensions or more, beside those of two, which are protected already.

What the tables of two dimensions show is known by then, and may be read. So the stand-in tables have the very
sums of the truth, and a pattern that is safe for them mostly is for the truth as well.
"""

from dataclasses import dataclass

import numpy as np

from anonymisers.simulatable.cell_sums import CellSums
from anonymisers.simulatable.masked_view import (
    NOT_BROKEN_DOWN,
    Class,
    MaskedView,
    ViewDraws,
    class_bounds,
    classes_of,
    drawn_share,
    drawn_zeros,
    finest_cells,
    in_small_groups,
    parts_of,
)
from anonymisers.simulatable.table_cells import TableCells
from anonymisers.suppression.group_disclosure import GroupDisclosure
from anonymisers.tables.arrays import Bools, Ints


@dataclass(frozen=True, eq=False)
class ProtectedMargins:
    """The tables of two dimensions: their view, and which of their cells are withheld (size,)."""

    view: MaskedView
    suppressed: Bools

    def numbers(self, cells: CellSums) -> Ints:
        """Return the number of each cell in all tables."""
        own = cells.system.blocks[0].lattice.cells(self.view.cells.system.blocks[0].lattice.keys())
        others = np.arange(self.view.cells.own, self.view.cells.system.size)
        return np.concatenate([own, others - self.view.cells.own + cells.own])


def wider_view(margins: ProtectedMargins, everything: TableCells, key: bytes) -> MaskedView:
    """Return the view of all tables, with the draws of this key for the cells of more than two
    dimensions.

    The cells of two dimensions are those of `margins`: what these show is known, and what they withhold has
    the same class.
    """
    cells, task, values, known = everything.cells, everything.task, everything.values, everything.seen
    rules, size, view = task.rules, cells.system.size, margins.view
    share = drawn_share(rules)
    at = margins.numbers(cells)
    wider = cells.system.present.copy()
    wider[at] = False
    shown, withheld, empty = (np.zeros(size, dtype=np.bool_) for _ in range(3))
    shown[at] = ~margins.suppressed & view.cells.system.present
    withheld[at] = margins.suppressed & ((view.classes == Class.SMALL) | (view.classes == Class.UNCERTAIN))
    empty[at] = view.classes == Class.NOBODY
    few = shown & (values > 0) & (values < NOT_BROKEN_DOWN * rules.threshold)
    # What has no room, or is a part of what is withheld, is open whatever is inside.
    hidden = wider & _sums_of(cells, wider & finest_cells(cells) & parts_of(cells, few))
    inside = parts_of(cells, withheld) | hidden
    disclosure = GroupDisclosure.of(cells.system, rules, values)
    zeros = wider & (values == 0) & ~known & ~task.fixed & ~parts_of(cells, empty)
    draws = ViewDraws.of(cells, rules, key)
    forced = zeros & finest_cells(cells) & inside if share else np.zeros_like(zeros)
    drawn = drawn_zeros(cells, zeros, draws.zeros, forced)
    classes = classes_of(cells, values, drawn, rules.threshold)
    hidden &= classes != Class.NOBODY
    classes[hidden] = Class.UNCERTAIN
    classes[at] = view.classes
    least, most = class_bounds(cells, task, classes, values, draws.lowest)
    least[at], most[at] = view.least, view.most
    known = known | shown
    inner = np.flatnonzero(~cells.sums[cells.system.present & known & (values == 0)].any(axis=0))
    open_class = (classes == Class.SMALL) | (classes == Class.UNCERTAIN)
    by_draw = wider & open_class & (share > 0) & (share < 1) & ~known & ~inside
    by_draw &= ~in_small_groups(disclosure, classes) & (cells.first_of_name == np.arange(size))
    by_draw[at] = view.drawn
    must_suppress = (open_class | task.never | task.suppressed) & cells.system.present & ~known
    must_suppress[at] = margins.suppressed & view.cells.system.present
    seen = known | (classes == Class.NOBODY)
    return MaskedView(
        cells,
        task,
        classes,
        known,
        np.where(seen, values, -1),
        least,
        most,
        must_suppress,
        task.to_protect & ~known,
        by_draw,
        inner,
        cells.sums[:, inner],
        GroupDisclosure(disclosure.pairs, disclosure.parents, classes == Class.NOBODY),
    )


def _sums_of(cells: CellSums, parts: Bools) -> Bools:
    """Return the cells (size,) that count all inner cells of one of some cells: these cells and sums of
    them."""
    found = np.zeros(len(parts), dtype=np.bool_)
    for cell in np.flatnonzero(parts).tolist():
        found |= cells.sums[:, cells.sums[cell] > 0].all(axis=1)
    return found
