"""What a policy asks of the protection of one data set."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal, overload

from anonymisers.errors import RulesError
from anonymisers.tables.arrays import Bools, Ints
from anonymisers.tables.cell_names import CellName, name_in_words
from anonymisers.tables.hierarchy import Hierarchy

Zeros = Literal["partner", "publish", "protect"]
Level = tuple[tuple[str, int], ...]
"""The cells of one table at one level: pairs of a dimension and the depth of its codes there."""


@dataclass(frozen=True)
class TableOf:
    """A table by the dimensions it names, each down to a level (1: the highest codes below `Total`)."""

    dims: frozenset[str]
    levels: frozenset[tuple[str, int]] = frozenset()
    """Pairs of a dimension and the finest level of it; a dimension not named goes down to its leaves."""

    @classmethod
    def of(cls, dims: Iterable[str], **levels: int) -> "TableOf":
        """The table of some dimensions, some of them cut at a level."""
        return cls(frozenset(dims), frozenset(levels.items()))

    def __post_init__(self) -> None:
        for name, level in self.levels:
            if name not in self.dims or level < 1:
                message = f"a table of {sorted(self.dims)} cannot cut {name!r} at level {level}"
                raise RulesError(message, remedy="Cut only dimensions of the table, at level 1 or deeper.")


@dataclass(frozen=True)
class Rules:
    """Threshold, zeros and tables. Terms: `docs/explanation/disclosure-control/guarantee.md`.

    `threshold` k: a cell of 1..k-1 people is sensitive. `max_dims`: None for the one table of all dimensions
    (with its margins), else every table of up to so many. `sensitive`: dimensions whose breakdown of a
    withheld group is withheld whole. `priority`: tables protected first and then fixed. `expects_least`:
    whether the attacker uses that a withheld cell is at least 1 where every zero is shown; switching it off
    is for comparison with other tools only. `always`, `never`: cells to show, or to withhold, whatever they
    hold (`marked.Marked`). `structural`: groups in which nobody can be, besides those of the table.
    `finer`: tables to try before the others once the priority tables are settled, and to make room for among
    all that is shown then where that is worth it; None: no others are tried.
    It says what is sought, not what is safe: equal rules may differ in it.
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
        for place in sorted(self.always & self.never):
            raise RulesError(f"the cell {name_in_words(place)} is to be shown always and never")

    @property
    def least(self) -> int:
        """The least value that an attacker knows every withheld cell to have (L)."""
        return 1 if self.zeros == "publish" and self.expects_least else 0

    @property
    def smallest_sensitive(self) -> int:
        """0 where zeros are small cells too, else 1."""
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

    def check_names(self, dims: Iterable[Hierarchy]) -> None:
        """Raise RulesError for a dimension that the table does not have, naming it."""
        known = {d.name for d in dims}
        marked = {name for place in self.always | self.never | self.structural for name, _ in place}
        named = self.sensitive.union(marked, *(t.dims for t in (*self.priority, *(self.finer or ()))))
        for name in sorted(named - known):
            message = f"the rules name a dimension {name!r} that the table does not have"
            raise RulesError(message, remedy=f"The dimensions are: {', '.join(sorted(known))}.")


def is_small_count(values: Ints, k: int) -> Bools:
    """Whether cells hold 1 to k-1 people, however the policy treats zeros: a mask (n,) over values (n,)."""
    return (values > 0) & (values < k)
