"""How the numbers of a data set are changed, for its life: the mechanism and its parameters, as values."""

import json
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from anonymisers.errors import RulesError
from anonymisers.lattice import Lattice
from anonymisers.perturbation.bounded import by_ptable
from anonymisers.perturbation.cell_key import changed, person_keys
from anonymisers.perturbation.ptable import Noise, PTable
from anonymisers.system import Block, System

Ints = NDArray[np.int64]


class Change(ABC):
    """A mechanism that changes every cell of a lattice by a bounded number, and withholds none."""

    @property
    @abstractmethod
    def most(self) -> int:
        """The most by which a number differs from the count."""

    @property
    @abstractmethod
    def words(self) -> str:
        """The mechanism with its parameters, in one form: equal changes have equal words."""

    @abstractmethod
    def changed(
        self, lattice: Lattice, coords: NDArray[np.int32], persons: Sequence[bytes], key: bytes
    ) -> Ints:
        """What is shown of each cell. `coords` (n, dims): each row's inner cell, `persons`: whose it is."""

    @abstractmethod
    def bounds(self, shown: Ints) -> tuple[Ints, Ints]:
        """The least and the largest count that can be shown as each of these numbers: public knowledge."""


@dataclass(frozen=True)
class ByCellKey(Change):
    """The cell-key method: see `anonymisers.perturbation.cell_key`."""

    noise: Noise

    @property
    def most(self) -> int:
        return self.noise.most

    @property
    def words(self) -> str:
        noise = self.noise
        parameters = [noise.most, noise.variance, noise.blocked, noise.stay]
        return json.dumps({"cell-key": parameters})

    def changed(
        self, lattice: Lattice, coords: NDArray[np.int32], persons: Sequence[bytes], key: bytes
    ) -> Ints:
        system = System(lattice.dims, (Block.whole(lattice),))
        counts = system.sums(coords, np.ones(len(coords), dtype=np.int64))
        return changed(counts, system.sums(coords, person_keys(key, persons)), _ptable(self.noise))

    def bounds(self, shown: Ints) -> tuple[Ints, Ints]:
        return by_ptable(shown, _ptable(self.noise))


def change_of(words: str) -> Change:
    """The change that `Change.words` wrote. Raises RulesError for anything else."""
    try:
        body = json.loads(words)
        most, variance, blocked, stay = body["cell-key"]
        found = ByCellKey(Noise(most, variance, blocked, stay))
    except (ValueError, KeyError, TypeError):
        raise RulesError("these words name no way to change numbers") from None
    if found.words != words:
        raise RulesError("these words name no way to change numbers")
    return found


@lru_cache(maxsize=4)
def _ptable(noise: Noise) -> PTable:
    return PTable.of(noise)
