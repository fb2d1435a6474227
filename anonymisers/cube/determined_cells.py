"""Determined cells: cells of refused tables whose value follows from shown cells. They are shown as well.

A table without protection is withheld whole. Some of its cells are determined nevertheless, because everybody
of a shown cell must be in the cell, or nobody can be. No small cell may be determined.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from anonymisers.attack import Found, determined_cells
from anonymisers.errors import FEWER_TABLES, ProtectionError
from anonymisers.tables.cell_names import CellName, cell_positions
from anonymisers.tables.hierarchy import ROOT, Hierarchy
from anonymisers.tables.release import Release
from anonymisers.tables.rules import Rules

Cell: TypeAlias = tuple[int, ...]

ROUNDS = 10
"""The largest number of rounds: cells shown in a round may determine more, where not every sum could be
looked at. One is usual."""


def with_determined_cells(
    release: Release, rules: Rules, *, settled: NDArray[np.bool_], public: NDArray[np.bool_]
) -> Release:
    """The release with all determined cells shown: those whose integer bounds are equal.

    `settled` (n,) marks cells of protected tables. Cells that are `public` (n,) already may be determined and
    are left as they are. Raises ProtectionError, naming the cell, if a protected or a small cell is
    determined.
    """
    for _ in range(ROUNDS):
        names = _names(release)
        determined, complete = _determined(release, rules)
        found = [(cell, names[_canonical(release, cell)]) for cell in determined]
        found = [(cell, rows) for cell, rows in found if not public[rows].any()]
        if not found:
            return release
        values, withheld = release.values.copy(), release.withheld.copy()
        for cell, rows in found:
            filled = rows[release.withheld[rows]]
            _check(cell, rules, protected=bool(settled[filled].any()))
            values[filled], withheld[filled] = cell.low, False
        release = replace(release, values=values, withheld=withheld)
        if complete:
            return release
    raise ProtectionError(
        "cells that follow from others were not all found",
        remedy=FEWER_TABLES,
    )


def shown_anyway(release: Release, cell: Found) -> bool:
    """Whether a release itself shows a cell of the same people that another release may have withheld."""
    codes = dict(cell.key)
    about = [(codes.get(name, ROOT), where) for name, where in release.where.items()]
    others = [code for name, code in codes.items() if name not in release.where]
    if any(_codes(c) != _codes(where) for c, where in about) or not all(isinstance(c, str) for c in others):
        return False
    rows = _names(release).get(_canonical(release, cell))
    return rows is not None and bool((~release.withheld[rows]).any())


def rows_of(release: Release, cell: Found) -> set[int]:
    """The rows of a release with the number of a cell that the attacker found."""
    return set(_names(release).get(_canonical(release, cell), np.empty(0, dtype=np.int64)).tolist())


def rows_at(release: Release, places: Iterable[CellName]) -> set[int]:
    """The rows of a release with the numbers of the named cells, under any of their names."""
    names = _names(release)
    own = [_canonical_positions(d) for d in release.dims]
    coords = cell_positions(release.dims, tuple(places), "the places")
    cells = [tuple(int(n[p]) for n, p in zip(own, row, strict=True)) for row in coords.tolist()]
    return {row for cell in cells for row in names.get(cell, np.empty(0, dtype=np.int64)).tolist()}


def _determined(release: Release, rules: Rules) -> tuple[tuple[Found, ...], bool]:
    """The cells determined by integer bounds, bounds of inner cells included, without a solver; and whether
    no further cell is determined once these are shown."""
    return determined_cells([release], threshold=rules.threshold, lower=rules.least, zeros=rules.zeros)


def _check(cell: Found, rules: Rules, *, protected: bool) -> None:
    if protected or rules.is_sensitive(cell.low):
        message = f"the cell {cell} follows from what is shown"
        raise ProtectionError(message, remedy=FEWER_TABLES)


def _names(release: Release) -> dict[Cell, NDArray[np.int64]]:
    """The rows of each cell by canonical name. A group of one code is the code under two names."""
    one_name = np.stack(
        [_canonical_positions(d)[release.coords[:, a]] for a, d in enumerate(release.dims)], axis=1
    )
    cells, number = np.unique(one_name, axis=0, return_inverse=True)
    order = np.argsort(number, kind="stable")
    rows = np.split(order, np.cumsum(np.bincount(number))[:-1])
    return {tuple(cell): mine for cell, mine in zip(cells.tolist(), rows, strict=True)}


def _canonical(release: Release, cell: Found) -> Cell:
    """The canonical name of a cell. The attacker may also name the code that limits the population."""
    codes = dict(cell.key)
    whole = {name: w if isinstance(w, str) or len(w) > 1 else w[0] for name, w in release.where.items()}
    place = []
    for dim in release.dims:
        code = codes.get(dim.name, ROOT)
        named = isinstance(code, str) and code != whole.get(dim.name)
        place.append(int(_canonical_positions(dim)[dim.position(str(code)) if named else dim.root]))
    return tuple(place)


def _canonical_positions(dim: Hierarchy) -> NDArray[np.int32]:
    """For each code (codes,) the position of the highest code with the same leaf codes."""
    alone = np.bincount(dim.parents[dim.parents >= 0], minlength=len(dim.codes)) == 1
    name = np.arange(len(dim.codes), dtype=np.int32)
    for position in np.argsort(dim.depth, kind="stable").tolist():
        above = int(dim.parents[position])
        if above >= 0 and alone[above]:
            name[position] = name[above]
    return name


def _codes(label: str | tuple[str, ...]) -> frozenset[str]:
    return frozenset((label,) if isinstance(label, str) else label)
