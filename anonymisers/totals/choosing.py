"""Which totals of one table are worth summing: those that may be published if their sum lies in its window.

A member enters at most one total of cells that share sums with each other, ever: what the one tells of its
cells then says nothing of the other, so that each total can be judged alone. Where members disagree about
which cells share sums, the strictest counts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from anonymisers.totals.freedom import range_of
from anonymisers.totals.grid import Grid
from anonymisers.totals.window import COLLUDERS, Window, fewest, window


@dataclass(frozen=True)
class Offer:
    """A member's part: its table, the fewest contributors that it demands, and where each cell stands in it.

    `places` has the cells that the member would contribute to; `taken` the components of its table that an
    earlier total has used.
    """

    grid: Grid
    contributors: int
    places: Mapping[tuple[str, ...], int]
    taken: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Candidate:
    """A total whose withheld parts are those of `members`."""

    cell: tuple[str, ...]
    members: tuple[str, ...]


@dataclass(frozen=True)
class Chosen:
    """A candidate with the sums for which it is published, and the sums that it can be at all."""

    candidate: Candidate
    window: Window
    least: int
    most: int


def choose(
    candidates: Sequence[Candidate], offers: Mapping[str, Offer], colluders: int = COLLUDERS
) -> tuple[Chosen, ...]:
    """The totals to sum, in the order of `candidates`: an earlier one is preferred.

    Follows from what everybody can see: no withheld value plays a part.
    """
    taken = {member: set(offer.taken) for member, offer in offers.items()}
    chosen = []
    for candidate in candidates:
        parts = {
            m: (offers[m], offers[m].places[candidate.cell])
            for m in candidate.members
            if m in offers and candidate.cell in offers[m].places
        }
        if len(parts) < len(candidate.members) or not _enough(parts, colluders):
            continue
        used = {m: int(offer.grid.components[place]) for m, (offer, place) in parts.items()}
        if any(number in taken[m] for m, number in used.items()):
            continue
        found = _judged(candidate, parts, colluders)
        if found is not None:
            chosen.append(found)
            for member, number in used.items():
                taken[member].add(number)
    return tuple(chosen)


def _enough(parts: Mapping[str, tuple[Offer, int]], colluders: int) -> bool:
    demanded = [fewest(colluders), *(offer.contributors for offer, _ in parts.values())]
    return len(parts) >= max(demanded)


def _judged(candidate: Candidate, parts: Mapping[str, tuple[Offer, int]], colluders: int) -> Chosen | None:
    ranges = []
    for offer, place in parts.values():
        # Without an upper bound anywhere there is no window: no need to look at any other cell.
        found = range_of(offer.grid, place)
        if found is None:
            return None
        ranges.append(found)
    between = window(ranges, colluders)
    if between is None:
        return None
    return Chosen(candidate, between, sum(r.low for r in ranges), sum(r.high for r in ranges))
