"""Contacts as they were read, each with its line, so that a finding can name it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gateway.member.model.column import Column
from gateway.member.model.contacts import Contacts
from gateway.sources.model.findings import Findings, Problem


@dataclass(frozen=True, eq=False)
class ReadContacts:
    """`lines`: of each contact, in the table of this name. `headings`: of the columns, by target."""

    table: str
    headings: Mapping[str, str]
    lines: NDArray[np.int64]
    case: NDArray[np.bytes_]
    columns: Mapping[str, Column]
    cents: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.lines)

    def taken(self, rows: NDArray[np.bool_]) -> "ReadContacts":
        """Only the given rows."""
        columns = {name: column.taken(rows) for name, column in self.columns.items()}
        return replace(
            self, lines=self.lines[rows], case=self.case[rows], columns=columns, cents=self.cents[rows]
        )

    def note(self, target: str, problem: Problem, which: NDArray[np.bool_], findings: Findings) -> None:
        """Note a problem in the column of a target, of some contacts."""
        if which.any():
            lines = sorted(self.lines[which].tolist())
            findings.add(self.table, self.headings.get(target, target), problem, lines)

    def kept(self) -> Contacts:
        """The contacts for a snapshot, which knows no lines."""
        return Contacts.of(self.case, self.columns, self.cents)
