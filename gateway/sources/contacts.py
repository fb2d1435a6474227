"""Tables with several rows for one casualty: needs and services, one row for each contact.

What becomes of them is a set for each casualty: the pillars in which a need was found, those to which there
was a referral, those in which a service was received, and the barriers that were met. So one person with five
services stays one person.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from gateway.member.snapshot import Column
from gateway.sources.columns import ColumnReader
from gateway.sources.findings import Findings, Problem
from gateway.sources.mapping import TableRule
from gateway.sources.tables import OpenTable
from gateway.sources.targets import BARRIER, PILLAR, STATUS
from gateway.sources.words import plain

SETS: Mapping[str, frozenset[str]] = {
    "need": frozenset({"NEED", "REF", "RECV", "REFUSED", "UNAVAIL"}),
    "referred": frozenset({"REF"}),
    "service": frozenset({"RECV"}),
}
"""Set of pillars -> the states of a contact that put its pillar into it. Whoever was referred or served had
a need, and so had who declined or found nothing."""

_UNKNOWN = "UNK"
_Key = tuple[str, ...]


class ContactTable:
    """Reads a whole table of contacts; knows the sets of each casualty by its key."""

    def __init__(
        self,
        rule: TableRule,
        table: OpenTable,
        positions: Mapping[str, int],
        readers: Sequence[ColumnReader],
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
            told = zip(*(columns[positions[h]] for h in rule.join), strict=True)
            keys += [self._number_of(tuple(map(plain, key))) for key in told]
            lines += chunk.lines
            for reader, heading in zip(readers, rule.columns, strict=True):
                reader.read(columns[positions[heading]], chunk.lines)
        self._keys, self._lines = np.array(keys, dtype=np.int64), np.array(lines, dtype=np.int64)
        self._met = np.zeros(len(self._number), dtype=np.bool_)
        self.sets = self._gather()

    def find(self, keys: Sequence[Sequence[str]], lines: Sequence[int], table: str) -> NDArray[np.int64]:
        """The casualties of these join cells among `sets`; -1 for those without any contact."""
        del lines, table  # that somebody has had no contact is no fault
        found = np.array(
            [self._number.get(tuple(map(plain, key)), -1) for key in zip(*keys, strict=True)], dtype=np.int64
        )
        self._met[found[found >= 0]] = True
        return found

    def finish(self) -> None:
        """Every row of the first table has been looked up: contacts of nobody are findings."""
        strangers = self._lines[~self._met[self._keys]]
        if len(strangers):
            self._findings.add(self._rule.name, "", Problem.ORPHAN, sorted(strangers.tolist()))

    def _number_of(self, key: _Key) -> int:
        return self._number.setdefault(key, len(self._number))

    def _gather(self) -> Mapping[str, Column]:
        columns = {r.rule.target.name: np.array(r.column().values(), dtype=object) for r in self.readers}
        pillars = columns.get(PILLAR)
        made: dict[str, Column] = {}
        if pillars is not None:
            # Without a state a contact is what most registers mean by one: a service that was received.
            states = columns.get(STATUS, np.full(len(self._keys), "RECV", dtype=object))
            for name, inside in SETS.items():
                counts = np.array([s in inside or s == _UNKNOWN for s in states], dtype=np.bool_)
                # In which of the sets a pillar of unknown state belongs, nobody can say.
                codes = np.where(states == _UNKNOWN, _UNKNOWN, pillars)
                made[name] = self._sets(codes, counts)
        if BARRIER in columns:
            made["barrier"] = self._sets(columns[BARRIER], columns[BARRIER] != "NONE")
        return made

    def _sets(self, codes: NDArray[np.object_], counts: NDArray[np.bool_]) -> Column:
        """For each casualty the codes of its contacts that count, in order, joined by `;`."""
        sets: list[set[str]] = [set() for _ in self._number]
        for key, code in zip(self._keys[counts].tolist(), codes[counts].tolist(), strict=True):
            sets[key].add(code)
        return Column.of([";".join(sorted(one)) for one in sets])
