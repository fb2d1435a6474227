"""Complementary suppression that carries its proof: every withheld cell has its alternatives."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from anonymisers.errors import ProtectionError
from anonymisers.proof.singletons import ExposedPair, OwnCells, exposed_pairs
from anonymisers.suppression.accepted_cells import accept, without_accepted
from anonymisers.suppression.cutting_planes import plan, worth_planning
from anonymisers.suppression.group_disclosure import Breakdowns, follows
from anonymisers.suppression.prune import prune
from anonymisers.suppression.refine import refine
from anonymisers.suppression.strategies.linear_program import Solver
from anonymisers.suppression.strategies.move_search import Search
from anonymisers.suppression.strategies.suppression_pattern import Alternative, Pattern
from anonymisers.suppression.strategies.task import Task, asked
from anonymisers.suppression.zero_suppression import withhold_zeros
from anonymisers.tables.arrays import Bools
from anonymisers.tables.keyed_random import random_fractions
from anonymisers.tables.progress import Progress

GIVING = 8.0
"""How much dearer it is to withhold what gives way than any other cell."""
ROUNDS = 40
IDLE_ROUNDS = 5
"""Two or three end it: what is withheld anew to make room is mostly used then."""
TRIALS, FEWEST_TRIALS, MOST_TRIALS = 70, 20, 250
"""Times that another way is tried: a bound in steps, so that a slower machine finds the same."""
TRIAL_CELLS = 6000
"""With more cells than this fewer are tried, since each trial costs more there, and with fewer more."""


@dataclass(frozen=True, eq=False)
class Carried:
    """An alternative of another search: as it was there, the dimensions that it lacks here, and what it is
    here with people who are alike in these; None where there are too few."""

    known: Alternative
    lacking: tuple[int, ...]
    here: Alternative | None

    @property
    def as_far(self) -> bool:
        """Whether it reaches as far here as it did there."""
        here, known = self.here, self.known
        return here is not None and here.least <= known.least and here.most >= known.most


@dataclass(frozen=True, eq=False)
class Resumed:
    """What a search begins with that goes on from another: alternatives of that one, and its own solver.

    An alternative is used where it changes nothing that would be shown, else sought anew with other people.
    Other ways are not tried.
    """

    carried: tuple[Carried, ...]
    solver: Solver
    cap: int
    """The largest cell that is withheld for one that is sought anew."""


def suppress(
    task: Task,
    progress: Progress | None = None,
    *,
    resumed: Resumed | None = None,
    solver: Solver | None = None,
) -> Search:
    """A search whose pattern shows every asked withheld cell to be safe.

    Raises ProtectionError when withholding everything but the total does not suffice, or where the steps of
    the `solver`, else those of what is `resumed`, are used up.
    """
    values = task.system.sums(task.people.coords, task.people.counts)
    tie = random_fractions(task.key, "pattern", task.system.size)
    breakdowns = Breakdowns.of(task.system, task.rules, values)
    # What no table shows stays withheld, though it is part of a zero that is shown so far.
    must_hide = (breakdowns.close(task.must_hide) | task.hidden | task.never) & ~task.fixed
    pattern = Pattern(
        task.system,
        task.people,
        task.rules,
        values,
        must_hide.copy(),
        task.fixed.copy(),
        task.asked.copy(),
        tie,
        task.weight,
    )
    price = _prices(pattern, task, breakdowns)
    planned = resumed is None and not breakdowns.pairs and worth_planning(pattern)
    if planned:
        pattern.hide(plan(pattern, _dearer(task)))
    solver = solver or (Solver() if resumed is None else resumed.solver)
    search = Search(pattern, price, solver, planned=planned)
    begun = () if resumed is None else _resume(search, resumed)
    _settle(search, task, breakdowns, progress)
    pattern.hide_only(_kept_whole(pattern, must_hide, breakdowns))
    prune(pattern, price)
    if resumed is None and not search.linked and not planned:
        _refine(search, task, breakdowns, progress)
    pattern.hide_only(_kept_whole(pattern, must_hide, breakdowns))
    prune(pattern, price)
    _restore(pattern, begun)
    _settle(search, task, breakdowns, progress)
    _show_idle(search, task, must_hide, breakdowns, progress)
    _leave_two_values(search, task)
    _settle(search, task, breakdowns, progress)
    partners = task.rules.zeros == "partner" and resumed is None and not breakdowns.pairs
    if partners and search.in_neighbourhoods:
        withhold_zeros(search, task, progress)
        _settle(search, task, breakdowns, progress)
    _guard_against_insiders(search, task, breakdowns, progress)
    return search


def _prices(pattern: Pattern, task: Task, breakdowns: Breakdowns) -> NDArray[np.float64]:
    """What withholding each cell costs in the search: of a group with what is withheld along with it."""
    values = pattern.values
    price = (((1.0 + values) ** 0.75) + 1) * (1 + 0.2 * pattern.tie)
    price[values == 0] = 1.0
    price *= _dearer(task)
    followed = np.where(pattern.asked & ~pattern.hidden & (values > 0), price, 0.0)
    for parts, groups in breakdowns.pairs:
        np.add.at(price, groups, followed[parts])
    # Powers differ in their last digits from one processor to another; patterns must not.
    rounded: NDArray[np.float64] = np.rint(price * 4096) / 4096
    return rounded


def _dearer(task: Task) -> NDArray[np.float64]:
    """How many times as much as its people each cell counts where it is withheld."""
    times: NDArray[np.float64] = np.where(task.giving, GIVING, 1.0) * task.weight
    return times


def _resume(search: Search, resumed: Resumed) -> tuple[Alternative, ...]:
    """Begin with the alternatives of another search; those that there are then."""
    pattern = search.pattern
    for own in resumed.carried:
        free = own.here is not None and not pattern.burden(own.here)
        if free and own.here is not None:
            pattern.add(own.here)
        if not (free and own.as_far):
            search.lift(own.known, own.lacking, resumed.cap)
    return tuple(pattern.alternatives)


def _restore(pattern: Pattern, alternatives: Sequence[Alternative]) -> None:
    """Take back what was dropped and costs nothing: rule 2 can do without those that are against insiders."""
    kept = set(map(id, pattern.alternatives))
    for alternative in alternatives:
        if id(alternative) not in kept and not pattern.burden(alternative):
            pattern.add(alternative)


def _settle(search: Search, task: Task, breakdowns: Breakdowns, progress: Progress | None) -> None:
    """Cover every open cell; what is above those that could not be covered otherwise is withheld for them."""
    pattern = search.pattern
    for _ in range(ROUNDS):
        failed = without_accepted(search, task, _cover_all(search, task, breakdowns, progress))
        if not failed:
            return
        try:
            pattern.hide(_above(pattern, failed))
        except ProtectionError:
            if not task.always.any():
                raise
            accept(search, task, failed)
    raise ProtectionError("no safe pattern was found", remedy=_remedy(search.pattern))


def _show_idle(
    search: Search, task: Task, must_hide: Bools, breakdowns: Breakdowns, progress: Progress | None
) -> None:
    """Show again what was withheld to make room and is not changed by any alternative in the end.

    Nothing is gained by withholding it, and what follows from shown cells must not be withheld. Showing it
    may make others narrower, which are covered then.
    """
    pattern = search.pattern
    for _ in range(IDLE_ROUNDS):
        before = pattern.hidden.copy()
        pattern.hide_only(_kept_whole(pattern, must_hide, breakdowns))
        if (pattern.hidden == before).all():
            return
        _settle(search, task, breakdowns, progress)


def _leave_two_values(search: Search, task: Task) -> None:
    """An alternative for what is withheld and none changes, be it too large for rule 2."""
    pattern = search.pattern
    wanted = pattern.hidden & task.asked & ((pattern.values > 0) | task.accepted)
    for cell in np.flatnonzero(wanted).tolist():
        if pattern.low[cell] == pattern.high[cell] == 0:
            search.change(cell)


def _guard_against_insiders(
    search: Search, task: Task, breakdowns: Breakdowns, progress: Progress | None
) -> None:
    """Alternatives for whatever the only person of some withheld cell could compute."""
    pattern = search.pattern
    end = task.system.blocks[0].lattice.size
    given_up: set[ExposedPair] = set()
    for _ in range(ROUNDS):
        values, hidden = pattern.values[:end], pattern.hidden[:end]
        cells = OwnCells(values, hidden, hidden & task.asked[:end], task.rules.is_sensitive(values))
        changed = (a.rows[a.rows < end] for a in pattern.alternatives)
        pairs = [p for p in exposed_pairs(task.system, task.people, cells, changed) if p not in given_up]
        if not pairs:
            return
        helpless = [
            pair
            for pair in pairs
            if pattern.touching.numbers(pair.cell) <= pattern.touching.numbers(pair.singleton)
            and not search.change_despite(pair.cell, pair.singleton, doubtful=pair.same_person)
        ]
        # Where each withheld cell is known to hold somebody, the only one of a group knows that nobody else
        # is in a part of it that he is in: no pattern could help.
        given_up |= {pair for pair in helpless if pair.same_person}
        others = [pair.cell for pair in helpless if not pair.same_person]
        if others:
            pattern.hide(_above(pattern, others))
        if without_accepted(search, task, _cover_all(search, task, breakdowns, progress)):
            break
    raise ProtectionError(
        "the only person of some withheld cell could compute another, in every pattern found"
    )


def _refine(search: Search, task: Task, breakdowns: Breakdowns, progress: Progress | None) -> None:
    """A better pattern where one is found in so many trials, else the one there is."""
    pattern = search.pattern
    before, must_hide, fixed = pattern.alternatives, pattern.must_hide.copy(), pattern.fixed.copy()
    trials = TRIALS * TRIAL_CELLS // task.system.size
    refine(search, max(FEWEST_TRIALS, min(MOST_TRIALS, trials)))
    pattern.fixed[:] = fixed
    if _cover_all(search, task, breakdowns, progress):
        pattern.remove(list(pattern.numbered))
        for alternative in before:
            pattern.add(alternative)
        pattern.hide_only(must_hide)
        pattern.asked[:] = asked(pattern, task)


def _cover_all(search: Search, task: Task, breakdowns: Breakdowns, progress: Progress | None) -> list[int]:
    """Cover every open cell that can be; the others."""
    pattern = search.pattern
    failed: set[int] = set()
    dims = np.concatenate(
        [np.array([len(t) for t in b.lattice.tables])[b.lattice.table_of()] for b in pattern.system.blocks]
    )
    while True:
        _hold(pattern, task)
        closed = breakdowns.close(pattern.hidden) & ~(pattern.fixed & ~task.giving)
        if (closed & ~pattern.hidden).any():
            pattern.hide(closed)
        pattern.asked[:] = asked(pattern, task)
        open_cells = pattern.open_cells().tolist()
        todo = [c for c in open_cells if c not in failed]
        if not todo:
            return sorted(failed.intersection(open_cells))
        small = pattern.rules.is_sensitive(pattern.values)
        todo.sort(key=lambda c: (dims[c], -pattern.values[c] if small[c] else 0, pattern.tie[c]))
        todo, together = search.next_of(todo)
        if together:
            for done in search.cover_together(todo):
                if progress is not None:
                    progress("searching", done)
            continue
        for number, cell in enumerate(todo):
            if not (search.cover(cell) or _made_room(search, task, cell)):
                failed.add(cell)
            if progress is not None and number % 64 == 0:
                progress("searching", number / len(todo))


def _hold(pattern: Pattern, task: Task) -> None:
    """Of what may give way, fix what is shown."""
    pattern.fixed[task.giving] = ~pattern.hidden[task.giving]


def _made_room(search: Search, task: Task, cell: int) -> bool:
    """Cover a cell at the cost of what gives way; whether that can be done."""
    pattern = search.pattern
    if not (pattern.fixed & task.giving).any():
        return False
    pattern.fixed[task.giving] = False
    covered = search.cover(cell)
    _hold(pattern, task)
    return covered


def _above(pattern: Pattern, cells: list[int]) -> Bools:
    """The cells of block 0 of which some uncovered cell is a part, but for the total; where all of them are
    withheld already, whole tables, first the fewest."""
    lattice = pattern.system.blocks[0].lattice
    hidden = np.zeros(pattern.system.size, dtype=np.bool_)
    for cell in cells:
        key = pattern.system.target(cell).key
        frontier = {tuple(key.tolist())}
        while frontier:
            at = np.array(sorted(frontier), dtype=np.int32)
            numbers = lattice.cells(at)
            hidden[numbers[numbers >= 0]] = True
            frontier = {
                tuple(np.where(np.arange(len(row)) == a, d.parents[row[a]], row).tolist())
                for row in at
                for a, d in enumerate(pattern.system.dims)
                if row[a] != d.root
            }
    total = lattice.cells(np.array([[d.root for d in pattern.system.dims]], dtype=np.int32))
    hidden[total] = False
    for wider in (hidden, *_whole_tables(pattern, cells), np.ones_like(hidden)):
        wanted = wider & ~pattern.fixed
        wanted[total] = False
        wanted &= ~_follows(pattern, wanted)
        if (wanted & ~pattern.hidden).any():
            return wanted
    names = ", ".join(d.name for d in lattice.dims)
    message = f"no safe pattern was found for the table over {names}"
    raise ProtectionError(message, remedy=_remedy(pattern))


def _follows(pattern: Pattern, wanted: Bools) -> Bools:
    """Zeros that follow from a zero that stays shown: to withhold them too would be of no use."""
    size = pattern.system.blocks[0].lattice.size
    known = np.zeros(pattern.system.size, dtype=np.bool_)
    hidden = (pattern.hidden | wanted)[:size]
    known[:size] = follows(pattern.system.blocks[0].lattice.parents(), pattern.values[:size] == 0, hidden)
    return known


def _remedy(pattern: Pattern) -> str:
    """What may help where no pattern is found."""
    remedy = "Drop a level or a table, allow fewer dimensions in one table, or let fewer figures stay fixed."
    published = pattern.rules.zeros == "publish"
    return (
        f"{remedy} Or treat zeros as partner: a zero that is shown leaves less room." if published else remedy
    )


def _whole_tables(pattern: Pattern, cells: list[int]) -> tuple[Bools, Bools]:
    """The tables of block 0 that hold some of the cells; those with all tables that are margins of them."""
    lattice = pattern.system.blocks[0].lattice
    of = lattice.table_of()
    tables = set(of[[c for c in cells if c < lattice.size]].tolist())
    axes = [set(lattice.tables[t]) for t in tables]
    margins = {t for t, own in enumerate(lattice.tables) if any(set(own) <= other for other in axes)}
    masks = []
    for chosen in (tables, margins):
        mask = np.zeros(pattern.system.size, dtype=np.bool_)
        mask[: lattice.size] = np.isin(of, sorted(chosen))
        masks.append(mask)
    return masks[0], masks[1]


def _kept_whole(pattern: Pattern, must_hide: Bools, breakdowns: Breakdowns) -> Bools:
    """What stays withheld without any alternative: the breakdown of every group that is withheld."""
    if not breakdowns.pairs:
        return must_hide
    needed = must_hide | pattern.changed()
    return must_hide | (breakdowns.close(needed) & ~pattern.fixed & breakdowns.parts)
