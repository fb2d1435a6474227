"""Swap schemes: which attributes people may swap, and with whom.

People agreeing on the *matching* dimensions may swap codes of the *swapped* dimensions (data swapping,
Dalenius and Reiss 1982). Tables naming no swapped dimension stay as before. So a search needs only the
swapped dimensions and the dimensions sharing a table with a swapped dimension.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import combinations

Axes = tuple[int, ...]


@dataclass(frozen=True)
class SwapScheme:
    """Swap codes of the `swapped` dimensions among people agreeing on the `matching` dimensions.

    A table naming a swapped dimension names no dimension outside the two.
    """

    swapped: Axes
    matching: Axes

    @cached_property
    def axes(self) -> Axes:
        """Swapped and matching dimensions, ascending."""
        return tuple(sorted((*self.swapped, *self.matching)))

    @cached_property
    def masks(self) -> tuple[int, int]:
        """The matching and the swapped dimensions, each as the bits of a number."""
        return sum(1 << axis for axis in self.matching), sum(1 << axis for axis in self.swapped)


def linked_dimensions(footprints: Sequence[frozenset[int]], dims: int) -> tuple[frozenset[int], ...]:
    """Return for each dimension all dimensions of the tables naming that dimension."""
    groups: list[frozenset[int]] = [frozenset((a,)) for a in range(dims)]
    for footprint in footprints:
        for axis in footprint:
            groups[axis] |= footprint
    return tuple(groups)


@lru_cache(maxsize=1024)
def schemes_for(
    table: frozenset[int], groups: tuple[frozenset[int], ...], *, most: int = 3
) -> tuple[SwapScheme, ...]:
    """Return schemes able to change a table's cells: the fewest dimensions first, then the most swapped
    dimensions.

    At most `most` schemes are returned; the last schemes swap all dimensions of the table.
    """
    found: dict[tuple[int, int, Axes], frozenset[int]] = {}
    for size in range(1, len(table) + 1):
        for chosen in combinations(sorted(table), size):
            reach = frozenset().union(*(groups[a] for a in chosen))
            swapped = frozenset(a for a in reach if groups[a] <= reach)
            if len(swapped) > len(table) and len(swapped) < len(reach):
                swapped = swapped if len(swapped) <= 3 else frozenset(chosen)
            found[len(reach), -len(swapped), tuple(sorted(swapped))] = reach
    result: list[SwapScheme] = []
    for (_, _, axes), reach in sorted(found.items()):
        if all(not set(axes) <= set(known.swapped) for known in result):
            result.append(SwapScheme(axes, tuple(sorted(reach - set(axes)))))
    return tuple(result[:most])


def largest_schemes(groups: Sequence[frozenset[int]]) -> tuple[SwapScheme, ...]:
    """Return for each dimension the largest swap changing no table: all dimensions linked to it must
    match."""
    result = set()
    for group in groups:
        swapped = frozenset(a for a in group if groups[a] <= group)
        result.add(SwapScheme(tuple(sorted(swapped)), tuple(sorted(group - swapped))))
    return tuple(sorted(result, key=lambda m: (m.swapped, m.matching)))


def widest_schemes(groups: Sequence[frozenset[int]]) -> tuple[SwapScheme, ...]:
    """Return every swap changing no table of which no swap of more dimensions needs the same people to match.

    These are at most as many as there are sets of dimensions; the fewest dimensions come first.
    """
    found = set()
    for size in range(1, len(groups) + 1):
        for chosen in combinations(groups, size):
            reach = frozenset().union(*chosen)
            swapped = frozenset(a for a in reach if groups[a] <= reach)
            found.add(SwapScheme(tuple(sorted(swapped)), tuple(sorted(reach - swapped))))
    return tuple(sorted(found, key=lambda scheme: (len(scheme.axes), scheme.swapped, scheme.matching)))
