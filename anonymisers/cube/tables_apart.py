"""Tables apart: a table that shares with a cube only dimensions whose joint counts are all shown.

An index such as injury has several codes to a person, each a dimension of its own. Were they dimensions of
the cube, its lattice would have hundreds of tables that nobody asks for. Each stands in one table instead, by
the dimensions C that it is asked with, and that table is protected by itself.

*Why that is safe.* Let every cell of C be shown by the cube. A feasible table of the cube has the true counts
of C, and so has one of the table apart. Counts of two tables that agree in what they share are always the
counts of some people (Dobra and Fienberg, PNAS 97, 2000). So each feasible table of the one goes with each of
the other, and neither tells anything of the other's withheld cells; nor do several tables apart, whichever
dimensions of the cube each shares. Whatever is released later of the same people keeps to this as long as it
names no dimension apart.

*Sums in no table* (inner-cell rule). Take a small sum over a code of the dimension apart and codes of other
dimensions, and the people with one combination of codes of C. Where some of them are inside by the other
dimensions and some outside, two of them may exchange their codes of the dimension apart, and the sum changes,
unless they all have the same one or none has this one. What is left are sums of the table's own cells over
those combinations of which everybody is inside. For each set of combinations a feasible table of the
certificate changes that sum (`_check_unions`), by more than people of other combinations could make up for.
Where all people of a combination have the same code, the sum is one of the cube's, which has its own rule.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations

import numpy as np

from anonymisers.cube.certified_cube import CertifiedCube, build_cube
from anonymisers.cube.released_cells import ReleasedCells
from anonymisers.errors import FEWER_TABLES, ProtectionError
from anonymisers.tables.base_table import BaseTable
from anonymisers.tables.count_table import Table
from anonymisers.tables.keyed_random import derive_key
from anonymisers.tables.rules import Rules

MOST_CODES = 10
"""Inhabited combinations of codes of the shared dimensions, above which a table apart is not made: all sets
of them are looked at."""


def build_apart(
    cubes: Sequence[ReleasedCells], people: Table, rules: Rules, name: str, key: bytes
) -> CertifiedCube:
    """The certified table of a dimension apart, beside every cube of the same people.

    `people` have the dimensions of the cubes and of the table. Raises ProtectionError where the table cannot
    stand apart, and otherwise as `build_cube` does.
    """
    shared = dict(rules.apart)[name]
    check_beside(cubes, shared)
    table = _over(people, (*shared, name))
    own = build_cube(table, rules.of_apart(name), derive_key(key, f"apart {name}"))
    _check_unions(own, table, name)
    return own


def check_beside(cubes: Sequence[ReleasedCells], shared: Sequence[str]) -> None:
    """Raise ProtectionError unless some cube shows every number by the shared dimensions."""
    if not any(_all_shown(cube, shared) for cube in cubes):
        raise ProtectionError(f"not every number by {_words(shared)} is shown", remedy=FEWER_TABLES)


def _all_shown(cube: ReleasedCells, shared: Sequence[str]) -> bool:
    """Whether the cube shows every cell at the finest codes of the shared dimensions."""
    names = [dim.name for dim in cube.lattice.dims]
    if not set(shared) <= set(names):
        return False
    axes = tuple(sorted(names.index(dim) for dim in shared))
    cells = cube.lattice.grid(axes, [cube.lattice.dims[axis].leaves for axis in axes])
    return cells is not None and not cube.withheld[cells].any()


def _over(people: Table, names: Sequence[str]) -> Table:
    """The people counted by some dimensions alone."""
    axes = tuple(axis for axis, dim in enumerate(people.dims) if dim.name in names)
    base = BaseTable.of(people, axes)
    order = np.lexsort(base.coords.T[::-1])
    return replace(
        people,
        dims=base.dims,
        by=tuple(dim.name for dim in base.dims),
        coords=base.coords[order],
        counts=base.counts[order],
        beyond=None,
        structural=(),
    )


def _check_unions(own: CertifiedCube, table: Table, name: str) -> None:
    """Raise ProtectionError unless some feasible table changes every small sum of cells of one code of the
    dimension apart, over any set of codes of the others."""
    apart = [dim.name for dim in table.dims].index(name)
    rest = [axis for axis in range(len(table.dims)) if axis != apart]
    whole = BaseTable.of(table, tuple(range(len(table.dims)))).margin(tuple(range(len(table.dims))))
    groups = np.unique(table.coords[:, rest], axis=0)
    if len(groups) > MOST_CODES:
        raise ProtectionError(f"the table of {name!r} has too many cells to stand apart", remedy=FEWER_TABLES)
    for code in table.dims[apart].leaves.tolist():
        coords = np.empty((len(groups), len(table.dims)), dtype=np.int32)
        coords[:, rest], coords[:, apart] = groups, code
        wanted = whole.code(coords)
        counts = whole.count(coords)
        changes = np.zeros((len(own.certificate.worlds), len(groups)), dtype=np.int64)
        for number, world in enumerate(own.certificate.worlds):
            at = (whole.code(world.coords)[:, None] == wanted).astype(np.int64)
            changes[number] = world.change @ at
        for chosen in _subsets(len(groups)):
            if not 0 < counts[chosen].sum() < own.certificate.threshold:
                continue
            others = np.delete(changes, chosen, axis=1)
            made_up = np.maximum(np.abs(others) - 1, 0).sum(axis=1)
            if not (np.abs(changes[:, chosen].sum(axis=1)) > made_up).any():
                raise ProtectionError(f"a small sum over {name!r} would follow", remedy=FEWER_TABLES)


def _subsets(size: int) -> Sequence[list[int]]:
    return [list(some) for most in range(1, size + 1) for some in combinations(range(size), most)]


def _words(names: Sequence[str]) -> str:
    return ", ".join(map(repr, names)) or "the total"


__all__ = ["build_apart", "check_beside"]
