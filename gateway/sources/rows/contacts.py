"""Tables with several rows for one casualty: needs and services, one row for each contact.

The contacts of a casualty become one status for each pillar of assistance, the farthest that was recorded. So
one person with five services stays one person.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gateway.member.model.contacts import NO_COST
from gateway.member.model.snapshot import Column
from gateway.sources.model.dates import month_of
from gateway.sources.model.findings import Findings, Problem, number_of
from gateway.sources.model.mapping import TableRule
from gateway.sources.model.tables import OpenTable
from gateway.sources.model.targets import (
    COST,
    ITEM,
    PILLAR,
    SERVICE_DATE,
    STATUS,
)
from gateway.sources.model.words import plain
from gateway.sources.rows.columns import ColumnReader, IdentifierReader
from gateway.sources.rows.read_contacts import ReadContacts
from gateway.sources.rows.row_accounts import JoinedRows
from gateway.sources.rows.statuses import farthest_statuses


def pillar_of(item: str) -> str:
    """The pillar of victim assistance to which a service belongs: `REH1` belongs to `REH`."""
    return item.rstrip("0123456789")


_Key = tuple[str, ...]


class ContactTable:
    """Reads a whole table of contacts and looks up what the contacts of each casualty tell, by key."""

    def __init__(
        self,
        rule: TableRule,
        table: OpenTable,
        positions: Mapping[str, int],
        readers: Sequence[ColumnReader | IdentifierReader],
        findings: Findings,
        *,
        dimensions: Sequence[str],
    ) -> None:
        self.readers = readers
        self._dimensions = dimensions
        self._rule = rule
        self._findings = findings
        self._number: dict[_Key, int] = {}
        keys: list[int] = []
        lines: list[int] = []
        for chunk in table.chunks:
            columns = list(zip(*chunk.rows, strict=True)) or [()] * len(table.headings)
            read = zip(*(columns[positions[h]] for h in rule.join), strict=True)
            keys += [self._number_of(tuple(map(plain, key))) for key in read]
            lines += chunk.lines
            for reader, heading in zip(readers, rule.columns, strict=True):
                reader.read(columns[positions[heading]], chunk.lines)
        self._keys, self._lines = np.array(keys, dtype=np.int64), np.array(lines, dtype=np.int64)
        self._reasons = np.zeros(len(lines), dtype=np.uint8)
        columns_read = self._columns()
        self.gives_pillars = PILLAR in columns_read
        """Whether the table tells of pillars of assistance, or of barriers alone."""
        self.found: Mapping[str, Column] = self._statuses(columns_read)
        """What the contacts of each key tell, in the order of `find`."""

    def find(self, keys: Sequence[Sequence[str]], lines: Sequence[int], table: str) -> NDArray[np.int64]:
        """The positions in `found` of the casualties with these join cells; -1 without any contact."""
        del lines, table  # a casualty without contacts is no fault
        words = (tuple(map(plain, key)) for key in zip(*keys, strict=True))
        # An empty key is nobody's: else all contacts without one would be everybody's without one.
        return np.array([self._number.get(key, -1) if any(key) else -1 for key in words], dtype=np.int64)

    def rows(self, keys: NDArray[np.int64], cases: NDArray[np.bytes_]) -> ReadContacts:
        """Contacts of casualties. `keys`: from `find`, for rows of the first table; `cases`: of these rows.

        Where several cases have the same key, the contact belongs to the first case by pseudonym. Contacts
        with the same number are kept once.
        """
        there = np.flatnonzero((keys >= 0) & (cases != b""))
        last_first = there[np.argsort(cases[there], kind="stable")[::-1]]
        case_of = np.zeros(len(self._number), dtype=cases.dtype)
        case_of[keys[last_first]] = cases[last_first]
        case = case_of[self._keys]
        kept = case != b""
        kept[kept] = self._once(case[kept], np.flatnonzero(kept))
        columns = {name: column.taken(kept) for name, column in self._columns().items()}
        headings = {rule.target.name: heading for heading, rule in self._rule.columns.items()}
        name, lines = self._rule.name, self._lines[kept]
        return ReadContacts(name, headings, lines, case[kept], columns, self._cents()[kept])

    def _columns(self) -> dict[str, Column]:
        coded = {r.rule.target.name: r for r in self.readers if isinstance(r, ColumnReader)}
        columns = {name: reader.column() for name, reader in coded.items() if name != COST}
        if SERVICE_DATE in columns:
            columns[SERVICE_DATE] = columns[SERVICE_DATE].recoded(month_of)
        if ITEM in columns and PILLAR not in columns:
            columns[PILLAR] = columns[ITEM].recoded(pillar_of)
        return columns

    def _cents(self) -> NDArray[np.int64]:
        for reader in self.readers:
            if isinstance(reader, ColumnReader) and reader.rule.target.name == COST:
                return reader.amounts(NO_COST)
        return np.full(len(self._keys), NO_COST, dtype=np.int64)

    def _once(self, case: NDArray[np.bytes_], rows: NDArray[np.intp]) -> NDArray[np.bool_]:
        """Mask over `rows` without repeated contacts: of rows with one number the first by values is kept."""
        once = np.ones(len(case), dtype=np.bool_)
        number = next((r.pseudonyms() for r in self.readers if isinstance(r, IdentifierReader)), None)
        if number is None:
            return once
        own = number[rows]
        read: list[NDArray[Any]] = [column.indices[rows] for column in self._columns().values()]
        order = np.lexsort((*read, self._cents()[rows], case, own))
        again = (own[order][1:] == own[order][:-1]) & (own[order][1:] != b"")
        once[order[1:][again]] = False
        if again.any():
            twice = rows[~once]
            self._reasons[twice] = number_of(Problem.CONTACT_TWICE)
            self._findings.add(
                self._rule.name, "", Problem.CONTACT_TWICE, sorted(self._lines[twice].tolist())
            )
        return once

    def account(self) -> JoinedRows:
        """What is known of each row here, before the rows of the first table are known to count."""
        return JoinedRows(self._rule, self._lines, self._reasons, self._keys)

    def _number_of(self, key: _Key) -> int:
        return self._number.setdefault(key, len(self._number))

    def _statuses(self, read: Mapping[str, Column]) -> Mapping[str, Column]:
        """For each pillar the farthest status of each key, of contacts of all years."""
        if PILLAR not in read:
            return {}
        # In most registers a contact without a state is a service that was received.
        states = read.get(STATUS, Column.constant("RECV", len(self._keys)))
        return farthest_statuses(self._keys, len(self._number), read[PILLAR], states, self._dimensions)
