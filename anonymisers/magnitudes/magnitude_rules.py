"""Primary suppression of magnitude tables: which cells give away what single people contribute."""

from dataclasses import dataclass

import numpy as np

from anonymisers.errors import RulesError
from anonymisers.tables.arrays import Bools, Ints
from anonymisers.tables.rules import is_small_count


@dataclass(frozen=True)
class MagnitudeRules:
    """The rules of primary suppression of magnitude tables (Hundepool and others, 2012), and zeros.

    `threshold` k: a cell of 1 to k-1 people is sensitive. `dominance` (n, share): a cell is sensitive if the
    n largest contributions are more than `share` per cent. `p_percent`: a cell is sensitive if all
    contributions but the two largest add up to less than p per cent of the largest, so that the second
    contributor could estimate the largest contribution to p per cent. `publish_zeros`: all cells
    without people are shown; else such cells may be withheld beside others.
    """

    threshold: int = 5
    dominance: tuple[int, float] | None = None
    p_percent: float | None = None
    max_dims: int | None = None
    publish_zeros: bool = False

    def __post_init__(self) -> None:
        if self.threshold < 2:
            raise RulesError("a threshold below 2 protects nobody", remedy="Choose 3 or more.")
        if self.dominance is not None and not (self.dominance[0] >= 1 and 0 < self.dominance[1] < 100):
            raise RulesError("the dominance rule is a number of people and a share below 100 per cent")
        if self.p_percent is not None and not 0 < self.p_percent <= 100:
            raise RulesError("p of the p% rule is above 0 and at most 100")


@dataclass(frozen=True, eq=False)
class CellAmounts:
    """Arrays (cells,): the `sums`, the number of `people`, the k largest contributions together (`needed`),
    and whether a cell is `sensitive`."""

    sums: Ints
    people: Ints
    needed: Ints
    sensitive: Bools

    @classmethod
    def of(cls, rules: MagnitudeRules, cell: Ints, amount: Ints, size: int) -> "CellAmounts":
        """Judge `size` cells; each person contributes an `amount` (m,) to a `cell` (m,), to each once."""
        order = np.lexsort((-amount, cell))
        cell, amount = cell[order], amount[order]
        people = np.bincount(cell, minlength=size).astype(np.int64)
        rank = np.arange(len(cell)) - (np.cumsum(people) - people)[cell]

        def largest(first: int) -> Ints:
            kept = rank < first
            return np.bincount(cell[kept], weights=amount[kept], minlength=size).astype(np.int64)

        sums = np.bincount(cell, weights=amount, minlength=size).astype(np.int64)
        sensitive = is_small_count(people, rules.threshold)
        if rules.dominance is not None:
            number, share = rules.dominance
            sensitive |= 100 * largest(number) > share * sums
        if rules.p_percent is not None:
            sensitive |= (people > 0) & (100 * (sums - largest(2)) < rules.p_percent * largest(1))
        return cls(sums, people, largest(rules.threshold), sensitive)
