"""The view: all that the choice of a pattern may read.

The view has the class of each cell, and no withheld count: nobody, small, uncertain, large. Zeros are drawn
into the class of small cells by the key, so that a reader cannot tell them from people. Large cells are told
apart by powers of two whose bounds the key draws. Each table of the same class has the same view under the
same draws: what is chosen from the view excludes none of them.
"""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from anonymisers.simulatable.cell_sums import CellSums
from anonymisers.suppression.group_disclosure import GroupDisclosure, implied_zeros
from anonymisers.suppression.strategies.task import Task
from anonymisers.tables.arrays import Bools, Floats, Ints
from anonymisers.tables.keyed_random import random_fractions
from anonymisers.tables.rules import Rules

NOT_BROKEN_DOWN = 3
"""Parts of a cell whose number everybody knows, below so many times k, are of no class: they would have no
room to change. That follows from what everybody knows."""
FEW_PARTS = 2
"""A sum over so many small cells, and no large one, may be small or large: the sum is uncertain."""


class Class(IntEnum):
    """What the view tells of a cell."""

    NOBODY = 0
    """A zero that everybody sees."""
    SMALL = 1
    """1 to k-1 people, or a zero drawn by the key."""
    UNCERTAIN = 2
    """A sum over one or two small cells: withheld whatever its value is."""
    LARGE = 3
    """k people or more."""


@dataclass(frozen=True)
class ViewTuning:
    """How much of the counts a view blurs."""

    drawn_zeros: float = 0.25
    """The share of zeros that are drawn into the class of small cells, where zeros are partners. A table that
    has one zero more than the truth gives the same view so many times as often."""
    smallest_power: int = 4
    """Large cells below so many times k are not told apart."""


TUNING = ViewTuning()


@dataclass(frozen=True, eq=False)
class ViewDraws:
    """All that the key decides of a view, for each cell (size,).

    `zeros`: whether a zero there is drawn among small cells. `lowest`: the number of people above which large
    cells are told apart, by this number times powers of two.
    """

    zeros: Bools
    lowest: Floats

    @classmethod
    def of(cls, cells: CellSums, rules: Rules, key: bytes) -> "ViewDraws":
        """Return the draws of a key. Equal cells have one draw."""
        size = cells.system.size
        drawn = random_fractions(key, "zeros of the view", size) < drawn_share(rules)
        powers = 2.0 ** random_fractions(key, "powers of the view", size)
        lowest = TUNING.smallest_power * rules.threshold * powers
        # Powers differ in their last digits from one processor to another; views must not differ.
        return cls(drawn[cells.first_of_name], np.rint(lowest * 4096) / 4096)


def drawn_share(rules: Rules) -> float:
    """Return the share of zeros that are drawn into the class of small cells."""
    return {"partner": TUNING.drawn_zeros, "protect": 1.0, "publish": 0.0}[rules.zeros]


@dataclass(frozen=True, eq=False)
class MaskedView:
    """What may be read of one table; arrays have an entry for each cell of the linked tables.

    `known` marks cells whose value `values` everybody knows already (elsewhere -1). `least`, `most`: the
    bounds of each cell's class. `must_suppress`: cells that are withheld whatever pattern is chosen.
    `to_protect`: cells subject to the protection-level rule, if withheld. `drawn`: cells of which a table
    with a zero there has the same view by a draw only, of equal cells one. `inner` (m,): the inner cells
    where somebody may be as far as everybody knows, by number; `sums` (size, m) as in `CellSums`, over
    these alone. `all_uncertain`: whether every open cell is uncertain, so that each table
    that agrees with what everybody knows has this view.
    """

    cells: CellSums
    task: Task
    classes: Ints
    known: Bools
    values: Ints
    least: Ints
    most: Floats
    must_suppress: Bools
    to_protect: Bools
    drawn: Bools
    inner: Ints
    sums: Ints
    disclosure: GroupDisclosure
    all_uncertain: bool = False

    @property
    def open_class(self) -> Bools:
        """Cells that may be small as far as the view tells."""
        found: Bools = (self.classes == Class.SMALL) | (self.classes == Class.UNCERTAIN)
        return found

    @property
    def finest(self) -> Bools:
        """Cells that no table of the release breaks down."""
        return finest_cells(self.cells)

    def closed(self, suppressed: Bools) -> Bools:
        """Return the cells with what must go along: breakdowns of withheld groups, and other names of the
        same cell."""
        wider = suppressed | self.must_suppress
        while True:
            before = int(wider.sum())
            named = np.zeros(len(self.cells.names), dtype=np.bool_)
            named[self.cells.names[wider & self.cells.system.present]] = True
            wider |= named[self.cells.names]
            for parts, groups in self.disclosure.pairs:
                wider[parts] |= wider[groups]
            end = self.cells.own
            wider[:end] &= ~implied_zeros(self.disclosure.parents, self._nobody[:end], wider[:end])
            wider = (wider & ~self.known) | self.must_suppress
            if int(wider.sum()) == before:
                return wider

    @property
    def _nobody(self) -> Bools:
        nobody: Bools = self.classes == Class.NOBODY
        return nobody


