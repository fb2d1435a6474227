"""How the numbers of a data set are changed, for its life: what every mechanism gives, as values."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from anonymisers.tables.arrays import Ints
from anonymisers.tables.lattice import Lattice
from anonymisers.tables.linked_tables import LinkedTables, TableBlock


@dataclass(frozen=True, eq=False)
class CountedPeople:
    """Those who are counted: `coords` (n, dims), each row's inner cell, and `persons`, whose row it is."""

    lattice: Lattice
    coords: NDArray[np.int32]
    persons: Sequence[bytes]

    @cached_property
    def system(self) -> LinkedTables:
        """The cells of the lattice, to add up in."""
        return LinkedTables(self.lattice.dims, (TableBlock.whole(self.lattice),))


@dataclass(frozen=True, eq=False)
class InteriorCells:
    """Inner cells (m, dims), each once, with the counts that its choice for each of them allows.

    No table need show them; a proof that keeps to these bounds too holds for whoever reruns the program.
    """

    coords: NDArray[np.int32]
    low: Ints
    high: Ints


@dataclass(frozen=True, eq=False)
class PerturbedCounts:
    """What is shown of each cell, and the least and the largest count that can be shown so: all know these.

    `kept`: what the mechanism must be given again to show the same people in the same way; it stays inside
    the state.
    """

    values: Ints
    low: Ints
    high: Ints
    interior: InteriorCells | None = None
    kept: bytes = b""


class PerturbativeMechanism(ABC):
    """A mechanism that changes every cell of a lattice by a bounded number, and withholds none."""

    @property
    @abstractmethod
    def name(self) -> str:
        """The mechanism, without parameters, in the words of policies."""

    @property
    @abstractmethod
    def largest_change(self) -> int:
        """The most by which a number differs from the count."""

    @property
    @abstractmethod
    def words(self) -> str:
        """The mechanism with its parameters, in one form: equal changes have equal words."""

    @abstractmethod
    def perturb(
        self, counted: CountedPeople, key: bytes, *, kept: bytes = b"", ceiling: Ints | None = None
    ) -> PerturbedCounts:
        """What is shown of a crowd. `kept`: of a former outcome for the same people, empty for the first.

        `ceiling`: what is shown of each cell so far, where these people are to be taken away from it.
        Raises ProtectionError where it cannot be carried out.
        """
