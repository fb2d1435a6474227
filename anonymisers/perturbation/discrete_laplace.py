"""Counts with integer-valued differential privacy: discrete Laplace noise of OpenDP on every inner cell.

A person is in one inner cell of a table, so that adding or removing a person changes one count by 1: the
table's L1 sensitivity is 1, and noise of scale 1/epsilon gives pure epsilon-differential privacy. Margins are
sums of the noisy inner cells: tables add up, and nothing more is spent. Values may be negative; truncating
negative values would shift every margin. Source: Ghosh, Roughgarden and Sundararajan, Universally
utility-maximizing privacy mechanisms, SIAM Journal on Computing 41, 2012.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import prod

import numpy as np
import opendp.prelude as dp
from numpy.typing import NDArray

from anonymisers.errors import BudgetError, LatticeTooLargeError
from anonymisers.tables.arrays import Ints
from anonymisers.tables.base_table import BaseTable
from anonymisers.tables.count_table import Table
from anonymisers.tables.lattice import MAX_CELLS, Lattice
from anonymisers.tables.linked_tables import LinkedTables, TableBlock


@dataclass(frozen=True, eq=False)
class NoisyTable:
    """Every cell of the lattice of one noisy table."""

    lattice: Lattice
    values: Ints
    epsilon: Fraction

    @property
    def note(self) -> str:
        """The note on the method, for answers."""
        return (
            f"counts have discrete Laplace noise (differential privacy, epsilon {float(self.epsilon):g} for "
            "this table); they may be negative; tables add up"
        )


def question_of(table: Table, where: Mapping[str, object] | None = None) -> str:
    """Return the name of the question for a table: dimensions, codes and population; never counts."""
    dims = sorted((d.name, d.codes) for d in table.dims if d.name in table.by)
    return repr((dims, sorted((where or table.where).items())))


def inner_counts(table: Table) -> tuple[NDArray[np.int32], Ints]:
    """Return positions and counts of every inner cell of the dimensions in `by`, cells without people
    included.

    Raises LatticeTooLargeError.
    """
    axes = tuple(a for a, d in enumerate(table.dims) if d.name in table.by)
    dims = [table.dims[a] for a in axes]
    size = prod(len(d.leaves) for d in dims)
    if size >= MAX_CELLS:
        message = f"this table has {size:,} inner cells; noise is drawn for fewer than {MAX_CELLS:,}"
        raise LatticeTooLargeError(message, remedy="Name fewer dimensions in 'by'.")
    people = BaseTable.of(table, axes)
    coords = np.array(list(product(*(d.leaves.tolist() for d in dims))), dtype=np.int32)
    return coords, people.margin(tuple(range(len(dims)))).count(coords)


def noisy(counts: Ints, epsilon: Fraction) -> tuple[int, ...]:
    """Return counts with fresh noise. Each draw costs epsilon: the charge must be stored before."""
    dp.enable_features("contrib")
    space = dp.vector_domain(dp.atom_domain(T=dp.i64)), dp.l1_distance(T=dp.i64)
    mechanism = dp.m.make_laplace(*space, scale=float(1 / epsilon))
    if mechanism.map(1) > float(epsilon) * (1 + 1e-9):  # type: ignore[no-untyped-call]
        raise BudgetError("the noise would cost more than was charged")
    return tuple(int(n) for n in mechanism(counts.tolist()))


def summed(
    table: Table,
    coords: NDArray[np.int32],
    values: tuple[int, ...],
    epsilon: Fraction,
    max_dims: int | None = None,
) -> NoisyTable:
    """Return the lattice of a noisy table: every margin is the sum of its noisy inner cells."""
    dims = tuple(d for d in table.dims if d.name in table.by)
    lattice = Lattice.of(dims, table.by, max_dims)
    system = LinkedTables(dims, (TableBlock.whole(lattice),))
    return NoisyTable(lattice, system.sums(coords, np.array(values, dtype=np.int64)), epsilon)
