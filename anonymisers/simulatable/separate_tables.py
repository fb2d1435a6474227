"""Large tables that withstand reruns: a few small tables that share no dimension, and nothing else.

Which tables these are is fixed beforehand by dimensions and rules: of the priority tables, in their order,
each that shares no dimension with a former one and is small enough, then every other dimension alone. Each
is protected by its view (`protect_by_view`), and all other tables are refused.

Tables without a common dimension tell nothing of each other but the total: people of one may be moved there
while everybody keeps the codes of the others. So each pattern is chosen without reading a withheld count of
any table, and r of all together is the smallest r of one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from anonymisers.errors import ProtectionError
from anonymisers.proof.inner_sums import levels, unchanged_sums
from anonymisers.proof.world import World
from anonymisers.simulatable.protect_by_view import MOST_PEOPLE, applies, protect_by_view
from anonymisers.suppression.group_disclosure import implied_zeros
from anonymisers.suppression.protect_table import Protected
from anonymisers.suppression.strategies.alternative_tables import shuffled_world, swapped_out
from anonymisers.suppression.strategies.swap_schemes import SwapScheme
from anonymisers.tables.arrays import Bools, Ints, Positions
from anonymisers.tables.base_table import BaseTable
from anonymisers.tables.count_table import Table
from anonymisers.tables.earlier_releases import SharedBase
from anonymisers.tables.hierarchy import Hierarchy
from anonymisers.tables.keyed_random import derive_key
from anonymisers.tables.lattice import Axes, Lattice
from anonymisers.tables.linked_tables import LinkedTables, TableBlock
from anonymisers.tables.release import Release
from anonymisers.tables.rules import Rules
from anonymisers.tables.structural_zeros import structural_cells

SHUFFLES = 4
"""Feasible tables of people shuffled between the small tables, for sums that stand in no table."""


def applies_separately(table: Table, rules: Rules, known: Sequence[Release] = ()) -> bool:
    """Whether a table is protected as small tables that share no dimension: by what everybody knows of it.

    The rules ask for that, and the table is too large for one view. It is about all people that it lists,
    beside no earlier release; no cell is always shown, and no structural zero is shared by two of the tables.
    """
    if not rules.withstands_reruns_when_large or rules.always or dict(table.where) or known:
        return False
    if applies(table, rules, known) or table.counts.sum() > MOST_PEOPLE or rules.zeros == "publish":
        return False
    groups = separate_groups(table, rules)
    named = [{name for name, _ in cell} for cell in (*table.structural, *rules.structural)]
    return bool(groups) and all(any(names <= group for group in groups) for names in named)


def separate_groups(table: Table, rules: Rules) -> tuple[frozenset[str], ...]:
    """The dimensions of each small table, in the order in which they were chosen."""
    several = {dim.name for dim in table.dims if dim.name in table.by and len(dim.leaves) > 1}
    asked = [frozenset(one.dims & several) for one in rules.priority]
    alone = [frozenset({name}) for name in table.by if name in several]
    if rules.priority and rules.finer is None:  # other tables are not wanted
        alone = [one for one in alone if any(one <= dims for dims in asked)]
    found: list[frozenset[str]] = []
    for dims in (*asked, *alone):
        free = not any(dims & former for former in found)
        if dims and free and applies(*_small(table, rules, dims)):
            found.append(dims)
    return tuple(found)


def protect_separately(table: Table, rules: Rules, key: bytes) -> Protected:
    """Protect the small tables, each by its view, and refuse all others.

    Raises ProtectionError where one of them has no pattern, or a small sum in no table cannot be changed.
    """
    rules.check_names(table.dims)
    base = SharedBase.of(table, ())
    lattice, people = base.own_lattice(rules.max_dims), base.base_table
    suppressed = np.ones(lattice.size, dtype=np.bool_)
    settled = np.zeros(lattice.size, dtype=np.bool_)
    names, worlds, ratios = [dim.name for dim in base.dims], list[World](), list[float]()
    groups = [tuple(sorted(names.index(name) for name in dims)) for dims in separate_groups(table, rules)]
    for group in groups:
        chosen = frozenset(names[axis] for axis in group)
        small, own = _small(table, rules, chosen)
        found = protect_by_view(small, own, derive_key(key, f"table of {sorted(chosen)}"))
        assert found.rerun_ratio is not None  # noqa: S101 - protected by its view
        ratios.append(found.rerun_ratio)
        cells = lattice.cells(_widened(found.lattice.keys(), base.dims, group))
        suppressed[cells], settled[cells] = found.suppressed, found.settled
        worlds += [_moved(people, world, group) for world in found.worlds]
    values = _values(lattice, people)
    structural = structural_cells(lattice, base.structural)
    suppressed &= ~(implied_zeros(lattice.parents(), values == 0, suppressed) & ~settled)
    suppressed &= ~structural
    worlds += _for_sums_in_no_table(people, lattice, worlds, groups, settled, rules.threshold, key)
    return Protected(
        lattice,
        people,
        values,
        suppressed,
        settled,
        structural,
        base.structural,
        (),
        tuple(worlds),
        min(ratios),
    )


def _small(table: Table, rules: Rules, dims: frozenset[str]) -> tuple[Table, Rules]:
    """The people by some dimensions alone, and the rules of all tables of these."""
    axes = tuple(axis for axis, dim in enumerate(table.dims) if dim.name in dims)
    base = BaseTable.of(table, axes)
    within = [
        tuple(cell for cell in cells if {name for name, _ in cell} <= dims)
        for cells in (table.structural, rules.structural, rules.never)
    ]
    people = replace(
        table,
        dims=base.dims,
        by=tuple(dim.name for dim in base.dims),
        coords=base.coords,
        counts=base.counts,
        beyond=None,
        structural=within[0],
    )
    own = replace(
        rules,
        priority=(),
        finer=(),
        seldom=frozenset(),
        apart=(),
        sensitive=rules.sensitive & dims,
        structural=frozenset(within[1]),
        never=frozenset(within[2]),
    )
    return people, own


def _widened(coords: Positions, dims: Sequence[Hierarchy], group: Axes) -> Positions:
    """Positions by the dimensions of a group as positions by all, at their roots elsewhere."""
    wide = np.empty((len(coords), len(dims)), dtype=np.int32)
    wide[:] = [dim.root for dim in dims]
    wide[:, list(group)] = coords
    return wide


def _values(lattice: Lattice, people: BaseTable) -> Ints:
    return LinkedTables(lattice.dims, (TableBlock.whole(lattice),)).sums(people.coords, people.counts)


def _moved(people: BaseTable, world: World, group: Axes) -> World:
    """A world of a small table as one of all dimensions: whoever moves keeps all other codes."""
    own, axes = people.coords[:, list(group)], list(group)
    leaving: list[Positions] = []
    for place, change in zip(world.coords, world.change.tolist(), strict=True):
        if change < 0:
            rows = np.flatnonzero((own == place).all(axis=1))
            leaving.append(np.repeat(people.coords[rows], people.counts[rows], axis=0)[:-change])
    gone = np.concatenate(leaving)
    come = gone.copy()
    arriving = world.change > 0
    come[:, axes] = np.repeat(world.coords[arriving], world.change[arriving], axis=0)
    return World.of(np.concatenate([gone, come]), np.repeat(np.array([-1, 1], dtype=np.int64), len(gone)))


def _for_sums_in_no_table(  # noqa: PLR0917 - what `protect_separately` has at hand
    people: BaseTable,
    lattice: Lattice,
    worlds: list[World],
    groups: Sequence[Axes],
    settled: Bools,
    threshold: int,
    key: bytes,
) -> list[World]:
    """Worlds that leave every small table as it is and change whatever small sum no other world changes."""
    schemes = [SwapScheme(group, ()) for group in (*groups, *_others(groups, len(people.dims)))]
    found = [shuffled_world(people, schemes, key, f"separate {turn}") for turn in range(SHUFFLES)]
    found = [world for world in found if len(world.change)]

    def needs_no_world(coords: Positions) -> Bools:
        cells = lattice.cells(coords)
        return np.asarray((cells >= 0) & settled[cells])

    finest = tuple(int(dim.depth.max()) for dim in lattice.dims)
    for sums in unchanged_sums(
        people, [*worlds, *found], [*levels(lattice), finest], threshold, needs_no_world
    ):
        for place in sums.coords:
            world = _changing(people, schemes, place)
            if world is None:
                raise ProtectionError("a small sum in no table would have one value")
            found.append(world)
    return found


def _changing(people: BaseTable, schemes: Sequence[SwapScheme], place: Positions) -> World | None:
    """A world of two people who swap the codes of a small table, so that a sum changes."""
    columns = [
        dim.covered_leaves(int(place[axis]))[people.coords[:, axis]] for axis, dim in enumerate(people.dims)
    ]
    inside = np.stack(columns, axis=1)
    for inner in np.flatnonzero(inside.all(axis=1)).tolist():
        world = swapped_out(people, schemes, inside, inner)
        if world is not None:
            return world
    return None


def _others(groups: Sequence[Axes], size: int) -> Iterator[Axes]:
    """Dimensions that stand in no table, each by itself."""
    taken = {axis for group in groups for axis in group}
    yield from ((axis,) for axis in range(size) if axis not in taken)
