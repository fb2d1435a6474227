"""Cells as they are read once they are protected: what stands in each, and what holds it."""

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
    """A cell that is shown, with the number of people in it."""

    count: int


@dataclass(frozen=True)
class Withheld:
    """A cell that is withheld to protect people; whether for itself or for another is never told."""


@dataclass(frozen=True)
class OutsideLattice:
    """No such cell: an unknown dimension or code, or more dimensions than the cube has tables of."""


Answer: TypeAlias = Value | Withheld | OutsideLattice
Key: TypeAlias = Mapping[str, str]


@dataclass(frozen=True, eq=False)
class ReleasedCells(ABC):
    """Every cell of a lattice, shown or withheld; `dims` are those of the table that it was made from."""

    dims: tuple[Hierarchy, ...]
    where: Where
    lattice: Lattice
    hidden: NDArray[np.bool_]
    values: NDArray[np.int64]
    """Shown values; -1 where withheld: what is not shown is not held."""

    @property
    @abstractmethod
    def refused(self) -> frozenset[Level]:
        """Levels of tables that were not protected, and so are withheld whole."""

    @property
    @abstractmethod
    def certificate_digest(self) -> bytes:
        """Of all that was certified; guessable, so only a salted commitment to it leaves the state."""

    @property
    def mechanism(self) -> str | None:
        """The name of what changed its numbers; None where those that are shown are exact."""
        return None

    def off_by(self, key: Key) -> int:  # noqa: ARG002 - numbers that are withheld where need be are exact
        """The most by which the number of a cell of the lattice differs from its count of people."""
        return 0

    @property
    def epsilon(self) -> str:
        """Of numbers that were drawn with noise of differential privacy: of each table; else empty."""
        return ""

    def drawn(self, key: Key) -> int:  # noqa: ARG002 - others are not drawn
        """Of how many draws of such noise the number of a cell is made."""
        return 0

    def as_counted(self, people: Table) -> "ReleasedCells":  # noqa: ARG002 - what is changed needs them
        """The same cells with their counts, for the controller's eyes: what is measured is about people."""
        return self

    @property
    def tables(self) -> tuple[frozenset[str], ...]:
        """The dimensions of every table, coarse tables first."""
        return tuple(frozenset(self.lattice.dims[a].name for a in t) for t in self.lattice.tables)

    def lookup(self, key: Key) -> Answer:
        """What the cube says of the cell at these codes; a dimension not named is at `Total`."""
        cell = self._cell(key)
        if cell < 0:
            return OutsideLattice()
        return Withheld() if self.hidden[cell] else Value(int(self.values[cell]))

    def nearest_visible(self, key: Key) -> dict[str, str] | None:
        """The key of the shown cell that holds this one and is fewest levels above it; None when none is.

        Of several equally near the one with the fewest people, then the first in order of dimensions.
        """
        if self._cell(key) < 0:
            return None
        lines = [d.ancestors(d.position(key.get(d.name, "Total"))) for d in self.lattice.dims]
        frontier = {tuple(0 for _ in lines)}
        while frontier:
            steps = sorted(frontier)
            coords = np.array(
                [[line[s] for line, s in zip(lines, row, strict=True)] for row in steps], dtype=np.int32
            )
            cells = self.lattice.cells(coords)
            shown = [(int(self.values[c]), n) for n, c in enumerate(cells.tolist()) if not self.hidden[c]]
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
        """Every cell of every table, as it may leave the state."""
        axes = [self.dims.index(d) for d in self.lattice.dims]
        coords = np.empty((self.lattice.size, len(self.dims)), dtype=np.int32)
        coords[:] = [d.root for d in self.dims]
        coords[:, axes] = self.lattice.keys()
        return Release(self.dims, self.where, coords, self.values, self.hidden)

    def true_values(self, table: Table) -> NDArray[np.int64]:
        """The true count of every cell, for the controller's eyes: needs the raw table, which he has."""
        axes = tuple(table.dims.index(d) for d in self.lattice.dims)
        people = BaseTable.of(table, axes)
        block = TableBlock.whole(self.lattice)
        return LinkedTables(self.lattice.dims, (block,)).sums(people.coords, people.counts)

    def _cell(self, key: Key) -> int:
        names = {d.name: i for i, d in enumerate(self.lattice.dims)}
        coords = np.array([[d.root for d in self.lattice.dims]], dtype=np.int32)
        for name, code in key.items():
            axis = names.get(name)
            if axis is None or code not in self.lattice.dims[axis].index:
                return -1
            coords[0, axis] = self.lattice.dims[axis].index[code]
        return int(self.lattice.cells(coords)[0])
