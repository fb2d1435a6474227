"""From a raw table and rules to what may be shown and the worlds that show it to be safe."""

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from anonymisers.breakdown import follows
from anonymisers.lattice import Axes, Lattice
from anonymisers.moves import blocks_of, together
from anonymisers.pattern import Pattern, sensitive
from anonymisers.people import People
from anonymisers.rules import Rules, TableOf
from anonymisers.search import Search
from anonymisers.suppress import Progress, Task, suppress
from anonymisers.system import Block, System
from anonymisers.table import Table, population
from anonymisers.worlds import World, lifted, shuffled

Bools = NDArray[np.bool_]
SHUFFLES = 8
"""Most worlds of shuffled people that are tried for rule 3."""


@dataclass(frozen=True, eq=False)
class Protected:
    """Every cell of the lattice with its true value and whether it is shown; worlds that agree with that.

    `settled` marks the cells of the tables that were protected; the others are refused: all withheld, but
    for zeros that follow.
    """

    lattice: Lattice
    people: People
    values: NDArray[np.int64]
    hidden: Bools
    settled: Bools
    worlds: tuple[World, ...]


def protect(table: Table, rules: Rules, key: bytes, progress: Progress | None = None) -> Protected:
    """Protect all tables that the rules allow, the priority tables first.

    Raises RulesError for rules that do not fit the table, LatticeTooLargeError, and ProtectionError when no
    safe pattern was found.
    """
    rules.check_names(table.dims)
    axes = tuple(i for i, d in enumerate(table.dims) if d.name in table.by)
    people = People.of(table, axes)
    full = Lattice.of(people.dims, table.by, rules.max_dims)
    chosen, present = _chosen(full, rules)
    everybody = population(people.dims, {})
    system = System(people.dims, (Block(chosen, everybody, None, present),))
    values = system.sums(people.coords, people.counts)
    nothing = np.zeros(system.size, dtype=np.bool_)
    shown = values == 0 if rules.zeros == "publish" else nothing
    task = Task(system, people, rules, ~present, shown & present, present, key)
    search = suppress(task, progress)
    worlds = _worlds(search, rules, key)
    return _whole(full, search.pattern, worlds)


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


def _whole(full: Lattice, pattern: Pattern, worlds: tuple[World, ...]) -> Protected:
    """The pattern of the protected tables inside the whole lattice."""
    people, part = pattern.people, pattern.system.blocks[0]
    numbers = full.cells(part.lattice.keys())[part.present]
    hidden = np.ones(full.size, dtype=np.bool_)
    settled = np.zeros(full.size, dtype=np.bool_)
    hidden[numbers] = pattern.hidden[: part.lattice.size][part.present]
    settled[numbers] = True
    block = Block(full, part.within, None, np.ones(full.size, dtype=np.bool_))
    values = System(people.dims, (block,)).sums(people.coords, people.counts)
    hidden &= ~(follows(_parents(full), values == 0, hidden) & ~settled)
    return Protected(full, people, values, hidden, settled, worlds)


def _parents(lattice: Lattice) -> tuple[tuple[NDArray[np.int64], NDArray[np.int64]], ...]:
    keys = lattice.keys()
    parents = []
    for axis, dim in enumerate(lattice.dims):
        parts = np.flatnonzero(keys[:, axis] != dim.root)
        above = keys[parts].copy()
        above[:, axis] = dim.parents[above[:, axis]]
        parents.append((parts, lattice.cells(above)))
    return tuple(parents)


def _worlds(search: Search, rules: Rules, key: bytes) -> tuple[World, ...]:
    """The alternatives over the full cross, so many that every small inner cell differs in one (rule 3)."""
    pattern, people = search.pattern, search.pattern.people
    small = sensitive(rules, people.counts)
    projection = people.by(tuple(range(len(people.dims))))
    worlds: list[World] = []

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
        found = search.change_inner(people.coords[inner]) if small[inner] else None
        if found is not None:
            for world in lifted(people, found, small):
                take(world)
    return tuple(worlds)
