"""Markov moves as feasible tables over all dimensions: whoever moves keeps the codes of all other
dimensions."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from anonymisers.proof.world import World
from anonymisers.suppression.strategies.suppression_pattern import MarkovMove
from anonymisers.suppression.strategies.swap_schemes import SwapScheme
from anonymisers.tables.arrays import Floats, Ints, Positions
from anonymisers.tables.base_table import BaseTable
from anonymisers.tables.keyed_random import FRACTIONS, derive_key, random_fractions
from anonymisers.tables.stable_order import stable_order


def lifted_worlds(people: BaseTable, move: MarkovMove, first: NDArray[np.bool_]) -> Iterator[World]:
    """Yield the feasible tables at both ends of a move; of the people who may move, those marked in `first`
    do."""
    for times in (move.least, move.most):
        if times:
            yield _lift(people, move.scheme, move.coords, move.change * times, first)


def _lift(
    people: BaseTable, scheme: SwapScheme, coords: Positions, change: Ints, first: NDArray[np.bool_]
) -> World:
    if len(scheme.axes) == len(people.dims):
        return World.of(coords, change)
    order, codes = people.by_margin(scheme.axes)
    wanted = people.margin(scheme.axes).code(coords)
    ends = np.stack([np.searchsorted(codes, wanted, side) for side in ("left", "right")], axis=1).tolist()
    matching = people.margin(scheme.matching).code(coords)
    leaving: dict[int, list[int]] = defaultdict(list)
    arriving: dict[int, list[int]] = defaultdict(list)
    for row, (group, number) in enumerate(zip(matching.tolist(), change.tolist(), strict=True)):
        if number > 0:
            arriving[group] += [row] * number
        else:
            alike = order[slice(*ends[row])]
            marked = first[alike]
            ordered = np.concatenate([alike[marked], alike[~marked]]).tolist()
            leaving[group] += _take(people.counts, ordered, -number)
    movers = np.array([m for group in leaving for m in leaving[group]], dtype=np.int64)
    places = np.array([p for group in leaving for p in arriving[group]], dtype=np.int64)
    arrived = people.coords[movers].copy()
    arrived[:, list(scheme.swapped)] = coords[places][:, list(scheme.swapped)]
    ones = np.ones(len(movers), dtype=np.int64)
    return World.of(np.concatenate([people.coords[movers], arrived]), np.concatenate([-ones, ones]))


def _take(counts: Ints, cells: Sequence[int], number: int) -> list[int]:
    """Take so many people, as inner cells, from the first of some inner cells."""
    taken: list[int] = []
    for cell in cells:
        if len(taken) == number:
            break
        taken += [cell] * min(int(counts[cell]), number - len(taken))
    return taken


def swapped_pair(people: BaseTable, schemes: Iterable[SwapScheme], inner: int) -> World | None:
    """Swap attributes between a person of one inner cell and another person with the same matching codes.

    The schemes must leave every table unchanged (`swap_schemes.largest_schemes`). None where all others with
    the same matching codes agree on the swapped dimensions or on all remaining dimensions.
    """
    own = people.coords[inner]
    differs = people.coords != own
    for scheme in schemes:
        matching, swapped = list(scheme.matching), list(scheme.swapped)
        rest = [axis for axis in range(len(own)) if axis not in scheme.axes]
        others = (
            ~differs[:, matching].any(axis=1) & differs[:, swapped].any(axis=1) & differs[:, rest].any(axis=1)
        )
        if others.any():
            return swapped_codes(own, people.coords[int(np.argmax(others))], swapped)
    return None


def swapped_out(
    people: BaseTable, schemes: Iterable[SwapScheme], inside: NDArray[np.bool_], inner: int
) -> World | None:
    """Swap attributes between a person of a sum of inner cells and another person, so that the sum changes.

    `inside` (n, dims): whether the codes of each inner cell lie in those of the sum. The schemes must leave
    every table unchanged. A sum changes if the other person lies outside by some swapped dimension, and by
    some dimension that stays: otherwise the other person enters the sum in return.
    """
    own, schemes, size = people.coords[inner], iter(schemes), len(people.dims)
    # Dimensions as bits of a number: a scheme is tried by three comparisons of numbers.
    same, within = _as_bits(people.coords == own), _as_bits(inside)
    # Most schemes are tried in vain: many at once, and with one of all people who are alike for each of them.
    kinds = np.unique(same << size | within)
    alike, near = (bits.astype(np.int32) for bits in (kinds >> size, kinds & (1 << size) - 1))
    while some := list(islice(schemes, SCHEMES_AT_ONCE)):
        masks = np.array([scheme.masks for scheme in some], dtype=np.int32)
        suiting = _partners(masks[:, :1], masks[:, 1:], (alike, near), size).any(axis=1)
        if suiting.any():
            scheme = some[int(np.argmax(suiting))]
            partner = int(np.argmax(_partners(*scheme.masks, (same, within), size)))
            return swapped_codes(own, people.coords[partner], list(scheme.swapped))
    return None


def _partners(
    matching: int | Positions,
    swapped: int | Positions,
    people: tuple[Ints, Ints] | tuple[Positions, Positions],
    size: int,
) -> NDArray[np.bool_]:
    """A mask over schemes and people: whether a sum changes by a swap with them.

    The bits of `people`: the dimensions, of `size`, in which they agree with the person who leaves the sum,
    and in which they lie in the sum.
    """
    same, within = people
    rest = (1 << size) - 1 & ~(matching | swapped)
    agree = (same & matching) == matching
    partners: NDArray[np.bool_] = agree & ((within & swapped) != swapped) & ((within & rest) != rest)
    return partners


def _as_bits(flags: NDArray[np.bool_]) -> Ints:
    """Each row of flags (n, dims) as the bits of a number (n,), the first flag lowest."""
    # A product of floats, exact for so few bits, takes a third of the time of one of whole numbers.
    bits: Floats = flags.astype(np.float64) @ np.exp2(np.arange(flags.shape[1]))
    return bits.astype(np.int64)


def swapped_codes(own: Positions, other: Positions, swapped: list[int]) -> World:
    there, back = own.copy(), other.copy()
    there[swapped], back[swapped] = other[swapped], own[swapped]
    return World.of(np.stack([own, other, there, back]), np.array([-1, -1, 1, 1], dtype=np.int64))


SCHEMES_AT_ONCE = 32
"""Schemes that are tried for a person at once."""

_ORDERS: WeakKeyDictionary[BaseTable, dict[bytes, NDArray[np.int32]]] = WeakKeyDictionary()


def drawn_order(people: BaseTable, count: int, key: bytes, purpose: str) -> Ints:
    """Return an order of all people, by the key; each further table asks for the same orders again."""
    own, known = derive_key(key, purpose), _ORDERS.setdefault(people, {})
    if own not in known:
        drawn = random_fractions(key, purpose, count)
        known[own] = stable_order((drawn * FRACTIONS).astype(np.int64)).astype(np.int32)
    return known[own].astype(np.int64)


def shuffled_world(people: BaseTable, schemes: Iterable[SwapScheme], key: bytes, purpose: str) -> World:
    """Return a feasible table in which everybody swaps attributes with people of the same matching codes, by
    the key.

    The schemes must leave every table unchanged (`swap_schemes.largest_schemes`).
    """
    before = [np.repeat(column, people.counts) for column in people.coords.T]
    codes = [column.copy() for column in before]
    for number, scheme in enumerate(schemes):
        matching = np.zeros(len(codes[0]), dtype=np.int64)
        for axis in scheme.matching:
            matching = matching * len(people.dims[axis].codes) + codes[axis]
        drawn = drawn_order(people, len(matching), key, f"shuffle {purpose} {number}")
        giving = stable_order(matching)
        taking = drawn[stable_order(matching[drawn])]
        for axis in scheme.swapped:
            codes[axis][taking] = codes[axis][giving]
    moved = np.logical_or.reduce([now != then for now, then in zip(codes, before, strict=True)])
    both = np.stack(
        [np.concatenate([a[moved], b[moved]]) for a, b in zip(before, codes, strict=True)], axis=1
    )
    return World.of(both, np.repeat(np.array([-1, 1], dtype=np.int64), len(both) // 2))
