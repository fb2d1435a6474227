"""One side of a bridge: how many people of each of its codes a cube counts, in truth and in its worlds."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from anonymisers.errors import TableError
from anonymisers.proof.world import World
from anonymisers.tables.arrays import Ints, Positions
from anonymisers.tables.count_table import Table
from anonymisers.tables.hierarchy import Hierarchy

NOBODY = -1
"""Instead of a code: people who are not on the bridge, such as the killed, or families."""


@dataclass(frozen=True, eq=False)
class Crossing:
    """Where an inner cell of a cube stands on the bridge: by the codes of some dimensions, `axes`."""

    axes: tuple[int, ...]
    codes: Ints
    """The place of the bridge's code, or NOBODY, by position in each of these dimensions."""
    number: int
    """How many codes the bridge has on this side."""

    @classmethod
    def of(
        cls,
        dims: Sequence[Hierarchy],
        names: Sequence[str],
        codes: Sequence[str],
        code_of: Callable[..., str | None],
    ) -> "Crossing":
        """`code_of` gives the bridge's code for one leaf code of each named dimension, None for nobody.

        Raises TableError for an unknown dimension or code.
        """
        known = {dim.name: axis for axis, dim in enumerate(dims)}
        if missing := [name for name in names if name not in known]:
            raise TableError(f"the cube has no dimension {missing[0]}, which the bridge needs")
        axes = tuple(known[name] for name in names)
        place = {code: number for number, code in enumerate(codes)} | {None: NOBODY}
        table = np.full([len(dims[axis].codes) for axis in axes], NOBODY, dtype=np.int64)
        leaves = [np.flatnonzero(dims[axis].is_leaf).tolist() for axis in axes]
        for at in product(*leaves):
            code = code_of(*(dims[axis].codes[p] for axis, p in zip(axes, at, strict=True)))
            if code not in place:
                raise TableError(f"the bridge has no code {code}")
            table[at] = place[code]
        return cls(axes, table, len(codes))

    def counted(self, coords: Positions, numbers: Ints) -> Ints:
        """The sum of `numbers` for each code of the bridge."""
        # A cube without any dimension of the bridge has one code for all of its people.
        found = np.broadcast_to(self.codes[tuple(coords[:, axis] for axis in self.axes)], len(coords))
        inside = found != NOBODY
        sums = np.bincount(found[inside], weights=numbers[inside], minlength=self.number)
        return np.rint(sums).astype(np.int64)


@dataclass(frozen=True, eq=False)
class Side:
    """`truth` (codes,): people by code, of all parts that were ever released.

    `changes` (worlds, codes): by how many people each world of the certificates differs from the truth.
    """

    truth: Ints
    changes: Ints

    @classmethod
    def of(cls, crossing: Crossing, table: Table, worlds: Iterable[World]) -> "Side":
        """The side of one part of a cube."""
        changes = [crossing.counted(world.coords, world.change) for world in worlds]
        return cls(
            crossing.counted(table.coords, table.counts),
            np.array(changes, dtype=np.int64).reshape(len(changes), crossing.number),
        )

    def beside(self, other: "Side") -> "Side":
        """Both parts of a cube. A world of one part leaves the people of the other as they are."""
        return Side(self.truth + other.truth, np.concatenate([self.changes, other.changes]))

    @property
    def worlds(self) -> Ints:
        """People by code in each world (worlds, codes)."""
        return self.truth + self.changes
