"""The cell-key method for the numbers of a data set: see `anonymisers.perturbation.cell_key`."""

import hmac
import json
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from anonymisers.errors import ProtectionError
from anonymisers.perturbation.bounded_attack import by_ptable
from anonymisers.perturbation.cell_key import independent_keys, person_keys, with_noise
from anonymisers.perturbation.perturbed_counts import CountedPeople, PerturbativeMechanism, PerturbedCounts
from anonymisers.perturbation.ptable import Noise, PTable
from anonymisers.tables.arrays import Ints

NAME = "cell-key"


@dataclass(frozen=True)
class CellKeyMechanism(PerturbativeMechanism):
    """The cell-key mechanism. The same people have the same record keys and the same noise, for life.

    Stored with the people is a mark of the secret behind their keys: under another secret the same people
    would get fresh noise, and the mean of both numbers is nearer to the count. The mark also says how keys of
    cells were made: people given out while these were plain sums keep their numbers.
    """

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
        kept: bytes | None = None,
        ceiling: Ints | None = None,  # noqa: ARG002 - noise knows of no other number
    ) -> PerturbedCounts:
        plain, mark = _marks(key)
        if kept == b"" or (kept is not None and hmac.compare_digest(kept, plain)):
            mark = plain
        elif kept is not None and not hmac.compare_digest(kept, mark):
            raise ProtectionError(
                "numbers of the same people were given out under another secret key",
                remedy="Restore the key file that the node had then; the former tables stay.",
            )
        counts = counted.system.sums(counted.coords, np.ones(len(counted.coords), dtype=np.int64))
        keys = counted.system.sums(counted.coords, person_keys(key, counted.persons))
        if mark != plain:
            keys = independent_keys(keys, key)
        values = with_noise(counts, keys, _ptable(self.noise))
        return PerturbedCounts(values, *self.bounds(values), kept=mark)

    def bounds(self, shown: Ints) -> tuple[Ints, Ints]:
        """Return the least and the largest count that the perturbation table can have changed into each
        number."""
        return by_ptable(shown, _ptable(self.noise))


def _marks(key: bytes) -> tuple[bytes, bytes]:
    """Marks of a secret key, which tell nothing of the key and stay inside the state.

    The first is that of people whose cells have the plain sums of record keys as keys; people given out
    before there were marks have such cells too.
    """
    names = (b"safelane mark of record keys 1", b"safelane mark of record keys 2")
    plain, independent = (hmac.digest(key, name, "sha256") for name in names)
    return plain, independent


@lru_cache(maxsize=4)
def _ptable(noise: Noise) -> PTable:
    return PTable.of(noise)
