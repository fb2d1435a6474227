"""The cells of a magnitude table: sums, contributors, and primary suppression."""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix, identity, vstack  # type: ignore[import-untyped]

from anonymisers.errors import LatticeTooLargeError
from anonymisers.magnitudes.contributions import Contributions
from anonymisers.magnitudes.magnitude_rules import CellAmounts, MagnitudeRules
from anonymisers.tables.a_priori_status import cell_name_at
from anonymisers.tables.arrays import Bools, Ints
from anonymisers.tables.cell_names import name_in_words
from anonymisers.tables.lattice import Lattice
from anonymisers.tables.linked_tables import LinkedTables, TableBlock

MOST_CELLS = 2_000
"""The largest number of cells, and of inner cells: linear programs of more take too long."""


@dataclass(frozen=True, eq=False)
class MagnitudeCells:
    """Rows: the cells of the lattice and, where no table has all dimensions, the inner cells.

    By row: `sums`; `people`; `needed`, the k largest personal contributions together, which is the least
    width of the row's feasibility interval; `sensitive`; and `single`, the only person of a row, -1 for
    nobody or several people. `matrix` (rows, inner cells) is 1 where a row counts an inner cell; `inner` are
    the amounts of the inner cells.
    """

    lattice: Lattice
    sums: Ints
    people: Ints
    needed: Ints
    sensitive: Bools
    single: Ints
    inner: Ints
    matrix: csr_matrix

    @classmethod
    def of(cls, contributions: Contributions, rules: MagnitudeRules) -> "MagnitudeCells":
        """The cells of all tables under the rules. Raises LatticeTooLargeError, naming a level to drop."""
        dims = contributions.dims
        lattice = Lattice.of(dims, [d.name for d in dims], rules.max_dims)
        shape = tuple(len(d.leaves) for d in dims)
        size = int(np.prod(shape))
        if max(lattice.size, size) > MOST_CELLS:
            message = (
                f"{max(lattice.size, size):,} cells; amounts are protected in tables of up to {MOST_CELLS:,}"
            )
            widest = max(dims, key=lambda d: len(d.leaves))
            raise LatticeTooLargeError(
                message, remedy=f"Drop the finest level of {widest.name!r}, or a table."
            )
        linked_tables = LinkedTables(dims, (TableBlock.whole(lattice),))
        grid = np.stack([g.ravel() for g in np.indices(shape)], axis=1)
        coords = np.stack([d.leaves[grid[:, a]] for a, d in enumerate(dims)], axis=1)
        matrix = _matrix(linked_tables.above(coords), lattice.size)
        if not any(len(t) == len(dims) for t in lattice.tables):
            matrix = vstack([matrix, identity(size, format="csr")], format="csr")
        ranks = [np.searchsorted(d.leaves, contributions.coords[:, a]) for a, d in enumerate(dims)]
        cell = np.ravel_multi_index(tuple(ranks), shape)
        inner = np.bincount(cell, weights=contributions.amounts, minlength=size).astype(np.int64)
        row, person, amount = _by_person(matrix[:, cell].tocoo(), contributions)
        return cls._judged(rules, lattice, (row, person, amount), inner, matrix)

    @classmethod
    def _judged(
        cls,
        rules: MagnitudeRules,
        lattice: Lattice,
        shares: tuple[Ints, Ints, Ints],
        inner: Ints,
        matrix: csr_matrix,
    ) -> "MagnitudeCells":
        row, person, amount = shares
        size = matrix.shape[0]
        found = CellAmounts.of(rules, row, amount, size)
        single = np.full(size, -1, dtype=np.int64)
        single[row] = person
        single[found.people != 1] = -1
        return cls(lattice, found.sums, found.people, found.needed, found.sensitive, single, inner, matrix)

    def inner_name(self, row: int) -> tuple[str, ...]:
        """The codes of an inner cell's row."""
        dims = self.lattice.dims
        ranks = np.unravel_index(row - self.lattice.size, tuple(len(d.leaves) for d in dims))
        return tuple(d.codes[int(d.leaves[r])] for d, r in zip(dims, ranks, strict=True))

    def name(self, row: int) -> str:
        """The name of a row as text, for messages."""
        if row < self.lattice.size:
            return name_in_words(cell_name_at(self.lattice, row))
        return ", ".join(self.inner_name(row))

    @property
    def beyond(self) -> Bools:
        """A mask over the rows of inner cells that are in no table."""
        return np.arange(len(self.sums)) >= self.lattice.size


def _matrix(above: Ints, size: int) -> csr_matrix:
    inner, column = np.nonzero(above >= 0)
    ones = np.ones(len(inner))
    return csr_matrix((ones, (above[inner, column], inner)), shape=(size, len(above)))


def _by_person(counted: csr_matrix, contributions: Contributions) -> tuple[Ints, Ints, Ints]:
    """The contribution of each person to each row: three arrays (m,), rows, people and amounts."""
    number = len(contributions.amounts) and int(contributions.people.max()) + 1
    pairs = counted.row.astype(np.int64) * number + contributions.people[counted.col]
    found, place = np.unique(pairs, return_inverse=True)
    amount = np.bincount(place, weights=contributions.amounts[counted.col], minlength=len(found))
    return found // max(number, 1), found % max(number, 1), amount.astype(np.int64)
