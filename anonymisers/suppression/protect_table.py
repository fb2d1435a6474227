"""From a raw table and rules to what may be shown and the worlds that show it to be safe."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from anonymisers.errors import ProtectionError, RulesError
from anonymisers.proof.world import World
from anonymisers.suppression.cell_costs import weights
from anonymisers.suppression.group_disclosure import follows
from anonymisers.suppression.secondary_suppression import Resumed, suppress
from anonymisers.suppression.sequential_tables import Stage, carried, unsettled, with_finer
from anonymisers.suppression.strategies.alternative_tables import exchanged, lifted, shuffled
from anonymisers.suppression.strategies.junction_tree_search import bags_of
from anonymisers.suppression.strategies.linear_program import Solver
from anonymisers.suppression.strategies.move_search import Search
from anonymisers.suppression.strategies.suppression_pattern import Pattern
from anonymisers.suppression.strategies.swap_schemes import blocks_of, together
from anonymisers.suppression.strategies.task import Task, asked, large
from anonymisers.tables.arrays import Bools
from anonymisers.tables.base_table import BaseTable
from anonymisers.tables.cell_names import CellName
from anonymisers.tables.cell_status import cell_names_of, cell_status
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
from anonymisers.tables.rules import Rules, TableOf
from anonymisers.tables.structural_zeros import structural_cells

Describe = Callable[[Lattice, Bools, Rules], Task]
CAP = 60
"""Up to which size a cell may be withheld for a world of some tables that is found once more for all."""
FIRST = 2.0
"""How much dearer cells of tables that come first are where all named tables are sought at once."""
TOGETHER_STEPS = 1_000_000
"""Steps of the solver for that, each time."""
SHUFFLES = 8
"""Most worlds of shuffled people that are tried for rule 3."""


@dataclass(frozen=True, eq=False)
class Protected:
    """Every cell of the lattice with its true value and whether it is shown; worlds that agree with that.

    `settled` marks the cells of the tables that were protected; the others are refused: all withheld, but
    for zeros that follow. `public` marks those that are known from elsewhere, `structural` names the groups
    that are known to be empty, `accepted` the withheld cells that are narrower than rule 2 asks for.
    """

    lattice: Lattice
    people: BaseTable
    values: NDArray[np.int64]
    hidden: Bools
    settled: Bools
    public: Bools
    structural: tuple[CellName, ...]
    accepted: tuple[CellName, ...]
    worlds: tuple[World, ...]


def protect(
    table: Table,
    rules: Rules,
    key: bytes,
    progress: Progress | None = None,
    *,
    known: Sequence[Release] = (),
) -> Protected:
    """Protect all tables that the rules allow, the priority tables first.

    `known` are all earlier releases. Raises RulesError for rules that do not fit the table or each other
    (every zero shown, yet tables refused), TableError for an earlier release that contradicts it,
    LatticeTooLargeError, and ProtectionError when no safe pattern was found.
    """
    rules.check_names(table.dims)
    base = SharedBase.of(table, known)
    full = base.own_lattice(rules.max_dims)
    _, present = _chosen(full, rules)
    if rules.zeros == "publish" and int(present.sum()) != full.size:
        raise RulesError(
            "with priority tables the others are withheld whole, their zeros among them",
            remedy="Treat zeros as partner or protect, or leave the priority tables out.",
        )

    def describe(lattice: Lattice, cells: Bools, these: Rules = rules) -> Task:
        return _task(base, base.own_block(lattice, cells), known, these, key)

    stage = _settled(full, rules, describe, progress)
    if rules.priority and rules.finer is not None:
        together = partial(_together, full, rules, describe)
        stage = with_finer(stage, full, describe, _looked_at, progress, together=together)
    return _whole(full, base, known, stage)


def _settled(full: Lattice, rules: Rules, describe: Describe, progress: Progress | None) -> Stage:
    """All tables that come first; of many, those that share a dimension are settled before.

    There each other dimension moves by itself, so that worlds are found fast. Most of these serve for all
    tables too once other people take part; where that ends in no pattern, everything is sought anew.
    """
    chosen, present = _chosen(full, rules)
    task, first = describe(chosen, present, rules), _sharing(rules)
    if first is not None and bags_of(task.system) is None:
        try:
            part = describe(*_chosen(full, first), first)
            before = Stage(part, suppress(part, progress), (), np.zeros(0, dtype=np.bool_))
            known = carried(before, task.system, unsettled(before, chosen, present))
            return _looked_at(task, suppress(task, progress, resumed=Resumed(known, Solver(), CAP)))
        except ProtectionError:
            pass
    return _looked_at(task, suppress(task, progress))


def _together(full: Lattice, rules: Rules, describe: Describe, turn: int) -> Stage | None:
    """All tables that the rules name, sought at once; None where they do not hang together like a tree, or no
    pattern was found in so many steps. Each turn makes its choices by another key."""
    named = replace(rules, priority=(*rules.priority, *(rules.finer or ())), finer=None)
    task = describe(*_chosen(full, named), rules)
    if bags_of(task.system) is None:
        return None
    lattice, present = _chosen(full, rules)
    first = np.ones(task.system.size)
    first[task.system.blocks[0].lattice.cells(lattice.keys()[present])] = FIRST
    key = derive_key(task.key, f"all at once, turn {turn}") if turn else task.key
    task = replace(task, weight=task.weight * first, key=key)
    try:
        return _looked_at(task, suppress(task, solver=Solver(TOGETHER_STEPS)))
    except ProtectionError:
        return None


def _sharing(rules: Rules) -> Rules | None:
    """The rules with only those tables that name the dimension which most name; None where those are all.

    Marked cells may stand in any of them, so that these are looked after together.
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


