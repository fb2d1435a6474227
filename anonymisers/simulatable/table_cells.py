"""The cells of all tables over one base table, as the protection by a view reads them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from anonymisers.simulatable.cell_sums import CellSums
from anonymisers.suppression.protect_table import chosen_tables, task_of
from anonymisers.suppression.strategies.task import Task
from anonymisers.tables.a_priori_status import cells_named
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
    structural zeros; `seen` (size,): these, what earlier releases show, and cells that are always shown.
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
        cls,
        base: SharedBase,
        tables: "TablesToProtect",
        rules: Rules,
        known: Sequence[Release],
    ) -> "TableCells":
        """Return the cells of some tables. Raises RulesError and TableError as `task_of` does.

        No key is read: each view has draws of its own.
        """
        lattice = tables.lattice
        own = base.own_block(lattice, tables.present)
        task = task_of(base, own, known, rules, b"")
        public = public_cells(own, earlier_blocks(base, known)) | structural_cells(lattice, base.structural)
        seen = task.fixed.copy()
        seen[: lattice.size] = (public | task.always[: lattice.size]) & own.present
        values, cells = task.system.sums(task.people.coords, task.people.counts), CellSums.of(task.system)
        if known or rules.always:
            seen = with_what_follows(cells, seen)
        return cls(lattice, task, cells, values, public, seen, base.structural)

    @property
    def follows_and_is_small(self) -> bool:
        """Whether a small cell follows from the total and what everybody knows, which alone does not tell it:
        then not even the total can be shown."""
        public = np.zeros(len(self.seen), dtype=np.bool_)
        public[: self.lattice.size] = self.public
        public |= self.task.fixed
        follows = self.seen & self.cells.system.present & ~with_what_follows(self.cells, public, total=False)
        return bool((follows & self.task.rules.is_sensitive(self.values)).any())


def with_what_follows(cells: CellSums, known: Bools, *, total: bool = True) -> Bools:
    """Return the cells (size,) whose number follows from known ones, and from the total, which is shown."""
    found = known & cells.system.present
    everybody = cells.names == cells.names[cells.total]
    while True:
        before = int(found.sum())
        there = found | (everybody & total)
        named = np.zeros(len(cells.names), dtype=np.bool_)
        named[cells.names[there & cells.system.present]] = True
        there = named[cells.names] & cells.system.present
        for cell, ways in cells.parts.items():
            for parts in ways:
                open_parts = parts[~there[parts]]
                if not len(open_parts):
                    there[cell] = True
                elif there[cell] and len(open_parts) == 1:
                    there[open_parts] = True
        found |= there & ~(everybody & ~known)
        if int(found.sum()) == before:
            return found


@dataclass(frozen=True, eq=False)
class TablesToProtect:
    """A lattice, and which of its cells (size,) are to be protected: tables may end at a level."""

    lattice: Lattice
    present: Bools

    @classmethod
    def of(cls, full: Lattice, rules: Rules) -> "TablesToProtect":
        """Return all tables, or the priority tables alone where the rules want no others."""
        if rules.priority and rules.finer is None:
            return cls(*chosen_tables(full, rules))
        return cls(full, np.ones(full.size, dtype=np.bool_))

    @classmethod
    def total_alone(cls, full: Lattice) -> "TablesToProtect":
        """Return the one table of everybody."""
        return cls(Lattice(full.dims, ((),)), np.ones(1, dtype=np.bool_))

    def narrow(self, most: int) -> "TablesToProtect":
        """Return the tables of at most so many dimensions. A dimension of one code counts for none."""
        some = narrow_tables(self.lattice, most)
        return TablesToProtect(some, self.present[self.lattice.cells(some.keys())])

    @property
    def is_wide(self) -> bool:
        """Whether some table has three dimensions of several codes, or more."""
        return narrow_tables(self.lattice, 2).size < self.lattice.size

    def rules_of(self, rules: Rules) -> Rules:
        """Return the rules without cells of other tables that are always or never shown."""
        always, never = (frozenset(filter(self._has, cells)) for cells in (rules.always, rules.never))
        return replace(rules, always=always, never=never)

    def _has(self, name: CellName) -> bool:
        cell = int(cells_named(self.lattice, [name], "the cells")[0])
        return cell >= 0 and bool(self.present[cell])


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
