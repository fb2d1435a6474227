"""A mapping of one source to the regional dictionary. Valid by construction (see mapping_yaml.py)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType

from gateway.sources.model.dates import DateFormat
from gateway.sources.model.targets import ITEM, MADE_OF_CONTACTS, PILLAR, Target

NUMBER = "{n}"
"""Placeholder in a heading of a table that repeats columns: the number of the victim, from 1."""

TABLE, MADE_CASE = "{table}", "{case}"
"""In `case_of` the name of the table, and the heading of the column that is made of all parts."""

YES = "yes"
"""Says of a table of activities that a column tells the kind of each."""

LEAST_COUNTED = 95
"""Percent of the rows of every table that must count, unless the mapping says otherwise."""

ISO_DATES = tuple(DateFormat(text) for text in ("YYYY-MM-DD", "YYYY-MM", "YYYY"))


@dataclass(frozen=True)
class ColumnRule:
    """The rule for reading one column.

    `codes`: plain word of the source (words.py) -> code; empty where the source has the dictionary's codes.
    `unknown`: plain words that mean "not known". `blank`: the code of an empty cell, else the target's
    unknown. `formats`, `era`: of dates; `pivot`: the first year that two digits can mean; `zone`: how far its
    clocks are ahead of UTC. `separator`: between several codes in one cell. `unit`: `months` for ages; for
    amounts, how much of the source's currency makes a US dollar. `decimal`: the decimal sign of amounts.
    """

    target: Target
    codes: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    unknown: frozenset[str] = frozenset()
    blank: str | None = None
    formats: tuple[DateFormat, ...] = ISO_DATES
    era: str = "CE"
    pivot: int | None = None
    zone: timedelta = timedelta(0)
    separator: str = ";"
    unit: str = ""
    decimal: str = "."


@dataclass(frozen=True)
class TableRule:
    """One table of the source: a file, a sheet or a table of a database.

    `columns`: heading -> rule; `left_out`: heading -> why the column is not read. `vault`: heading -> field
    of the vault that keeps the column, which may also be read by a rule; `known`: heading -> field, only for
    redacting narratives, not kept (kept.py). `join`: heading here -> heading of the first table; every row of
    the first table finds the one row here with the same values; empty for the first table. `several`: many
    rows here may belong to one row of the first table (contacts.py). `repeat`: number of victims in one row,
    each with separate columns and `{n}` in the headings; 0 where columns are not repeated. `unclaimed`: rows
    here may belong to no casualty, as accidents without victims do. `activities`: the rows are sheets about
    risk education or marking, of this kind, or of the kinds in a column (YES); "" for any other table.
    `also`: further tables with the same columns, such as a sheet for each year, read as one with this one.
    `people`: headings of numbers that together say how many people a row is of: a row of several is not
    counted as one. `case_of`: headings, or TABLE, that make up the number of the case, the column MADE_CASE.
    """

    name: str
    columns: Mapping[str, ColumnRule]
    left_out: Mapping[str, str]
    join: Mapping[str, str]
    repeat: int = 0
    several: bool = False
    unclaimed: bool = False
    vault: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    known: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    activities: str = ""
    also: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    case_of: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all tables that are read by this rule."""
        return (self.name, *self.also)

    @property
    def case_parts(self) -> tuple[str, ...]:
        """The headings that make up the number of the case."""
        return tuple(heading for heading in self.case_of if heading != TABLE)

    @property
    def personal(self) -> Mapping[str, str]:
        """Headings of the columns whose values are read unchanged, each with a field."""
        return {**self.vault, **self.known}


@dataclass(frozen=True)
class Reading:
    """How a file is read: encoding, delimiter between cells, heading lines.

    `header`: the line on which the headings end; `header_lines`: how many lines they take; `units`: lines of
    units below them. `totals`: plain words with which rows of totals begin, which hold no record.
    """

    encoding: str = "utf-8"
    delimiter: str = ","
    header: int = 1
    header_lines: int = 1
    units: int = 0
    totals: tuple[str, ...] = ()


@dataclass(frozen=True)
class SourceMapping:
    """`tables`: the first has one row per casualty; the rest join the first, or are sheets of activities.

    `constants`: target -> code.

    `left_out`: table -> why the table is not read. `least_counted`: percent of the rows of every table that
    must count, or a load stops. `address`: where the source is, for a database or a program that serves it.
    """

    member: str
    kind: str
    reading: Reading
    tables: tuple[TableRule, ...]
    constants: Mapping[str, str]
    left_out: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    least_counted: int = LEAST_COUNTED
    address: str = ""

    @property
    def of_people(self) -> tuple[TableRule, ...]:
        """The first table, and the tables that join it."""
        return tuple(table for table in self.tables if not table.activities)

    @property
    def of_activities(self) -> tuple[TableRule, ...]:
        """The tables of sheets about risk education and marking."""
        return tuple(table for table in self.tables if table.activities)

    @property
    def kept(self) -> frozenset[str]:
        """Every field that the vault keeps."""
        return frozenset(field for table in self.tables for field in table.vault.values())

    @property
    def targets(self) -> frozenset[str]:
        """Names of all targets filled by the mapping."""
        return frozenset(filled(self.of_people)) | set(self.constants)


def filled(tables: Iterable[TableRule]) -> list[str]:
    """Names of the targets filled by the tables, repeated where filled repeatedly; contacts fill sets."""
    made: list[str] = []
    for table in tables:
        names = [rule.target.name for rule in table.columns.values()]
        if ITEM in names and PILLAR not in names:
            made.append(MADE_OF_CONTACTS[PILLAR])  # an item implies a pillar
        made += [MADE_OF_CONTACTS.get(name, name) for name in names]
    return made