def _task(base: SharedBase, own: TableBlock, known: Sequence[Release], rules: Rules, key: bytes) -> Task:
    """Our own tables beside all that is known: what stays fixed, and what is to be shown to be safe."""
    earlier = earlier_blocks(base, known)
    differences = difference_blocks(base, base.own_lattice(rules.max_dims), known)
    system = LinkedTables(base.dims, (own, *(k.block for k in earlier), *differences))
    values = system.sums(base.base_table.coords, base.base_table.counts)
    parts = np.split(values, system.starts[1:])
    check_known(earlier, parts[1 : 1 + len(earlier)])
    structural = structural_cells(own.lattice, base.structural)
    shown_zero = parts[0] == 0 if rules.zeros == "publish" else structural
    public = public_cells(own, earlier)
    marks = cell_status(rules, own, parts[0], public=public, structural=structural)
    fixed = [(shown_zero | known_zeros(own, earlier) | marks.always) & own.present]
    hidden, asked = [~own.present], [own.present & ~public & ~structural]
    for entry in earlier:
        fixed.append(entry.block.present & (entry.shown >= 0))
        hidden.append(~fixed[-1])
        asked.append(entry.block.present & (entry.shown < 0))
    for block, part in zip(differences, parts[1 + len(earlier) :], strict=True):
        fixed.append(np.zeros(block.lattice.size, dtype=np.bool_))
        hidden.append(np.ones(block.lattice.size, dtype=np.bool_))
        asked.append(rules.is_sensitive(part) & block.present)
    others = np.zeros(system.size - own.lattice.size, dtype=np.bool_)
    return Task(
        system,
        base.base_table,
        rules,
        np.concatenate(hidden),
        np.concatenate(fixed),
        np.concatenate(asked),
        key,
        np.append(marks.always, others),
        np.append(marks.never, others),
        accepted=np.zeros(system.size, dtype=np.bool_),
        giving=np.zeros(system.size, dtype=np.bool_),
        weight=np.append(weights(own.lattice, (*rules.priority, *(rules.finer or ()))), np.ones(len(others))),
    )


def _accepted(pattern: Pattern, task: Task) -> tuple[CellName, ...]:
    """The withheld cells that are narrower than rule 2 asks for beside those that are always shown."""
    if not task.accepted.any():
        return ()
    narrow = task.accepted & pattern.hidden & ~pattern.safe() & (~large(pattern) | task.never)
    lattice = pattern.system.blocks[0].lattice
    return cell_names_of(lattice, narrow[: lattice.size])


def _chosen(full: Lattice, rules: Rules) -> tuple[Lattice, Bools]:
    """The tables to protect with all their margins, and which of their cells there are."""
    if not rules.priority:
        return full, np.ones(full.size, dtype=np.bool_)
    tables = {_axes(full, t) for t in rules.priority} | {t for t in full.tables if len(t) == 1}
    margins = {m for t in tables for n in range(len(t) + 1) for m in combinations(t, n)}
    lattice = Lattice(full.dims, tuple(margins & set(full.tables)))
    present = np.zeros(lattice.size, dtype=np.bool_)
    keys = lattice.keys()
    wanted = [*rules.priority, *(TableOf(frozenset((d.name,))) for d in full.dims)]
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


def _whole(full: Lattice, base: SharedBase, known: Sequence[Release], stage: Stage) -> Protected:
    """The pattern of the protected tables inside the whole lattice."""
    pattern, accepted = stage.search.pattern, _accepted(stage.search.pattern, stage.task)
    people, part = pattern.people, pattern.system.blocks[0]
    numbers = full.cells(part.lattice.keys())[part.present]
    hidden = np.ones(full.size, dtype=np.bool_)
    settled = np.zeros(full.size, dtype=np.bool_)
    hidden[numbers] = pattern.hidden[: part.lattice.size][part.present]
    settled[numbers] = True
    block = base.own_block(full, np.ones(full.size, dtype=np.bool_))
    values = LinkedTables(base.dims, (block,)).sums(people.coords, people.counts)
    hidden &= ~(follows(full.parents(), values == 0, hidden) & ~settled)
    structural = structural_cells(full, base.structural)
    hidden &= ~structural
    public = public_cells(block, earlier_blocks(base, known)) | structural
    return Protected(full, people, values, hidden, settled, public, base.structural, accepted, stage.worlds)


def _looked_at(task: Task, search: Search) -> Stage:
    """The alternatives over the full cross, so many that every small inner cell differs in one (rule 3)."""
    pattern, people, rules, key = search.pattern, search.pattern.people, task.rules, task.key
    small = rules.is_sensitive(people.counts)
    projection = people.margin(tuple(range(len(people.dims))))
    worlds: list[World] = []

    def concerned(pattern: Pattern) -> Bools:
        return asked(pattern, task)

    def take(world: World) -> None:
        if len(world.change):
            worlds.append(world)
            codes = projection.code(people.coords)
            small[np.isin(codes, projection.code(world.coords))] = False

    for alternative in pattern.alternatives:
        for world in lifted(people, alternative, small):
            take(world)
    moves = blocks_of(together(pattern.system.footprints, len(people.dims)))
    for number in range(SHUFFLES):
        if not small.any():
            break
        take(shuffled(people, moves, key, str(number)))
    for inner in np.flatnonzero(small).tolist():
        if small[inner] and (exchange := exchanged(people, moves, inner)) is not None:
            take(exchange)
        for found in search.change_inner(people.coords[inner], concerned) if small[inner] else ():
            for world in lifted(people, found, small):
                take(world)
    return Stage(task, search, tuple(worlds), small)
