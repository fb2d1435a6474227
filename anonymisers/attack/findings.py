"""The findings of the attacker, as values."""

from dataclasses import dataclass

Key = tuple[tuple[str, str | tuple[str, ...]], ...]
"""The dimensions limited by a cell, each with its code, or with alternative codes."""


@dataclass(frozen=True)
class Found:
    """A cell and its feasibility interval, given everything released.

    `release` is the number (from 0) of a release listing the cell, None for an unlisted cell; `high` is None
    when nothing bounds the cell. The interval is over the reals, rounded inwards to integers, and so contains
    every possible value.
    """

    key: Key
    release: int | None
    low: int
    high: int | None

    def __str__(self) -> str:
        words = ", ".join(f"{n}={c if isinstance(c, str) else '+'.join(c)}" for n, c in self.key)
        return words or "everybody"


@dataclass(frozen=True)
class SingletonDisclosure:
    """A small cell, computable for the only person of another withheld cell: the singleton."""

    cell: Found
    singleton: Key


@dataclass(frozen=True)
class Findings:
    """The attacker's report. Every tuple is in the order of the cells of the model.

    `disclosed`: withheld cells with one possible value. `insufficiently_protected`: withheld cells that may
    be small and whose interval neither contains lower..threshold-1 nor has at least the width of the
    threshold. `singletons`: needs the true table. `unlisted`: cells in no release that are certainly small;
    `differences` counts the unlisted cells that are one shown cell minus other shown cells. `undecided`:
    cells without a verdict at the time limit, with the interval proven so far; `interrupted` says in words
    what else the time limit cut short. `unexamined`: in words, what was not examined, and why.
    """

    cells: int
    withheld: int
    disclosed: tuple[Found, ...] = ()
    insufficiently_protected: tuple[Found, ...] = ()
    singletons: tuple[SingletonDisclosure, ...] = ()
    unlisted: tuple[Found, ...] = ()
    differences: int = 0
    undecided: tuple[Found, ...] = ()
    interrupted: tuple[str, ...] = ()
    unexamined: tuple[str, ...] = ()

    @property
    def broken(self) -> bool:
        """Whether anything follows that must keep a cube from answering."""
        return bool(self.disclosed or self.singletons or self.unlisted)

    @property
    def incomplete(self) -> bool:
        """Whether the time limit left anything undecided."""
        return bool(self.undecided or self.interrupted)
