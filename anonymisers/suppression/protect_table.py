"""From a raw table and rules to the cells to publish, and to feasible tables showing the rest to be safe."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from anonymisers.errors import ProtectionError, RulesError
from anonymisers.proof.world import World
from anonymisers.suppression.cell_costs import cost_factors
from anonymisers.suppression.fixed_sums import FixedSums
from anonymisers.suppression.group_disclosure import GroupDisclosure, implied_zeros
from anonymisers.suppression.secondary_suppression import Continuation, suppress
from anonymisers.suppression.sequential_tables import (
    SettledTables,
    open_for_decision,
    reusable_moves,
    with_further_tables,
)
from anonymisers.suppression.strategies.alternative_tables import lifted_worlds, shuffled_world, swapped_pair
from anonymisers.suppression.strategies.exchanges_in_return import shuffled_in_return
from anonymisers.suppression.strategies.junction_tree_search import cliques_of
from anonymisers.suppression.strategies.linear_program import Solver
from anonymisers.suppression.strategies.move_search import MoveSearch
from anonymisers.suppression.strategies.suppression_pattern import SuppressionPattern
from anonymisers.suppression.strategies.swap_schemes import (
    SwapScheme,
    largest_schemes,
    linked_dimensions,
)
from anonymisers.suppression.strategies.task import Task, cells_to_protect, certainly_large
from anonymisers.tables.a_priori_status import a_priori_status, cell_names_of
from anonymisers.tables.arrays import Bools
from anonymisers.tables.base_table import BaseTable
from anonymisers.tables.cell_names import CellName
from anonymisers.tables.count_table import Table
from anonymisers.tables.earlier_releases import (
    SharedBase,
    check_known,
    difference_blocks,
    earlier_blocks,
    known_zeros,
    public_cells,
)
from anonymisers.tables.keyed_random import derive_key
from anonymisers.tables.lattice import Axes, Lattice
from anonymisers.tables.linked_tables import LinkedTables, TableBlock
from anonymisers.tables.progress import Progress
from anonymisers.tables.release import Release
from anonymisers.tables.rules import TOTAL_ALONE, Rules, TableOf
from anonymisers.tables.structural_zeros import structural_cells

Describe = Callable[[Lattice, Bools, Rules], Task]


@dataclass(frozen=True)
class TableProtectionTuning:
    """How the tables of one release are searched for together."""

    reused_cap: int = 60
    """Largest cell that may be suppressed for a move of some tables that is found once more for all."""
    priority_factor: float = 2.0
    """How many times as much priority cells cost where all named tables are searched for at once."""
    steps_at_once: int = 1_000_000
    """Steps of the solver for each search for all named tables at once."""
    shuffles: int = 8
    """Most feasible tables of shuffled people that are tried for the inner-cell rule."""
    shuffles_in_return: int = 4
    """Most feasible tables of exchanges made good by others that are tried then."""
    few_small: int = 20
    """Small inner cells for which such a table is not worth its size."""


TUNING = TableProtectionTuning()


@dataclass(frozen=True, eq=False)
class Protected:
    """Every cell of the lattice with its true value and whether it is suppressed, and feasible tables for a
    certificate.

    `settled` marks the cells of protected tables; the other tables are refused: their cells are suppressed,
    except implied zeros. `public` marks cells known from elsewhere, `structural` names the groups known to be
    empty, `accepted` the suppressed cells that are narrower than the protection-level rule demands.
    """

    lattice: Lattice
    people: BaseTable
    values: NDArray[np.int64]
    suppressed: Bools
    settled: Bools
    public: Bools
    structural: tuple[CellName, ...]
    accepted: tuple[CellName, ...]
    worlds: tuple[World, ...]
    rerun_ratio: float | None = None
    """How often other tables give the same release, as a share of the truth's; None where that is not
    known."""


def protect(
    table: Table,
    rules: Rules,
    key: bytes,
    progress: Progress | None = None,
    *,
    known: Sequence[Release] = (),
) -> Protected:
    """Protect all tables that the rules allow, the priority tables first.

    `known`: all earlier releases. Raises RulesError for rules that do not fit the table or each other (every
    zero published, yet tables refused), TableError for an earlier release that contradicts the table,
    LatticeTooLargeError, and ProtectionError when no safe pattern was found.
    """
    rules.check_names(table.dims)
    base = SharedBase.of(table, known)
    full = base.own_lattice(rules.max_dims)
    _, present = chosen_tables(full, rules)
    if rules.zeros == "publish" and int(present.sum()) != full.size:
        raise RulesError(
            "with priority tables the others are withheld whole, their zeros among them",
            remedy="Treat zeros as partner or protect, or leave the priority tables out.",
        )

    def describe(lattice: Lattice, cells: Bools, these: Rules = rules) -> Task:
        return task_of(base, base.own_block(lattice, cells), known, these, key)

    sums = FixedSums(full, _with_whole_breakdowns)
    # For a sum that only the priority tables fix, cells may still be withheld: their cells are open as yet.
    settled_tables, changed = sums.changed(_settled(full, rules, describe, progress))
    if rules.priority and rules.finer is not None:
        at_once = partial(_at_once, full, rules, describe)
        further = with_further_tables(settled_tables, full, describe, _certified, progress, at_once=at_once)
        # Without a further table there is no further sum to change.
        if len(further.steps) > 1 or not changed:
            settled_tables = sums.without_fixing(further)
    elif not changed:
        settled_tables, _ = sums.changed(settled_tables)
    return _whole(full, base, known, settled_tables)


def _settled(full: Lattice, rules: Rules, describe: Describe, progress: Progress | None) -> SettledTables:
    """Settle all priority tables; if there are many, tables sharing a dimension come before all together.

    In tables sharing a dimension each other dimension is swapped alone, so that moves are found fast. Most of
    the moves serve for all tables too once other people take part; if no pattern results, all moves are
    searched for anew.
    """
    chosen, present = chosen_tables(full, rules)
    task, first = describe(chosen, present, rules), _sharing(rules)
    if first is not None and cliques_of(task.system) is None:
        try:
            part = describe(*chosen_tables(full, first), first)
            none = np.zeros(0, dtype=np.bool_)
            before = SettledTables(part, suppress(part, progress), (), none)
            known = reusable_moves(before, task.system, open_for_decision(before, chosen, present))
            continued = Continuation(known, Solver(), TUNING.reused_cap)
            return _certified(task, suppress(task, progress, continuation=continued))
        except ProtectionError:
            pass
    return _certified(task, suppress(task, progress))


def _at_once(full: Lattice, rules: Rules, describe: Describe, turn: int) -> SettledTables | None:
    """Settle all named tables at once; None where they have no junction tree, or no pattern was found in
    time.

    Each turn makes its choices by another key.
    """
    named = replace(rules, priority=(*rules.priority, *(rules.finer or ())), finer=None)
    task = describe(*chosen_tables(full, named), rules)
    if cliques_of(task.system) is None:
        return None
    lattice, present = chosen_tables(full, rules)
    first = np.ones(task.system.size)
    first[task.system.blocks[0].lattice.cells(lattice.keys()[present])] = TUNING.priority_factor
    key = derive_key(task.key, f"all at once, turn {turn}") if turn else task.key
    task = replace(task, cost_factor=task.cost_factor * first, key=key)
    try:
        return _certified(task, suppress(task, solver=Solver(TUNING.steps_at_once)))
    except ProtectionError:
        return None


def _sharing(rules: Rules) -> Rules | None:
    """Return the rules with only the tables naming the most frequent dimension; None where those are all.

    Also None where cells have an a priori status, since they may be in any table: all tables are settled
    together.
    """
    if rules.always or rules.never:
        return None
    tables = [t for t in rules.priority if len(t.dims) > 1]
    names = Counter(name for table in tables for name in table.dims)
    if not names:
        return None
    shared = min(names, key=lambda name: (-names[name], name))
    first = tuple(t for t in tables if shared in t.dims)
    return replace(rules, priority=first) if 1 < len(first) < len(tables) else None


def task_of(base: SharedBase, own: TableBlock, known: Sequence[Release], rules: Rules, key: bytes) -> Task:
    """Return the task of our own tables beside all known releases: which cells are fixed, and which to
    protect."""
    earlier = earlier_blocks(base, known)
    differences = difference_blocks(base, base.own_lattice(rules.max_dims), known)
    system = LinkedTables(base.dims, (own, *(k.block for k in earlier), *differences))
    values = system.sums(base.base_table.coords, base.base_table.counts)
    parts = np.split(values, system.starts[1:])
    check_known(earlier, parts[1 : 1 + len(earlier)])
    structural = structural_cells(own.lattice, base.structural)
    published_zero = parts[0] == 0 if rules.zeros == "publish" else structural
    public = public_cells(own, earlier)
    a_priori = a_priori_status(rules, own, parts[0], public=public, structural=structural)
    fixed = [(published_zero | known_zeros(own, earlier) | a_priori.always) & own.present]
    suppressed, to_protect = [~own.present], [own.present & ~public & ~structural]
    for entry in earlier:
        fixed.append(entry.block.present & (entry.shown >= 0))
        suppressed.append(~fixed[-1])
        to_protect.append(entry.block.present & (entry.shown < 0))
    for block, part in zip(differences, parts[1 + len(earlier) :], strict=True):
        fixed.append(np.zeros(block.lattice.size, dtype=np.bool_))
        suppressed.append(np.ones(block.lattice.size, dtype=np.bool_))
        to_protect.append(rules.is_sensitive(part) & block.present)
    others = np.zeros(system.size - own.lattice.size, dtype=np.bool_)
    return Task(
        system,
        base.base_table,
        rules,
        np.concatenate(suppressed),
        np.concatenate(fixed),
        np.concatenate(to_protect),
        key,
        np.append(a_priori.always, others),
        np.append(a_priori.never, others),
        accepted=np.zeros(system.size, dtype=np.bool_),
        revocable=np.zeros(system.size, dtype=np.bool_),
        cost_factor=np.append(
            cost_factors(own.lattice, (*rules.priority, *(rules.finer or ()))), np.ones(len(others))
        ),
    )


def _accepted(pattern: SuppressionPattern, task: Task) -> tuple[CellName, ...]:
    """Return the suppressed cells that always published cells keep narrower than the protection-level rule
    demands."""
    if not task.accepted.any():
        return ()
    narrow = task.accepted & pattern.suppressed & ~pattern.safe() & (~certainly_large(pattern) | task.never)
    lattice = pattern.system.blocks[0].lattice
    return cell_names_of(lattice, narrow[: lattice.size])


def chosen_tables(full: Lattice, rules: Rules) -> tuple[Lattice, Bools]:
    """The priority tables with all their margins, or all tables without priorities, and a mask (size,) over
    which of their cells are to be protected."""
    if not rules.priority:
        return full, np.ones(full.size, dtype=np.bool_)
    alone = rules.priority == (TOTAL_ALONE,)
    tables = {_axes(full, t) for t in rules.priority} | {t for t in full.tables if len(t) == 1 and not alone}
    margins = {m for t in tables for n in range(len(t) + 1) for m in combinations(t, n)}
    lattice = Lattice(full.dims, tuple(margins & set(full.tables)))
    present = np.zeros(lattice.size, dtype=np.bool_)
    keys = lattice.keys()
    wanted = [*rules.priority, *(TableOf(frozenset((d.name,))) for d in full.dims if not alone)]
    for table in wanted:
        inside = np.ones(lattice.size, dtype=np.bool_)
        cuts = dict(table.levels)
        for axis, dim in enumerate(full.dims):
            deepest = cuts.get(dim.name, len(dim.codes)) if dim.name in table.dims else 0
            inside &= dim.depth[keys[:, axis]] <= deepest
        present |= inside
    return lattice, present


def _axes(lattice: Lattice, table: TableOf) -> Axes:
    return tuple(i for i, d in enumerate(lattice.dims) if d.name in table.dims)


def _whole(
    full: Lattice, base: SharedBase, known: Sequence[Release], settled_tables: SettledTables
) -> Protected:
    """Return the pattern of the protected tables inside the whole lattice."""
    pattern, accepted = (
        settled_tables.search.pattern,
        _accepted(settled_tables.search.pattern, settled_tables.task),
    )
    people, part = pattern.people, pattern.system.blocks[0]
    numbers = full.cells(part.lattice.keys())[part.present]
    suppressed = np.ones(full.size, dtype=np.bool_)
    settled = np.zeros(full.size, dtype=np.bool_)
    suppressed[numbers] = pattern.suppressed[: part.lattice.size][part.present]
    settled[numbers] = True
    block = base.own_block(full, np.ones(full.size, dtype=np.bool_))
    values = LinkedTables(base.dims, (block,)).sums(people.coords, people.counts)
    suppressed &= ~(implied_zeros(full.parents(), values == 0, suppressed) & ~settled)
    structural = structural_cells(full, base.structural)
    suppressed &= ~structural
    public = public_cells(block, earlier_blocks(base, known)) | structural
    return Protected(
        full, people, values, suppressed, settled, public, base.structural, accepted, settled_tables.worlds
    )


def _with_whole_breakdowns(task: Task) -> Callable[[SuppressionPattern], Bools]:
    """Return what tells which cells are to be protected, once a move for a cell in no table withheld more:
    of a group that is withheld since then, the breakdown by sensitive dimensions is withheld as well.
    """
    values = task.system.sums(task.people.coords, task.people.counts)
    disclosure = GroupDisclosure.of(task.system, task.rules, values)

    def to_protect(pattern: SuppressionPattern) -> Bools:
        closed = disclosure.closed(pattern.suppressed) & ~pattern.fixed
        if (closed & ~pattern.suppressed).any():
            pattern.suppress(closed)
        return cells_to_protect(pattern, task)

    return to_protect


def _unlinked(search: MoveSearch) -> Sequence[SwapScheme]:
    """Swaps that leave every protected table unchanged."""
    return largest_schemes(_groups(search))


def _groups(search: MoveSearch) -> tuple[frozenset[int], ...]:
    pattern = search.pattern
    return linked_dimensions(pattern.system.footprints, len(pattern.people.dims))


def _certified(task: Task, search: MoveSearch) -> SettledTables:
    """Return feasible base tables of the moves, so many that every small inner cell differs in one
    (inner-cell rule)."""
    pattern, people, rules, key = search.pattern, search.pattern.people, task.rules, task.key
    small = rules.is_sensitive(people.counts)
    everybody = people.margin(tuple(range(len(people.dims))))
    rows = np.empty(len(everybody.codes), dtype=np.int64)
    rows[np.searchsorted(everybody.codes, everybody.code(people.coords))] = np.arange(len(rows))
    worlds: list[World] = []
    to_protect = _with_whole_breakdowns(task)

    def take(world: World) -> None:
        if len(world.change):
            worlds.append(world)
            codes = everybody.code(world.coords)
            at = np.minimum(np.searchsorted(everybody.codes, codes), len(rows) - 1)
            small[rows[at[everybody.codes[at] == codes]]] = False

    for move in pattern.moves:
        for world in lifted_worlds(people, move, small):
            take(world)
    schemes = _unlinked(search)
    for number in range(TUNING.shuffles):
        if not small.any():
            break
        take(shuffled_world(people, schemes, key, str(number)))
    for number in range(TUNING.shuffles_in_return):
        if np.count_nonzero(small) < TUNING.few_small:
            break
        take(shuffled_in_return(people, pattern.system.footprints, key, f"in return {number}"))
    for inner in np.flatnonzero(small).tolist():
        if small[inner] and (pair := swapped_pair(people, schemes, inner)) is not None:
            take(pair)
        for found in search.change_inner_cell(people.coords[inner], to_protect) if small[inner] else ():
            for world in lifted_worlds(people, found, small):
                take(world)
    return SettledTables(task, search, tuple(worlds), small)
