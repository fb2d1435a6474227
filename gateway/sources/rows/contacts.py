"""Tables with several rows for one casualty: needs and services, one row for each contact.

The contacts of a casualty become sets: the pillars in which a need was found, the pillars with a referral,
the pillars in which a service was received, and the barriers that were met. So one person with five services
stays one person.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gateway.member.model.contacts import NO_COST, Contacts
from gateway.member.model.snapshot import Column
from gateway.sources.model.dates import month_of
from gateway.sources.model.findings import Findings, Problem
from gateway.sources.model.mapping import TableRule
from gateway.sources.model.tables import OpenTable
from gateway.sources.model.targets import BARRIER, COST, ITEM, PILLAR, SERVICE_DATE, STATUS
from gateway.sources.model.words import plain
from gateway.sources.rows.columns import ColumnReader, IdentifierReader

SETS: Mapping[str, frozenset[str]] = {
    "need": frozenset({"NEED", "REF", "RECV", "REFUSED", "UNAVAIL"}),
    "referred": frozenset({"REF"}),
    "service": frozenset({"RECV"}),
}
"""Set of pillars -> the states of a contact that put a pillar into the set.

A person who was referred or served, declined a service or found none has had a need.
"""

_UNKNOWN = "UNK"


def pillar_of(item: str) -> str:
    """The pillar of victim assistance to which a service belongs: `REH1` belongs to `REH`."""
    return item.rstrip("0123456789")


_Key = tuple[str, ...]


class ContactTable:
    """Reads a whole table of contacts and looks up the sets of each casualty by key."""

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
        self._met = np.zeros(len(self._number), dtype=np.bool_)
        self.sets = self._gather()

    def find(self, keys: Sequence[Sequence[str]], lines: Sequence[int], table: str) -> NDArray[np.int64]:
        """The positions in `sets` of the casualties with these join cells; -1 without any contact."""
        del lines, table  # a casualty without contacts is no fault
        found = np.array(
            [self._number.get(tuple(map(plain, key)), -1) for key in zip(*keys, strict=True)], dtype=np.int64
        )
        self._met[found[found >= 0]] = True
        return found

    def rows(self, keys: NDArray[np.int64], cases: NDArray[np.bytes_]) -> Contacts:
        """Contacts of casualties. `keys`: from `find`, for rows of the first table; `cases`: of these rows.

        Where several cases have the same key, the contact belongs to the first case by pseudonym. Contacts
        with the same number are kept once.
        """
        there = np.flatnonzero((keys >= 0) & (cases != b""))
        last_first = there[np.argsort(cases[there], kind="stable")[::-1]]
        case_of = np.zeros(len(self._number), dtype=cases.dtype)
        case_of[keys[last_first]] = cases[last_first]
        case = case_of[self._keys]
        kept = (case != b"") & self._once(case)
        columns = {name: column.taken(kept) for name, column in self._columns().items()}
        return Contacts.of(case[kept], columns, self._cents()[kept])

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

    def _once(self, case: NDArray[np.bytes_]) -> NDArray[np.bool_]:
        """Mask without repeated contacts: of rows with the same number the first by values is kept."""
        once = np.ones(len(case), dtype=np.bool_)
        own = next((r.pseudonyms() for r in self.readers if isinstance(r, IdentifierReader)), None)
        if own is None:
            return once
        read: list[NDArray[Any]] = [column.indices for column in self._columns().values()]
        order = np.lexsort((*read, self._cents(), case, own))
        again = (own[order][1:] == own[order][:-1]) & (own[order][1:] != b"")
        once[order[1:][again]] = False
        if again.any():
            lines = sorted(self._lines[~once].tolist())
            self._findings.add(self._rule.name, "", Problem.CONTACT_TWICE, lines)
        return once

    def finish(self) -> None:
        """End the look-up of rows of the first table: contacts that belong to no row become findings."""
        strangers = self._lines[~self._met[self._keys]]
        if len(strangers):
            self._findings.add(self._rule.name, "", Problem.ORPHAN, sorted(strangers.tolist()))

    def _number_of(self, key: _Key) -> int:
        return self._number.setdefault(key, len(self._number))

    def _gather(self) -> Mapping[str, Column]:
        read = self._columns()
        asked = {PILLAR, STATUS, BARRIER} & set(read)
        columns = {name: np.array(read[name].values(), dtype=object) for name in asked}
        pillars = columns.get(PILLAR)
        made: dict[str, Column] = {}
        if pillars is not None:
            # In most registers a contact without a state is a service that was received.
            states = columns.get(STATUS, np.full(len(self._keys), "RECV", dtype=object))
            for name, inside in SETS.items():
                counts = np.array([s in inside or s == _UNKNOWN for s in states], dtype=np.bool_)
                # An unknown state leaves the set of the pillar unknown.
                codes = np.where(states == _UNKNOWN, _UNKNOWN, pillars)
                made[name] = self._sets(codes, counts)
        if BARRIER in columns:
            made["barrier"] = self._sets(columns[BARRIER], columns[BARRIER] != "NONE")
        return made

    def _sets(self, codes: NDArray[np.object_], counts: NDArray[np.bool_]) -> Column:
        """For each casualty, the codes of the contacts that count, in order, joined by `;`."""
        sets: list[set[str]] = [set() for _ in self._number]
        for key, code in zip(self._keys[counts].tolist(), codes[counts].tolist(), strict=True):
            sets[key].add(code)
        return Column.of([";".join(sorted(one)) for one in sets])
