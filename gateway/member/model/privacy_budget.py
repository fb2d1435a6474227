"""The privacy budget of a data set as a node keeps it: who paid, for which tables, and what was drawn."""

from dataclasses import dataclass, field
from typing import Protocol

Table = tuple[tuple[str, str], ...]
"""Dimension and level of each of its axes."""


@dataclass(frozen=True)
class Portion:
    """People who are counted from one release on, each in one portion for ever: internal pseudonyms.

    `cases`: all that the register had of them then, so that somebody is known again who gets another number;
    `years`: those in which they are counted; `mechanism`: with its parameters, in the words of
    `gateway.member.policy.mechanism_choice`.
    """

    number: int
    mechanism: str
    years: tuple[int, ...]
    persons: frozenset[str] = field(repr=False)
    cases: frozenset[str] = field(default=frozenset(), repr=False)


@dataclass(frozen=True)
class BudgetCharge:
    """A table that every person of a portion paid for. `because`: the entry `privacy-charged` that says so.

    `answer`: what was drawn; None while it is not kept, and for ever where it was lost.
    """

    because: int
    portion: int
    table: Table
    epsilon: str
    answer: bytes | None = field(default=None, repr=False)


class PrivacyView(Protocol):
    def portions(self) -> tuple[Portion, ...]:
        """In the order in which they came."""

    def charged(self) -> tuple[BudgetCharge, ...]:
        """In the order in which it was charged."""


class PrivacyWriter(PrivacyView, Protocol):
    def add_portion(self, portion: Portion) -> None:
        """With its first charge."""

    def charge(self, charge: BudgetCharge) -> None: ...

    def keep(self, charge: BudgetCharge) -> None:
        """The answer of a charge that has none yet: the first that is kept stands."""
