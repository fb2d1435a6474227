"""A column of codes: a small number for each row, and the code for each number."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

_BLOCK = 100_000
_MANY = 50_000
"""Values from which the faster way to sort pays."""


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
        chosen = self.indices[rows]
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
        some = np.bincount(numbers[start : start + _BLOCK])
        times[: len(some)] += some
    return times


def numbered(values: NDArray[Any]) -> NDArray[np.int64]:
    """A number for each row from 0, the same for equal values, in the order of the values.

    As numpy's unique with its inverse, but a million long values are not copied several times.
    """
    order, again = ascending(values)
    numbers = np.empty(len(values), dtype=np.int64)
    numbers[order] = np.cumsum(~again) - 1
    return numbers


def disagree(
    groups: NDArray[np.int64], codes: NDArray[np.uint16], rows: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """For each group, by its number from 0, whether its `rows` have different codes."""
    count = int(groups.max(initial=-1)) + 1
    judged = np.flatnonzero(rows & in_company(groups))
    least, most = np.full(count, np.iinfo(np.int64).max), np.full(count, -1, dtype=np.int64)
    np.minimum.at(least, groups[judged], codes[judged])
    np.maximum.at(most, groups[judged], codes[judged])
    return most > least


def in_company(groups: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether each row has another row in its group."""
    return (np.bincount(groups) > 1)[groups]


def ascending(values: NDArray[Any]) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """An order in which values ascend, and whether each in this order is the same as the one before.

    Many texts are compared as numbers, by the eight bytes from the first on in which they differ: faster, and
    enough for pseudonyms, of which no two that differ are alike there. Others are compared whole.
    """
    if values.dtype.kind != "S" or len(values) < _MANY:
        order = np.argsort(values, kind="stable")
        return order, _same_as_before(values, order)
    width = values.dtype.itemsize
    content = np.ascontiguousarray(values).view(np.uint8).reshape(-1, width)
    keys = _eight_bytes(content, _first_difference(content))
    del content
    if (keys[1:] > keys[:-1]).all():
        return np.arange(len(values)), np.zeros(len(values), dtype=np.bool_)
    order = np.argsort(keys)
    keys = keys[order]
    again = np.concatenate(([False], keys[1:] == keys[:-1]))
    later = np.flatnonzero(again)
    if (values[order[later]] == values[order[later - 1]]).all():
        return order, again
    tied = again.copy()
    tied[later - 1] = True
    places = np.flatnonzero(tied)
    rows = order[places]
    order[places] = rows[np.argsort(values[rows], kind="stable")]  # runs of one key stay in their places
    again[later] = values[order[later]] == values[order[later - 1]]
    return order, again


def _first_difference(content: NDArray[np.uint8]) -> int:
    """The first place in which not all rows have the same byte; the width where all rows are the same."""
    width: int = content.shape[1]
    for start in range(0, width, 8):
        part = _eight_bytes(content, start)
        differing = int(np.bitwise_or.reduce(part ^ part[0]))
        if differing:
            return start + 8 - len(differing.to_bytes(8, "big").lstrip(b"\0"))
    return width


def _eight_bytes(content: NDArray[np.uint8], first: int) -> NDArray[np.uint64]:
    """Of each row eight bytes from a place on, with zeros behind the end, as one number."""
    part = np.zeros((len(content), 8), dtype=np.uint8)
    part[:, : content.shape[1] - first] = content[:, first : first + 8]
    return part.view(">u8").ravel().astype(np.uint64)


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
