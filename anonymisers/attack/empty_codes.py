"""Groups declared by releases to be empty: every reader knows that nobody can be in these groups."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from anonymisers.attack.attack_model import AttackModel
from anonymisers.attack.findings import Found
from anonymisers.errors import TableError
from anonymisers.tables.cell_names import CellName, name_in_words
from anonymisers.tables.hierarchy import ROOT, Hierarchy
from anonymisers.tables.release import Release


def with_declared(releases: Sequence[Release]) -> list[Release]:
    """Add the declared groups to each release as cells showing 0, within the population of the release.

    Raises TableError, naming the group, where a release shows people in a declared group.
    """
    places = tuple(dict.fromkeys(p for r in releases for p in r.structural))
    return [_extended(release, [p for p in places if _fits(release.dims, p)]) for release in releases]


def _extended(release: Release, places: Sequence[CellName]) -> Release:
    if not places:
        return release
    rows = [tuple(dict(place).get(d.name, ROOT) for d in release.dims) for place in places]
    shown = release.cells
    for row, place in zip(rows, places, strict=True):
        if shown.get(row):
            named = name_in_words(place)
            message = f"the releases contradict each other: {named} is declared to be empty and is not"
            raise TableError(message, remedy="Releases of one snapshot must agree.")
    zeros = Release.of(release.dims, dict.fromkeys(rows, 0), where=release.where)
    return replace(
        release,
        coords=np.concatenate([release.coords, zeros.coords]),
        values=np.concatenate([release.values, zeros.values]),
        withheld=np.concatenate([release.withheld, zeros.withheld]),
    )


def not_declared_empty(
    model: AttackModel, releases: Sequence[Release], cells: tuple[Found, ...]
) -> tuple[Found, ...]:
    """Return the cells outside every group declared to be empty."""
    places = tuple(dict.fromkeys(p for r in releases for p in r.structural))
    axes = {axis.name: axis.codes for axis in model.axes}

    def within(cell: Found, place: CellName) -> bool:
        named = dict(cell.key)
        for name, code in place:
            codes = named.get(name)
            several = (codes,) if isinstance(codes, str) else codes or ()
            if not several or any(axes[name][c] & ~axes[name][code] for c in several):
                return False
        return True

    return tuple(cell for cell in cells if not any(within(cell, place) for place in places))


def _fits(dims: Sequence[Hierarchy], place: CellName) -> bool:
    codes = {d.name: d.index for d in dims}
    return all(name in codes and code in codes[name] for name, code in place)
