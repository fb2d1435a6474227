"""A column of codes: a small number for each row, and the code for each number."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gateway.member.model.mapped_arrays import beside, blocks, release

_BLOCK = 100_000
MANY = 50_000
"""Values from which the faster way to sort pays."""
_AT_ONCE = 2_500_000
"""Values that are sorted at once: an order of all takes three times their memory."""


@dataclass(frozen=True, eq=False)
class Column:
    """A code for each row: `codes[i]` for each i of `indices`. Codes are sorted, without repetition."""

    codes: tuple[str, ...]
    indices: NDArray[np.uint16]

    @classmethod
    def of(cls, values: Sequence[str]) -> "Column":
        """A column of the given codes, row by row."""
        codes = tuple(sorted(set(values)))
        place = {code: number for number, code in enumerate(codes)}
        return cls(codes, frozen(np.array([place[value] for value in values], dtype=np.uint16)))

    @classmethod
    def numbered(cls, codes: Sequence[str], numbers: NDArray[Any]) -> "Column":
        """A column of the given codes, by their number for each row."""
        sorted_codes = tuple(sorted(codes))
        place = np.array([sorted_codes.index(code) for code in codes], dtype=np.uint16)
        return cls(sorted_codes, place[numbers]).taken(slice(None))

    @classmethod
    def constant(cls, code: str, rows: int) -> "Column":
        """A column with the same code in every row."""
        # One number that every row shows, and no memory for each.
        return cls((code,), np.broadcast_to(np.zeros(1, dtype=np.uint16), rows))

    def recoded(self, code_of: Callable[[str], str]) -> "Column":
        """The column with every code replaced by `code_of` the code."""
        replaced = Column.of([code_of(code) for code in self.codes])
        return Column(replaced.codes, frozen(looked_up(replaced.indices, self.indices)))

    def found(self, rows: NDArray[np.int64], otherwise: str) -> "Column":
        """The codes of the given rows, in the given order; `otherwise` where a row is -1."""
        codes = Column.of([*self.codes, otherwise])
        place = np.append(codes.indices[:-1][self.indices], codes.indices[-1])
        return Column(codes.codes, frozen(place[rows]))

    def values(self) -> list[str]:
        """The code of every row."""
        return [self.codes[i] for i in self.indices.tolist()]

    def taken(self, rows: NDArray[Any] | slice) -> "Column":
        """The column with only the given rows, in the given order (positions, or a mask)."""
        if isinstance(rows, slice) or rows.dtype == np.bool_:
            chosen = self.indices[rows]
        elif len(rows) and self.indices.strides == (0,):
            return Column.constant(self.codes[0], len(rows))
        else:
            chosen = looked_up(self.indices, rows)
        used = counted(chosen, len(self.codes)) > 0
        place = (np.cumsum(used) - 1).astype(np.uint16)
        codes = tuple(self.codes[i] for i in np.flatnonzero(used).tolist())
        return Column(codes, frozen(looked_up(place, chosen)))


def looked_up(table: NDArray[Any], numbers: NDArray[Any]) -> NDArray[Any]:
    """The value of the table for each of the numbers: `table[numbers]`.

    Numpy would first make eight bytes of each number, which of many rows is most of the memory.
    """
    if len(numbers) <= _BLOCK:
        return np.asarray(table[numbers])
    found = np.empty(len(numbers), dtype=table.dtype)
    for start in range(0, len(numbers), _BLOCK):
        found[start : start + _BLOCK] = table[numbers[start : start + _BLOCK]]
    return found


def counted(numbers: NDArray[Any], least: int = 0) -> NDArray[np.int64]:
    """How often each number stands there: `np.bincount`, in little memory, with no fewer than `least`."""
    if len(numbers) <= _BLOCK:
        return np.bincount(numbers, minlength=least).astype(np.int64, copy=False)
    times = np.zeros(max(least, int(numbers.max()) + 1), dtype=np.int64)
    for start in range(0, len(numbers), _BLOCK):
        block = numbers[start : start + _BLOCK]
        if len(times) <= _BLOCK:
            times += np.bincount(block, minlength=len(times))
        else:
            np.add.at(times, block, 1)
    return times


def numbered(values: NDArray[Any]) -> NDArray[np.int64]:
    """A number for each row from 0, the same for equal values, in the order of the values.

    As numpy's unique with its inverse, but a million long values are not copied several times.
    """
    return numbered_by(*ascending(values)).astype(np.int64, copy=False)


def numbered_by(order: NDArray[Any], again: NDArray[np.bool_]) -> NDArray[Any]:
    """The numbers of `numbered`, from what `ascending` gives; in four bytes each where these are enough."""
    numbers = np.empty(len(order), dtype=order.dtype)
    last = -1
    for start in range(0, len(order), _BLOCK):
        block = slice(start, start + _BLOCK)
        ranks = np.cumsum(~again[block]) + last
        last = int(ranks[-1])
        numbers[order[block]] = ranks
    return numbers


def disagree(groups: NDArray[Any], codes: NDArray[np.uint16], rows: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """For each group, by its number from 0, whether its `rows` have different codes."""
    count = int(groups.max(initial=-1)) + 1
    judged = np.flatnonzero(rows & in_company(groups))
    least = np.full(count, np.iinfo(np.uint16).max, dtype=np.uint16)
    most = np.zeros(count, dtype=np.uint16)
    np.minimum.at(least, groups[judged], codes[judged])
    np.maximum.at(most, groups[judged], codes[judged])
    return most > least


def in_company(groups: NDArray[Any]) -> NDArray[np.bool_]:
    """Whether each row has another row in its group; groups are numbered from 0, and none is empty."""
    count = int(groups.max(initial=-1)) + 1
    if count == len(groups):
        return np.zeros(len(groups), dtype=np.bool_)
    # The last row of each group, as a later row writes over an earlier one.
    last = np.empty(count, dtype=_narrow(len(groups)))
    several = np.zeros(count, dtype=np.bool_)
    for start in range(0, len(groups), _BLOCK):
        block = groups[start : start + _BLOCK]
        last[block] = np.arange(start, start + len(block), dtype=last.dtype)
    for start in range(0, len(groups), _BLOCK):
        block = groups[start : start + _BLOCK]
        several[block[last[block] != np.arange(start, start + len(block), dtype=last.dtype)]] = True
    return looked_up(several, groups)


def ascending(values: NDArray[Any]) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """An order in which values ascend, and whether each in this order is the same as the one before.

    Many texts are compared as numbers, by the eight bytes from the first on in which they differ: faster, and
    enough for pseudonyms, of which no two that differ are alike there. Others are compared whole.
    """
    if values.dtype.kind != "S" or len(values) < MANY:
        order = np.argsort(values, kind="stable")
        return order, _same_as_before(values, order)
    first, keys = _first_difference(values), beside(values, np.uint64)
    for start, block in blocks(values):
        keys[start : start + len(block)] = eight_bytes(block, first)
        release(keys)
    if all((block[1:] > block[:-1]).all() for _, block in _overlapping(keys)):
        return np.arange(len(values), dtype=_narrow(len(values))), np.zeros(len(values), dtype=np.bool_)
    order, again = _order_of_numbers(keys)
    del keys
    later = np.flatnonzero(again)
    alike = _alike(values, order, later)
    if not alike.all():
        tied = again.copy()
        tied[later - 1] = True
        places = np.flatnonzero(tied)
        rows = order[places]
        order[places] = rows[np.argsort(values[rows], kind="stable")]  # runs of one key stay in their places
        again[later] = _alike(values, order, later)
    release(values)
    return order, again


def _order_of_numbers(keys: NDArray[np.uint64]) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """As `ascending`: first the smallest numbers, then larger ones, so that little is held beside them."""
    order = np.empty(len(keys), dtype=_narrow(len(keys)))
    again = np.zeros(len(keys), dtype=np.bool_)
    parts = -(-len(keys) // _AT_ONCE)
    sample = np.sort(keys[:: max(1, len(keys) // (1000 * parts))])
    bounds = [0, *(int(sample[n * len(sample) // parts]) for n in range(1, parts)), 1 << 64]
    done = 0
    for low, high in pairwise(bounds):
        rows, own = _sorted_between(keys, low, high)
        order[done : done + len(rows)] = rows
        again[done + 1 : done + len(rows)] = own[1:] == own[:-1]
        done += len(rows)
    return order, again


def _sorted_between(keys: NDArray[np.uint64], low: int, high: int) -> tuple[NDArray[Any], NDArray[np.uint64]]:
    """The rows whose numbers are at least `low` and less than `high`, in order, and these numbers."""
    found = []
    for start, block in blocks(keys):
        inside = block >= np.uint64(low)
        if high < 1 << 64:
            inside &= block < np.uint64(high)
        rows = np.flatnonzero(inside)
        found.append(((rows + start).astype(_narrow(len(keys))), block[rows]))
    rows, own = (np.concatenate(column) for column in zip(*found, strict=True))
    del found
    by_key = np.argsort(own)
    return rows[by_key], own[by_key]


def _overlapping(array: NDArray[Any]) -> Iterator[tuple[int, NDArray[Any]]]:
    """As `blocks`, each with the first row of the next one."""
    for start, block in blocks(array):
        yield start, array[start : start + len(block) + 1]


def _alike(values: NDArray[Any], order: NDArray[Any], later: NDArray[Any]) -> NDArray[np.bool_]:
    """Whether the values at the places `later` of an order are the same as at the places before."""
    alike = np.zeros(len(later), dtype=np.bool_)
    for start in range(0, len(later), _BLOCK):
        some = later[start : start + _BLOCK]
        alike[start : start + _BLOCK] = values[order[some]] == values[order[some - 1]]
        release(values)
    return alike


def _narrow(rows: int) -> type[np.signedinteger[Any]]:
    return np.int32 if rows < 1 << 31 else np.int64


def _first_difference(values: NDArray[Any]) -> int:
    """The first byte in which not all texts are the same; their width where all are."""
    width = int(values.dtype.itemsize)
    for start in range(0, width, 8):
        first, differing = eight_bytes(values[:1], start)[0], 0
        for _, block in blocks(values):
            differing |= int(np.bitwise_or.reduce(eight_bytes(block, start) ^ first))
            if differing >> 56:
                return start
        if differing:
            return start + 8 - len(differing.to_bytes(8, "big").lstrip(b"\0"))
    return width


def eight_bytes(values: NDArray[Any], first: int) -> NDArray[np.uint64]:
    """Of each text eight bytes from a place on, with zeros behind the end, as one number."""
    keys = np.empty(len(values), dtype=np.uint64)
    for start, block in blocks(values):
        content = np.ascontiguousarray(block).view(np.uint8).reshape(len(block), -1)
        part = np.zeros((len(block), 8), dtype=np.uint8)
        part[:, : content.shape[1] - first] = content[:, first : first + 8]
        keys[start : start + len(block)] = part.view(">u8").ravel()
    return keys


def _same_as_before(values: NDArray[Any], order: NDArray[np.intp]) -> NDArray[np.bool_]:
    again = np.zeros(len(values), dtype=np.bool_)
    for start in range(1, len(values), _BLOCK):
        stop = min(start + _BLOCK, len(values))
        again[start:stop] = values[order[start:stop]] == values[order[start - 1 : stop - 1]]
    return again


def frozen(array: NDArray[Any]) -> NDArray[Any]:
    """The array itself, from now on unchangeable."""
    array.flags.writeable = False
    return array
