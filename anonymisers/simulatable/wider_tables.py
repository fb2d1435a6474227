"""Tables of three dimensions or more, once those of two are protected by their view.

Their cells are withheld as those of any small table: a view, stand-in tables, a test that follows from the
view and the shown values. What the tables of two dimensions show is read. Where the test fails for some
views, the wider tables are refused: all of their cells are withheld, and the tables of two dimensions stay as
they are. The key refuses now and then at once, so that counts that pass the test give such a release too.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from anonymisers.simulatable.accepted_pattern import Accepted
from anonymisers.simulatable.masked_view import Class, MaskedView
from anonymisers.simulatable.table_cells import TableCells, TablesToProtect
from anonymisers.simulatable.view_pattern import choose_pattern
from anonymisers.simulatable.wider_view import ProtectedMargins, wider_view
from anonymisers.suppression.group_disclosure import implied_zeros
from anonymisers.suppression.protect_table import Protected
from anonymisers.tables.arrays import Bools, Ints
from anonymisers.tables.earlier_releases import SharedBase, earlier_blocks, public_cells
from anonymisers.tables.keyed_random import derive_key, random_fractions
from anonymisers.tables.lattice import Lattice
from anonymisers.tables.linked_tables import LinkedTables
from anonymisers.tables.release import Release
from anonymisers.tables.structural_zeros import structural_cells


@dataclass(frozen=True)
class WiderTablesTuning:
    """How many views are tried, and how often the table is refused at once."""

    views: int = 6
    """Views drawn for the wider tables, at most."""
    open_cells: int = 250
    """No further view is drawn once those tried had so many cells that may be small: these take time."""
    refused: float = 0.03
    """The share of keys that refuse the wider tables without a try."""
    stand_ins: tuple[int, int] = (3, 6)
    """The fewest and the most stand-in tables: fewer than for other tables, since all have the sums of the
    truth."""
    cells_per_stand_in: int = 4
    """Small cells for each of them."""


TUNING = WiderTablesTuning()


def with_wider_tables(
    margins: Accepted, some: TableCells, everything: TableCells, key: bytes
) -> Protected | None:
    """Return all tables, where `margins` is the pattern of the tables of two dimensions.

    None where zeros are published and no pattern was found: refused tables would withhold zeros.
    """
    publishes = everything.task.rules.zeros == "publish"
    if publishes or random_fractions(key, "refused", 1)[0] >= TUNING.refused:
        views, tried = 1 if publishes else TUNING.views, 0
        for number in range(views):
            if tried > TUNING.open_cells:
                break
            drawn = derive_key(key, f"wider tables {number}")
            view = wider_view(ProtectedMargins(margins.reached.view, margins.suppressed), everything, drawn)
            tried += int(np.count_nonzero(view.finest & view.open_class & ~view.known))
            found = _accepted(view, everything.values, drawn)
            if found is not None:
                end = everything.lattice.size
                suppressed = found.suppressed[:end]
                shows = _shows_wider(some, everything, suppressed)
                found = replace(found, rate=margins.rate / views if shows else margins.rate * TUNING.refused)
                return found.protected(everything, suppressed, np.ones(end, dtype=np.bool_))
    return None if publishes else refused(margins, some, everything, TUNING.refused)


def _shows_wider(some: TableCells, everything: TableCells, suppressed: Bools) -> bool:
    """Whether a cell of somebody is shown in the wider tables: else refusing them would show the same."""
    shown = ~suppressed & ~everything.public & (everything.values[: everything.lattice.size] > 0)
    shown[everything.lattice.cells(some.lattice.keys())] = False
    return bool(shown.any())


def _accepted(view: MaskedView, values: Ints, key: bytes) -> Accepted | None:
    fewest, most = TUNING.stand_ins
    small = int(np.count_nonzero((view.classes == Class.SMALL) & view.finest))
    stand_ins = min(max(fewest, small // TUNING.cells_per_stand_in), most)
    none = np.zeros(len(values), dtype=np.bool_)
    suppressed = choose_pattern(view, int(values[view.cells.total]), key, stand_ins, none, thorough=False)
    return Accepted.of(view, suppressed, values)


def refused(margins: Accepted, some: TableCells, everything: TableCells, rate: float = 1.0) -> Protected:
    """Return all tables, those of more than two dimensions withheld whole.

    `rate`: how often at least that is done whatever the counts are.
    """
    full, own = everything.lattice, some.lattice.size
    numbers = full.cells(some.lattice.keys())
    suppressed, settled = np.ones(full.size, dtype=np.bool_), np.zeros(full.size, dtype=np.bool_)
    suppressed[numbers], settled[numbers] = margins.suppressed[:own], True
    zero = everything.values[: full.size] == 0
    suppressed &= ~(implied_zeros(full.parents(), zero, suppressed) & ~settled)
    suppressed &= ~structural_cells(full, everything.structural)
    return replace(margins, rate=margins.rate * rate).protected(everything, suppressed, settled)


def in_all_tables(
    some: Protected, tables: TablesToProtect, base: SharedBase, full: Lattice, known: Sequence[Release]
) -> Protected:
    """Return the pattern of priority tables inside all tables of the rules; the others are refused."""
    if tables.lattice.size == full.size and tables.present.all():
        return some
    numbers = full.cells(tables.lattice.keys())[tables.present]
    suppressed, settled = np.ones(full.size, dtype=np.bool_), np.zeros(full.size, dtype=np.bool_)
    suppressed[numbers], settled[numbers] = some.suppressed[tables.present], some.settled[tables.present]
    block = base.own_block(full, np.ones(full.size, dtype=np.bool_))
    values = LinkedTables(base.dims, (block,)).sums(some.people.coords, some.people.counts)
    structural = structural_cells(full, base.structural)
    suppressed &= ~(implied_zeros(full.parents(), values == 0, suppressed) & ~settled) & ~structural
    public = public_cells(block, earlier_blocks(base, known)) | structural
    return replace(some, lattice=full, values=values, suppressed=suppressed, settled=settled, public=public)
