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
    def constant(cls, code: str, rows: int) -> "Column":
        """A column with the same code in every row."""
        return cls((code,), frozen(np.zeros(rows, dtype=np.uint16)))

    def recoded(self, code_of: Callable[[str], str]) -> "Column":
        """The column with every code replaced by `code_of` the code."""
        replaced = Column.of([code_of(code) for code in self.codes])
        return Column(replaced.codes, frozen(replaced.indices[self.indices]))

    def found(self, rows: NDArray[np.int64], otherwise: str) -> "Column":
        """The codes of the given rows, in the given order; `otherwise` where a row is -1."""
        codes = Column.of([*self.codes, otherwise])
        place = np.append(codes.indices[:-1][self.indices], codes.indices[-1])
        return Column(codes.codes, frozen(place[rows]))

    def values(self) -> list[str]:
        """The code of every row."""
        return [self.codes[i] for i in self.indices.tolist()]

    def taken(self, rows: NDArray[Any]) -> "Column":
        """The column with only the given rows, in the given order (positions, or a mask)."""
        chosen = self.indices[rows]
        used = np.bincount(chosen, minlength=len(self.codes)) > 0
        place = (np.cumsum(used) - 1).astype(np.uint16)
        codes = tuple(self.codes[i] for i in np.flatnonzero(used).tolist())
        return Column(codes, frozen(place[chosen]))


def numbered(values: NDArray[Any]) -> NDArray[np.int64]:
    """A number for each row from 0, the same for equal values, in the order of the values.

    As numpy's unique with its inverse, but a million long values are not copied several times.
    """
    order = ascending(values)
    new = np.ones(len(values), dtype=np.bool_)
    for start in range(1, len(values), _BLOCK):
        stop = min(start + _BLOCK, len(values))
        new[start:stop] = values[order[start:stop]] != values[order[start - 1 : stop - 1]]
    numbers = np.empty(len(values), dtype=np.int64)
    numbers[order] = np.cumsum(new) - 1
    return numbers


def disagree(
    groups: NDArray[np.int64], codes: NDArray[np.uint16], rows: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """For each group, by its number from 0, whether its `rows` have different codes."""
    count = int(groups.max(initial=-1)) + 1
    least, most = np.full(count, np.iinfo(np.int64).max), np.full(count, -1, dtype=np.int64)
    np.minimum.at(least, groups[rows], codes[rows])
    np.maximum.at(most, groups[rows], codes[rows])
    return most > least


def ascending(values: NDArray[Any]) -> NDArray[np.intp]:
    """An order in which values ascend. Texts are compared as numbers of eight bytes each, which is faster."""
    if values.dtype.kind != "S" or len(values) < _MANY:
        return np.argsort(values, kind="stable")
    width = values.dtype.itemsize
    content = np.zeros((len(values), -(-width // 8) * 8), dtype=np.uint8)
    content[:, :width] = np.ascontiguousarray(values).view(np.uint8).reshape(-1, width)
    differ = np.flatnonzero((content != content[0]).any(axis=0))
    first = int(differ[0]) if len(differ) else 0  # pseudonyms begin alike
    content = np.roll(content, -first, axis=1)
    content[:, content.shape[1] - first :] = 0
    parts = content.view(">u8").astype(np.uint64)
    order = np.argsort(np.ascontiguousarray(parts[:, 0]))
    alike = parts[order[1:], 0] == parts[order[:-1], 0]
    if (parts[order[1:][alike], 1:] == parts[order[:-1][alike], 1:]).all():
        return order
    tied = np.concatenate(([False], alike)) | np.concatenate((alike, [False]))
    rows = order[tied]
    order[tied] = rows[np.lexsort(parts[rows].T[::-1])]
    return order


def frozen(array: NDArray[Any]) -> NDArray[Any]:
    """The array itself, from now on unchangeable."""
    array.flags.writeable = False
    return array
