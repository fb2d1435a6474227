"""Between which values a regional total may be published, from public bounds alone.

Contributors i hold withheld cells l_i <= x_i <= u_i; nothing links the cells of different members. Published
is S, the sum of the x_i. Whoever knows t of them knows R, the sum of the others, and finds

    x_i in [max(l_i, u_i - b), min(u_i, l_i + a)],  a = R - sum of l,  b = sum of u - R,

over the others. The rule: after the publication, and after hearing that there is none, every such interval is
what it was before, or at least k wide. It holds for every S in [least, most] when

    least = max over coalitions J (sum of u in J + sum of l outside) + k + 1,
    most  = min over coalitions J (sum of l in J + sum of u outside) - k - 1,

and the contributors without J and i leave k of freedom: sum of (u - l) >= k. For then a and b are at least
k + 1 for whatever J holds; where both cut the interval it is a + b - (u_i - l_i) wide, which is the freedom
of the others. "No publication" says that S is outside: S may then still be anything from its least possible
value up to `least` - 1, so that for whatever J holds a may be 0..k, and x_i anything up to l_i + k. The
window and what is learnt outside of it are known before any contribution is made: the decision itself tells
nothing but what the rule allows for.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from anonymisers.secure_sum.offered_cells import UNBOUNDED

COLLUDERS = 1
"""t: how many contributors may tell the hub's operator what they hold."""


def fewest_contributors(colluders: int = COLLUDERS) -> int:
    """How many contributors a total has at least: t + 3."""
    return colluders + 3


@dataclass(frozen=True)
class FeasibleRange:
    """What a contributor's cell can be before any total is known, and the member's k."""

    low: int
    high: int
    threshold: int


@dataclass(frozen=True)
class PublicationWindow:
    """A sum in `least`..`most` is published; one outside is not, and is only known to lie outside."""

    least: int
    most: int

    def __contains__(self, total: int) -> bool:
        return self.least <= total <= self.most


def publication_window(
    ranges: Sequence[FeasibleRange], colluders: int = COLLUDERS
) -> PublicationWindow | None:
    """The sums that may be published; None when there is none, so that nothing need be summed."""
    if len(ranges) < fewest_contributors(colluders) or any(r.high >= UNBOUNDED for r in ranges):
        return None
    k = max(r.threshold for r in ranges)
    freedom = sorted((r.high - r.low for r in ranges), reverse=True)
    # The coalition and the contributor looked at are at worst those with the most freedom.
    if sum(freedom[colluders + 1 :]) < k:
        return None
    # A member of the coalition counts one bound instead of the other: at worst where these are far apart.
    held = sum(freedom[:colluders])
    least = sum(r.low for r in ranges) + held + k + 1
    most = sum(r.high for r in ranges) - held - k - 1
    return PublicationWindow(least, most) if least <= most else None