def view_of(cells: CellSums, task: Task, values: Ints, known: Bools, draws: ViewDraws) -> MaskedView:
    """Return the view of a table whose cells have these `values`, with the draws of a key.

    `known`: cells whose value everybody knows already: public cells, structural zeros, what earlier releases
    show, and cells that are always shown.
    """
    rules, size = task.rules, cells.system.size
    share = drawn_share(rules)
    disclosure = GroupDisclosure.of(cells.system, rules, values)
    zeros = cells.system.present & (values == 0) & ~known & ~task.fixed
    forced = zeros & finest_cells(cells) & (np.arange(size) >= cells.own)
    kept = _kept(cells, task)
    few = kept & (values > 0) & (values < NOT_BROKEN_DOWN * rules.threshold)
    inside = parts_of(cells, few) & cells.system.present & ~known
    if share:
        forced |= zeros & finest_cells(cells) & inside
    while True:
        drawn = drawn_zeros(cells, zeros, draws.zeros, forced)
        classes = classes_of(cells, values, drawn, rules.threshold, inside, kept)
        nobody = cells.system.present & ((classes == Class.NOBODY) | (known & (values == 0)))
        # Where zeros that everybody sees leave no room for anybody, a draw hides nothing.
        seen_empty = drawn & ~cells.sums[:, ~cells.sums[nobody].any(axis=0)].any(axis=1)
        further = in_small_groups(disclosure, classes) & zeros & finest_cells(cells) & ~forced & ~seen_empty
        if not seen_empty.any() and not further.any():
            break
        zeros, forced = zeros & ~seen_empty, (forced | further) & ~seen_empty
    least, most = class_bounds(cells, task, classes, values, draws.lowest)
    inner = np.flatnonzero(~cells.sums[cells.system.present & known & (values == 0)].any(axis=0))
    open_class = (classes == Class.SMALL) | (classes == Class.UNCERTAIN)
    by_draw = (
        open_class & (share > 0) & (share < 1) & ~known & ~in_small_groups(disclosure, classes) & ~inside
    )
    seen = known | (classes == Class.NOBODY)
    return MaskedView(
        cells,
        task,
        classes,
        known,
        np.where(seen, values, -1),
        least,
        most,
        ((open_class & cells.system.present) | task.never | task.suppressed) & ~known,
        task.to_protect & ~known,
        by_draw & (cells.first_of_name == np.arange(size)),
        inner,
        cells.sums[:, inner],
        GroupDisclosure(disclosure.pairs, disclosure.parents, classes == Class.NOBODY),
    )


def finest_cells(cells: CellSums) -> Bools:
    finest = cells.system.present.copy()
    finest[list(cells.parts)] = False
    return finest


def drawn_zeros(cells: CellSums, zeros: Bools, draws: Bools, forced: Bools) -> Bools:
    """Return the finest zeros that are drawn into the class of small cells: by their own draw, and by that of
    each zero that they are part of.

    A code that nobody has is so mostly seen to be empty. `forced`: finest zeros that are drawn whatever their
    draws are; zeros above these count as drawn.
    """
    finest = np.flatnonzero(zeros & finest_cells(cells))
    drawn = draws.copy()
    for above in np.flatnonzero(zeros & ~finest_cells(cells) & ~draws).tolist():
        inside = finest[~cells.sums[np.ix_(finest, cells.sums[above] == 0)].any(axis=1)]
        if not forced[inside].any():
            drawn[inside] = False
    found = np.zeros_like(zeros)
    found[finest] = (drawn | forced)[finest]
    return found


