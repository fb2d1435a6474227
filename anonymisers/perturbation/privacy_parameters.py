"""Differential privacy of a data set, for its life: what it may cost, and the words that name it.

The unit is a person: whoever is added or left out, with everything that is ever known of him, changes what
is drawn of one portion by one count in each table. So a table costs its epsilon, and a person the sum of
what the tables of the own portion cost: no more than the budget.
"""

import json
from dataclasses import dataclass
from fractions import Fraction

from anonymisers.errors import RulesError

NAME = "differential-privacy"


@dataclass(frozen=True)
class Privacy:
    """`budget` is the epsilon of each person for ever, `per_table` of it goes with every table that is drawn.

    `budget` and `per_table` are decimals in their shortest form. Nobody is counted of before `first_year`.
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
        """What one table costs."""
        return Fraction(self.per_table)

    @property
    def words(self) -> str:
        """With all that belongs to it, in one form: equal mechanisms have equal words."""
        return json.dumps({NAME: [self.budget, self.per_table, self.first_year]})


def privacy_of(words: str) -> Privacy | None:
    """What `Privacy.words` wrote; None for the words of another mechanism."""
    try:
        ((name, parameters),) = json.loads(words).items()
        found = Privacy(*parameters) if name == NAME else None
    except (ValueError, AttributeError, TypeError):
        return None
    return found if found is not None and found.words == words else None
