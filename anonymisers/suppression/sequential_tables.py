"""Sequential tables: further tables, one after another, beside all cells published by former tables.

Published cells stay published and suppressed cells stay suppressed: the search for a further table decides
about the new cells only. The table is kept if every suppressed cell of every table has moves in all tables
together, and refused otherwise, or if the search takes too many steps. A search for all tables at once would
not do: programs grow with the number of tables, and a single table too many spoils the rest.

A refused table is tried once more if named by the rules: published cells may then be suppressed for the
table, as far as the gain in utility is worth the loss (`utility.is_worth`). Cells always published or known
to be empty are never suppressed.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from anonymisers.errors import ProtectionError
from anonymisers.proof.world import World
from anonymisers.suppression.secondary_suppression import Continuation, ReusableMove, suppress
from anonymisers.suppression.strategies.linear_program import Solver
from anonymisers.suppression.strategies.move_search import MoveSearch
from anonymisers.suppression.strategies.suppression_pattern import MarkovMove
from anonymisers.suppression.strategies.swap_schemes import SwapScheme
from anonymisers.suppression.strategies.task import Task
from anonymisers.suppression.table_rounds import TUNING as ROUNDS
from anonymisers.suppression.table_rounds import WHATEVER, Effort, rounds
from anonymisers.suppression.utility import Utility, is_worth
from anonymisers.tables.arrays import Bools
from anonymisers.tables.base_table import BaseTable
from anonymisers.tables.lattice import Lattice
from anonymisers.tables.linked_tables import LinkedTables, changed_cells
from anonymisers.tables.progress import Progress
from anonymisers.tables.rules import Rules, TableOf


@dataclass(frozen=True)
class SequentialTablesTuning:
    """How much work is spent on named tables that were refused."""

    revoking_steps: int = 200_000
    """Steps for all named tables that were refused and are tried once more with published cells revocable."""
    revoking_steps_each: int = 100_000
    """Steps for one such table."""
    little_utility: float = 0.5
    """Share of people below which a named table is searched for again, together with all named tables."""
    gain_at_once: float = 1.0
    """How many times as much must be gained then as other than priority tables lose: neither pattern was
    there before the other."""
    turns_at_once: int = 2
    """Searches for all tables at once, each with other choices: with half of all keys a large cell may be
    lost."""
    kinds: int = 12
    """Kinds of people, the largest first, of whom it is tried whether a move can be made by them alone."""


TUNING = SequentialTablesTuning()


@dataclass(frozen=True, eq=False)
class SettledTables:
    """Settled tables: the task of the search, the search, and the feasible tables of the certificate.

    `narrow`: small inner cells with a single value in these feasible tables (inner-cell rule).
    """

    task: Task
    search: MoveSearch
    worlds: tuple[World, ...]
    narrow: Bools

    def narrows(self, other: "SettledTables") -> bool:
        """Whether a small inner cell has a single value here, and had more there."""
        return bool((self.narrow & ~other.narrow).any())

    @property
    def lattice(self) -> Lattice:
        """All settled tables, and their margins."""
        return self.task.system.blocks[0].lattice

    @property
    def present(self) -> Bools:
        """The settled cells of the lattice."""
        return self.task.system.blocks[0].present

    @property
    def suppressed(self) -> Bools:
        """The suppressed cells of the lattice."""
        return self.search.pattern.suppressed[: self.lattice.size]

    @property
    def utility(self) -> Utility:
        """The utility of the settled tables."""
        values = self.search.pattern.values[: self.lattice.size]
        return Utility(self.lattice, self.present & ~self.suppressed, values)


@dataclass(frozen=True, eq=False)
class Step:
    """Settled tables, and by which further table they grew, with what effort; None where they grew
    otherwise."""

    tables: SettledTables
    by: tuple[TableOf, Effort] | None = None


@dataclass(frozen=True, eq=False)
class FurtherTables:
    """The settled tables, and these again with each further table of the lattice `full` that can be certified
    along, in `steps`: the last have most tables."""

    steps: list[Step]
    trial: "_Trial"

    def again(self, settled_tables: SettledTables, later: Sequence[Step]) -> list[Step]:
        """Return the steps from other settled tables on, by the further tables of later steps."""
        steps = list[Step]()
        for table, effort in (step.by for step in later if step.by is not None):
            grown, _ = self.trial.of(table, settled_tables, effort)
            if grown is not settled_tables:
                settled_tables = grown
                steps.append(Step(grown, (table, effort)))
        return steps


def with_further_tables(
    settled_tables: SettledTables,
    full: Lattice,
    describe: Callable[[Lattice, Bools], Task],
    certify: Callable[[Task, MoveSearch], SettledTables],
    progress: Progress | None = None,
    *,
    at_once: Callable[[int], SettledTables | None] = lambda _: None,
) -> FurtherTables:
    """Try each further table of the lattice `full`.

    `describe` returns the task of some cells of a lattice, `certify` certifies a search. Which table is tried
    next follows from the rules and the dimensions, never from the people. Named tables refused are tried once
    more before all others, first together with all named tables by `at_once`, then with revocable cells.
    """
    rules, trial = settled_tables.task.rules, _Trial(full, describe, certify)
    refused, steps = list[TableOf](), [Step(settled_tables)]
    turns = rounds(full, rules)
    left = of_larger = ROUNDS.named_steps
    for turn, (tables, effort) in enumerate(turns):
        if turn == 1:
            settled_tables = trial.with_room(refused, _better(settled_tables, at_once))
            left = ROUNDS.steps
            steps += [Step(settled_tables)] if settled_tables is not steps[-1].tables else []
        if effort is ROUNDS.coarser:
            of_larger, left = left, ROUNDS.steps_of_coarser
        elif effort is ROUNDS.larger:
            left = min(of_larger, ROUNDS.steps_of_larger)
        for done, table in enumerate(tables):
            if progress is not None:
                progress("trying finer tables", (turn + done / len(tables)) / len(turns))
            if left <= 0:
                break
            within = replace(effort, steps=min(left, effort.steps))
            grown, spent = trial.of(table, settled_tables, within)
            if grown is not settled_tables:
                steps.append(Step(grown, (table, effort)))
            elif turn == 0:
                refused.append(table)
            settled_tables, left = grown, left - spent
    return FurtherTables(steps, trial)


def _better(settled_tables: SettledTables, at_once: Callable[[int], SettledTables | None]) -> SettledTables:
    """Return the search for all named tables at once, where one table has little utility and the exchange is
    worth it.

    Priority tables were searched for at once already: beside more tables, none of them shows more.
    """
    rules, first = (
        settled_tables.task.rules,
        {t: settled_tables.utility.share(t) for t in settled_tables.task.rules.priority},
    )
    known = (*rules.priority, *(rules.finer or ()))
    later = [t for t in rules.finer or () if t not in rules.seldom and not any(map(t.within, rules.priority))]
    if min(map(settled_tables.utility.share, later), default=1.0) >= TUNING.little_utility:
        return settled_tables
    for turn in range(TUNING.turns_at_once):
        other = at_once(turn)
        if other is None:
            break
        shares = settled_tables.utility.shares(known), other.utility.shares(known)
        if not other.narrows(settled_tables) and is_worth(*shares, first, gain=TUNING.gain_at_once):
            settled_tables = other
    return settled_tables


@dataclass(frozen=True, eq=False)
class _Trial:
    """Tries one table after the other; see `with_further_tables`."""

    full: Lattice
    describe: Callable[[Lattice, Bools], Task]
    certify: Callable[[Task, MoveSearch], SettledTables]

    def of(self, table: TableOf, settled_tables: SettledTables, effort: Effort) -> tuple[SettledTables, int]:
        """Return the tables with one more where that can be certified, and the steps that were spent."""
        lattice, present = widened(settled_tables, self.full, table)
        fresh = open_for_decision(settled_tables, lattice, present)
        if not fresh.any() or not _begun(settled_tables, self.full, table, settled_tables.task.rules):
            return settled_tables, 0
        try:
            task = keeping(settled_tables, self.describe(lattice, present))
        except ProtectionError:
            return settled_tables, 0
        known, spent = reusable_moves(settled_tables, task.system, fresh), 0
        begun = set[bytes]()
        for cap in effort.caps:
            if spent and spent >= effort.steps:
                break
            solver = Solver(effort.steps - spent)
            pair = _pair(lattice, fresh)
            continuation = Continuation(
                known, solver, cap, pair, effort.steps_each_cell, cap >= WHATEVER, begun
            )
            found = self._found(task, continuation, fresh)
            spent += solver.steps
            if found is not None and not found.narrows(settled_tables):
                if effort.least_share and _shown(found, fresh) < effort.least_share:
                    continue
                return found, spent
        return settled_tables, spent

    def with_room(self, tables: Sequence[TableOf], settled_tables: SettledTables) -> SettledTables:
        """Return the tables with each given table for which other tables can make room, if worth the loss."""
        rules, left = settled_tables.task.rules, TUNING.revoking_steps
        known = (*rules.priority, *(rules.finer or ()))
        first = {table: settled_tables.utility.share(table) for table in rules.priority}
        for table in tables:
            lattice, present = widened(settled_tables, self.full, table)
            fresh = open_for_decision(settled_tables, lattice, present)
            if left <= 0 or not fresh.any():
                continue
            try:
                task = keeping(settled_tables, self.describe(lattice, present), revocable=True)
            except ProtectionError:
                continue
            solver = Solver(min(left, TUNING.revoking_steps_each))
            continuation = Continuation(
                reusable_moves(settled_tables, task.system, fresh),
                solver,
                ROUNDS.named.caps[-1],
                _pair(lattice, fresh),
            )
            found = self._found(task, continuation, fresh)
            left -= solver.steps
            if found is None or found.narrows(settled_tables):
                continue
            if is_worth(settled_tables.utility.shares(known), found.utility.shares(known), first):
                settled_tables = found
        return settled_tables

    def _found(self, task: Task, continuation: Continuation, fresh: Bools) -> SettledTables | None:
        """Return the tables with a further table; None where it is refused, or nothing of it would be
        published."""
        try:
            search = suppress(task, continuation=continuation)
            return (
                None if search.pattern.suppressed[: len(fresh)][fresh].all() else self.certify(task, search)
            )
        except ProtectionError:
            return None


def _shown(settled_tables: SettledTables, fresh: Bools) -> float:
    """Return the people of the published fresh cells, as a share of those of all that are not small."""
    pattern = settled_tables.search.pattern
    values = pattern.values[: len(fresh)]
    able = np.where(fresh & (values >= pattern.rules.threshold), values, 0)
    return float(able[~pattern.suppressed[: len(fresh)]].sum() / max(able.sum(), 1))


def widened(settled_tables: SettledTables, full: Lattice, table: TableOf) -> tuple[Lattice, Bools]:
    """Return the settled tables and a further table with all margins, and a mask of the present cells."""
    axes = tuple(a for a, d in enumerate(full.dims) if d.name in table.dims)
    if axes not in full.tables:
        return settled_tables.lattice, settled_tables.present
    margins = {m for n in range(len(axes) + 1) for m in combinations(axes, n)}
    lattice = Lattice(full.dims, (*settled_tables.lattice.tables, *(margins & set(full.tables))))
    keys, cuts = lattice.keys(), dict(table.levels)
    present = np.ones(lattice.size, dtype=np.bool_)
    for axis, dim in enumerate(full.dims):
        deepest = cuts.get(dim.name, len(dim.codes)) if axis in axes else 0
        present &= dim.depth[keys[:, axis]] <= deepest
    present[lattice.cells(settled_tables.lattice.keys()[settled_tables.present])] = True
    return lattice, present


def open_for_decision(settled_tables: SettledTables, lattice: Lattice, present: Bools) -> Bools:
    """Return the cells of a larger lattice not settled yet."""
    fresh = present.copy()
    fresh[lattice.cells(settled_tables.lattice.keys()[settled_tables.present])] = False
    return fresh


def _begun(settled_tables: SettledTables, full: Lattice, table: TableOf, rules: Rules) -> bool:
    """Whether every margin of a table is settled: a table whose margin was refused would be refused as
    well."""
    axes = tuple(a for a, d in enumerate(full.dims) if d.name in table.dims)
    if len(axes) < 3 or table in (rules.finer or ()):  # margins of one dimension are always settled
        return True
    settled = set(
        np.flatnonzero(np.bincount(settled_tables.lattice.table_of(), ~settled_tables.present) == 0).tolist()
    )
    whole = {settled_tables.lattice.tables[t] for t in settled}
    return all(m in whole for m in combinations(axes, len(axes) - 1))


def keeping(settled_tables: SettledTables, task: Task, *, revocable: bool = False) -> Task:
    """Return the task in which all settled cells stay published or suppressed as they are.

    With `revocable` published cells may be suppressed where another cell cannot be covered otherwise.
    """
    size = settled_tables.lattice.size
    own = task.system.blocks[0].lattice.cells(settled_tables.lattice.keys())[settled_tables.present]
    suppressed, fixed, accepted = task.suppressed.copy(), task.fixed.copy(), task.accepted.copy()
    suppressed[own] = settled_tables.suppressed[settled_tables.present]
    may_give = task.revocable.copy()
    may_give[own] = revocable & ~settled_tables.suppressed[settled_tables.present] & ~fixed[own]
    fixed[own] = ~settled_tables.suppressed[settled_tables.present]
    accepted[own] = settled_tables.task.accepted[:size][settled_tables.present]
    # Always published cells are published already; no further cell may be narrow because of them.
    none = np.zeros_like(task.always)
    return replace(
        task, suppressed=suppressed, fixed=fixed, accepted=accepted, always=none, revocable=may_give
    )


def _pair(lattice: Lattice, fresh: Bools) -> tuple[int, int] | None:
    """Return the two dimensions of the only table with fresh cells; None for any other tables."""
    tables = np.unique(lattice.table_of()[fresh]).tolist()
    axes = lattice.tables[tables[0]] if len(tables) == 1 else ()
    return (axes[0], axes[1]) if len(axes) == 2 else None


def reusable_moves(
    settled_tables: SettledTables, system: LinkedTables, fresh: Bools
) -> tuple[ReusableMove, ...]:
    """Return the moves of settled tables with known effect on the new tables.

    A person moving in a dimension of a new table keeps the codes of the table's other dimensions. So these
    dimensions must match too, and only people agreeing in them move: if every cell of the former tables stays
    as before, so does every cell of the new table.
    """
    lattice, people = system.blocks[0].lattice, settled_tables.search.pattern.people
    tables = [frozenset(lattice.tables[t]) for t in np.unique(lattice.table_of()[fresh]).tolist()]
    reusable_moves = []
    for known in settled_tables.search.pattern.moves:
        swapped = frozenset(known.scheme.swapped)
        missing_dimensions = frozenset().union(*(t for t in tables if t & swapped)) - set(known.scheme.axes)
        missing_axes = tuple(sorted(missing_dimensions))
        found = _with_people_alike(people, known, missing_axes) if missing_dimensions else known
        reusable_moves.append(
            ReusableMove(known, missing_axes, None if found is None else _counted(system, found))
        )
    return tuple(reusable_moves)


def _counted(system: LinkedTables, found: MarkovMove) -> MarkovMove:
    """Return the move with the cells of all tables that it changes."""
    rows = system.above(found.coords, frozenset(found.scheme.swapped))
    cells, amounts = changed_cells(rows, found.change)
    return replace(found, rows=cells, amounts=amounts)


def _with_people_alike(people: BaseTable, known: MarkovMove, axes: tuple[int, ...]) -> MarkovMove | None:
    """Return the move with people agreeing in some more dimensions; None where there are too few."""
    scheme = SwapScheme(known.scheme.swapped, tuple(sorted((*known.scheme.matching, *axes))))
    kinds, everybody = people.margin(axes), people.margin(scheme.axes)
    best: MarkovMove | None = None
    for kind in np.argsort(-kinds.counts, kind="stable")[: TUNING.kinds].tolist():
        coords = known.coords.copy()
        coords[:, list(axes)] = kinds.coords[kind, list(axes)]
        counts, change = everybody.count(coords), known.change
        falling, rising = change < 0, change > 0
        most = min(known.most, int((counts[falling] // -change[falling]).min(initial=known.most)))
        least = max(known.least, -int((counts[rising] // change[rising]).min(initial=-known.least)))
        if most - least > (0 if best is None else best.most - best.least):
            best = replace(known, scheme=scheme, coords=coords, least=least, most=most)
    return best
