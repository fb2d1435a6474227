"""Secondary suppression with its own proof: every suppressed cell has Markov moves that show it to be
safe."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

from anonymisers.errors import ProtectionError
from anonymisers.proof.singletons import ExposedPair, OwnCells, exposed_pairs
from anonymisers.suppression.accepted_cells import without_accepted
from anonymisers.suppression.cell_covering import cells_above, cover_all, cover_possible
from anonymisers.suppression.cutting_planes import cutting_planes_apply, solve_cutting_planes
from anonymisers.suppression.group_disclosure import GroupDisclosure
from anonymisers.suppression.prune import prune
from anonymisers.suppression.refine import refine
from anonymisers.suppression.strategies.exchange_search import ExchangeSearch
from anonymisers.suppression.strategies.linear_program import Solver
from anonymisers.suppression.strategies.move_search import MoveSearch
from anonymisers.suppression.strategies.suppression_pattern import (
    MarkovMove,
    SuppressionPattern,
)
from anonymisers.suppression.strategies.task import Task, cells_to_protect
from anonymisers.suppression.zero_suppression import suppress_zeros
from anonymisers.tables.arrays import Bools, Ints
from anonymisers.tables.keyed_random import random_fractions
from anonymisers.tables.progress import Progress


@dataclass(frozen=True)
class SecondarySuppressionTuning:
    """What a revocable cell costs, and how often a covered pattern is repaired."""

    revocable_factor: float = 8.0
    """How many times as much a revocable cell costs as any other."""
    exponent: float = 0.75
    """The cost of a cell grows with this power of its people."""
    noise: float = 0.2
    """Largest share added by the key to the cost of a cell."""
    singleton_rounds: int = 40
    """Rounds in which cells that a singleton could compute are given more room."""
    idle_rounds: int = 5
    """Rounds of publishing again what no move changes. Two or three suffice: what is suppressed anew to
    make room is mostly changed by some move then."""


TUNING = SecondarySuppressionTuning()


@dataclass(frozen=True, eq=False)
class ReusableMove:
    """A move of a former search: the `known` move, the dimensions of new tables outside the move, and the
    move `here`.

    `here` is made by people agreeing in these dimensions; None where there are too few.
    """

    known: MarkovMove
    missing_dimensions: tuple[int, ...]
    here: MarkovMove | None

    @property
    def as_far(self) -> bool:
        """Whether the move has the same multiples here as in the other search."""
        here, known = self.here, self.known
        return here is not None and here.least <= known.least and here.most >= known.most


@dataclass(frozen=True, eq=False)
class Continuation:
    """The start of a search continuing a former search: moves of the former search, and a separate solver.

    A move is used if nothing further must be suppressed, else searched for anew with other people. No
    refinement follows.
    """

    reusable_moves: tuple[ReusableMove, ...]
    solver: Solver
    cap: int
    """The largest cell suppressed for a move searched for anew."""
    table: tuple[int, int] | None = None
    """The two dimensions of the further table, where that is all that is new."""
    steps_each_cell: int | None = None
    """Steps of the solver for one cell; None where only those of the solver are limited."""
    whatever_goes_along: bool = False
    """Whether a cell is covered by exchanges, however much they suppress, before programs are tried."""
    begun: set[bytes] = field(default_factory=set)
    """How former searches of the same task began after their reused moves: one that begins like a former one
    ends like it."""


def suppress(
    task: Task,
    progress: Progress | None = None,
    *,
    continuation: Continuation | None = None,
    solver: Solver | None = None,
) -> MoveSearch:
    """Return a search whose pattern shows every suppressed cell that must be protected to be safe.

    Raises ProtectionError when suppressing everything but the total does not suffice, or where the steps of
    the `solver`, or else of the `continuation`, are used up.
    """
    values = task.system.sums(task.people.coords, task.people.counts)
    group_disclosure = GroupDisclosure.of(task.system, task.rules, values)
    # Cells of no published table stay suppressed, even parts of a zero that is published so far.
    must_suppress = (group_disclosure.closed(task.must_suppress) | task.suppressed | task.never) & ~task.fixed
    solver = solver or (Solver() if continuation is None else continuation.solver)
    pattern = _first_pattern(task, values, must_suppress)
    search = _first_search(pattern, task, group_disclosure, solver, continues=continuation is not None)
    if continuation is not None and continuation.table is not None and not task.rules.least:
        search.exchanges = ExchangeSearch(
            pattern, continuation.table, search.cell_costs, continuation.cap, not task.revocable.any()
        )
    if continuation is not None:
        search.steps_each_cell = continuation.steps_each_cell
        search.programs_first = search.is_small and not continuation.whatever_goes_along
    reused = () if continuation is None else _reuse_moves(search, continuation)
    cover_all(search, task, group_disclosure, progress)
    pattern.suppress_only(_kept_whole(pattern, must_suppress, group_disclosure))
    prune(pattern, search.cell_costs)
    if continuation is None and not search.covers_together and not search.after_cutting_planes:
        _refine(search, task, group_disclosure, progress)
    pattern.suppress_only(_kept_whole(pattern, must_suppress, group_disclosure))
    prune(pattern, search.cell_costs)
    _restore(pattern, reused)
    cover_all(search, task, group_disclosure, progress)
    _show_idle(search, task, must_suppress, group_disclosure, progress)
    _change_every_suppressed_cell(search, task)
    cover_all(search, task, group_disclosure, progress)
    partners = task.rules.zeros == "partner" and continuation is None and not group_disclosure.pairs
    if partners and search.searches_neighbourhoods:
        suppress_zeros(search, task, progress)
        cover_all(search, task, group_disclosure, progress)
    _protect_from_singletons(search, task, group_disclosure, progress)
    return search


def _first_pattern(task: Task, values: Ints, must_suppress: Bools) -> SuppressionPattern:
    """Return the pattern that the search begins with: the cells that must be suppressed, and no move."""
    return SuppressionPattern(
        task.system,
        task.people,
        task.rules,
        values,
        must_suppress.copy(),
        task.fixed.copy(),
        task.to_protect.copy(),
        random_fractions(task.key, "pattern", task.system.size),
        task.cost_factor,
    )


def _first_search(
    pattern: SuppressionPattern,
    task: Task,
    group_disclosure: GroupDisclosure,
    solver: Solver,
    *,
    continues: bool,
) -> MoveSearch:
    """Return the search at its start; cutting planes solve a small pattern first, unless a search continues
    a former search."""
    cell_costs = _cell_costs(pattern, task, group_disclosure)
    after_cutting_planes = not continues and not group_disclosure.pairs and cutting_planes_apply(pattern)
    if after_cutting_planes:
        pattern.suppress(solve_cutting_planes(pattern, _cost_factors(task)))
    return MoveSearch(pattern, cell_costs, solver, after_cutting_planes=after_cutting_planes)


def _cell_costs(
    pattern: SuppressionPattern, task: Task, group_disclosure: GroupDisclosure
) -> NDArray[np.float64]:
    """Return the cost of suppressing each cell in the search; a group costs as much as its breakdown too."""
    values = pattern.values
    cell_costs = (((1.0 + values) ** TUNING.exponent) + 1) * (1 + TUNING.noise * pattern.tie)
    cell_costs[values == 0] = 1.0
    cell_costs *= _cost_factors(task)
    followed = np.where(pattern.to_protect & ~pattern.suppressed & (values > 0), cell_costs, 0.0)
    for parts, groups in group_disclosure.pairs:
        np.add.at(cell_costs, groups, followed[parts])
    # Powers differ in their last digits from one processor to another; patterns must not differ.
    rounded: NDArray[np.float64] = np.rint(cell_costs * 4096) / 4096
    return rounded


def _cost_factors(task: Task) -> NDArray[np.float64]:
    """Return how many times its people each cell counts where it is suppressed."""
    times: NDArray[np.float64] = np.where(task.revocable, TUNING.revocable_factor, 1.0) * task.cost_factor
    return times


def _reuse_moves(search: MoveSearch, continuation: Continuation) -> tuple[MarkovMove, ...]:
    """Begin with the moves of another search, and return the moves that the pattern has then."""
    pattern, exchanges = search.pattern, search.exchanges
    left = list[MarkovMove]()
    for own in continuation.reusable_moves:
        free = own.here is not None and not pattern.added_cost(own.here)
        if free and own.here is not None:
            pattern.add(own.here)
        if (free and own.as_far) or (exchanges is not None and exchanges.correct(own.known)):
            continue
        if not search.lift(own.known, own.missing_dimensions, continuation.cap):
            left.append(own.known)
    if exchanges is not None and exchanges.keeps_former:
        for move in left:
            if not exchanges.correct(move) and _any_open(pattern, move):
                exchanges.correct(move, partly=True)
    _check_new(pattern, continuation)
    return tuple(pattern.moves)


def _any_open(pattern: SuppressionPattern, move: MarkovMove) -> bool:
    """Whether a move of former tables changes a cell that is not shown to be safe yet."""
    cells = np.unique(pattern.system.above(move.coords, frozenset(move.scheme.swapped)))
    cells = cells[cells >= 0]
    return bool((pattern.suppressed[cells] & pattern.to_protect[cells] & ~pattern.safe(cells)).any())


def _check_new(pattern: SuppressionPattern, continuation: Continuation) -> None:
    """Raise ProtectionError where a former search of the task began with the same moves."""
    digest = sha256(pattern.suppressed.tobytes())
    for move in pattern.moves:
        for part in (move.coords, move.change, np.array([move.least, move.most])):
            digest.update(part.tobytes())
    begin = digest.digest()
    if begin in continuation.begun:
        raise ProtectionError("a search that began like this one found no pattern")
    continuation.begun.add(begin)


def _restore(pattern: SuppressionPattern, moves: Sequence[MarkovMove]) -> None:
    """Add dropped moves again where they cost nothing: moves against singletons are not needed by the
    protection-level rule."""
    kept = set(map(id, pattern.moves))
    for move in moves:
        if id(move) not in kept and not pattern.added_cost(move):
            pattern.add(move)


def _show_idle(
    search: MoveSearch,
    task: Task,
    must_suppress: Bools,
    group_disclosure: GroupDisclosure,
    progress: Progress | None,
) -> None:
    """Publish cells again that were suppressed to make room and are unchanged by moves in the end.

    Suppressing such cells gains nothing, and cells implied by published cells must not be suppressed.
    Publishing may narrow other cells, to be covered then.
    """
    pattern = search.pattern
    for _ in range(TUNING.idle_rounds):
        before = pattern.suppressed.copy()
        pattern.suppress_only(_kept_whole(pattern, must_suppress, group_disclosure))
        if (pattern.suppressed == before).all():
            return
        cover_all(search, task, group_disclosure, progress)


def _change_every_suppressed_cell(search: MoveSearch, task: Task) -> None:
    """Find a move for each suppressed cell that no move changes, even if too large for the protection-level
    rule."""
    pattern = search.pattern
    wanted = pattern.suppressed & task.to_protect & ((pattern.values > 0) | task.accepted)
    for cell in np.flatnonzero(wanted).tolist():
        if pattern.low[cell] == pattern.high[cell] == 0:
            search.change(cell)


def _protect_from_singletons(
    search: MoveSearch, task: Task, group_disclosure: GroupDisclosure, progress: Progress | None
) -> None:
    """Find moves against what the only person of a suppressed cell could compute."""
    pattern = search.pattern
    end = task.system.blocks[0].lattice.size
    given_up: set[ExposedPair] = set()
    for _ in range(TUNING.singleton_rounds):
        values, suppressed = pattern.values[:end], pattern.suppressed[:end]
        cells = OwnCells(
            values, suppressed, suppressed & task.to_protect[:end], task.rules.is_sensitive(values)
        )
        changed = (a.rows[a.rows < end] for a in pattern.moves)
        pairs = [p for p in exposed_pairs(task.system, task.people, cells, changed) if p not in given_up]
        if not pairs:
            return
        unprotected = [
            pair
            for pair in pairs
            if pattern.move_index.numbers(pair.cell) <= pattern.move_index.numbers(pair.singleton)
            and not search.change_without(pair.cell, pair.singleton, doubtful=pair.same_person)
        ]
        # Where each suppressed cell is known to have people, the only person of a group knows that nobody
        # else is in the same part of the group: no pattern could prevent that.
        given_up |= {pair for pair in unprotected if pair.same_person}
        others = [pair.cell for pair in unprotected if not pair.same_person]
        if others:
            pattern.suppress(cells_above(pattern, others))
        if without_accepted(search, task, cover_possible(search, task, group_disclosure, progress)):
            break
    raise ProtectionError(
        "the only person of some withheld cell could compute another, in every pattern found"
    )


def _refine(
    search: MoveSearch, task: Task, group_disclosure: GroupDisclosure, progress: Progress | None
) -> None:
    """Refine the pattern; keep the former pattern if no refined one is found."""
    pattern = search.pattern
    before, must_suppress, fixed = pattern.moves, pattern.must_suppress.copy(), pattern.fixed.copy()
    refine(search)
    pattern.fixed[:] = fixed
    if cover_possible(search, task, group_disclosure, progress):
        pattern.remove(list(pattern.moves_by_number))
        for move in before:
            pattern.add(move)
        pattern.suppress_only(must_suppress)
        pattern.to_protect[:] = cells_to_protect(pattern, task)


def _kept_whole(
    pattern: SuppressionPattern, must_suppress: Bools, group_disclosure: GroupDisclosure
) -> Bools:
    """Return the cells suppressed without any move: the breakdown of every suppressed group.

    Where the rules keep parts, whatever a move changes in any breakdown is suppressed for good.
    """
    if not group_disclosure.pairs:
        return must_suppress
    needed = must_suppress | pattern.changed()
    whole = group_disclosure.closed(needed)
    parts = group_disclosure.parts if pattern.rules.keeps_parts else group_disclosure.breakdowns(whole)
    return must_suppress | (whole & ~pattern.fixed & parts)
