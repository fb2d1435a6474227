"""Alternatives as worlds over the full cross: who moves keeps what he is by all other dimensions."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from anonymisers.proof.world import World
from anonymisers.suppression.strategies.suppression_pattern import Alternative
from anonymisers.suppression.strategies.swap_schemes import Move
from anonymisers.tables.arrays import Ints, Positions
from anonymisers.tables.base_table import BaseTable
from anonymisers.tables.keyed_random import random_fractions


def lifted(people: BaseTable, alternative: Alternative, first: NDArray[np.bool_]) -> Iterator[World]:
    """The worlds at both ends of an alternative; of people who may move, those marked in `first` do."""
    for times in (alternative.least, alternative.most):
        if times:
            yield _lift(people, alternative.move, alternative.coords, alternative.change * times, first)


def _lift(people: BaseTable, move: Move, coords: Positions, change: Ints, first: NDArray[np.bool_]) -> World:
    if len(move.axes) == len(people.dims):
        return World.of(coords, change)
    projection = people.margin(move.axes)
    codes = projection.code(people.coords)
    order = np.lexsort((~first, codes))
    starts = np.searchsorted(codes[order], projection.code(coords))
    context = people.margin(move.context).code(coords)
    leaving: dict[int, list[int]] = defaultdict(list)
    arriving: dict[int, list[int]] = defaultdict(list)
    for row, (group, number) in enumerate(zip(context.tolist(), change.tolist(), strict=True)):
        if number > 0:
            arriving[group] += [row] * number
        else:
            leaving[group] += _take(people.counts, order, int(starts[row]), -number)
    movers = np.array([m for group in leaving for m in leaving[group]], dtype=np.int64)
    places = np.array([p for group in leaving for p in arriving[group]], dtype=np.int64)
    arrived = people.coords[movers].copy()
    arrived[:, list(move.moved)] = coords[places][:, list(move.moved)]
    ones = np.ones(len(movers), dtype=np.int64)
    return World.of(np.concatenate([people.coords[movers], arrived]), np.concatenate([-ones, ones]))


def _take(counts: Ints, order: Ints, start: int, number: int) -> list[int]:
    """That many people, as inner cells, from a run of inner cells."""
    taken: list[int] = []
    while len(taken) < number:
        cell = int(order[start])
        taken += [cell] * min(int(counts[cell]), number - len(taken))
        start += 1
    return taken


def exchanged(people: BaseTable, moves: Iterable[Move], inner: int) -> World | None:
    """A world in which somebody of one inner cell exchanges attributes with another of the same context.

    Changes no table that the moves leave untouched (`moves.blocks_of`). None where all others of each context
    are as he is by what is exchanged, or by all the rest.
    """
    own = people.coords[inner]
    differs = people.coords != own
    for move in moves:
        context, moved = list(move.context), list(move.moved)
        rest = [axis for axis in range(len(own)) if axis not in move.axes]
        others = (
            ~differs[:, context].any(axis=1) & differs[:, moved].any(axis=1) & differs[:, rest].any(axis=1)
        )
        if others.any():
            other = people.coords[int(np.argmax(others))]
            there, back = own.copy(), other.copy()
            there[moved], back[moved] = other[moved], own[moved]
            return World.of(np.stack([own, other, there, back]), np.array([-1, -1, 1, 1], dtype=np.int64))
    return None


def shuffled(people: BaseTable, moves: Iterable[Move], key: bytes, purpose: str) -> World:
    """A world in which everybody exchanges attributes with others of the same context, by the key.

    Changes no table that the moves leave untouched (`moves.blocks_of`).
    """
    coords = np.repeat(people.coords, people.counts, axis=0)
    before = coords.copy()
    for number, move in enumerate(moves):
        moved = list(move.moved)
        context = np.zeros(len(coords), dtype=np.int64)
        for axis in move.context:
            context = context * len(people.dims[axis].codes) + coords[:, axis]
        draws = random_fractions(key, f"shuffle {purpose} {number}", len(coords))
        giving = np.lexsort((np.arange(len(coords)), context))
        taking = np.lexsort((draws, context))
        given = coords[giving][:, moved]
        coords[np.ix_(taking, np.array(moved, dtype=np.int64))] = given
    ones = np.ones(len(coords), dtype=np.int64)
    return World.of(np.concatenate([before, coords]), np.concatenate([-ones, ones]))
