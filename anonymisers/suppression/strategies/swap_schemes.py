"""Which attributes people may exchange, and among whom.

People who agree on a *context* may exchange what they are by the *moved* dimensions: nothing changes in any
table that names none of these, whatever else they are. So a search needs to look only at the moved
dimensions and at those that some table names together with one of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

Axes = tuple[int, ...]


@dataclass(frozen=True)
class Move:
    """Exchange `moved` among people who agree on `context`; every table naming a moved one names no third."""

    moved: Axes
    context: Axes

    @property
    def axes(self) -> Axes:
        """Both, ascending."""
        return tuple(sorted((*self.moved, *self.context)))


def together(footprints: Sequence[frozenset[int]], dims: int) -> tuple[frozenset[int], ...]:
    """For each dimension all that stand in a table with it, itself among them."""
    groups: list[frozenset[int]] = [frozenset((a,)) for a in range(dims)]
    for footprint in footprints:
        for axis in footprint:
            groups[axis] |= footprint
    return tuple(groups)


@lru_cache(maxsize=1024)
def moves_for(
    table: frozenset[int], groups: tuple[frozenset[int], ...], *, most: int = 3
) -> tuple[Move, ...]:
    """Moves that can change a table's cells: the fewest dimensions first, then as many moved as they allow.

    At most `most` moves; the last ones move all dimensions of the table.
    """
    found: dict[tuple[int, int, Axes], frozenset[int]] = {}
    for size in range(1, len(table) + 1):
        for chosen in combinations(sorted(table), size):
            reach = frozenset().union(*(groups[a] for a in chosen))
            moved = frozenset(a for a in reach if groups[a] <= reach)
            if len(moved) > len(table) and len(moved) < len(reach):
                moved = moved if len(moved) <= 3 else frozenset(chosen)
            found[len(reach), -len(moved), tuple(sorted(moved))] = reach
    result: list[Move] = []
    for (_, _, axes), reach in sorted(found.items()):
        if all(not set(axes) <= set(known.moved) for known in result):
            result.append(Move(axes, tuple(sorted(reach - set(axes)))))
    return tuple(result[:most])


def blocks_of(groups: Sequence[frozenset[int]]) -> tuple[Move, ...]:
    """For each dimension the largest exchange that changes no table: all its company is the context."""
    result = set()
    for group in groups:
        moved = frozenset(a for a in group if groups[a] <= group)
        result.add(Move(tuple(sorted(moved)), tuple(sorted(group - moved))))
    return tuple(sorted(result, key=lambda m: (m.moved, m.context)))
