"""The privacy budget of a data set as a node keeps it: who was charged, for which tables, and the noisy
counts.
"""

from dataclasses import dataclass, field
from typing import Protocol

Table = tuple[tuple[str, str], ...]
"""Dimension and level of each axis of the table."""


@dataclass(frozen=True)
class ReleasePart:
    """People who are counted from one release on, as internal pseudonyms; each person is in one part for
    ever.

    `cases`: all cases of these people in the register then, so that a person with a new number is recognised;
    `years`: the years in which the people are counted; `mechanism`: with its parameters, in the words of
    `gateway.member.policy.mechanism_choice`.
    """

    number: int
    mechanism: str
    years: tuple[int, ...]
    persons: frozenset[str] = field(repr=False)
    cases: frozenset[str] = field(default=frozenset(), repr=False)


@dataclass(frozen=True)
class BudgetCharge:
    """A table charged to every person of a release part, by the entry `because` (`privacy-charged`).

    `answer`: the noisy counts; None until they are drawn, which waits for the hub's cosignature of the entry.
    """

    because: int
    release_part: int
    table: Table
    epsilon: str
    answer: bytes | None = field(default=None, repr=False)


class PrivacyView(Protocol):
    def release_parts(self) -> tuple[ReleasePart, ...]:
        """All release parts, in order of time."""

    def charged(self) -> tuple[BudgetCharge, ...]:
        """All charges, in order of time."""


class PrivacyWriter(PrivacyView, Protocol):
    def add_release_part(self, release_part: ReleasePart) -> None:
        """Add a release part, with its first charge."""

    def charge(self, charge: BudgetCharge) -> None: ...

    def keep(self, charge: BudgetCharge) -> None:
        """Keep the noisy counts of a charge without any yet: the first noisy counts stay."""
