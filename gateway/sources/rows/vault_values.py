"""What a load hands to the vault: the values of the columns that the mapping keeps, row by row.

A value goes on as it stands in its cell, trimmed. Of the first table nothing is held beyond the chunk being
read; values of joined tables are, until the rows are read to which they belong, and go on with each of them.
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
"""Fields that a vault can keep; a mapping names one for each column that is to be kept."""

Values: TypeAlias = Mapping[str, str]
"""The personal values of a row by field, blank ones left out."""


class Keeper(Protocol):
    """Takes what is to be kept, chunk by chunk."""

    def keep(self, cases: Sequence[str], people: Sequence[str], rows: Sequence[Values]) -> None:
        """Keep a chunk: for each row the pseudonyms of its case and its person, and its values."""


@dataclass(frozen=True)
class Chosen:
    """Hands the personal columns of the first table, and of those joined to it row by row, to a keeper."""

    rule: TableRule
    keeper: Keeper

    def pass_on(
        self,
        columns: Sequence[Sequence[str]],
        places: Mapping[str, int],
        own: Sequence[ColumnReader | IdentifierReader],
        joined: Sequence[JoinedTable | ContactTable],
        found: Sequence[np.ndarray[tuple[int], np.dtype[np.int64]]],
    ) -> None:
        """Pass a chunk on that has been read into `own`; rows without a case belong to nobody and are not."""
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
        self.keeper.keep(
            [case[i].decode("ascii") for i in there],
            [person[i].decode("ascii") for i in there],
            [{field: cells[i].strip() for field, cells in fields if cells[i].strip()} for i in there],
        )
