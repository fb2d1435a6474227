"""Finer tables, one after another, beside all that the tables before them show.

What is shown stays shown and what is withheld stays withheld: the search for a finer table decides about
its own cells only. It is kept when every withheld cell of every table has its alternatives in the tables
together, and refused otherwise, or when the search for it takes too many steps. All at once they would not
do: programs grow with the tables that an inner cell is counted in, and one too many spoils the others.

A table that the rules name is tried once more where it was refused: what is shown may then be withheld for
it, as far as that is worth it (`readable.worth`). What is always shown or known to be empty never is.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from anonymisers.errors import ProtectionError
from anonymisers.proof.world import World
from anonymisers.suppression.secondary_suppression import Carried, Resumed, suppress
from anonymisers.suppression.strategies.linear_program import Solver
from anonymisers.suppression.strategies.move_search import Search
from anonymisers.suppression.strategies.suppression_pattern import Alternative
from anonymisers.suppression.strategies.swap_schemes import Move
from anonymisers.suppression.strategies.task import Task
from anonymisers.suppression.utility import Reading, worth
from anonymisers.tables.arrays import Bools
from anonymisers.tables.base_table import BaseTable
from anonymisers.tables.lattice import Lattice
from anonymisers.tables.linked_tables import LinkedTables
from anonymisers.tables.progress import Progress
from anonymisers.tables.rules import Rules, TableOf

STEPS = 40_000
"""Steps of the solver for all tables that the rules do not name. A bound in steps, not in seconds, so that
the same input and key give the same pattern on any machine; some 6,000 are a second of a processor."""
STEPS_EACH = 12_000
"""Steps to try one of them."""
NAMED_STEPS, NAMED_STEPS_EACH = 120_000, 30_000
"""The same for those that the rules name, which come before all others."""
CAPS = (22, 60)
"""Up to which size cells are withheld for alternatives that are found once more: first the one, and where a
table would be refused, the other."""
ROOM_STEPS = 200_000
"""Steps for all named tables that were refused and are tried once more, while others make room."""
ROOM_STEPS_EACH = 100_000
"""Steps to try one of them."""
LITTLE = 0.5
"""A named table that shows less of its people is sought once more together with all others."""
GAIN_AT_ONCE = 1.0
"""How many times as much is to be won then as tables lose that do not come first: neither pattern was there
before the other."""
TURNS = 2
"""How often that is done, each time by other choices: with half of all keys a large cell may be lost."""
KINDS = 12
"""Kinds of people, the largest first, of whom it is tried whether an alternative does with them alone."""


@dataclass(frozen=True, eq=False)
class Stage:
    """Tables that are settled: what the search was to do, what it found, and the worlds that show it safe.

    `narrow`: small inner cells of which these worlds show one value only (rule 3).
    """

    task: Task
    search: Search
    worlds: tuple[World, ...]
    narrow: Bools

    @property
    def lattice(self) -> Lattice:
        """All tables that are settled, and their margins."""
        return self.task.system.blocks[0].lattice

    @property
    def present(self) -> Bools:
        """The cells of the lattice that are settled."""
        return self.task.system.blocks[0].present

    @property
    def hidden(self) -> Bools:
        """Which cells of the lattice are withheld."""
        return self.search.pattern.hidden[: self.lattice.size]

    @property
    def reading(self) -> Reading:
        """What can be read of the tables that are settled."""
        values = self.search.pattern.values[: self.lattice.size]
        return Reading(self.lattice, self.present & ~self.hidden, values)


def with_finer(
    stage: Stage,
    full: Lattice,
    describe: Callable[[Lattice, Bools], Task],
    look: Callable[[Task, Search], Stage],
    progress: Progress | None = None,
    *,
    together: Callable[[int], Stage | None] = lambda _: None,
) -> Stage:
    """The stage with every further table of the lattice `full` that can be certified along with it.

    `describe` tells the task of some cells of a lattice, `look` certifies what was found. Which table is
    tried next follows from the rules and the dimensions, never from the people. Those that the rules name
    and that were refused are tried once more, `together` with all others and then while those make room,
    before the rest.
    """
    rules, tables = stage.task.rules, list(candidates(full, stage.task.rules))
    trial, named = _Trial(full, describe, look), len(rules.finer or ())
    left, each, refused = NAMED_STEPS, NAMED_STEPS_EACH, list[TableOf]()
    for done, table in enumerate(tables):
        if done == named:
            stage = _better(stage, together)
            stage, left, each = trial.with_room(refused, stage), STEPS, STEPS_EACH
        if left <= 0 and done >= named:
            break
        if progress is not None:
            progress("trying finer tables", done / len(tables))
        grown, spent = trial.of(table, stage, left, each) if left > 0 else (stage, 0)
        if grown is stage and done < named:
            refused.append(table)
        stage, left = grown, left - spent
    return stage


def _better(stage: Stage, together: Callable[[int], Stage | None]) -> Stage:
    """The stage of all named tables at once, where one shows little by itself and that is worth it."""
    rules, first = stage.task.rules, {t: stage.reading.share(t) for t in stage.task.rules.priority}
    known = (*rules.priority, *(rules.finer or ()))
    if min((stage.reading.share(table) for table in rules.finer or ()), default=1.0) >= LITTLE:
        return stage
    for turn in range(TURNS):
        other = together(turn)
        if other is None:
            break
        shares = stage.reading.shares(known), other.reading.shares(known)
        if not (other.narrow & ~stage.narrow).any() and worth(*shares, first, gain=GAIN_AT_ONCE):
            stage = other
    return stage


@dataclass(frozen=True, eq=False)
class _Trial:
    """Tries one table after the other; see `with_finer`."""

    full: Lattice
    describe: Callable[[Lattice, Bools], Task]
    look: Callable[[Task, Search], Stage]

    def of(self, table: TableOf, stage: Stage, left: int, each: int) -> tuple[Stage, int]:
        """The stage with one more table where that can be certified, and the steps that it took to know."""
        lattice, present = widened(stage, self.full, table)
        fresh = unsettled(stage, lattice, present)
        if not fresh.any() or not _begun(stage, self.full, table, stage.task.rules):
            return stage, 0
        try:
            task = beside(stage, self.describe(lattice, present))
        except ProtectionError:
            return stage, 0
        known, spent = carried(stage, task.system, fresh), 0
        for cap in CAPS:
            if spent >= left:
                break
            solver = Solver(min(left - spent, each))
            found = self._found(task, Resumed(known, solver, cap), fresh)
            spent += solver.steps
            if found is None and solver.steps >= each:
                break
            if found is not None and not (found.narrow & ~stage.narrow).any():
                return found, spent
        return stage, spent

    def with_room(self, tables: Sequence[TableOf], stage: Stage) -> Stage:
        """The stage with each of these tables for which others can make room, where that is worth it."""
        rules, left = stage.task.rules, ROOM_STEPS
        known = (*rules.priority, *(rules.finer or ()))
        first = {table: stage.reading.share(table) for table in rules.priority}
        for table in tables:
            lattice, present = widened(stage, self.full, table)
            fresh = unsettled(stage, lattice, present)
            if left <= 0 or not fresh.any():
                continue
            try:
                task = beside(stage, self.describe(lattice, present), giving=True)
            except ProtectionError:
                continue
            solver = Solver(min(left, ROOM_STEPS_EACH))
            resumed = Resumed(carried(stage, task.system, fresh), solver, CAPS[-1])
            found = self._found(task, resumed, fresh)
            left -= solver.steps
            if found is None or (found.narrow & ~stage.narrow).any():
                continue
            if worth(stage.reading.shares(known), found.reading.shares(known), first):
                stage = found
        return stage

    def _found(self, task: Task, resumed: Resumed, fresh: Bools) -> Stage | None:
        """The stage with a further table; None where it is refused, or nothing of it would be shown."""
        try:
            search = suppress(task, resumed=resumed)
            return None if search.pattern.hidden[: len(fresh)][fresh].all() else self.look(task, search)
        except ProtectionError:
            return None


def candidates(full: Lattice, rules: Rules) -> Iterator[TableOf]:
    """The tables to try, in order: those that the rules name, then all others, of few dimensions first."""
    yield from rules.finer or ()
    for axes in full.tables:
        if len(axes) > 1:
            yield TableOf(frozenset(full.dims[a].name for a in axes))


def widened(stage: Stage, full: Lattice, table: TableOf) -> tuple[Lattice, Bools]:
    """The settled tables and one more with all its margins, and which of their cells there are."""
    axes = tuple(a for a, d in enumerate(full.dims) if d.name in table.dims)
    if axes not in full.tables:
        return stage.lattice, stage.present
    margins = {m for n in range(len(axes) + 1) for m in combinations(axes, n)}
    lattice = Lattice(full.dims, (*stage.lattice.tables, *(margins & set(full.tables))))
    keys, cuts = lattice.keys(), dict(table.levels)
    present = np.ones(lattice.size, dtype=np.bool_)
    for axis, dim in enumerate(full.dims):
        deepest = cuts.get(dim.name, len(dim.codes)) if axis in axes else 0
        present &= dim.depth[keys[:, axis]] <= deepest
    present[lattice.cells(stage.lattice.keys()[stage.present])] = True
    return lattice, present


def unsettled(stage: Stage, lattice: Lattice, present: Bools) -> Bools:
    """The cells of a larger lattice that are not settled yet."""
    fresh = present.copy()
    fresh[lattice.cells(stage.lattice.keys()[stage.present])] = False
    return fresh


def _begun(stage: Stage, full: Lattice, table: TableOf, rules: Rules) -> bool:
    """Whether every margin of a table is settled: one whose margin was refused would be refused as well."""
    axes = tuple(a for a, d in enumerate(full.dims) if d.name in table.dims)
    if len(axes) < 3 or table in (rules.finer or ()):  # margins of one dimension always are
        return True
    settled = set(np.flatnonzero(np.bincount(stage.lattice.table_of(), ~stage.present) == 0).tolist())
    whole = {stage.lattice.tables[t] for t in settled}
    return all(m in whole for m in combinations(axes, len(axes) - 1))


def beside(stage: Stage, task: Task, *, giving: bool = False) -> Task:
    """The task with all that a stage shows or withholds left as it is.

    With `giving` what it shows may give way where a cell cannot be covered beside it.
    """
    size = stage.lattice.size
    own = task.system.blocks[0].lattice.cells(stage.lattice.keys())[stage.present]
    hidden, fixed, accepted = task.hidden.copy(), task.fixed.copy(), task.accepted.copy()
    hidden[own] = stage.hidden[stage.present]
    may_give = task.giving.copy()
    may_give[own] = giving & ~stage.hidden[stage.present] & ~fixed[own]
    fixed[own] = ~stage.hidden[stage.present]
    accepted[own] = stage.task.accepted[:size][stage.present]
    # What is always shown is so already; no further cell may be narrow for its sake.
    none = np.zeros_like(task.always)
    return replace(task, hidden=hidden, fixed=fixed, accepted=accepted, always=none, giving=may_give)


def carried(stage: Stage, system: LinkedTables, fresh: Bools) -> tuple[Carried, ...]:
    """The alternatives of a stage of which it is clear what they change in the tables that are new.

    Whoever moves in a dimension of such a table keeps what he is by its others. So these are made part of the
    context, and only people who are alike there move: where each number stays as it was by the dimensions
    that were looked at before, it does so in the new table.
    """
    lattice, people = system.blocks[0].lattice, stage.search.pattern.people
    tables = [frozenset(lattice.tables[t]) for t in np.unique(lattice.table_of()[fresh]).tolist()]
    carried = []
    for known in stage.search.pattern.alternatives:
        moved = frozenset(known.move.moved)
        lacking = frozenset().union(*(t for t in tables if t & moved)) - set(known.move.axes)
        wanting = tuple(sorted(lacking))
        found = _alike(people, known, wanting) if lacking else known
        carried.append(Carried(known, wanting, None if found is None else _counted(system, found)))
    return tuple(carried)


def _counted(system: LinkedTables, found: Alternative) -> Alternative:
    """The alternative with the cells of all tables that it changes."""
    rows = system.above(found.coords, frozenset(found.move.moved))
    cells, place = np.unique(rows, return_inverse=True)
    weights = np.repeat(found.change.astype(np.float64), rows.shape[1])
    amounts = np.rint(np.bincount(place.ravel(), weights=weights)).astype(np.int64)
    real = (cells >= 0) & (amounts != 0)
    return replace(found, rows=cells[real], amounts=amounts[real])


def _alike(people: BaseTable, known: Alternative, axes: tuple[int, ...]) -> Alternative | None:
    """The alternative with people who are alike in some more dimensions; None where there are too few."""
    move = Move(known.move.moved, tuple(sorted((*known.move.context, *axes))))
    kinds, everybody = people.margin(axes), people.margin(move.axes)
    best: Alternative | None = None
    for kind in np.argsort(-kinds.counts, kind="stable")[:KINDS].tolist():
        coords = known.coords.copy()
        coords[:, list(axes)] = kinds.coords[kind, list(axes)]
        counts, change = everybody.count(coords), known.change
        falling, rising = change < 0, change > 0
        most = min(known.most, int((counts[falling] // -change[falling]).min(initial=known.most)))
        least = max(known.least, -int((counts[rising] // change[rising]).min(initial=-known.least)))
        if most - least > (0 if best is None else best.most - best.least):
            best = replace(known, move=move, coords=coords, least=least, most=most)
    return best
