"""Which alternatives change which cells, and how far they reach there."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from anonymisers.tables.arrays import Ints

FEW = 1_000_000
"""Entries up to which they are put down by cell where it is asked for one cell after the other."""


class Reaching(Protocol):
    """What changes cells: `rows`."""

    @property
    def rows(self) -> Ints:
        """The cells that it changes."""

    def ends(self) -> tuple[Ints, Ints]:
        """The least and the largest change of each row."""


@dataclass(frozen=True, eq=False)
class Entries:
    """One entry for each alternative and cell that it changes: the alternative's place among `numbers`, the
    cell, and the least and the largest change there; those of one alternative follow each other."""

    numbers: list[int]
    starts: Ints
    owner: Ints
    rows: Ints
    low: Ints
    high: Ints


@dataclass(eq=False)
class Touching:
    """Alternatives by number. By cell they are put down only once somebody asks: millions of entries in
    tables where many cells share an alternative, which searches there never ask for."""

    _kept: dict[int, Reaching] = field(default_factory=dict)
    _by_cell: defaultdict[int, dict[int, tuple[int, int]]] | None = None

    def add(self, number: int, alternative: Reaching) -> None:
        """Take in one more alternative."""
        self._kept[number] = alternative
        if self._by_cell is not None:
            self._put_down(self._by_cell, number, alternative)

    def drop(self, numbers: Iterable[int]) -> None:
        """Leave some alternatives out."""
        for number in numbers:
            rows = self._kept.pop(number).rows
            if self._by_cell is not None:
                for row in rows.tolist():
                    del self._by_cell[row][number]

    def __getitem__(self, cell: int) -> dict[int, tuple[int, int]]:
        """The alternatives that change a cell, by number, with the ends that they reach there."""
        if self._by_cell is None:
            self._by_cell = defaultdict(dict)
            for number, alternative in self._kept.items():
                self._put_down(self._by_cell, number, alternative)
        return self._by_cell[cell]

    @property
    def put_down(self) -> bool:
        """Whether entries are there by cell."""
        return self._by_cell is not None

    def numbers(self, cell: int) -> set[int]:
        """The numbers of the alternatives that change a cell."""
        if self._by_cell is not None or sum(len(own.rows) for own in self._kept.values()) <= FEW:
            return set(self[cell])
        return {number for number, own in self._kept.items() if (own.rows == cell).any()}

    def changed(self, cells: Ints) -> NDArray[np.bool_]:
        """Which of some cells some alternative changes."""
        if self._by_cell is not None:
            return np.array([bool(self._by_cell.get(cell)) for cell in cells.tolist()], dtype=np.bool_)
        changed = np.zeros(int(cells.max(initial=-1)) + 1, dtype=np.bool_)
        for own in self._kept.values():
            changed[own.rows[own.rows < len(changed)]] = True
        return changed[cells]

    def entries(self) -> Entries:
        """All entries, in order of number."""
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
    def _put_down(by_cell: dict[int, dict[int, tuple[int, int]]], number: int, alternative: Reaching) -> None:
        low, high = alternative.ends()
        ends = zip(low.tolist(), high.tolist(), strict=True)
        for row, own in zip(alternative.rows.tolist(), ends, strict=True):
            by_cell[row][number] = own


def _joined(parts: Iterator[Ints]) -> Ints:
    return np.concatenate([np.zeros(0, dtype=np.int64), *parts])
