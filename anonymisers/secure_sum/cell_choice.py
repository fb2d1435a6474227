"""Choose the sums worth computing: sums that may be published if the result lies in the publication window.

A member contributes to at most one sum of cells connected by shown sums, ever: a published sum of one cell
then tells nothing of another, and each sum can be judged alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from anonymisers.secure_sum.period_window import (
    COLLUDERS,
    FeasibleRange,
    PublicationWindow,
    fewest_contributors,
    publication_window,
)


@dataclass(frozen=True)
class OfferedRange:
    """A withheld cell offered by a member: its feasible range, and the component of the cell."""

    range: FeasibleRange
    component: int


@dataclass(frozen=True)
class MemberOffer:
    """The cells offered by a member, and the fewest contributors demanded by the member."""

    contributors: int
    cells: Mapping[tuple[str, ...], OfferedRange]


@dataclass(frozen=True)
class SumCandidate:
    """A sum whose withheld parts belong to `members`."""

    cell: tuple[str, ...]
    members: tuple[str, ...]


@dataclass(frozen=True)
class ChosenSum:
    """A candidate with its publication window and the range of its possible results."""

    candidate: SumCandidate
    window: PublicationWindow
    least: int
    most: int

    @property
    def share(self) -> float:
        """The share of the possible results inside the publication window."""
        return (self.window.most - self.window.least + 1) / (self.most - self.least + 1)


def choose(
    candidates: Sequence[SumCandidate], offers: Mapping[str, MemberOffer], colluders: int = COLLUDERS
) -> tuple[ChosenSum, ...]:
    """Choose the sums to compute: sums likeliest to lie in their window first, otherwise in the given order.

    The choice follows from public values: no withheld value plays a part.
    """
    found = [f for f in (_judged(c, offers, colluders) for c in candidates) if f is not None]
    found.sort(key=lambda f: -f.share)
    used: set[tuple[str, int]] = set()
    chosen = []
    for judged in found:
        components = {(m, offers[m].cells[judged.candidate.cell].component) for m in judged.candidate.members}
        if not used & components:
            chosen.append(judged)
            used |= components
    return tuple(chosen)


def _judged(candidate: SumCandidate, offers: Mapping[str, MemberOffer], colluders: int) -> ChosenSum | None:
    parts = {
        m: offers[m].cells[candidate.cell]
        for m in candidate.members
        if m in offers and candidate.cell in offers[m].cells
    }
    demanded = max([fewest_contributors(colluders), *(offers[m].contributors for m in parts)])
    if len(parts) < max(demanded, len(candidate.members)):
        return None
    ranges = [part.range for part in parts.values()]
    between = publication_window(ranges, colluders)
    if between is None:
        return None
    return ChosenSum(candidate, between, sum(r.low for r in ranges), sum(r.high for r in ranges))
