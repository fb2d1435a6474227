"""Dependent cells: cells changing only together, so that the only person of a cell could compute the other
cells."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from anonymisers.suppression.separation import Region
from anonymisers.tables.arrays import Floats, Ints

NEAR = 1e-20
"""A squared change of published cells counting as none."""
MOST_TURNS = 400
NOTHING = 1e-6
CHANGES = 3


def dependent_groups(region: Region, suppressed: Floats) -> Iterator[Ints]:
    """Yield groups of small cells of a region changing in proportion in every table consistent with the
    pattern.

    Three random changes are projected onto the changes keeping all published cells. Cells in proportion in
    all three are taken to be in proportion always; bounds and integrality are ignored.
    """
    change = _changes(region, suppressed[region.cells] > 0.5)[region.small]
    length = np.sqrt((change**2).sum(axis=1))
    moved = length > NOTHING
    cells, directions = region.cells[region.small[moved]], change[moved] / length[moved, None]
    directions *= np.where(directions[:, :1] < 0, -1.0, 1.0)
    order = np.argsort(directions[:, 0], kind="stable")
    apart = np.abs(np.diff(directions[order], axis=0)).max(axis=1, initial=0.0) > NOTHING
    for group in np.split(cells[order], np.flatnonzero(apart) + 1):
        if len(group) > 1:
            yield np.sort(group)


def _changes(region: Region, suppressed: NDArray[np.bool_]) -> Floats:
    """Return three changes (cells, 3) of a region keeping every published cell, each nearest to random
    numbers.

    By conjugate gradients over the sparse entries: a dense solver occupies all processors, and takes longer.
    """
    inner = _movable(region, suppressed)
    entries = inner[region.owner] & ~suppressed[region.columns :][region.place]
    owner, place = region.owner[entries], region.place[entries]
    change = np.random.Generator(np.random.PCG64(1)).random((region.columns, CHANGES)) - 0.5
    change[~inner] = 0.0
    wrong = direction = _sums(change, place, owner, region.rows)
    size = (wrong**2).sum(axis=0)
    for _ in range(MOST_TURNS):
        if size.max(initial=0.0) <= NEAR:
            break
        step = _sums(direction, owner, place, region.columns)
        change -= step * (size / np.maximum((step**2).sum(axis=0), NEAR))
        wrong = _sums(change, place, owner, region.rows)
        before, size = size, (wrong**2).sum(axis=0)
        direction = wrong + direction * (size / np.maximum(before, NEAR))
    return np.concatenate([change, _sums(change, region.place, region.owner, region.rows)])


def _sums(numbers: Floats, to: Ints, of: Ints, size: int) -> Floats:
    """Sum the numbers (m, 3) of all entries by their target (size, 3)."""
    sums = [np.bincount(to, weights=column[of], minlength=size) for column in numbers.T]
    return np.stack(sums, axis=1)


def _movable(region: Region, suppressed: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the suppressed inner cells that are not the only ones left in a published cell."""
    inner = suppressed[: region.columns].copy()
    published = ~suppressed[region.columns :][region.place]
    owner, place = region.owner[published], region.place[published]
    while True:
        live = inner[owner]
        count = np.bincount(place[live], minlength=region.rows)
        single = owner[live & (count[place] == 1)]
        if not len(single):
            return inner
        inner[single] = False
