"""Utility of a cube for the usual questions: a number between 0 and 1, to compare policies by.

    S = sum over people of log(N / v)  /  sum over people of log(N / y)

For each ready-made question, y is the number of people in the cell asked for, v the number in the smallest
visible cell around it (the cell itself or a cell above), N the number of all people. 1: every cell asked for
is shown; 0: only the total is shown. Counting visible people alone would reward coarsening. Pure.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from anonymisers.cube.released_cells import ReleasedCells
from anonymisers.tables.count_table import Table
from anonymisers.tables.hierarchy import Hierarchy

Levels = Mapping[str, Iterable[str]]
"""The dimensions of a question, each with the codes of the level asked for."""


@dataclass(frozen=True)
class Score:
    """`asked` is the sum over people of log(N / y), in nats; `answered` is the sum of log(N / v)."""

    answered: float
    asked: float

    @property
    def value(self) -> float:
        """S; 1 where there is nothing to tell."""
        return self.answered / self.asked if self.asked > 0 else 1.0

    def times(self, weight: float) -> "Score":
        """The same value with another weight in a sum."""
        return Score(self.answered * weight, self.asked * weight)

    def __add__(self, other: "Score") -> "Score":
        return Score(self.answered + other.answered, self.asked + other.asked)


def score(cube: ReleasedCells, people: Table, question: Levels) -> Score:
    """The score of a question. `people` are counted at least as finely as the question asks."""
    axes = [axis for axis, dim in enumerate(people.dims) if dim.name in question]
    asked = [_at(people.dims[axis], question[people.dims[axis].name]) for axis in axes]
    placed = np.stack(
        [at[people.coords[:, axis]] for at, axis in zip(asked, axes, strict=True)], axis=1
    ) if axes else np.zeros((len(people.counts), 0), dtype=np.int64)  # fmt: skip
    cells, which = np.unique(placed, axis=0, return_inverse=True)
    inside = np.bincount(which.ravel(), weights=people.counts, minlength=len(cells))
    everybody = float(people.counts.sum())
    if not everybody:
        return Score(0.0, 0.0)
    smallest = _smallest_visible(cube, [people.dims[axis] for axis in axes], cells)
    smallest = np.clip(np.minimum(smallest, everybody), 1.0, None)
    return Score(
        float((inside * np.log(everybody / smallest)).sum()),
        float((inside * np.log(everybody / np.maximum(inside, 1.0))).sum()),
    )


def _at(dim: Hierarchy, codes: Iterable[str]) -> NDArray[np.int64]:
    """For each position the nearest of `codes` at or above the position, the root without any."""
    wanted = {dim.index[code] for code in codes if code in dim.index}
    lines = (dim.ancestors(position) for position in range(len(dim.codes)))
    return np.array([next((p for p in line if p in wanted), dim.root) for line in lines], dtype=np.int64)


def _smallest_visible(
    cube: ReleasedCells, dims: Sequence[Hierarchy], cells: NDArray[np.int64]
) -> NDArray[np.float64]:
    """For each cell the fewest people in a visible cell at or above the cell; infinite without any."""
    lattice = cube.lattice
    names = [dim.name for dim in lattice.dims]
    own = [(names.index(dim.name), dim) for dim in dims if dim.name in names]
    columns = [number for number, dim in enumerate(dims) if dim.name in names]
    lines = [
        [_lifted(dim, lattice.dims[axis], height) for height in range(int(dim.depth.max()) + 1)]
        for axis, dim in own
    ]
    found = np.full(len(cells), np.inf)
    coords = np.empty((len(cells), len(lattice.dims)), dtype=np.int32)
    for heights in product(*(range(len(line)) for line in lines)):
        coords[:] = [dim.root for dim in lattice.dims]
        known = np.ones(len(cells), dtype=np.bool_)
        for (axis, _), column, line, height in zip(own, columns, lines, heights, strict=True):
            at = line[height][cells[:, column]]
            known &= at >= 0
            coords[:, axis] = np.where(at >= 0, at, lattice.dims[axis].root)
        numbers = lattice.cells(coords)
        shown = known & (numbers >= 0) & ~cube.withheld[numbers]
        found = np.minimum(found, np.where(shown, cube.values[numbers], np.inf))
    return found


def _lifted(fine: Hierarchy, coarse: Hierarchy, height: int) -> NDArray[np.int64]:
    """For each position of `fine`: the position in `coarse` of its ancestor `height` steps up, -1 for
    none.
    """
    lines = (fine.ancestors(position) for position in range(len(fine.codes)))
    codes = (fine.codes[line[min(height, len(line) - 1)]] for line in lines)
    return np.array([coarse.index.get(code, -1) for code in codes], dtype=np.int64)
