"""Large tables that withstand reruns: a few small tables, and nothing else.

Which tables these are is fixed beforehand by dimensions and rules: of the priority tables, then of further
tables that the rules name, in their order, each that shares no dimension with a former one and is small
enough, then every other dimension alone. Cells that are always shown, registered figures and structural zeros
are each inside one of them. Each is protected by its view (`protect_by_view`), all other tables are refused.

Tables without a common dimension tell nothing of each other but the total: people of one may be moved there
while everybody keeps the codes of the others. So each pattern is chosen without reading a withheld count of
any table, and r of all together is the smallest r of one.

One dimension may be in several tables, the one that most of the named tables have: its own table is protected
first, by its view, and where that shows every number, all other tables take these as known. Whoever moves in
one of them keeps his code of that dimension too.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from anonymisers.errors import ProtectionError
from anonymisers.proof.inner_sums import levels, unchanged_sums
from anonymisers.proof.world import World
from anonymisers.simulatable.protect_by_view import MOST_PEOPLE, TUNING, TWO, applies, protect_by_view
from anonymisers.suppression.group_disclosure import implied_zeros
from anonymisers.suppression.protect_table import Protected
from anonymisers.suppression.strategies.alternative_tables import shuffled_world, swapped_out
from anonymisers.suppression.strategies.swap_schemes import SwapScheme
from anonymisers.tables.arrays import Bools, Ints, Positions
from anonymisers.tables.base_table import BaseTable
from anonymisers.tables.cell_names import CellName
from anonymisers.tables.count_table import Table
from anonymisers.tables.earlier_releases import SharedBase, earlier_blocks, public_cells
from anonymisers.tables.hierarchy import ROOT, Hierarchy
from anonymisers.tables.keyed_random import derive_key, random_fractions
from anonymisers.tables.lattice import Axes, Lattice
from anonymisers.tables.linked_tables import LinkedTables, TableBlock
from anonymisers.tables.release import Release
from anonymisers.tables.rules import Rules
from anonymisers.tables.structural_zeros import structural_cells

SHUFFLES = 4
"""Feasible tables of people shuffled between the small tables, for sums that stand in no table."""


def shared_dimension(table: Table, rules: Rules) -> str | None:
    """The dimension that most of the named tables of two dimensions or more have; None without one."""
    several = {dim.name for dim in table.dims if dim.name in table.by and len(dim.leaves) > 1}
    wide = [dims for dims in _named_tables(rules, several) if len(dims) > 1]
    names = Counter(name for dims in wide for name in dims)
    if not names or max(names.values()) < TWO:
        return None
    return min(names, key=lambda name: (-names[name], name))


def _named_tables(rules: Rules, several: set[str]) -> list[frozenset[str]]:
    return [frozenset(one.dims & several) for one in (*rules.priority, *(rules.finer or ()))]


def separate_groups(
    table: Table, rules: Rules, known: Sequence[Release] = (), shared: str | None = None
) -> tuple[frozenset[str], ...]:
    """The dimensions of each small table, in the order in which they were chosen; none where a cell that
    everybody knows lies in no table that is small enough. The `shared` dimension may be in several."""
    both = frozenset() if shared is None else frozenset({shared})
    several = {dim.name for dim in table.dims if dim.name in table.by and len(dim.leaves) > 1}
    asked = _named_tables(rules, several)
    alone = [frozenset({name}) for name in table.by if name in several]
    if rules.priority and rules.finer is None:  # other tables are not wanted
        alone = [one for one in alone if any(one <= dims for dims in asked)]
    held = _held_together(several, table, rules, known)
    found: list[frozenset[str]] = []
    pairs = [both | {name} for dims in asked if both < dims for name in sorted(dims - both)]
    for dims in (*asked, *held, *pairs, *alone):
        # A dimension comes with all that some known cell names beside it.
        whole = dims.union(*(one for one in held if one & (dims - both)))
        free = not any(whole & former - both for former in found)
        if whole - both and free and applies(*_small(table, rules, whole, known)):
            found.append(whole)
    if shared is not None and not any(shared in dims for dims in found):
        found.append(both)
    return tuple(found) if all(any(one <= dims for dims in found) for one in held) else ()


def _held_together(
    several: set[str], table: Table, rules: Rules, known: Sequence[Release]
) -> list[frozenset[str]]:
    """The dimensions of each cell that everybody knows; cells that share a dimension are held together."""
    named = [{name for name, _ in cell} for cell in (*table.structural, *rules.structural, *rules.always)]
    named += [_named(release) for release in known]
    held: list[frozenset[str]] = []
    for names in named:
        dims = frozenset(names & several)
        touching = [one for one in held if one & dims]
        held = [one for one in held if one not in touching]
        held += [dims.union(*touching)] if dims else []
    return held


def _named(release: Release) -> set[str]:
    """The dimensions by which a release tells people apart."""
    roots = np.array([dim.root for dim in release.dims], dtype=np.int32)
    below = (release.coords != roots).any(axis=0)
    return {dim.name for dim, used in zip(release.dims, below.tolist(), strict=True) if used}


def protect_separately(table: Table, rules: Rules, key: bytes, known: Sequence[Release] = ()) -> Protected:
    """Protect the small tables, each by its view, and refuse all others.

    Raises ProtectionError where one of them has no pattern, or a small sum in no table cannot be changed, or
    the key begins with the total; also for what everybody knows: no table is small enough, zeros are
    published, or earlier releases withheld something of these people or are about others.
    """
    rules.check_names(table.dims)
    whole = not any(release.withheld.any() or dict(release.where) for release in known)
    fits = whole and not dict(table.where) and rules.zeros != "publish" and table.counts.sum() <= MOST_PEOPLE
    shared = _shown_whole(table, rules, key, known) if fits else _Shared(None)
    chosen = separate_groups(table, rules, known, shared.name) if fits else ()
    if not chosen:
        raise ProtectionError("no table is small enough to be protected without reading withheld counts")
    if random_fractions(key, "total alone", 1)[0] < TUNING.base_rate:
        raise ProtectionError("some keys show the total alone from the beginning, and this is one of them")
    base = SharedBase.of(table, known)
    lattice, people = base.own_lattice(rules.max_dims), base.base_table
    suppressed = np.ones(lattice.size, dtype=np.bool_)
    settled = np.zeros(lattice.size, dtype=np.bool_)
    names, worlds, ratios = [dim.name for dim in base.dims], list[World](), list[float]()
    common = None if shared.name is None else names.index(shared.name)
    groups = [tuple(sorted(names.index(name) for name in dims)) for dims in chosen]
    accepted: set[CellName] = set()
    for dims, group in zip(chosen, groups, strict=True):
        small, own, beside = _small(table, rules, dims, known)
        found = protect_by_view(
            small,
            own,
            derive_key(key, f"table of {sorted(dims)}"),
            known=[*beside, *(shared.releases(small.dims) if shared.name in dims else ())],
            even_nothing=bool(beside),
        )
        assert found.rerun_ratio is not None  # noqa: S101 - protected by its view
        ratios.append(found.rerun_ratio)
        cells = lattice.cells(_widened(found.lattice.keys(), base.dims, group))
        suppressed[cells], settled[cells] = found.suppressed, found.settled
        worlds += [_moved(people, world, group, common) for world in found.worlds]
        accepted |= set(found.accepted)
    values = _values(lattice, people)
    structural = structural_cells(lattice, base.structural)
    public = structural | public_cells(
        base.own_block(lattice, np.ones(lattice.size, dtype=np.bool_)), earlier_blocks(base, known)
    )
    suppressed &= ~(implied_zeros(lattice.parents(), values == 0, suppressed) & ~settled)
    suppressed &= ~structural
    schemes = [_scheme(group, common) for group in (*groups, *_others(groups, len(people.dims)))]
    free = [axis for (axis,) in _others(groups, len(people.dims))]
    worlds += _for_sums_in_no_table(people, lattice, worlds, schemes, free, settled, rules.threshold, key)
    return Protected(
        lattice,
        people,
        values,
        suppressed,
        settled,
        public,
        base.structural,
        tuple(sorted(accepted)),
        tuple(worlds),
        min(ratios) * shared.ratio,
    )


@dataclass(frozen=True)
class _Shared:
    """The dimension that several tables share, with its numbers by code; no name where none is shared.

    `ratio`: how often at least any other table shares none either, as a share of the truth's.
    """

    name: str | None
    numbers: Mapping[str, int] = field(default_factory=dict)
    ratio: float = 1.0

    def releases(self, dims: Sequence[Hierarchy]) -> list[Release]:
        """Each number as a release of one cell, over these dimensions."""
        return [
            Release.of(dims, {tuple(code if dim.name == self.name else ROOT for dim in dims): number})
            for code, number in self.numbers.items()
        ]


def _shown_whole(table: Table, rules: Rules, key: bytes, known: Sequence[Release]) -> _Shared:
    """Return the shared dimension, if its own table by its view shows every number."""
    name = shared_dimension(table, rules)
    if name is None:
        return _Shared(None)
    small, own, beside = _small(table, rules, frozenset({name}), known)
    if not applies(small, own, beside):
        return _Shared(None)
    none = _Shared(None, ratio=TUNING.base_rate)
    if random_fractions(key, "no shared dimension", 1)[0] < TUNING.base_rate:
        return none  # so that counts whose numbers would all be shown give such a release too
    found = protect_by_view(small, own, derive_key(key, f"shared {name}"), known=beside)
    if found.suppressed.any():
        return none
    (dim,) = found.lattice.dims
    codes = [dim.codes[place] for (place,) in found.lattice.keys().tolist()]
    return _Shared(name, {c: n for c, n in zip(codes, found.values.tolist(), strict=True) if c != ROOT})


def _scheme(group: Axes, common: int | None) -> SwapScheme:
    """Whoever swaps the codes of a table keeps that of the shared dimension."""
    return SwapScheme(
        tuple(axis for axis in group if axis != common), tuple(axis for axis in group if axis == common)
    )


def _small(
    table: Table, rules: Rules, dims: frozenset[str], known: Sequence[Release]
) -> tuple[Table, Rules, list[Release]]:
    """The people by some dimensions alone, the rules of all tables of these, and what is known of them."""
    axes = tuple(axis for axis, dim in enumerate(table.dims) if dim.name in dims)
    base = BaseTable.of(table, axes)
    several = {dim.name for dim in table.dims if len(dim.leaves) > 1}

    def within(cells: Iterable[CellName]) -> tuple[CellName, ...]:
        """The cells of these dimensions; a dimension of one code tells nobody apart."""
        named = (tuple(pair for pair in cell if pair[0] in several) for cell in cells)
        return tuple(cell for cell in named if cell and {name for name, _ in cell} <= dims)

    people = replace(
        table,
        dims=base.dims,
        by=tuple(dim.name for dim in base.dims),
        coords=base.coords,
        counts=base.counts,
        beyond=None,
        structural=within(table.structural),
    )
    own = replace(
        rules,
        priority=(),
        finer=(),
        seldom=frozenset(),
        apart=(),
        sensitive=rules.sensitive & dims,
        structural=frozenset(within(rules.structural)),
        always=frozenset(within(rules.always)),
        never=frozenset(within(rules.never)),
    )
    beside = [
        replace(
            release, dims=base.dims, coords=release.coords[:, _axes_of(release, base.dims)], structural=()
        )
        for release in known
        if (named := _named(release) & several) and named <= dims
    ]
    return people, own, beside


def _axes_of(release: Release, dims: Sequence[Hierarchy]) -> list[int]:
    names = [dim.name for dim in release.dims]
    return [names.index(dim.name) for dim in dims]


def _widened(coords: Positions, dims: Sequence[Hierarchy], group: Axes) -> Positions:
    """Positions by the dimensions of a group as positions by all, at their roots elsewhere."""
    wide = np.empty((len(coords), len(dims)), dtype=np.int32)
    wide[:] = [dim.root for dim in dims]
    wide[:, list(group)] = coords
    return wide


def _values(lattice: Lattice, people: BaseTable) -> Ints:
    return LinkedTables(lattice.dims, (TableBlock.whole(lattice),)).sums(people.coords, people.counts)


def _moved(people: BaseTable, world: World, group: Axes, common: int | None) -> World:
    """A world of a small table as one of all dimensions: whoever moves keeps all other codes, and that of the
    shared dimension."""
    own, axes = people.coords[:, list(group)], list(group)
    leaving: list[Positions] = []
    for place, change in zip(world.coords, world.change.tolist(), strict=True):
        if change < 0:
            rows = np.flatnonzero((own == place).all(axis=1))
            leaving.append(np.repeat(people.coords[rows], people.counts[rows], axis=0)[:-change])
    gone = np.concatenate(leaving)
    arriving = world.change > 0
    places = np.repeat(world.coords[arriving], world.change[arriving], axis=0)
    if common in group:
        gone = gone[np.argsort(gone[:, common], kind="stable")]
        places = places[np.argsort(places[:, group.index(common)], kind="stable")]
    come = gone.copy()
    come[:, axes] = places
    return World.of(np.concatenate([gone, come]), np.repeat(np.array([-1, 1], dtype=np.int64), len(gone)))


def _for_sums_in_no_table(  # noqa: PLR0917 - what `protect_separately` has at hand
    people: BaseTable,
    lattice: Lattice,
    worlds: list[World],
    schemes: Sequence[SwapScheme],
    free: Sequence[int],
    settled: Bools,
    threshold: int,
    key: bytes,
) -> list[World]:
    """Worlds that leave every small table as it is and change whatever small sum no other world changes.

    `free`: dimensions in no table, whose codes may change.
    """
    schemes = [scheme for scheme in schemes if scheme.swapped]
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
            world = _moved_freely(people, free, place) or _changing(people, schemes, place)
            if world is None:
                raise ProtectionError("a small sum in no table would have one value")
            found.append(world)
    return found


def _moved_freely(people: BaseTable, free: Sequence[int], place: Positions) -> World | None:
    """A world in which one person leaves a sum by another code of a dimension in no table."""
    inside = np.ones(len(people.coords), dtype=np.bool_)
    covered = [dim.covered_leaves(int(place[axis])) for axis, dim in enumerate(people.dims)]
    for axis, codes in enumerate(covered):
        inside &= codes[people.coords[:, axis]]
    for axis in free:
        outside = people.dims[axis].leaves[~covered[axis][people.dims[axis].leaves]]
        if len(outside) and inside.any():
            gone = people.coords[np.flatnonzero(inside)[:1]]
            come = gone.copy()
            come[:, axis] = outside[0]
            return World.of(np.concatenate([gone, come]), np.array([-1, 1], dtype=np.int64))
    return None


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
