"""The cell-key method for the numbers of a data set: see `anonymisers.perturbation.cell_key`."""

import json
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from anonymisers.perturbation.bounded_attack import by_ptable
from anonymisers.perturbation.cell_key import person_keys, with_noise
from anonymisers.perturbation.perturbed_counts import CountedPeople, PerturbativeMechanism, PerturbedCounts
from anonymisers.perturbation.ptable import Noise, PTable
from anonymisers.tables.arrays import Ints

NAME = "cell-key"


@dataclass(frozen=True)
class CellKeyMechanism(PerturbativeMechanism):
    """The cell-key mechanism. Nothing is stored: the same people have the same keys and the same noise."""

    noise: Noise

    @property
    def name(self) -> str:
        return NAME

    @property
    def largest_change(self) -> int:
        return self.noise.most

    @property
    def words(self) -> str:
        noise = self.noise
        return json.dumps({NAME: [noise.most, noise.variance, noise.blocked, noise.stay]})

    def perturb(
        self,
        counted: CountedPeople,
        key: bytes,
        *,
        kept: bytes = b"",  # noqa: ARG002 - keys of persons are for life
        ceiling: Ints | None = None,  # noqa: ARG002 - noise knows of no other number
    ) -> PerturbedCounts:
        counts = counted.system.sums(counted.coords, np.ones(len(counted.coords), dtype=np.int64))
        keys = counted.system.sums(counted.coords, person_keys(key, counted.persons))
        values = with_noise(counts, keys, _ptable(self.noise))
        return PerturbedCounts(values, *self.bounds(values))

    def bounds(self, shown: Ints) -> tuple[Ints, Ints]:
        """Return the least and the largest count that the perturbation table can have changed into each
        number."""
        return by_ptable(shown, _ptable(self.noise))


@lru_cache(maxsize=4)
def _ptable(noise: Noise) -> PTable:
    return PTable.of(noise)
