"""Which totals are worth summing: those that may be published if their sum lies in its window.

A member enters at most one total of cells that share sums with each other, ever: what the one tells of its
cells then says nothing of the other, so that each total can be judged alone.
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
    """A withheld cell that a member would contribute: what it can be, and the component that it stands in."""

    range: FeasibleRange
    component: int


@dataclass(frozen=True)
class MemberOffer:
    """What a member would contribute, and the fewest contributors that it demands."""

    contributors: int
    cells: Mapping[tuple[str, ...], OfferedRange]


@dataclass(frozen=True)
class SumCandidate:
    """A total whose withheld parts are those of `members`."""

    cell: tuple[str, ...]
    members: tuple[str, ...]


@dataclass(frozen=True)
class ChosenSum:
    """A candidate with the sums for which it is published, and the sums that it can be at all."""

    candidate: SumCandidate
    window: PublicationWindow
    least: int
    most: int

    @property
    def share(self) -> float:
        """Of the sums that it can be, the share for which it is published."""
        return (self.window.most - self.window.least + 1) / (self.most - self.least + 1)


def choose(
    candidates: Sequence[SumCandidate], offers: Mapping[str, MemberOffer], colluders: int = COLLUDERS
) -> tuple[ChosenSum, ...]:
    """The totals to sum: first those whose sum is the likeliest to lie in its window, else as they come.

    Follows from what is shown: no withheld value plays a part.
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
