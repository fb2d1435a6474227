"""The cell-key method for the numbers of a data set: see `anonymisers.perturbation.cell_key`."""

import json
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from anonymisers.perturbation.bounded_attack import by_ptable
from anonymisers.perturbation.cell_key import changed, person_keys
from anonymisers.perturbation.perturbed_counts import Change, Crowd, Outcome
from anonymisers.perturbation.ptable import Noise, PTable
from anonymisers.tables.arrays import Ints

NAME = "cell-key"


@dataclass(frozen=True)
class ByCellKey(Change):
    """Nothing is kept: the same people have the same keys, and so the same noise."""

    noise: Noise

    @property
    def name(self) -> str:
        return NAME

    @property
    def most(self) -> int:
        return self.noise.most

    @property
    def words(self) -> str:
        noise = self.noise
        return json.dumps({NAME: [noise.most, noise.variance, noise.blocked, noise.stay]})

    def carried_out(
        self,
        crowd: Crowd,
        key: bytes,
        *,
        kept: bytes = b"",  # noqa: ARG002 - keys of persons are for life
        ceiling: Ints | None = None,  # noqa: ARG002 - noise knows of no other number
    ) -> Outcome:
        counts = crowd.system.sums(crowd.coords, np.ones(len(crowd.coords), dtype=np.int64))
        keys = crowd.system.sums(crowd.coords, person_keys(key, crowd.persons))
        values = changed(counts, keys, _ptable(self.noise))
        return Outcome(values, *self.bounds(values))

    def bounds(self, shown: Ints) -> tuple[Ints, Ints]:
        """The least and the largest count that the table of noise can have changed into each number."""
        return by_ptable(shown, _ptable(self.noise))


@lru_cache(maxsize=4)
def _ptable(noise: Noise) -> PTable:
    return PTable.of(noise)
