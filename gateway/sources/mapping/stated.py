"""What a person has said of the columns and tables of a source, so that they are no guesses any more.

For drafts of mappings only.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from audit.reading.messages import message
from gateway.sources.mapping.column_guesses import Guess
from gateway.sources.mapping.draft_columns import Column
from gateway.sources.mapping.draft_joins import Join
from gateway.sources.model.targets import Target

LEFT_OUT = message("left out by whoever looked the columns over")

PEOPLE_OF_ROW, PART_OF_CASE = "people:", "case_of:"
"""Meanings of columns of the first table that are no targets: how many people a row is of, and a part of the
number of the case.
"""

Place = tuple[str, str]
"""A table and a heading of it."""


@dataclass(frozen=True)
class Stated:
    """`meanings`: the target of a column, or "" for one that is not read, and `reasons` then say why not.
    `joins`: how a table belongs to the first one, None for a table that is not read. `as_before`: the columns
    of which only a former mapping says what they mean.

    `sheets`: the kind of the sheets that a table's rows are, as a mapping says it, or "" where they are none.
    `repeats`: how many victims a row holds beside each other, 1 where headings are numbered otherwise.
    """

    meanings: Mapping[Place, str] = field(default_factory=lambda: MappingProxyType({}))
    reasons: Mapping[Place, str] = field(default_factory=lambda: MappingProxyType({}))
    joins: Mapping[str, Join | None] = field(default_factory=lambda: MappingProxyType({}))
    as_before: frozenset[Place] = frozenset()
    sheets: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    repeats: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))

    def says(self, column: Column) -> bool:
        """Whether a person has said what the column means."""
        return (column.table, column.heading) in self.meanings

    def leaves_out(self, table: str) -> bool:
        """Whether a person has said that a table is not read."""
        return table in self.joins and self.joins[table] is None

    def reads(self, table: str) -> bool:
        """Whether a person has said how a table is read, or what any of its columns means."""
        said = any(meaning for (of, _heading), meaning in self.meanings.items() if of == table)
        return said or self.joins.get(table) is not None

    def guess(self, column: Column, known: Mapping[str, Target]) -> Guess:
        """What was said of a column, as a guess without doubts; a target of another version is none."""
        place = column.table, column.heading
        target = known.get(self.meanings[place])
        reason = "" if target else self.reasons.get(place, LEFT_OUT)
        return Guess(column, target, reason, 1.0)


NOTHING_STATED = Stated()
