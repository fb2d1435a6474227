"""Lookup of moves by cell, and of how far each move changes a cell."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from anonymisers.tables.arrays import Ints

FEW = 1_000_000
"""Entries up to which the moves of a single cell are looked up in an index by cell."""


class CellChanges(Protocol):
    """Anything changing cells, such as a Markov move."""

    @property
    def rows(self) -> Ints:
        """The changed cells."""

    def ends(self) -> tuple[Ints, Ints]:
        """Return the least and the largest change of each cell."""


@dataclass(frozen=True, eq=False)
class Entries:
    """An entry for each pair of a move and a changed cell: `owner`, the place of the move in `numbers`;
    `rows`, the cell; `low` and `high`, the least and the largest change. Entries of a move are adjacent, from
    `starts` on."""

    numbers: list[int]
    starts: Ints
    owner: Ints
    rows: Ints
    low: Ints
    high: Ints


@dataclass(eq=False)
class MoveIndex:
    """Moves by number, and by cell.

    The index by cell is built when a cell is first looked up: in tables where many cells share a move the
    index has millions of entries, and searches of such tables never look up a cell.
    """

    _kept: dict[int, CellChanges] = field(default_factory=dict)
    _by_cell: defaultdict[int, dict[int, tuple[int, int]]] | None = None

    def add(self, number: int, move: CellChanges) -> None:
        """Add a move."""
        self._kept[number] = move
        if self._by_cell is not None:
            self._index_by_cell(self._by_cell, number, move)

    def drop(self, numbers: Iterable[int]) -> None:
        """Remove some moves."""
        for number in numbers:
            rows = self._kept.pop(number).rows
            if self._by_cell is not None:
                for row in rows.tolist():
                    del self._by_cell[row][number]

    def __getitem__(self, cell: int) -> dict[int, tuple[int, int]]:
        """Return the moves changing a cell, by number, with the least and the largest change of the cell."""
        if self._by_cell is None:
            self._by_cell = defaultdict(dict)
            for number, move in self._kept.items():
                self._index_by_cell(self._by_cell, number, move)
        return self._by_cell[cell]

    @property
    def by_cell_known(self) -> bool:
        """Whether the index by cell has been built."""
        return self._by_cell is not None

    def numbers(self, cell: int) -> set[int]:
        """Return the numbers of the moves changing a cell."""
        if self._by_cell is not None or sum(len(own.rows) for own in self._kept.values()) <= FEW:
            return set(self[cell])
        return {number for number, own in self._kept.items() if (own.rows == cell).any()}

    def changed(self, cells: Ints) -> NDArray[np.bool_]:
        """Return a mask of the given cells changed by any move."""
        if self._by_cell is not None:
            return np.array([bool(self._by_cell.get(cell)) for cell in cells.tolist()], dtype=np.bool_)
        changed = np.zeros(int(cells.max(initial=-1)) + 1, dtype=np.bool_)
        for own in self._kept.values():
            changed[own.rows[own.rows < len(changed)]] = True
        return changed[cells]

    def entries(self) -> Entries:
        """Return all entries, in order of number."""
        own = list(self._kept.values())
        sizes = [len(a.rows) for a in own]
        ends = [a.ends() for a in own]
        return Entries(
            list(self._kept),
            np.cumsum([0, *sizes]),
            np.repeat(np.arange(len(own)), sizes),
            _joined(a.rows for a in own),
            _joined(low for low, _ in ends),
            _joined(high for _, high in ends),
        )

    @staticmethod
    def _index_by_cell(
        by_cell: dict[int, dict[int, tuple[int, int]]], number: int, move: CellChanges
    ) -> None:
        low, high = move.ends()
        ends = zip(low.tolist(), high.tolist(), strict=True)
        for row, own in zip(move.rows.tolist(), ends, strict=True):
            by_cell[row][number] = own


def _joined(parts: Iterator[Ints]) -> Ints:
    return np.concatenate([np.zeros(0, dtype=np.int64), *parts])
