"""Protection of a small table that withstands reruns of the program.

The program is public: whoever runs it on every table that agrees with a release, under keys of his own,
excludes those that never give the release. Here the pattern is chosen from a view (`masked_view`) on stand-in
tables, and accepted by a test that follows from the view and the shown values (`reachable_values`). If the
test fails, another view is drawn; after some of them margins are withheld, then all but the total. The key
begins with each of these later steps now and then, so that a table that passes earlier gives their releases
too. Of larger tables with three dimensions or more, those of two are protected first (`wider_tables`).

Choices that depend on what they hide: Wong and others (2007), minimality attack; Kenthapadi, Mishra and
Nissim (2005), simulatable auditing; Liu and Wang (2014), the first safe candidate is not safe.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from functools import cached_property
from math import prod

import numpy as np

from anonymisers.errors import ProtectionError
from anonymisers.simulatable.accepted_pattern import Accepted
from anonymisers.simulatable.cell_sums import CellSums
from anonymisers.simulatable.masked_view import Class, MaskedView, ViewDraws, view_of
from anonymisers.simulatable.table_cells import (
    TableCells,
    TablesToProtect,
    different_cells,
    narrow_tables,
)
from anonymisers.simulatable.view_pattern import choose_pattern
from anonymisers.simulatable.wider_tables import TUNING as WIDER_TUNING
from anonymisers.simulatable.wider_tables import in_all_tables, refused, with_wider_tables
from anonymisers.suppression.group_disclosure import GroupDisclosure
from anonymisers.suppression.protect_table import Protected
from anonymisers.tables.arrays import Bools, Ints
from anonymisers.tables.count_table import Table
from anonymisers.tables.earlier_releases import SharedBase, difference_blocks
from anonymisers.tables.keyed_random import derive_key, random_fractions
from anonymisers.tables.lattice import Lattice
from anonymisers.tables.release import Release
from anonymisers.tables.rules import Rules

MOST_INNER_CELLS = 60
"""Inner cells of a table that is protected by its view, at most: its candidates can be listed."""
MOST_CELLS = 200
"""Cells of all its tables, at most."""
MOST_IN_TWO_DIMENSIONS = 300
"""Inner cells, and cells of tables of at most two dimensions, of larger tables, at most: there most moves are
of four cells, and nearly all margins stay shown."""
TWO = 2
MOST_PEOPLE = 10**8
"""People in all, at most: the solver of programs knows no more than sixteen digits of a number."""


@dataclass(frozen=True)
class ViewProtectionTuning:
    """How many views are tried, and how often a key begins further down."""

    views: int = 4
    """Views drawn for a pattern of all cells."""
    views_of_large: int = 8
    """The same for more than MOST_INNER_CELLS inner cells: of more small cells one more often fails."""
    views_without_margins: int = 2
    """Views drawn for a pattern that shows no margin but the total."""
    views_of_one_dimension: int = 4
    """Views drawn for tables of one dimension, where wider ones have no pattern: these take little time."""
    base_rate: float = 0.03
    """The share of keys that begin with each later step."""
    stand_ins: tuple[int, int] = (3, 16)
    """The fewest and the most stand-in tables for which a pattern must be safe."""
    cells_per_stand_in: int = 4
    """Small cells for each of them."""


TUNING = ViewProtectionTuning()


class Step(Enum):
    """What may be shown."""

    ALL = "all cells"
    FEWER = "inner cells, zeros and the total; of tables of three dimensions or more, those of one"
    ZEROS = "zeros and the total"
    TOTAL = "the total"
    ALONE = "the total, with all tables refused"
    NOTHING = "nothing"


def applies(table: Table, rules: Rules, known: Sequence[Release] = ()) -> bool:
    """Whether a table is protected by its view: by what everybody knows of it, never by a withheld count.

    The table has few cells, about all people that it lists, and no earlier release is about other people. A
    larger one has no tables of three dimensions where cells are always shown, figures or earlier releases
    stand beside it, or the rules want its priority tables alone (`Rules.finer`); else priority tables are
    protected with all others. The total, which is shown, is no giant number.
    """
    if not rules.withstands_reruns or dict(table.where):
        return False
    inner = prod(len(d.leaves) for d in table.dims)
    if inner > MOST_IN_TWO_DIMENSIONS or table.counts.sum() > MOST_PEOPLE:
        return False
    base = SharedBase.of(table, known)
    full = base.own_lattice(rules.max_dims)
    tables = TablesToProtect.of(full, rules)
    beside = bool(known or rules.always) or tables.lattice.size < full.size or not tables.present.all()
    if beside and tables.lattice.size < full.size and rules.zeros == "publish":
        return False
    return (
        (
            _is_small(table, tables.lattice)
            or (_has_few_cells(tables.lattice) and not (beside and tables.is_wide))
        )
        and not base.open_elsewhere
        and not any(merged.any() for merged in base.merged)
        and not difference_blocks(base, full, known)
    )


def _is_small(table: Table, lattice: Lattice) -> bool:
    inner = prod(len(d.leaves) for d in table.dims)
    return inner <= MOST_INNER_CELLS and lattice.size <= MOST_CELLS


def _has_few_cells(lattice: Lattice) -> bool:
    return different_cells(narrow_tables(lattice, TWO)) <= MOST_IN_TWO_DIMENSIONS


def protect_by_view(
    table: Table, rules: Rules, key: bytes, *, known: Sequence[Release] = (), even_nothing: bool = True
) -> Protected:
    """Protect all tables of a small table so that reruns of the program tell nothing.

    No step that chooses a pattern reads a withheld count: docs/explanation/disclosure-control/reruns.md.
    For each end of the range of each small cell some table with that value gives the same release, at least
    `Protected.rerun_ratio` times as often as the truth. Raises RulesError and TableError as `protect` does,
    and ProtectionError where not even the total can be shown alone. `even_nothing`: whether that is a step of
    its own beside what is known; not where all of that is shown, and nothing else is known.
    """
    return SmallTable.of(table, rules, known).protected(key, even_nothing=even_nothing)


@dataclass(frozen=True, eq=False)
class SmallTable:
    """A table with all that is known of it before a key draws anything, so that reruns need not find it anew.

    `everything`: the cells of all tables that are wanted; `narrow`: those of tables of so many dimensions,
    where wider tables come in a second step.
    """

    rules: Rules
    known: Sequence[Release]
    base: SharedBase
    full: Lattice
    tables: TablesToProtect
    everything: TableCells
    narrow: Mapping[int, TableCells]

    @classmethod
    def of(cls, table: Table, rules: Rules, known: Sequence[Release] = ()) -> "SmallTable":
        """Return the table beside earlier releases. Raises RulesError and TableError as `protect` does."""
        rules.check_names(table.dims)
        base = SharedBase.of(table, known)
        full = base.own_lattice(rules.max_dims)
        tables = TablesToProtect.of(full, rules)
        steps = (1, TWO) if tables.is_wide and not _is_small(table, tables.lattice) else ()
        narrow = {
            most: TableCells.of(base, tables.narrow(most), tables.narrow(most).rules_of(rules), known)
            for most in steps
        }
        everything = TableCells.of(base, tables, rules, known)
        return cls(rules, known, base, full, tables, everything, narrow)

    @cached_property
    def alone(self) -> TableCells:
        """The total, with all tables refused."""
        alone = TablesToProtect.total_alone(self.full)
        return TableCells.of(self.base, alone, alone.rules_of(self.rules), self.known)

    @cached_property
    def _total_discloses(self) -> bool:
        return self.everything.follows_and_is_small

    def protected(self, key: bytes, *, even_nothing: bool = True) -> Protected:
        """Return the pattern under a key: see `protect_by_view`.

        Each further release of the same people has draws of its own. Else a key would begin with the same
        step in all of them, and tables that pass an earlier step in one gave them never together.
        """
        if further := sum(len(release.values) > 1 for release in self.known):
            key = derive_key(key, f"beside {further} releases")
        rules, everything, wide = self.rules, self.everything, bool(self.narrow)
        beside = tuple(
            step for step in (Step.ALONE, Step.NOTHING) if self.known and (even_nothing or step is Step.ALONE)
        )
        for number, step in _steps(key, rules, _views(everything.cells), beside, wide=wide):
            if step is Step.NOTHING:
                raise ProtectionError(
                    "nothing is safe, or this key shows nothing, beside what is known already"
                )
            if self._total_discloses:
                raise ProtectionError("the total would disclose a small number beside what is known already")
            some = self.narrow[TWO if step is Step.ALL else 1] if wide else everything
            if step is Step.ALONE:
                some = self.alone
            draws = ViewDraws.of(some.cells, rules, derive_key(key, f"view {number}"))
            view = view_of(some.cells, some.task, some.values, some.seen, draws)
            if some.values[some.cells.total] < rules.threshold:
                raise ProtectionError("the table has too few people for anything to be shown")
            if step in {Step.TOTAL, Step.ALONE}:
                view = _without_zeros(view)
            elif view.classes[some.cells.total] != Class.LARGE:
                continue
            what = Step.ALL if wide and step is Step.FEWER else step
            found = _accepted(view, some.values, what, derive_key(key, f"pattern {number}"))
            if found is not None:
                found = replace(found, rate=_rate(step, found, some.values, everything.cells, wide=wide))
                whole = _whole(found, some, everything, step, derive_key(key, f"wider {number}"))
                if whole is not None:
                    return in_all_tables(whole, self.tables, self.base, self.full, self.known)
        raise ProtectionError("no safe pattern was found without reading withheld counts")


def _whole(
    found: Accepted, some: TableCells, everything: TableCells, step: Step, key: bytes
) -> Protected | None:
    """Return all tables where some of them have a pattern, None where the others have none."""
    if some is everything:
        end = everything.lattice.size
        return found.protected(everything, found.suppressed[:end], np.ones(end, dtype=np.bool_))
    if step is Step.ALL:
        return with_wider_tables(found, some, everything, key)
    return None if everything.task.rules.zeros == "publish" else refused(found, some, everything)


def _views(cells: CellSums) -> int:
    """Return how many views are drawn for a pattern of all cells: by the number of inner cells alone."""
    return TUNING.views if len(cells.inner) <= MOST_INNER_CELLS else TUNING.views_of_large


def _views_of_fewer(*, wide: bool) -> int:
    return TUNING.views_of_one_dimension if wide else TUNING.views_without_margins


def _steps(
    key: bytes, rules: Rules, views: int, beside: tuple[Step, ...], *, wide: bool
) -> Iterator[tuple[int, Step]]:
    """Yield what is tried, one after another, by the key alone; each with a number of its own.

    `beside`: the last steps, where figures or earlier releases stand beside the table.
    """
    fewer = [Step.FEWER] * _views_of_fewer(wide=wide)
    tried = [Step.ALL] * views + fewer + [Step.ZEROS, Step.TOTAL]
    tried += beside
    later = [step for step in Step if step is not Step.ALL and step in tried]
    drawn = int(random_fractions(key, "first step", 1)[0] / TUNING.base_rate)
    first = tried.index(later[drawn]) if drawn < len(later) else 0
    for number, step in enumerate(tried):
        # Where zeros are published, none can be withheld with the rest; nor can cells that are always shown.
        left_out = step in {Step.TOTAL, Step.ALONE} and rules.zeros == "publish"
        if number >= first and not left_out and not (step is Step.ALONE and rules.always):
            yield number, step


def _rate(step: Step, found: Accepted, values: Ints, cells: CellSums, *, wide: bool) -> float:
    """Return how often a table with the same view gives the pattern, as a share of the truth's, by the rarest
    step that may give it: the one found by this key says nothing of the others.

    A view is accepted at most so often as views are tried, and a later step is begun with at its base rate.
    Where wider tables come in a second step, that step refuses them at its own base rate, and then the first
    step may have shown as little as a later one.
    """
    first, later = 1 / _views(cells), TUNING.base_rate / _views_of_fewer(wide=wide)
    if step is Step.ALL and (wide or _shows_margins(found, values)):
        return first
    return min(later, first * WIDER_TUNING.refused) if wide else later


def _shows_margins(found: Accepted, values: Ints) -> bool:
    """Whether a margin of somebody is shown that nobody knows already: no later step shows one."""
    view = found.reached.view
    everybody = view.cells.names == view.cells.names[view.cells.total]
    shown = view.cells.system.present & ~found.suppressed & ~view.known & ~everybody & ~view.finest
    return bool((shown & (values > 0)).any())


def _accepted(view: MaskedView, values: Ints, step: Step, key: bytes) -> Accepted | None:
    """Return the cells to withhold and the tables that agree with the rest; None where some cell is not
    safe."""
    suppressed = _pattern(view, step, int(values[view.cells.total]), key)
    return Accepted.of(view, suppressed, values)


def _pattern(view: MaskedView, step: Step, total: int, key: bytes) -> Bools | None:
    """Return the cells to withhold at a step, by the view, the total, which is shown, and the key."""
    everybody = view.cells.names == view.cells.names[view.cells.total]
    everything = view.cells.system.present & ~view.known & (view.classes != Class.NOBODY) & ~everybody
    if step in {Step.ZEROS, Step.TOTAL, Step.ALONE}:
        return view.closed(everything)
    begin = everything & ~view.finest if step is Step.FEWER else np.zeros_like(everything)
    fewest, most = TUNING.stand_ins
    small = int(np.count_nonzero((view.classes == Class.SMALL) & view.finest))
    stand_ins = min(max(fewest, small // TUNING.cells_per_stand_in), most)
    return choose_pattern(view, total, key, stand_ins, begin)


def _without_zeros(view: MaskedView) -> MaskedView:
    """Return the view of somebody who is told nothing but the total: any cell may hold anybody or nobody."""
    present, known = view.cells.system.present, view.known
    classes = np.where(known, view.classes, int(Class.UNCERTAIN))
    everybody = view.cells.names == view.cells.names[view.cells.total]
    classes[everybody] = Class.LARGE
    open_cells = present & ~known & (classes == Class.UNCERTAIN)
    inner = np.flatnonzero(~view.cells.sums[known & (view.values == 0)].any(axis=0))
    return replace(
        view,
        classes=classes,
        values=np.where(known, view.values, -1),
        least=np.where(open_cells, 0, view.least),
        most=np.where(open_cells, np.inf, view.most),
        # The total may have been uncertain, as a sum of one or two small margins: it is shown all the same.
        must_suppress=(open_cells | view.must_suppress) & ~everybody,
        drawn=np.zeros_like(known),
        inner=inner,
        sums=view.cells.sums[:, inner],
        disclosure=GroupDisclosure((), (), np.zeros_like(known)),
        all_uncertain=True,
    )
