"""A cube as one recipient may come to know it for one purpose, and the bounds that follow from that alone."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from anonymisers.cube.feasible_range import bounds_from
from anonymisers.history.release_history import ReleaseHistory
from anonymisers.tables.arrays import Bools, Ints, Positions
from anonymisers.tables.lattice import Lattice
from gateway.dictionary import Dictionary, Tree
from gateway.member.answer.obtainable_tables import Asked, Levels, obtainable_tables, with_margins
from gateway.member.answer.withheld_bounds import withholding
from gateway.member.cube.cube_cache import ReadyCube
from policies import Policy

KEPT = 4
"""Views kept of a cube: each takes as much memory as the cube's numbers. Most policies have one or two."""


@dataclass(frozen=True, eq=False)
class BoundsOfCells:
    """The least and the greatest possible value of every cell."""

    low: Ints
    high: Ints


@dataclass(frozen=True, eq=False)
class RecipientView:
    """The cells of `tables` are those that the recipient may obtain; nothing here reads another cell."""

    cube: ReleaseHistory
    trees: Mapping[str, Tree]
    tables: frozenset[Levels]

    def bounds(self, asked: Sequence[int]) -> BoundsOfCells:
        """Bounds from the cells of the tables, and from the cells `asked`, which the answer itself holds.

        The cells `asked` are beyond the tables where a person has approved one answer and no other.
        """
        if self._seen[list(asked)].all():
            return self._bounds
        seen = self._seen.copy()
        seen[list(asked)] = True
        return BoundsOfCells(*bounds_from(self.cube, self.cube.least, seen))

    def covers(self, levels: Levels) -> bool:
        """Whether the tables hold every cell of a question with these levels."""
        return with_margins(levels) <= self.tables

    @cached_property
    def _seen(self) -> Bools:
        return self._cells_of(self.cube.lattice)

    @cached_property
    def _bounds(self) -> BoundsOfCells:
        return BoundsOfCells(*bounds_from(self.cube, self.cube.least, self._seen))

    def _cells_of(self, lattice: Lattice) -> Bools:
        """A mask (size,) over the cells of the tables."""
        axes = {dim.name: axis for axis, dim in enumerate(lattice.dims)}
        seen = np.zeros(lattice.size, dtype=np.bool_)
        for levels in self.tables:
            if any(dimension not in axes for dimension, _ in levels):
                continue
            codes = {axes[d]: self._positions(lattice, axes[d], level) for d, level in levels}
            cells = lattice.grid(tuple(sorted(codes)), [codes[axis] for axis in sorted(codes)])
            if cells is not None:
                seen[cells] = True
        return seen

    def _positions(self, lattice: Lattice, axis: int, level: str) -> Positions:
        dim = lattice.dims[axis]
        known = [dim.index[code] for code in self.trees[dim.name].at[level] if code in dim.index]
        return np.array(known, dtype=np.int32)


def view_of(dictionary: Dictionary, cube: ReadyCube, policy: Policy, asked: Asked) -> RecipientView:
    """What the requester may obtain for the purpose of the question, under the policy of the cube.

    Raises NothingWithheldError for a cube that withholds nothing.
    """
    cells = withholding(cube)
    requester, question = asked.requester, asked.question
    who = json.dumps(["tables", requester.organisation, requester.role, question.purpose, question.measure])
    made = frozenset(cells.tables)
    tables = cube.once(who, lambda: obtainable_tables(dictionary, policy, cube.trees, asked, made))
    views: dict[frozenset[Levels], RecipientView] = cube.once("views", dict)
    if tables not in views and len(views) >= KEPT:
        del views[next(iter(views))]
    return views.setdefault(tables, RecipientView(cells, cube.trees, tables))