def parts_of(cells: CellSums, above: Bools) -> Bools:
    """Return the cells (size,) all of whose inner cells are in one of some cells."""
    found = np.zeros(len(above), dtype=np.bool_)
    for cell in np.flatnonzero(above).tolist():
        found |= ~cells.sums[:, cells.sums[cell] == 0].any(axis=1)
    return found


def classes_of(  # noqa: PLR0917 - two masks more than where everything is open
    cells: CellSums,
    values: Ints,
    drawn: Bools,
    k: int,
    inside: Bools | None = None,
    kept: Bools | None = None,
) -> Ints:
    """Return the class (size,) of each cell from the classes of its parts, and where these leave it open,
    from its value. Cells marked by `inside` are uncertain, whatever their number is; the class of those
    marked by `kept` is that of their number, which everybody knows.
    """
    none = np.zeros(len(values), dtype=np.bool_)
    inside, kept = none if inside is None else inside, none if kept is None else kept
    classes = np.full(len(values), Class.NOBODY, dtype=np.int64)
    small_parts, large = np.zeros(len(values), dtype=np.int64), np.zeros(len(values), dtype=np.bool_)
    for cell in cells.order:
        value, ways = int(values[cell]), cells.parts.get(cell)
        if not cells.system.present[cell]:
            continue
        if ways is None:
            if inside[cell] and (value or drawn[cell]):
                classes[cell], small_parts[cell] = Class.UNCERTAIN, 1
            elif value or drawn[cell]:
                classes[cell] = Class.LARGE if value >= k else Class.SMALL
                small_parts[cell], large[cell] = int(value < k), value >= k
            continue
        if any((classes[parts] == Class.NOBODY).all() for parts in ways):
            continue
        if kept[cell] and value:
            classes[cell] = Class.LARGE if value >= k else Class.SMALL
            small_parts[cell], large[cell] = int(value < k), value >= k
            continue
        if inside[cell]:
            classes[cell], small_parts[cell] = Class.UNCERTAIN, 1
            continue
        few = min(int(small_parts[parts].sum()) for parts in ways)
        large[cell] = any(large[parts].any() for parts in ways)
        if not large[cell] and few <= FEW_PARTS:
            classes[cell] = Class.UNCERTAIN
        else:
            large[cell] |= value >= k
            classes[cell] = Class.LARGE if large[cell] else Class.SMALL
        small_parts[cell] = few
    return classes


def _kept(cells: CellSums, task: Task) -> Bools:
    """Return the cells (size,) of which everybody knows the number alone: those always shown, and registered
    figures. The total is not among them, which is shown in any case."""
    kept = task.always.copy()
    for block, start in zip(cells.system.blocks[1:], cells.system.starts[1:], strict=True):
        here = slice(start, start + block.lattice.size)
        if np.count_nonzero(block.present) == 1 and (task.fixed[here] & block.present).any():
            kept[here] |= block.present
    same = np.zeros(len(cells.names), dtype=np.bool_)
    same[cells.names[kept & cells.system.present]] = True
    kept = same[cells.names] & cells.system.present
    return np.asarray(kept & (cells.names != cells.names[cells.total]))


def in_small_groups(disclosure: GroupDisclosure, classes: Ints) -> Bools:
    """Return the cells of breakdowns that are withheld with their small group."""
    inside = np.zeros(len(classes), dtype=np.bool_)
    for parts, groups in disclosure.pairs:
        inside[parts] |= (classes[groups] == Class.SMALL) | (classes[groups] == Class.UNCERTAIN)
    return inside


def class_bounds(
    cells: CellSums, task: Task, classes: Ints, values: Ints, lowest: Floats
) -> tuple[Ints, Floats]:
    """Return the least and the greatest value of each cell's class.

    Finest large cells are told apart by powers of two, times the `lowest` number drawn for each cell.
    """
    k, size = task.rules.threshold, len(values)
    least = np.where(classes == Class.LARGE, k, np.where(classes == Class.NOBODY, 0, task.rules.least))
    most = np.select([classes == Class.SMALL, classes == Class.NOBODY], [k - 1.0, 0.0], np.inf)
    absent = ~cells.system.present
    least[absent], most[absent] = 0, np.inf
    own = np.arange(size) < cells.own
    for cell in np.flatnonzero(finest_cells(cells) & (classes == Class.LARGE) & own).tolist():
        bound = float(lowest[cell])
        while values[cell] >= bound:
            least[cell] = max(k, int(np.ceil(bound)))
            bound *= 2
        most[cell] = np.ceil(bound) - 1
    return least, most
