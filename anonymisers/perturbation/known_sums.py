"""The known sums of a release part's people: shown cells, public figures, choices of the mechanism."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from anonymisers.perturbation.perturbed_counts import PerturbedCounts
from anonymisers.tables.arrays import Ints
from anonymisers.tables.count_table import population
from anonymisers.tables.hierarchy import Hierarchy
from anonymisers.tables.lattice import Lattice
from anonymisers.tables.linked_tables import LinkedTables, TableBlock
from anonymisers.tables.registered_figures import Figure

Coords = NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class KnownSums:
    """`above` gives for inner cells (m, dims) the sums that each is counted in, -1 pads; `low`, `high`: of
    each sum. First the cells of the lattice, then the figures, then the inner cells of the mechanism."""

    above: Callable[[Coords], Ints]
    low: Ints
    high: Ints

    @classmethod
    def of(
        cls,
        lattice: Lattice,
        shown: PerturbedCounts,
        described: tuple[Sequence[Hierarchy], Sequence[str]],
        people: tuple[Coords, Sequence[Figure]],
    ) -> "KnownSums":
        """Collect the known sums.

        `described`: the dimensions of people, and the dimensions of tables; `people`: inner cells, and the
        figures known of them.
        """
        (dims, by), (coords, figures) = described, people
        axes = [n for n, dim in enumerate(dims) if dim.name in by]
        system = LinkedTables(lattice.dims, (TableBlock.whole(lattice),))
        masks = [population(tuple(dims), figure.where) for figure in figures]
        inner = _Numbers.of(shown, lattice.size + len(masks))

        def above(cells: Coords) -> Ints:
            found = [system.above(cells[:, axes])]
            for number, mask in enumerate(masks, lattice.size):
                found.append(np.where(_inside(mask, cells), number, -1)[:, None])
            return np.concatenate([*found, *inner.of_cells(cells[:, axes])], axis=1)

        people_inside = np.array([int(_inside(mask, coords).sum()) for mask in masks], dtype=np.int64)
        bounds = [shown.low, people_inside], [shown.high, people_inside]
        if shown.inner is not None:
            bounds[0].append(shown.inner.low)
            bounds[1].append(shown.inner.high)
        return cls(above, np.concatenate(bounds[0]), np.concatenate(bounds[1]))


def _inside(mask: Sequence[NDArray[np.bool_]], coords: Coords) -> NDArray[np.bool_]:
    inside: NDArray[np.bool_] = np.all([own[coords[:, n]] for n, own in enumerate(mask)], axis=0)
    return inside


@dataclass(frozen=True, eq=False)
class _Numbers:
    """The number of the sum for each inner cell of the mechanism."""

    sums: dict[bytes, int]

    @classmethod
    def of(cls, shown: PerturbedCounts, first: int) -> "_Numbers":
        coords = np.zeros((0, 0), dtype=np.int32) if shown.inner is None else shown.inner.coords
        return cls({row: number for number, row in enumerate(_rows(coords), first)})

    def of_cells(self, coords: Coords) -> list[Ints]:
        """A column of sums; none where there are no inner cells to keep to."""
        if not self.sums:
            return []
        found = np.array([self.sums.get(row, -1) for row in _rows(coords)], dtype=np.int64)
        return [found[:, None]]


def _rows(coords: Coords) -> list[bytes]:
    return [row.tobytes() for row in np.ascontiguousarray(coords, dtype=np.int32)]
