"""Two exchanges of two people each, of which the second undoes what the first changes in the tables.

Two people who agree in every dimension that shares a table with a dimension A, but for a dimension B, swap
their codes of A. Of the table by A and B four cells change. Two others with the same four codes the other way
round swap back, elsewhere in the dimensions that no table names with A and B. No table has changed then, and
sums of further dimensions have. Such moves of four people are found by comparing numbers, without a program;
they are the degree-two moves of log-linear models that are not decomposable (Dobra and Sullivant, 2004).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import permutations

import numpy as np

from anonymisers.proof.world import World
from anonymisers.suppression.strategies.alternative_tables import drawn_order
from anonymisers.suppression.strategies.swap_schemes import linked_dimensions
from anonymisers.tables.arrays import Bools, Ints
from anonymisers.tables.base_table import BaseTable
from anonymisers.tables.stable_order import stable_order

MOST_FIRST = 12
"""First exchanges tried for each pair of dimensions."""
MOST_SECOND = 40
"""Second exchanges tried for each first."""
LARGEST_KIND = 1 << 44
"""Kinds below are sorted fastest."""


@dataclass(frozen=True, eq=False)
class ExchangesInReturn:
    """Exchanges among the people of a base table; `footprints`: the dimensions of each table."""

    people: BaseTable
    footprints: Sequence[frozenset[int]]
    _pairs: dict[tuple[int, int], "_Alike"] = field(default_factory=dict, init=False)

    def changing(self, inside: Bools, inner: int) -> World | None:
        """Return a feasible table of two exchanges that changes a sum, the first by a person of `inner`; None
        where none was found.

        `inside` (n, dims): whether the codes of each inner cell lie in those of the sum.
        """
        outside = np.count_nonzero(~inside, axis=1)
        for swapped in range(len(self.people.dims)):
            own = inside[:, swapped]
            if own.all():  # the sum is over all codes of the dimension: whoever swaps these stays in it
                continue
            rest = np.asarray(outside == ~own, dtype=np.bool_)  # in all others: 0 outside, or this alone
            for other in range(len(self.people.dims)):
                rows = self._first(swapped, other, inner, (own, rest)) if other != swapped else None
                if rows is not None:
                    return self._world(rows, swapped)
        return None

    def _first(self, swapped: int, other: int, inner: int, inside: tuple[Bools, Bools]) -> Ints | None:
        """The first quartet (4,) of exchanges of these dimensions that changes the sum."""
        for rows in self._alike(swapped, other).quartets(inner):
            changed = np.flatnonzero(self._changes(*inside, rows))
            if len(changed):
                first: Ints = rows[changed[0]]
                return first
        return None

    def _alike(self, swapped: int, other: int) -> "_Alike":
        if (swapped, other) not in self._pairs:
            self._pairs[swapped, other] = _Alike.of(self.people, self.footprints, swapped, other)
        return self._pairs[swapped, other]

    @staticmethod
    def _changes(own: Bools, rest: Bools, rows: Ints) -> Bools:
        """A mask (m,) of quartets (m, 4) after whose swaps the sum has more or fewer people.

        `own` (n,): whether an inner cell lies in the sum by the swapped dimension, `rest` by all others.
        """
        before = (rest[rows] & own[rows]).sum(axis=1)
        after = (rest[rows] & own[rows[:, [1, 0, 3, 2]]]).sum(axis=1)
        changed: Bools = before != after
        return changed

    def _world(self, rows: Ints, swapped: int) -> World:
        before = self.people.coords[rows]
        after = before.copy()
        after[:, swapped] = before[[1, 0, 3, 2], swapped]
        return World.of(np.concatenate([before, after]), np.repeat(np.array([-1, 1], dtype=np.int64), 4))


def shuffled_in_return(
    people: BaseTable, footprints: Sequence[frozenset[int]], key: bytes, purpose: str
) -> World:
    """Return a feasible table of very many exchanges, each made good by another, by the key.

    For each pair of dimensions everybody gets a random partner among those who agree in all dimensions
    linked to the swapped but the other; of exchanges that change the same four cells up and down, equally
    many are made.
    """
    before = [np.repeat(column, people.counts).astype(np.int64) for column in people.coords.T]
    codes = [column.copy() for column in before]
    groups = linked_dimensions(footprints, len(codes))
    for swapped, other in permutations(range(len(codes)), 2):
        if other not in groups[swapped]:
            continue
        both = {swapped, other}
        shared = frozenset[int]().union(*(table for table in footprints if both <= table)) - both
        matching = _number(codes, people, groups[swapped] - both)
        order = drawn_order(people, len(matching), key, f"{purpose} {swapped} {other}")
        matching = matching[order]
        alike = stable_order(matching)
        order, matching = order[alike], matching[alike]
        pairs = len(order) // 2 * 2
        kept = matching[:pairs:2] == matching[1:pairs:2]
        one, two = order[:pairs:2][kept], order[1:pairs:2][kept]
        a, b = codes[swapped], codes[other]
        kept = (a[one] != a[two]) & (b[one] != b[two])
        one, two = one[kept], two[kept]
        up = (a[one] < a[two]) == (b[one] < b[two])
        kind = _kinds(_number(codes, people, shared)[one], people, ((swapped, a), (other, b)), (one, two))
        made = _equally_many(kind, up)
        one, two = one[made], two[made]
        a[one], a[two] = a[two], a[one]
    moved = np.logical_or.reduce([now != then for now, then in zip(codes, before, strict=True)])
    both_ways = np.stack(
        [np.concatenate([a[moved], b[moved]]) for a, b in zip(before, codes, strict=True)], axis=1
    ).astype(np.int32)
    return World.of(both_ways, np.repeat(np.array([-1, 1], dtype=np.int64), len(both_ways) // 2))


def _number(codes: Sequence[Ints], people: BaseTable, axes: Iterable[int]) -> Ints:
    number = np.zeros(len(codes[0]), dtype=np.int64)
    for axis in sorted(axes):
        number = number * len(people.dims[axis].codes) + codes[axis]
    return number


def _kinds(
    kind: Ints, people: BaseTable, swaps: Sequence[tuple[int, Ints]], pairs: tuple[Ints, Ints]
) -> Ints:
    """Return one number for exchanges of the same kind that change the same four cells: the kind, and the
    lower and the higher code of each of both dimensions."""
    one, two = pairs
    size = int(kind.max(initial=0)) + 1
    for axis, code in swaps:
        for end in (np.minimum(code[one], code[two]), np.maximum(code[one], code[two])):
            codes = len(people.dims[axis].codes)
            if size >= LARGEST_KIND // codes:  # small again, however many codes there are
                kind = np.unique(kind, return_inverse=True)[1]
                size = len(kind) + 1
            kind, size = kind * codes + end, size * codes
    return kind


def _equally_many(kind: Ints, up: Bools) -> Bools:
    """Return a mask of as many exchanges up as down of each kind, the first of both."""
    order = stable_order(kind)
    ordered, rising = kind[order], up[order]
    starts = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1])[: len(ordered)])
    sizes = np.diff(np.append(starts, len(ordered)))
    before: Ints = np.cumsum(rising) - rising  # how many rise before each, of all kinds
    rank_up: Ints = before - np.repeat(before[starts], sizes)
    rank_down = np.arange(len(ordered)) - np.repeat(starts, sizes) - rank_up
    risen = np.add.reduceat(rising.astype(np.int64), starts) if len(starts) else starts
    fewest = np.repeat(np.minimum(risen, sizes - risen), sizes)
    made = np.empty(len(kind), dtype=np.bool_)
    made[order] = np.where(rising, rank_up, rank_down) < fewest
    return made


def _first_rows(numbers: Ints) -> dict[int, int]:
    """Return each number with its first place. Of few numbers this takes a fraction of an array's time."""
    return dict(zip(numbers[::-1].tolist(), range(len(numbers) - 1, -1, -1), strict=True))


