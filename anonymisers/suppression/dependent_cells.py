"""Which cells would change only together: of two such the only person of one could compute the other."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from anonymisers.suppression.separation import Region
from anonymisers.tables.arrays import Floats, Ints

NEAR = 1e-20
"""A change of shown cells, squared, that is none."""
MOST_TURNS = 400
NOTHING = 1e-6
CHANGES = 3


def tied(region: Region, withheld: Floats) -> Iterator[Ints]:
    """Groups of small cells of a region that change in proportion in whatever agrees with what is shown.

    Three changes that nobody would think of are brought to agree with it. What is in proportion in all three
    is in proportion always; bounds and whole numbers are not looked at.
    """
    change = _changes(region, withheld[region.cells] > 0.5)[region.small]
    length = np.sqrt((change**2).sum(axis=1))
    moved = length > NOTHING
    cells, ways = region.cells[region.small[moved]], change[moved] / length[moved, None]
    ways *= np.where(ways[:, :1] < 0, -1.0, 1.0)
    order = np.argsort(ways[:, 0], kind="stable")
    apart = np.abs(np.diff(ways[order], axis=0)).max(axis=1, initial=0.0) > NOTHING
    for group in np.split(cells[order], np.flatnonzero(apart) + 1):
        if len(group) > 1:
            yield np.sort(group)


def _changes(region: Region, withheld: NDArray[np.bool_]) -> Floats:
    """Three changes (cells, 3) of a region that change no shown cell: each the nearest one to some numbers.

    By conjugate gradients over the few entries: a solver of dense matrices takes all processors, and longer.
    """
    inner = _movable(region, withheld)
    entries = inner[region.owner] & ~withheld[region.columns :][region.place]
    owner, place = region.owner[entries], region.place[entries]
    change = np.random.Generator(np.random.PCG64(1)).random((region.columns, CHANGES)) - 0.5
    change[~inner] = 0.0
    wrong = way = _sums(change, place, owner, region.rows)
    size = (wrong**2).sum(axis=0)
    for _ in range(MOST_TURNS):
        if size.max(initial=0.0) <= NEAR:
            break
        step = _sums(way, owner, place, region.columns)
        change -= step * (size / np.maximum((step**2).sum(axis=0), NEAR))
        wrong = _sums(change, place, owner, region.rows)
        before, size = size, (wrong**2).sum(axis=0)
        way = wrong + way * (size / np.maximum(before, NEAR))
    return np.concatenate([change, _sums(change, region.place, region.owner, region.rows)])


def _sums(numbers: Floats, to: Ints, of: Ints, size: int) -> Floats:
    """The numbers (m, 3) of each entry added up by where they belong (size, 3)."""
    sums = [np.bincount(to, weights=column[of], minlength=size) for column in numbers.T]
    return np.stack(sums, axis=1)


def _movable(region: Region, withheld: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The withheld inner cells that are not the only ones left in a shown cell."""
    inner = withheld[: region.columns].copy()
    shown = ~withheld[region.columns :][region.place]
    owner, place = region.owner[shown], region.place[shown]
    while True:
        live = inner[owner]
        often = np.bincount(place[live], minlength=region.rows)
        stuck = owner[live & (often[place] == 1)]
        if not len(stuck):
            return inner
        inner[stuck] = False
