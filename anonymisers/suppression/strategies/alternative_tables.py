"""Markov moves as feasible tables over all dimensions: whoever moves keeps the codes of all other
dimensions."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from anonymisers.proof.world import World
from anonymisers.suppression.strategies.suppression_pattern import MarkovMove
from anonymisers.suppression.strategies.swap_schemes import SwapScheme
from anonymisers.tables.arrays import Ints, Positions
from anonymisers.tables.base_table import BaseTable
from anonymisers.tables.keyed_random import FRACTIONS, random_fractions
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
    projection = people.margin(scheme.axes)
    codes = projection.code(people.coords)
    order = np.lexsort((~first, codes))
    starts = np.searchsorted(codes[order], projection.code(coords))
    matching = people.margin(scheme.matching).code(coords)
    leaving: dict[int, list[int]] = defaultdict(list)
    arriving: dict[int, list[int]] = defaultdict(list)
    for row, (group, number) in enumerate(zip(matching.tolist(), change.tolist(), strict=True)):
        if number > 0:
            arriving[group] += [row] * number
        else:
            leaving[group] += _take(people.counts, order, int(starts[row]), -number)
    movers = np.array([m for group in leaving for m in leaving[group]], dtype=np.int64)
    places = np.array([p for group in leaving for p in arriving[group]], dtype=np.int64)
    arrived = people.coords[movers].copy()
    arrived[:, list(scheme.swapped)] = coords[places][:, list(scheme.swapped)]
    ones = np.ones(len(movers), dtype=np.int64)
    return World.of(np.concatenate([people.coords[movers], arrived]), np.concatenate([-ones, ones]))


def _take(counts: Ints, order: Ints, start: int, number: int) -> list[int]:
    """Take so many people, as inner cells, from a run of inner cells."""
    taken: list[int] = []
    while len(taken) < number:
        cell = int(order[start])
        taken += [cell] * min(int(counts[cell]), number - len(taken))
        start += 1
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
            return _swapped(own, people.coords[int(np.argmax(others))], swapped)
    return None


def swapped_out(
    people: BaseTable, schemes: Iterable[SwapScheme], inside: NDArray[np.bool_], inner: int
) -> World | None:
    """Swap attributes between a person of a sum of inner cells and another person, so that the sum changes.

    `inside` (n, dims): whether the codes of each inner cell lie in those of the sum. The schemes must leave
    every table unchanged. A sum changes if the other person lies outside by some swapped dimension, and by
    some dimension that stays: otherwise the other person enters the sum in return.
    """
    own = people.coords[inner]
    # Dimensions as bits of a number: a scheme is tried by three comparisons of numbers.
    bits = np.left_shift(1, np.arange(len(own), dtype=np.int64))
    same, within = (people.coords == own) @ bits, inside @ bits
    for scheme in schemes:
        matching, swapped = scheme.masks
        rest = int(bits.sum()) & ~(matching | swapped)
        others = ((same & matching) == matching) & ((within & swapped) != swapped) & ((within & rest) != rest)
        if others.any():
            return _swapped(own, people.coords[int(np.argmax(others))], list(scheme.swapped))
    return None


def _swapped(own: Positions, other: Positions, swapped: list[int]) -> World:
    there, back = own.copy(), other.copy()
    there[swapped], back[swapped] = other[swapped], own[swapped]
    return World.of(np.stack([own, other, there, back]), np.array([-1, -1, 1, 1], dtype=np.int64))


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
        draws = random_fractions(key, f"shuffle {purpose} {number}", len(matching))
        giving = stable_order(matching)
        drawn = stable_order((draws * FRACTIONS).astype(np.int64))
        taking = drawn[stable_order(matching[drawn])]
        for axis in scheme.swapped:
            codes[axis][taking] = codes[axis][giving]
    moved = np.logical_or.reduce([now != then for now, then in zip(codes, before, strict=True)])
    both = np.stack(
        [np.concatenate([a[moved], b[moved]]) for a, b in zip(before, codes, strict=True)], axis=1
    )
    return World.of(both, np.repeat(np.array([-1, 1], dtype=np.int64), len(both) // 2))
