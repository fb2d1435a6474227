"""The values exchanged with a perturbative mechanism, which a data set keeps for its whole life."""

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
    """The people counted: `coords` (n, dims), the inner cell of each row, and `persons`, the person of each
    row."""

    lattice: Lattice
    coords: NDArray[np.int32]
    persons: Sequence[bytes]

    @cached_property
    def system(self) -> LinkedTables:
        """The cells of the lattice, to add up in."""
        return LinkedTables(self.lattice.dims, (TableBlock.whole(self.lattice),))


@dataclass(frozen=True, eq=False)
class InnerCellBounds:
    """Inner cells (m, dims), each once, with the counts allowed by the mechanism's choice for each cell.

    No table need show the cells; a proof that keeps to these bounds also holds against a rerun of the
    program.
    """

    coords: NDArray[np.int32]
    low: Ints
    high: Ints


@dataclass(frozen=True, eq=False)
class PerturbedCounts:
    """The shown value of each cell, and the least and the largest count that may be shown so: everybody knows
    these.

    `kept`: what the mechanism needs in order to show the same people in the same way again; `kept` stays
    inside the state.
    """

    values: Ints
    low: Ints
    high: Ints
    inner: InnerCellBounds | None = None
    kept: bytes = b""


class PerturbativeMechanism(ABC):
    """A mechanism that changes every cell of a lattice by a bounded number, and withholds no cell."""

    @property
    @abstractmethod
    def name(self) -> str:
        """The mechanism, without parameters, in the words of policies."""

    @property
    @abstractmethod
    def largest_change(self) -> int:
        """The largest difference of a shown number from the count."""

    @property
    @abstractmethod
    def words(self) -> str:
        """The mechanism with its parameters, in one form: equal mechanisms have equal words."""

    @abstractmethod
    def perturb(
        self, counted: CountedPeople, key: bytes, *, kept: bytes | None = None, ceiling: Ints | None = None
    ) -> PerturbedCounts:
        """Return the perturbed counts of people.

        `kept`: from earlier perturbed counts of the same people, None for the first. `ceiling`: the number
        shown so far for each cell, where these people are subtracted. Raises ProtectionError where the
        mechanism fails.
        """
