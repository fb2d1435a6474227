"""The cells of all tables over one base table, as the protection by a view reads them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from anonymisers.simulatable.cell_sums import CellSums
from anonymisers.suppression.protect_table import task_of
from anonymisers.suppression.strategies.task import Task
from anonymisers.tables.arrays import Bools, Ints
from anonymisers.tables.cell_names import CellName
from anonymisers.tables.earlier_releases import SharedBase, earlier_blocks, public_cells
from anonymisers.tables.lattice import Lattice
from anonymisers.tables.release import Release
from anonymisers.tables.rules import Rules
from anonymisers.tables.structural_zeros import structural_cells


@dataclass(frozen=True, eq=False)
class TableCells:
    """The cells of a lattice and of earlier releases.

    `values` (size,): the true values. `public` (lattice.size,): cells that are known from elsewhere, or are
    structural zeros; `seen` (size,): these, and what earlier releases show.
    """

    lattice: Lattice
    task: Task
    cells: CellSums
    values: Ints
    public: Bools
    seen: Bools
    structural: tuple[CellName, ...]

    @classmethod
    def of(
        cls, base: SharedBase, lattice: Lattice, rules: Rules, key: bytes, known: Sequence[Release]
    ) -> "TableCells":
        """Return the cells of a lattice. Raises RulesError and TableError as `task_of` does."""
        everywhere = np.ones(lattice.size, dtype=np.bool_)
        own = base.own_block(lattice, everywhere)
        task = task_of(base, own, known, _rules_of(lattice, rules), key)
        public = public_cells(own, earlier_blocks(base, known)) | structural_cells(lattice, base.structural)
        seen = task.fixed.copy()
        seen[: lattice.size] = public
        values = task.system.sums(task.people.coords, task.people.counts)
        return cls(lattice, task, CellSums.of(task.system), values, public, seen, base.structural)


def _rules_of(lattice: Lattice, rules: Rules) -> Rules:
    """Return the rules without cells of other tables that are never shown."""
    tables = {frozenset(lattice.dims[axis].name for axis in axes) for axes in lattice.tables}
    never = frozenset(cell for cell in rules.never if frozenset(name for name, _ in cell) in tables)
    return rules if never == rules.never else replace(rules, never=never)


def narrow_tables(lattice: Lattice, most: int) -> Lattice:
    """Return the tables of at most so many dimensions. A dimension of one code counts for none."""
    several = _several(lattice)
    return Lattice(lattice.dims, tuple(axes for axes in lattice.tables if len(several & set(axes)) <= most))


def different_cells(lattice: Lattice) -> int:
    """Return the number of cells, of tables that differ in dimensions of one code only once."""
    several = _several(lattice)
    return Lattice(lattice.dims, tuple(axes for axes in lattice.tables if several >= set(axes))).size


def _several(lattice: Lattice) -> set[int]:
    return {axis for axis, dim in enumerate(lattice.dims) if len(dim.leaves) > 1}
