"""Looks values up among values that ascend: cases of one snapshot among those of another."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gateway.member.model.column import MANY, eight_bytes
from gateway.member.model.mapped_arrays import BLOCK, release, taken


def places(held: NDArray[Any], asked: NDArray[Any]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """For each value that is asked, a place in `held`, and whether the value stands there.

    Values of `held`, at least one, ascend without repetition. A value that is not there
    has any place.
    """
    keys = _keys(held, asked)
    place = np.searchsorted(*(keys or (held, asked))).astype(np.int64, copy=False)
    np.minimum(place, len(held) - 1, out=place)
    same = np.zeros(len(asked), dtype=np.bool_)
    for start in range(0, len(asked), BLOCK):
        block = slice(start, start + BLOCK)
        same[block] = _at(held, place[block]) == asked[block]
        release(asked)
    return place, same


def among(values: NDArray[Any], others: NDArray[Any]) -> NDArray[np.bool_]:
    """Which of the values stand among the others, in whatever order these are."""
    if len(others) and _keys(others, values) is not None:
        return places(others, values)[1]
    return np.isin(values, others)


def _keys(held: NDArray[Any], asked: NDArray[Any]) -> tuple[NDArray[np.uint64], NDArray[np.uint64]] | None:
    """The first eight bytes of both as numbers, where those tell all values of `held` apart; else None."""
    if held.dtype.kind != "S" or len(held) < MANY:
        return None
    keys = eight_bytes(held, 0)
    return (keys, eight_bytes(asked, 0)) if (keys[1:] > keys[:-1]).all() else None


def _at(held: NDArray[Any], place: NDArray[np.int64]) -> NDArray[Any]:
    in_order = bool((place[1:] >= place[:-1]).all())
    return taken(held, place) if in_order else np.asarray(held[place])
