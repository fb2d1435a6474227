"""The share of a number in its total, as far as the shown numbers leave it certain. Pure.

A share of a withheld number, or in a withheld total, is a range: arithmetic on what the table shows. Nothing
is worked out from numbers of different members, from noise, or from a total that is not there.
"""

from collections.abc import Set
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction

from gateway.wire.cells import Cell, Status

Ends = tuple[int, int | None]
"""The least and the greatest possible number; None: no greatest."""


class NoShare(Enum):
    """Why there is no share of a number."""

    NO_TOTAL = "no-total"  # the total is not shown, and has no range
    OTHER_MEMBERS = "other-members"  # the total lacks a member of the number
    NOISE = "noise"  # the number or the total holds unbounded noise
    OF_NOTHING = "of-nothing"  # the total is 0


@dataclass(frozen=True)
class Share:
    """A share between `least` and `most`, 0 to 1; certain where both are the same."""

    least: Fraction
    most: Fraction

    @property
    def certain(self) -> bool:
        return self.least == self.most


def share(cell: Cell, whole: Cell | None, owners: Set[str] = frozenset()) -> Share | NoShare:
    """The share of a shown or withheld number in its total, both with their bounds.

    `owners` are the members to which the number belongs; none for a number of the whole region.
    """
    if whole is None or whole.status not in (Status.VALUE, Status.WITHHELD):
        return NoShare.NO_TOTAL
    if cell.standard_deviation or whole.standard_deviation:
        return NoShare.NOISE
    lacking = set(whole.missing_members)
    if lacking & owners if owners else lacking - set(cell.missing_members):
        return NoShare.OTHER_MEMBERS
    part, total = possible(cell), possible(whole)
    if total[1] == 0:
        return NoShare.OF_NOTHING
    least, most = _quotient(part, total)
    # The total counts members that the number lacks: the share of all of them may be larger.
    incomplete = not owners and lacking != set(cell.missing_members)
    return Share(least, Fraction(1) if incomplete else most)


def possible(cell: Cell) -> Ends:
    """The numbers that a shown or withheld cell leaves possible, of a cell without unbounded noise."""
    if cell.value is None:
        return cell.at_least or 0, cell.at_most
    return max(0, cell.value - cell.largest_deviation), cell.value + cell.largest_deviation


def _quotient(part: Ends, total: Ends) -> tuple[Fraction, Fraction]:
    """The least and the greatest share: a total is no smaller than its part."""
    (low, high), (total_low, total_high) = part, total
    least = Fraction(0) if not total_high else min(Fraction(low, total_high), Fraction(1))
    smallest = max(total_low, low)
    if high is None or not smallest:
        return least, Fraction(1)
    return least, min(Fraction(high, smallest), Fraction(1))