@dataclass(frozen=True, eq=False)
class _Alike:
    """Who may swap a dimension with whom: `matching` (n,) is equal for people who agree in all dimensions
    linked to this but the `other`, and `context` (n,) for those who agree in all dimensions of a table of
    both."""

    people: BaseTable
    swapped: int
    other: int
    matching: Ints
    context: Ints
    order: Ints

    @classmethod
    def of(
        cls, people: BaseTable, footprints: Sequence[frozenset[int]], swapped: int, other: int
    ) -> "_Alike":
        """The people of a base table, by the dimensions of all tables."""
        both = {swapped, other}
        linked = linked_dimensions(footprints, len(people.dims))[swapped] - both
        shared = frozenset[int]().union(*(table for table in footprints if both <= table)) - both
        matching = people.margin(tuple(sorted(linked))).code(people.coords)
        context = people.margin(tuple(sorted(shared))).code(people.coords)
        return cls(people, swapped, other, matching, context, np.argsort(matching, kind="stable"))

    def quartets(self, inner: int) -> Iterator[Ints]:
        """Yield for each partner of a person the quartets (m, 4), rows of the base table: the person, the
        partner, and two people who swap back."""
        a, b = (self.people.coords[:, axis] for axis in (self.swapped, self.other))
        own = self._of_same_number(inner)
        partners = own[(a[own] != a[inner]) & (b[own] != b[inner])]
        if not len(partners):
            return
        codes = a[partners].astype(np.int64) * len(self.people.dims[self.other].codes) + b[partners]
        _, first = np.unique(codes, return_index=True)
        elsewhere = np.flatnonzero(
            (self.context == self.context[inner]) & (self.matching != self.matching[inner])
        )
        of_a, of_b = a[elsewhere], b[elsewhere]
        for partner in partners[first][:MOST_FIRST].tolist():
            one = elsewhere[(of_a == a[partner]) & (of_b == b[inner])]
            two = elsewhere[(of_a == a[inner]) & (of_b == b[partner])] if len(one) else one
            if not len(two):
                continue
            here, there = _first_rows(self.matching[one]), _first_rows(self.matching[two])
            both = sorted(here.keys() & there.keys())[:MOST_SECOND]
            thirds, fourths = (
                rows[[first[number] for number in both]] for rows, first in ((one, here), (two, there))
            )
            yield np.stack(
                [np.full_like(thirds, inner), np.full_like(thirds, partner), thirds, fourths], axis=1
            )

    def _of_same_number(self, inner: int) -> Ints:
        number = self.matching[inner]
        start, end = np.searchsorted(self._ordered, [number, number + 1])
        return self.order[start:end]

    @cached_property
    def _ordered(self) -> Ints:
        return self.matching[self.order]
