"""The values that a load passes to the vault: the columns kept by the mapping, row by row.

A value is passed on as it was read, and trimmed. Values of the first table are held for the current chunk
only; values of joined tables are held until the joining rows are read, and passed on with each of these rows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

import numpy as np

from gateway.sources.model.mapping import TableRule
from gateway.sources.model.targets import CASE, PERSON
from gateway.sources.rows.columns import ColumnReader, IdentifierReader
from gateway.sources.rows.contacts import ContactTable
from gateway.sources.rows.joins import JoinedTable
from gateway.sources.rows.people import person_links

NARRATIVE, REDACTED = "narrative", "redacted_narrative"
NAMES = ("name", "name_local", "name_latin", "parent_name")
FIELDS = (
    *NAMES, "national_id", "case_id", "phone", "email", "village", "address", "birth_date", "gps",
    NARRATIVE, REDACTED,
)  # fmt: skip
"""Fields of a vault; a mapping names a field for each column to be kept."""

Values: TypeAlias = Mapping[str, str]
"""The personal values of a row by field, without blank values."""


class Keeper(Protocol):
    """Receives the values to keep, chunk by chunk."""

    def keep(self, cases: Sequence[str], people: Sequence[str], rows: Sequence[Values]) -> None:
        """Keep a chunk: for each row the pseudonyms of case and person, and the personal values."""


class NameReader(Protocol):
    """Receives personal values with the lines that they stand on."""

    def add(self, cases: Sequence[str], lines: Sequence[int], rows: Sequence[Values]) -> None:
        """Read a chunk: for each row the pseudonym of its case, its line and its personal values."""


@dataclass(frozen=True)
class Chosen:
    """Passes the personal columns of the first table, and of tables joined row by row, to a keeper.

    `names` receives them too, with the line of each row. Either may be None.
    """

    rule: TableRule
    keeper: Keeper | None
    names: NameReader | None = None

    def pass_on(
        self,
        columns: Sequence[Sequence[str]],
        places: Mapping[str, int],
        own: Sequence[ColumnReader | IdentifierReader],
        joined: Sequence[JoinedTable | ContactTable],
        found: Sequence[np.ndarray[tuple[int], np.dtype[np.int64]]],
        *,
        lines: Sequence[int],
    ) -> None:
        """Pass on a chunk already read into `own`, without the rows of no case, which belong to nobody."""
        links = {r.rule.target.name: r.last() for r in own if isinstance(r, IdentifierReader)}
        for other, rows in zip(joined, found, strict=True):
            for reader in other.readers:
                if isinstance(reader, IdentifierReader):
                    links[reader.rule.target.name] = np.append(reader.pseudonyms(), b"")[rows]
        case = links[CASE]
        person = person_links(links.get(PERSON), case)
        there = np.flatnonzero(case != b"").tolist()
        fields: list[tuple[str, Sequence[str]]] = [
            (field, columns[places[heading]]) for heading, field in self.rule.personal.items()
        ]
        for other, rows in zip(joined, found, strict=True):
            if isinstance(other, JoinedTable):
                fields += other.personal(rows)
        cases = [case[i].decode("ascii") for i in there]
        personal = [{field: cells[i].strip() for field, cells in fields if cells[i].strip()} for i in there]
        if self.keeper is not None:
            self.keeper.keep(cases, [person[i].decode("ascii") for i in there], personal)
        if self.names is not None:
            self.names.add(cases, [lines[i] for i in there], personal)
