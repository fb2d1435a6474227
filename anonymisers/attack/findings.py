"""What the attacker found, as values."""

from dataclasses import dataclass

Key = tuple[tuple[str, str | tuple[str, ...]], ...]
"""The dimensions that a cell limits, each with its code, or with the codes of which any one fits."""


@dataclass(frozen=True)
class Found:
    """A cell and the interval of values it can have, given everything released.

    `release` is the number (from 0) of a release that lists the cell, None when none does; `high` is None
    when nothing bounds it. The interval is over the reals, rounded inwards to integers, and so contains every
    value that is possible.
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
    """A small cell that the only person of another withheld cell can compute."""

    cell: Found
    singleton: Key


@dataclass(frozen=True)
class Findings:
    """The attacker's report. Every tuple is in the order of the cells of the system.

    `disclosed`: withheld cells with one possible value. `narrow`: withheld cells that may be small, whose
    interval neither holds lower..threshold-1 nor is threshold wide. `insider`: needs the truth. `unasked`:
    cells in no release that are small for certain; `differences` counts those that are simply one shown cell
    minus others. `open`: cells the time limit left undecided, with the interval proven so far; `interrupted`
    says in words what else it cut short. `unexamined`: in words, what was not looked at, and why.
    """

    cells: int
    withheld: int
    disclosed: tuple[Found, ...] = ()
    insufficiently_protected: tuple[Found, ...] = ()
    singletons: tuple[SingletonDisclosure, ...] = ()
    unlisted: tuple[Found, ...] = ()
    differences: int = 0
    open: tuple[Found, ...] = ()
    interrupted: tuple[str, ...] = ()
    unexamined: tuple[str, ...] = ()

    @property
    def broken(self) -> bool:
        """Whether anything follows that should not: what must keep a cube from answering."""
        return bool(self.disclosed or self.singletons or self.unlisted)

    @property
    def undecided(self) -> bool:
        """Whether the time limit left anything open."""
        return bool(self.open or self.interrupted)
