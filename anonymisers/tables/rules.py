"""The rules of a policy for the protection of one data set, and primary suppression."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import Literal, overload

from anonymisers.errors import RulesError
from anonymisers.tables.arrays import Bools, Ints
from anonymisers.tables.cell_names import CellName, name_in_words
from anonymisers.tables.hierarchy import Hierarchy
from anonymisers.tables.lattice import Lattice

Zeros = Literal["partner", "publish", "protect"]
Level = tuple[tuple[str, int], ...]
"""The cells of one table at one level: for each dimension of the table, in pairs, the depth of codes."""


@dataclass(frozen=True)
class TableOf:
    """A table by its dimensions, each down to a level (1: the highest codes below `Total`)."""

    dims: frozenset[str]
    levels: frozenset[tuple[str, int]] = frozenset()
    """Pairs of a dimension and its finest level; other dimensions go down to their leaves."""

    @classmethod
    def of(cls, dims: Iterable[str], **levels: int) -> "TableOf":
        """The table of these dimensions, down to these levels where levels are given."""
        return cls(frozenset(dims), frozenset(levels.items()))

    def within(self, other: "TableOf") -> bool:
        """Whether this is another table, or a margin of it."""
        cuts, theirs = dict(self.levels), dict(other.levels)
        return self.dims <= other.dims and all(
            name not in theirs or cuts.get(name, theirs[name] + 1) <= theirs[name] for name in self.dims
        )

    def __post_init__(self) -> None:
        for name, level in self.levels:
            if name not in self.dims or level < 1:
                message = f"a table of {sorted(self.dims)} cannot cut {name!r} at level {level}"
                raise RulesError(message, remedy="Cut only dimensions of the table, at level 1 or deeper.")


TOTAL_ALONE = TableOf(frozenset())
"""As the only priority table: nothing but the total of all is protected, and tables of one dimension are
refused too."""


@dataclass(frozen=True)
class Rules:
    """Threshold, zeros and tables. Terms: `docs/explanation/disclosure-control/guarantee.md`.

    `threshold` k: a cell of 1 to k-1 people is small. `zeros`: whether zeros may be withheld beside small
    cells (`partner`), are all shown (`publish`), or are protected like small cells (`protect`). `max_dims`:
    None for the one table of all dimensions (with its margins), else every table of up to so many dimensions.
    `sensitive`: dimensions by which a withheld group is not broken down. `priority`: tables protected first
    and then fixed. `expects_least`: whether the intruder uses that a withheld cell is at least 1 where every
    zero is shown; False is for comparison with other tools only. `always`, `never`: cells to show, or to
    withhold, at any value (`APrioriStatus`). `structural`: structural zeros besides those of the table.
    `finer`: tables to try first once the priority tables are fixed, and to make room for among shown cells
    where worthwhile; with None, no further tables are tried. `seldom`: those of them that hardly anybody asks
    for, for whose sake not all are searched for at once. `apart`: dimensions that no table of several others
    names, each with the dimensions of the one table that it stands in (`cube.tables_apart`).
    `withstands_reruns`: whether the pattern of a small table is chosen without reading withheld counts;
    `withstands_reruns_when_large`: also that of a larger one, of which little is shown then
    (`simulatable.separate_tables`).
    `keeps_parts`: whether a part of a breakdown stays withheld once a move has changed it. Without, fewer are
    withheld, and the search takes longer.
    `finer`, `seldom`, both of reruns and `keeps_parts` guide the search, not the proof: rules that
    differ in these alone are equal.
    """

    threshold: int = 5
    zeros: Zeros = "partner"
    max_dims: int | None = None
    sensitive: frozenset[str] = frozenset()
    priority: tuple[TableOf, ...] = ()
    expects_least: bool = True
    always: frozenset[CellName] = frozenset()
    never: frozenset[CellName] = frozenset()
    structural: frozenset[CellName] = frozenset()
    finer: tuple[TableOf, ...] | None = field(default=(), compare=False)
    seldom: frozenset[TableOf] = field(default=frozenset(), compare=False)
    apart: tuple[tuple[str, tuple[str, ...]], ...] = ()
    withstands_reruns: bool = field(default=False, compare=False)
    withstands_reruns_when_large: bool = field(default=False, compare=False)
    keeps_parts: bool = field(default=True, compare=False)

    def __post_init__(self) -> None:
        if self.threshold < 2:
            message = f"the threshold is {self.threshold}; below 2 no cell is sensitive"
            raise RulesError(message, remedy="Choose 3 or more.")
        if self.zeros not in ("partner", "publish", "protect"):
            message = f"there is no way {self.zeros!r} to treat zeros"
            raise RulesError(message, remedy="Choose partner, publish or protect.")
        if self.max_dims is not None and self.max_dims < 1:
            message = f"tables of up to {self.max_dims} dimensions are none"
            raise RulesError(message, remedy="Allow at least one dimension.")
        for cell in sorted(self.always & self.never):
            raise RulesError(f"the cell {name_in_words(cell)} is to be shown always and never")

    @property
    def least(self) -> int:
        """L, the least value of withheld cells that every intruder knows."""
        return 1 if self.zeros == "publish" and self.expects_least else 0

    @property
    def smallest_sensitive(self) -> int:
        """The smallest sensitive count: 0 where zeros are protected, else 1."""
        return 0 if self.zeros == "protect" else 1

    @overload
    def is_sensitive(self, values: int) -> bool: ...
    @overload
    def is_sensitive(self, values: Ints) -> Bools: ...
    def is_sensitive(self, values: int | Ints) -> bool | Bools:
        """Primary suppression: whether a cell of so many people must not be shown.

        A cell is sensitive from 1 to k-1 people, and at 0 too where the policy protects zeros. Of an array
        (n,) the result is a mask (n,).
        """
        return (values >= self.smallest_sensitive) & (values < self.threshold)

    def lattice(self, dims: Iterable[Hierarchy]) -> Lattice:
        """All tables of these dimensions that the rules allow, those of dimensions apart included."""
        dims, alone = tuple(dims), dict(self.apart)
        together = Lattice.of(dims, [d.name for d in dims if d.name not in alone], self.max_dims)
        axis = {d.name: n for n, d in enumerate(dims)}
        beside = [
            tuple(sorted((axis[name], *(axis[other] for other in some))))
            for name, others in self.apart
            for size in range(len(others) + 1)
            for some in combinations(others, size)
        ]
        return Lattice(dims, (*together.tables, *beside)) if beside else together

    def together(self) -> "Rules":
        """The rules of all tables but those of dimensions apart."""
        if not self.apart:
            return self
        alone = {name for name, _ in self.apart}
        always, never, structural = (
            frozenset(cell for cell in cells if not alone & dict(cell).keys())
            for cells in (self.always, self.never, self.structural)
        )
        return replace(
            self,
            sensitive=self.sensitive - alone,
            always=always,
            never=never,
            structural=structural,
            apart=(),
        )

    def of_apart(self, name: str) -> "Rules":
        """The rules of the one table that a dimension apart stands in: that table, with its margins."""
        dims = {name, *dict(self.apart)[name]}
        always, never, structural = (
            frozenset(cell for cell in cells if dict(cell).keys() <= dims)
            for cells in (self.always, self.never, self.structural)
        )
        return replace(
            self,
            max_dims=None,
            sensitive=self.sensitive & dims,
            priority=(),
            always=always,
            never=never,
            structural=structural,
            finer=None,
            apart=(),
        )

    def check_names(self, dims: Iterable[Hierarchy]) -> None:
        """Raise RulesError, naming the dimension, for a dimension that the table does not have."""
        known = {d.name for d in dims}
        of_cells = {name for cell in self.always | self.never | self.structural for name, _ in cell}
        named = self.sensitive.union(of_cells, *(t.dims for t in (*self.priority, *(self.finer or ()))))
        named = named.union(*({name, *others} for name, others in self.apart))
        for name in sorted(named - known):
            message = f"the rules name a dimension {name!r} that the table does not have"
            raise RulesError(message, remedy=f"The dimensions are: {', '.join(sorted(known))}.")


def is_small_count(values: Ints, k: int) -> Bools:
    """Whether cells hold 1 to k-1 people, however the policy treats zeros: a mask (n,) over values (n,)."""
    return (values > 0) & (values < k)
