"""Which cells are withheld so far, and how far alternatives show each of them to reach."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from anonymisers.moves import Move
from anonymisers.people import People
from anonymisers.rules import Rules
from anonymisers.system import System

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Alternative:
    """Another world, as its difference from the true one: `change` (m,) at `coords` (m, dims).

    Dimensions outside the axes of `move` stand at the root: whoever moves keeps what he is by them. All
    multiples of it from `least` to `most` are worlds too. `rows`, `amounts`: the cells that it changes, and
    by how much.
    """

    move: Move
    coords: NDArray[np.int32]
    change: Ints
    least: int
    most: int
    rows: NDArray[np.int64]
    amounts: Ints


@dataclass(eq=False)
class Pattern:
    """The state of a search, over all cells of a system.

    `hidden`: withheld. `fixed`: shown for ever, no alternative may change it. `asked`: must be shown to be
    safe when hidden. `low`, `high`: the least and the largest change of a cell over the alternatives.
    """

    system: System
    people: People
    rules: Rules
    values: Ints
    hidden: Bools
    fixed: Bools
    asked: Bools
    tie: NDArray[np.float64]
    low: Ints = field(init=False)
    high: Ints = field(init=False)
    alternatives: list[Alternative] = field(default_factory=list)
    version: int = 0
    """Grows whenever a cell becomes hidden."""

    def __post_init__(self) -> None:
        self.low = np.zeros_like(self.values)
        self.high = np.zeros_like(self.values)

    def safe(self, cells: Ints | Bools | slice = slice(None)) -> Bools:
        """Rule 2: whether a cell is shown to reach from the least value to k-1, or to be k wide."""
        return reaches(
            self.rules, self.values[cells] + self.low[cells], self.values[cells] + self.high[cells]
        )

    def ends(self, alternative: Alternative) -> tuple[Ints, Ints]:
        """The least and the largest change of each row that an alternative and its multiples reach."""
        ends = np.stack([alternative.amounts * alternative.least, alternative.amounts * alternative.most])
        return ends.min(axis=0), ends.max(axis=0)

    def open_cells(self) -> Ints:
        """Numbers of the withheld cells that are not yet shown to be safe."""
        return np.flatnonzero(self.hidden & self.asked & ~self.safe())

    def add(self, alternative: Alternative) -> None:
        """Withhold what an alternative changes, and remember how far it reaches."""
        rows = alternative.rows
        low, high = self.ends(alternative)
        self.low[rows] = np.minimum(self.low[rows], low)
        self.high[rows] = np.maximum(self.high[rows], high)
        if not self.hidden[rows].all():
            self.hidden[rows] = True
            self.version += 1
        self.alternatives.append(alternative)

    def rebuild(self, alternatives: Sequence[Alternative], must_hide: Bools) -> None:
        """Start again from these alternatives and from what is withheld whatever they are."""
        self.hidden[:] = must_hide
        self.low[:] = 0
        self.high[:] = 0
        self.version += 1
        self.alternatives[:] = alternatives
        if alternatives:
            rows = np.concatenate([a.rows for a in alternatives])
            ends = [self.ends(a) for a in alternatives]
            np.minimum.at(self.low, rows, np.concatenate([low for low, _ in ends]))
            np.maximum.at(self.high, rows, np.concatenate([high for _, high in ends]))
            self.hidden[rows] = True


def reaches(rules: Rules, low: Ints, high: Ints) -> Bools:
    """Rule 2 for the least and the largest value that cells are shown to have."""
    spans = (low <= rules.least) & (high >= rules.threshold - 1)
    return spans | (high - low >= rules.threshold)


def sensitive(rules: Rules, values: Ints) -> Bools:
    """Cells with so few people that they must not be shown."""
    return (values >= rules.smallest_sensitive) & (values < rules.threshold)
