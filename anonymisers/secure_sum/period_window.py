"""The publication window: the values of a regional sum that may be published, from public bounds alone.

Contributors i hold withheld cells l_i <= x_i <= u_i; nothing links the cells of different members. S, the
sum of the x_i, is published. A coalition knowing t of the x_i knows R, the sum of the remaining x_i, and
finds

    x_i in [max(l_i, u_i - b), min(u_i, l_i + a)],  a = R - sum of l,  b = sum of u - R,

over the remaining contributors. The rule: after the publication, and after an announcement that nothing is
published, every such interval is unchanged or at least k wide. The rule holds for every S in [least, most]
when

    least = max over coalitions J (sum of u in J + sum of l outside) + k + 1,
    most  = min over coalitions J (sum of l in J + sum of u outside) - k - 1,

and the contributors without J and i leave k of freedom: sum of (u - l) >= k. Then a and b are at least k +
1 for any values of J; where both bounds cut the interval, its width is a + b - (u_i - l_i), the freedom of
the remaining contributors. "No publication" reveals that S lies outside: S may then still be anything from
its least possible value up to `least` - 1, so that for any values of J a may be 0..k, and x_i anything up
to l_i + k. The window, and the knowledge gained outside the window, are known before any contribution is
made: the decision itself reveals nothing beyond the rule.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from anonymisers.secure_sum.offered_cells import UNBOUNDED

COLLUDERS = 1
"""t: the number of contributors that may collude with the hub's operator."""


def fewest_contributors(colluders: int = COLLUDERS) -> int:
    """How many contributors a total has at least: t + 3."""
    return colluders + 3


@dataclass(frozen=True)
class FeasibleRange:
    """The feasible range of a contributor's cell before any sum is known, and the member's k."""

    low: int
    high: int
    threshold: int


@dataclass(frozen=True)
class PublicationWindow:
    """A sum in `least`..`most` is published; any other sum is only known to lie outside."""

    least: int
    most: int

    def __contains__(self, total: int) -> bool:
        return self.least <= total <= self.most


def publication_window(
    ranges: Sequence[FeasibleRange], colluders: int = COLLUDERS
) -> PublicationWindow | None:
    """Return the sums that may be published; None when there are none, so that nothing need be computed."""
    if len(ranges) < fewest_contributors(colluders) or any(r.high >= UNBOUNDED for r in ranges):
        return None
    k = max(r.threshold for r in ranges)
    freedom = sorted((r.high - r.low for r in ranges), reverse=True)
    # Worst case: coalition and contributor are those with the most freedom.
    if sum(freedom[colluders + 1 :]) < k:
        return None
    # For members of the coalition the bounds are swapped: worst where the bounds are far apart.
    held = sum(freedom[:colluders])
    least = sum(r.low for r in ranges) + held + k + 1
    most = sum(r.high for r in ranges) - held - k - 1
    return PublicationWindow(least, most) if least <= most else None
