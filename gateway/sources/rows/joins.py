"""Tables joined to the first table row by row: each row of the first finds the one row with the same key."""

from array import array
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from gateway.sources.model.findings import Findings, Problem, number_of
from gateway.sources.model.mapping import TableRule
from gateway.sources.model.tables import OpenTable
from gateway.sources.model.words import plain
from gateway.sources.rows.columns import ColumnReader, IdentifierReader
from gateway.sources.rows.row_accounts import JoinedRows

_Key = tuple[str, ...]


class JoinedTable:
    """Reads a whole joined table into `readers`, one per mapped column, and finds rows by key.

    Keys are compared as plain words. Of several rows with one key the first by alphabet is taken, so that the
    order of the rows changes nothing. Personal columns are held unchanged where the mapping keeps such
    columns, because the rows of the first table are not read yet.
    """

    def __init__(
        self,
        rule: TableRule,
        table: OpenTable,
        positions: Mapping[str, int],
        readers: Sequence[ColumnReader | IdentifierReader],
        findings: Findings,
    ) -> None:
        self.readers = readers
        self._rule = rule
        self._findings = findings
        self._rows: dict[_Key, tuple[_Key, int]] = {}
        self._personal: list[list[str]] = []
        self._lines, self._keyed = array("Q"), array("B")
        read = 0
        for chunk in table.chunks:
            columns = list(zip(*chunk.rows, strict=True)) or [()] * len(table.headings)
            keys = zip(*(columns[positions[h]] for h in rule.join), strict=True)
            mapped = [columns[positions[h]] for h in rule.columns]
            for number, (line, key) in enumerate(zip(chunk.lines, keys, strict=True), read):
                self._take(line, tuple(map(plain, key)), tuple(m[number - read] for m in mapped), number)
            for reader, cells in zip(readers, mapped, strict=True):
                reader.read(cells, chunk.lines)
            self._hold([columns[positions[h]] for h in rule.personal])
            self._lines.extend(chunk.lines)
            read += len(chunk.rows)

    def find(self, keys: Sequence[Sequence[str]], lines: Sequence[int], table: str) -> NDArray[np.int64]:
        """The rows here that belong to rows of the first table with the join cells `keys`; -1: none."""
        found = [self._rows.get(tuple(map(plain, key))) for key in zip(*keys, strict=True)]
        missing = [line for line, row in zip(lines, found, strict=True) if row is None]
        if missing:
            self._findings.add(table, f"join to {self._rule.name}", Problem.JOIN, missing)
        return np.array([-1 if row is None else row[1] for row in found], dtype=np.int64)

    def account(self) -> JoinedRows:
        """What is known of each row here, before the rows of the first table are known to count."""
        reasons = np.zeros(len(self._lines), dtype=np.uint8)
        for reader in self.readers:
            reasons = np.where(reasons, reasons, reader.reasons())
        taken = np.zeros(len(self._lines), dtype=np.bool_)
        taken[np.fromiter((row for _, row in self._rows.values()), dtype=np.int64, count=len(self._rows))] = 1
        keyed = np.array(self._keyed, dtype=np.bool_)
        reasons[(reasons == 0) & keyed & ~taken] = number_of(Problem.JOIN_TWICE)
        lines = np.array(self._lines, dtype=np.int64)
        return JoinedRows(self._rule, lines, reasons, np.arange(len(lines), dtype=np.int64))

    def personal(self, rows: NDArray[np.int64]) -> Iterator[tuple[str, Sequence[str]]]:
        """For each personal field the unchanged values in the given rows; blank for row -1."""
        for field, cells in zip(self._rule.personal.values(), self._personal, strict=True):
            yield field, [cells[row] if row >= 0 else "" for row in rows.tolist()]

    def _hold(self, columns: Sequence[Sequence[str]]) -> None:
        self._personal = self._personal or [[] for _ in self._rule.personal]
        for held, cells in zip(self._personal, columns, strict=True):
            held.extend(cells)

    def _take(self, line: int, key: _Key, cells: _Key, number: int) -> None:
        self._keyed.append(any(key))
        known = self._rows.get(key)
        if known is not None:
            self._findings.add(self._rule.name, "", Problem.JOIN_TWICE, [line])
        if any(key) and (known is None or cells < known[0]):
            self._rows[key] = (cells, number)
