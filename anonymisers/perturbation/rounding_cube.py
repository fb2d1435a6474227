"""Controlled rounding of a whole lattice at once: every number a multiple of the base, all tables additive.

Each inner cell of the cross of all dimensions becomes the multiple below or above its count, by a draw
derived from the people in the cell and the member's secret; every shown number is a sum of rounded inner
cells. A sum may be far off, and the rounding is then repaired (`anonymisers.perturbation.rounding_repair`)
until each number is at most two bases from its count. A tighter bound is impossible: linked tables of 120
people already have no rounding within one base.

Choices for people counted before are kept and used again, whatever is added.
"""

import json
from dataclasses import dataclass

import numpy as np

from anonymisers.errors import ProtectionError, RulesError
from anonymisers.perturbation.cell_key import UNIT, person_keys
from anonymisers.perturbation.perturbed_counts import (
    CountedPeople,
    InnerCellBounds,
    PerturbativeMechanism,
    PerturbedCounts,
)
from anonymisers.perturbation.rounding_repair import BASES, rounded_near
from anonymisers.perturbation.stored_rounding import StoredRounding
from anonymisers.tables.arrays import Ints

NAME = "controlled-rounding"
LARGEST = 1000


@dataclass(frozen=True)
class RoundingMechanism(PerturbativeMechanism):
    """Controlled rounding to multiples of `base`. Raises RulesError for a base that rounds nothing."""

    base: int

    def __post_init__(self) -> None:
        if not isinstance(self.base, int) or not 2 <= self.base <= LARGEST:
            message = f"a base of {self.base} rounds nothing"
            raise RulesError(message, remedy=f"Choose 3 to {LARGEST}; 5 is usual.")

    @property
    def name(self) -> str:
        return NAME

    @property
    def largest_change(self) -> int:
        return BASES * self.base

    @property
    def words(self) -> str:
        return json.dumps({NAME: self.base})

    def perturb(
        self, counted: CountedPeople, key: bytes, *, kept: bytes | None = None, ceiling: Ints | None = None
    ) -> PerturbedCounts:
        cells, owner, counts = np.unique(counted.coords, axis=0, return_inverse=True, return_counts=True)
        dims = counted.lattice.dims
        if kept:
            then = StoredRounding.from_bytes(kept)
            multiples, one_to_one = then.multiples(dims, cells), then.as_finely(dims)
        else:
            one_to_one = True
            keys = np.zeros(len(cells), dtype=np.int64)
            np.add.at(keys, owner.ravel(), person_keys(key, counted.persons))
            draws = (keys % UNIT) / UNIT
            multiples = rounded_near(counted.system, (cells, counts), draws, self.base, ceiling)
            kept = StoredRounding.of(dims, cells, multiples).to_bytes()
        shown = multiples * self.base
        values, truth = counted.system.sums(cells, shown), counted.system.sums(cells, counts)
        if (np.abs(values - truth) > self.largest_change).any():
            raise ProtectionError(
                f"a number of these tables would be more than {self.largest_change} from its count",
                remedy="Show as many dimensions at once as when the first answer was given.",
            )
        low, high = self._bounds(counted, values, one_to_one=one_to_one)
        off = np.maximum(np.abs(shown - counts), self.base - 1)
        inner = InnerCellBounds(cells, np.maximum(shown - off, 0), shown + off)
        return PerturbedCounts(values, low, high, inner, kept)

    def _bounds(self, counted: CountedPeople, values: Ints, *, one_to_one: bool) -> tuple[Ints, Ints]:
        """Return the bounds known to everybody: the general bound, and the closer bound of a shown inner
        cell.

        `one_to_one`: whether each inner cell is one inner cell of the first rounding; the closer bound then
        holds.
        """
        low, high = values - self.largest_change, values + self.largest_change
        lattice = counted.lattice
        axes = tuple(range(len(lattice.dims)))
        shown = lattice.grid(axes, [dim.leaves for dim in lattice.dims])
        if one_to_one and shown is not None:
            low[shown], high[shown] = values[shown] - self.base + 1, values[shown] + self.base - 1
        return np.maximum(low, 0), high
