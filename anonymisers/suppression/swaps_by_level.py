"""Swaps of two people that change no table, as far as each table tells the two apart.

A swap scheme (`swap_schemes`) asks two people to agree in every dimension that shares a table with a swapped
one. A table may tell fewer levels: one of status by sex does not say who is a child, so that a girl and a
woman may swap their ages, whatever their status is. A table stays as it is where two people agree, at the
levels that it tells, in all that they swap, or in all that they keep. So dimensions in which one table tells
two people apart go together; dimensions that no chain of tables ties together are swapped on their own.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from anonymisers.proof.sum_numbers import lift
from anonymisers.proof.world import World
from anonymisers.suppression.strategies.alternative_tables import swapped_codes
from anonymisers.tables.arrays import Bools, Ints
from anonymisers.tables.base_table import BaseTable
from anonymisers.tables.linked_tables import LinkedTables, TableBlock

Levels = tuple[tuple[int, int | None], ...]
"""What a table tells: its dimensions, each with the depth of its finest codes; None for the inner cells."""


@dataclass(frozen=True, eq=False)
class SwapsByLevel:
    """Swaps among the people of a base table that leave every cell of the linked tables as it is."""

    people: BaseTable
    system: LinkedTables

    def changing(self, inside: Bools, inner: int) -> World | None:
        """Return a swap of a person of an inner cell by which a sum of inner cells changes, None without any.

        `inside` (n, dims): whether the codes of each inner cell lie in those of the sum.
        """
        together = self._together(inner)
        outside = _as_bits(~inside)
        # One dimension by which somebody lies outside is swapped, and what a table ties to it. Where another
        # dimension that stays lies outside as well, nobody enters the sum in return.
        chosen, before = outside & -outside, np.zeros_like(outside)
        while (chosen != before).any():
            before = chosen.copy()
            for differing in together:
                chosen |= np.where(chosen & differing, differing, 0)
        found = np.flatnonzero(outside & ~chosen)
        if not len(found):
            return None
        other = int(found[0])
        axes = [axis for axis in range(len(self.people.dims)) if chosen[other] >> axis & 1]
        return swapped_codes(self.people.coords[inner], self.people.coords[other], axes)

    def _together(self, inner: int) -> list[Ints]:
        """For each table the dimensions (n,), as bits, in which it tells inner cells from this one."""
        found: dict[tuple[int, int | None], Ints] = {}
        for axis, depth in {part for table in self._tables for part in table}:
            codes = self._lifted[axis, depth]
            found[axis, depth] = (codes != codes[inner]).astype(np.int64) << axis
        return [np.bitwise_or.reduce([found[part] for part in table]) for table in self._tables]

    @cached_property
    def _lifted(self) -> dict[tuple[int, int | None], Ints]:
        return {
            (axis, depth): lift(self.people.dims[axis], depth)[self.people.coords[:, axis]]
            for axis, depth in {part for table in self._tables for part in table}
        }

    @cached_property
    def _tables(self) -> tuple[Levels, ...]:
        every = {table for block in self.system.blocks for table in _levels_of(block)}
        return tuple(sorted((table for table in every if len(table) > 1), key=str))


def _levels_of(block: TableBlock) -> Iterator[Levels]:
    """What the tables of a block tell; of one about some people alone the dimensions in full."""
    lattice = block.lattice
    if block.guards:
        yield from (tuple((axis, None) for axis in sorted({*axes, *block.guards})) for axes in lattice.tables)
        return
    keys, tables = lattice.keys()[block.present], lattice.table_of()[block.present]
    depths = np.stack([dim.depth[keys[:, axis]] for axis, dim in enumerate(lattice.dims)], axis=1)
    for number, axes in enumerate(lattice.tables):
        levels = np.unique(depths[tables == number][:, list(axes)], axis=0)
        for level in levels.tolist():
            # A coarser level tells nobody apart whom a finer one does not.
            if not ((levels >= level).all(axis=1) & (levels > level).any(axis=1)).any():
                yield tuple(zip(axes, level, strict=True))


def _as_bits(flags: Bools) -> Ints:
    """Each row of flags (n, dims) as the bits of a number (n,), the first flag lowest."""
    weights = 1 << np.arange(flags.shape[1], dtype=np.int64)
    return np.asarray(flags @ weights, dtype=np.int64)
