"""Differential privacy of a data set, for its life: the budget, and the words naming the budget.

The unit of privacy is a person: adding or removing a person, with everything ever known of the person,
changes the draws of one release part by one count in each table. A table therefore spends its epsilon, and a
person the sum over the tables of the person's part: no more than the budget (Dwork and Roth, The Algorithmic
Foundations of Differential Privacy, 2014).
"""

import json
from dataclasses import dataclass
from fractions import Fraction

from anonymisers.errors import RulesError

NAME = "differential-privacy"


@dataclass(frozen=True)
class Privacy:
    """`budget` is the epsilon of each person for ever, of which every drawn table spends `per_table`.

    `budget` and `per_table` are decimals in their shortest form. People of years before `first_year` are not
    counted.
    """

    budget: str
    per_table: str
    first_year: int

    def __post_init__(self) -> None:
        if not 0 < self.epsilon <= self.total:
            raise RulesError(
                "this is no privacy budget", remedy="A table costs more than 0, and at most the budget."
            )

    @property
    def total(self) -> Fraction:
        return Fraction(self.budget)

    @property
    def epsilon(self) -> Fraction:
        """The epsilon spent by one table."""
        return Fraction(self.per_table)

    @property
    def words(self) -> str:
        """The mechanism with its parameters, in one form: equal mechanisms have equal words."""
        return json.dumps({NAME: [self.budget, self.per_table, self.first_year]})


def privacy_of(words: str) -> Privacy | None:
    """Read the words written by `Privacy.words`; None for the words of another mechanism."""
    try:
        ((name, parameters),) = json.loads(words).items()
        found = Privacy(*parameters) if name == NAME else None
    except (ValueError, AttributeError, TypeError):
        return None
    return found if found is not None and found.words == words else None
