"""Controlled rounding of a whole lattice at once: every number a multiple of the base, all tables additive.

Each inner cell of the cross of all dimensions becomes the multiple below or above its count, by a draw that
follows from who is in it and from the member's secret; every shown number is a sum of these. A sum may so be
far off, and cells are then turned (`anonymisers.perturbation.rounding_repair`) until each number is at most
two bases from its count. Closer is not to be had: linked tables of 120 people have no rounding within one
base already.

What was chosen for people who are counted already is kept and used again, whatever else comes.
"""

import json
from dataclasses import dataclass

import numpy as np

from anonymisers.errors import ProtectionError, RulesError
from anonymisers.perturbation.cell_key import UNIT, person_keys
from anonymisers.perturbation.perturbed_counts import Change, Crowd, Inner, Outcome
from anonymisers.perturbation.rounding_repair import BASES, multiples_near
from anonymisers.perturbation.stored_rounding import Kept
from anonymisers.tables.arrays import Ints

NAME = "controlled-rounding"
LARGEST = 1000


@dataclass(frozen=True)
class ByRounding(Change):
    """Raises RulesError for a base that rounds nothing."""

    base: int

    def __post_init__(self) -> None:
        if not isinstance(self.base, int) or not 2 <= self.base <= LARGEST:
            message = f"a base of {self.base} rounds nothing"
            raise RulesError(message, remedy=f"Choose 3 to {LARGEST}; 5 is usual.")

    @property
    def name(self) -> str:
        return NAME

    @property
    def most(self) -> int:
        return BASES * self.base

    @property
    def words(self) -> str:
        return json.dumps({NAME: self.base})

    def carried_out(
        self, crowd: Crowd, key: bytes, *, kept: bytes = b"", ceiling: Ints | None = None
    ) -> Outcome:
        cells, owner, counts = np.unique(crowd.coords, axis=0, return_inverse=True, return_counts=True)
        dims = crowd.lattice.dims
        if kept:
            then = Kept.from_bytes(kept)
            multiples, alone = then.multiples(dims, cells), then.as_finely(dims)
        else:
            alone = True
            keys = np.zeros(len(cells), dtype=np.int64)
            np.add.at(keys, owner.ravel(), person_keys(key, crowd.persons))
            draw = (keys % UNIT) / UNIT
            multiples = multiples_near(crowd.system, (cells, counts), draw, self.base, ceiling)
            kept = Kept.of(dims, cells, multiples).to_bytes()
        shown = multiples * self.base
        values, truth = crowd.system.sums(cells, shown), crowd.system.sums(cells, counts)
        if (np.abs(values - truth) > self.most).any():
            raise ProtectionError(
                f"a number of these tables would be more than {self.most} from its count",
                remedy="Show as many dimensions at once as when the first answer was given.",
            )
        low, high = self._bounds(crowd, values, alone=alone)
        off = np.maximum(np.abs(shown - counts), self.base - 1)
        inner = Inner(cells, np.maximum(shown - off, 0), shown + off)
        return Outcome(values, low, high, inner, kept)

    def _bounds(self, crowd: Crowd, values: Ints, *, alone: bool) -> tuple[Ints, Ints]:
        """Everybody knows the bound of any number, and the nearer one of an inner cell that is shown.

        `alone`: unless that is several inner cells of then.
        """
        low, high = values - self.most, values + self.most
        lattice = crowd.lattice
        axes = tuple(range(len(lattice.dims)))
        shown = lattice.grid(axes, [dim.leaves for dim in lattice.dims])
        if alone and shown is not None:
            low[shown], high[shown] = values[shown] - self.base + 1, values[shown] + self.base - 1
        return np.maximum(low, 0), high
