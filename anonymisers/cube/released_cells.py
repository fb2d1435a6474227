"""The cells of a released cube: the content of each cell, and the smallest shown cell around it."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from anonymisers.tables.base_table import BaseTable
from anonymisers.tables.count_table import Table, Where
from anonymisers.tables.hierarchy import Hierarchy
from anonymisers.tables.lattice import Lattice
from anonymisers.tables.linked_tables import LinkedTables, TableBlock
from anonymisers.tables.release import Release
from anonymisers.tables.rules import Level


@dataclass(frozen=True)
class Value:
    """A shown cell, with its number of people."""

    count: int


@dataclass(frozen=True)
class Withheld:
    """A withheld cell. Whether primary or secondary suppression is the reason is never disclosed."""


@dataclass(frozen=True)
class OutsideLattice:
    """No cell of the cube: an unknown dimension or code, or too many dimensions."""


Answer: TypeAlias = Value | Withheld | OutsideLattice
Key: TypeAlias = Mapping[str, str]


@dataclass(frozen=True, eq=False)
class ReleasedCells(ABC):
    """Every cell of a lattice, shown or withheld. `dims`: the dimensions of the original table of counts."""

    dims: tuple[Hierarchy, ...]
    where: Where
    lattice: Lattice
    withheld: NDArray[np.bool_]
    values: NDArray[np.int64]
    """Shown values, -1 where withheld: withheld values are not kept."""

    @property
    @abstractmethod
    def refused(self) -> frozenset[Level]:
        """Levels of tables without protection, where every cell is withheld."""

    @property
    @abstractmethod
    def certificate_digest(self) -> bytes:
        """SHA-256 over all certificates. The digest can be guessed: only a salted commitment may leave."""

    @property
    def mechanism(self) -> str | None:
        """The name of the perturbation mechanism; None where shown numbers are exact."""
        return None

    def largest_deviation(self, key: Key) -> int:  # noqa: ARG002 - without perturbation numbers are exact
        """The largest difference between the shown number of a cell and its count of people."""
        return 0

    @property
    def epsilon(self) -> str:
        """The epsilon of each table of noisy counts (differential privacy); else empty."""
        return ""

    def drawn(self, key: Key) -> int:  # noqa: ARG002 - no noise here
        """The number of draws of noise in the number of a cell."""
        return 0

    def as_counted(self, people: Table) -> "ReleasedCells":  # noqa: ARG002 - perturbed counts need them
        """The same cells with true counts, for measures that only the data controller sees."""
        return self

    @property
    def tables(self) -> tuple[frozenset[str], ...]:
        """The dimensions of each table, coarse tables first."""
        return tuple(frozenset(self.lattice.dims[a].name for a in t) for t in self.lattice.tables)

    def lookup(self, key: Key) -> Answer:
        """The content of the cell at these codes; a dimension without a code is at `Total`."""
        cell = self.lattice.cell(key)
        if cell < 0:
            return OutsideLattice()
        return Withheld() if self.withheld[cell] else Value(int(self.values[cell]))

    def nearest_visible(self, key: Key) -> dict[str, str] | None:
        """The key of the shown cell fewest levels above a cell; None if every cell above is withheld.

        Among equally near cells, the cell of the fewest people is taken, then the first by dimensions.
        """
        if self.lattice.cell(key) < 0:
            return None
        lines = [d.ancestors(d.position(key.get(d.name, "Total"))) for d in self.lattice.dims]
        frontier = {tuple(0 for _ in lines)}
        while frontier:
            steps = sorted(frontier)
            coords = np.array(
                [[line[s] for line, s in zip(lines, row, strict=True)] for row in steps], dtype=np.int32
            )
            cells = self.lattice.cells(coords)
            shown = [(int(self.values[c]), n) for n, c in enumerate(cells.tolist()) if not self.withheld[c]]
            if shown:
                row = coords[min(shown)[1]]
                return {
                    d.name: d.codes[p] for d, p in zip(self.lattice.dims, row, strict=True) if p != d.root
                }
            frontier = {
                tuple(s + (a == axis) for a, s in enumerate(row))
                for row in steps
                for axis, line in enumerate(lines)
                if row[axis] + 1 < len(line)
            }
        return None

    def release(self) -> Release:
        """Every cell of every table in the form that may leave the state."""
        axes = [self.dims.index(d) for d in self.lattice.dims]
        coords = np.empty((self.lattice.size, len(self.dims)), dtype=np.int32)
        coords[:] = [d.root for d in self.dims]
        coords[:, axes] = self.lattice.keys()
        return Release(self.dims, self.where, coords, self.values, self.withheld)

    def true_values(self, table: Table) -> NDArray[np.int64]:
        """The true count (size,) of each cell, from the raw table, for the data controller only."""
        axes = tuple(table.dims.index(d) for d in self.lattice.dims)
        people = BaseTable.of(table, axes)
        block = TableBlock.whole(self.lattice)
        return LinkedTables(self.lattice.dims, (block,)).sums(people.coords, people.counts)
