"""The regional dictionary: every word for questions, policies and mappings."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TypeVar

from gateway.dictionary.attributes import Attribute
from gateway.dictionary.coding import Coding
from gateway.dictionary.errors import DictionaryError, unknown
from gateway.dictionary.model import (
    COUNTRY,
    OF_ACCIDENTS,
    Derived,
    Dimension,
    Level,
    Measure,
    Member,
    Purpose,
    ReadyMade,
    ReadyTable,
    Tree,
)
from gateway.dictionary.places import Places

ROOT = "Total"
"""The root of every tree: everybody."""

T = TypeVar("T")


@dataclass(frozen=True)
class Dictionary:
    """The regional dictionary. Look-ups by name raise DictionaryError with the nearest known word."""

    version: str
    members: Mapping[str, Member]
    dimensions: Mapping[str, Dimension]
    measures: Mapping[str, Measure]
    purposes: Mapping[str, Purpose]
    attributes: Mapping[str, Attribute]
    """Attributes that a snapshot keeps beside the dimensions; nothing is counted by attributes."""
    derived: Mapping[str, Derived]
    ready_made: Mapping[str, ReadyMade]
    """What the region asks every year: the only list of these questions."""
    former_ready_made: Mapping[str, ReadyTable]
    """Names that are no longer offered; policies that were signed with them can still be read."""
    packs: Mapping[str, tuple[str, ...]]
    """Names of lists of ready-made questions."""
    never_shared: frozenset[str]
    """Attributes of records that no snapshot and no policy can hold."""
    data_sets: Mapping[str, str]
    """What belongs together, with labels: measures and dimensions of one data set share tables."""
    consent: Mapping[str, str]
    """Codes of `consent_share` with their labels."""
    replaced: Mapping[str, str]
    """Words of earlier versions, each with the word that replaces it."""
    families: Mapping[str, str]
    """Labels of the multi-valued attributes with several levels, by attribute and level (`status`, `met`)."""
    places: Places = field(repr=False)
    codings: Mapping[str, Coding] = field(repr=False)
    levels: Mapping[str, Level] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        levels = {level.name: level for dim in self.dimensions.values() for level in dim.levels}
        object.__setattr__(self, "levels", MappingProxyType(levels))

    def member(self, code: str) -> Member:
        return _find("member state", self.members, code)

    def dimension(self, name: str) -> Dimension:
        return _find("dimension", self.dimensions, name)

    def level(self, name: str) -> Level:
        """Return a level by its name; its `dimension` is the name of its dimension."""
        return _find("level", self.levels, name)

    def attribute_of(self, level: str) -> str:
        """The attribute that a level is about a value of, `status` of `status.REH`; else the level itself."""
        return self.dimension(self.level(level).dimension).part_of or level

    def of_dimension(self, level: str, dimension: str) -> bool:
        """Return whether a level is one of this dimension; the level of the members is of none."""
        return level != COUNTRY and self.level(level).dimension == dimension

    def has(self, measure: Measure, dimension: str) -> bool:
        """Return whether a dimension can break the measure down: only clients have a status of assistance,
        and accidents have no sex.
        """
        own = measure.of in self.dimension(dimension).of
        return own and (measure.counts != "accidents" or dimension in OF_ACCIDENTS)

    def lacking_levels(self, measure: str, levels: Iterable[str]) -> tuple[str, ...]:
        """Return the known levels that the measure's subject lacks: accidents have no sex."""
        counted = self.measures.get(measure)
        known = [self.levels[level] for level in levels if level in self.levels]
        return tuple(x.name for x in known if counted is not None and not self.has(counted, x.dimension))

    def dimensions_of(self, data_set: str) -> tuple[str, ...]:
        """Return the dimensions of a data set, in the dictionary's order."""
        return tuple(name for name, dimension in self.dimensions.items() if data_set in dimension.of)

    def unnamed_attribute(self, measure: str, levels: Iterable[str]) -> str:
        """Return the attribute of which a table has to name one value and does not: the pillar of `cases`.

        Returns "" where nothing is lacking.
        """
        within = self.measure(measure).within
        named = {self.dimensions[self.levels[x].dimension].part_of for x in levels if x in self.levels}
        return "" if within in named else within

    def measure(self, name: str) -> Measure:
        return _find("measure", self.measures, name)

    def purpose(self, name: str) -> Purpose:
        return _find("purpose", self.purposes, name)

    def ready_tables(self, name: str) -> tuple[ReadyTable, ...]:
        """Return the tables of a ready-made question or of a pack, each once; former names have one."""
        found: dict[tuple[str, frozenset[str]], ReadyTable] = {}
        for each in self.packs.get(name, (name,)):
            former = self.former_ready_made.get(each)
            tables = (
                _find("ready-made question", self.ready_made, each).tables if former is None else (former,)
            )
            for table in tables:
                found.setdefault((table.measure, frozenset(table.by)), table)
        return tuple(found.values())

    def codes(self, level: str, *, member: str | None = None, years: Iterable[int] = ()) -> Mapping[str, str]:
        """Return codes of a level with their labels, in order; calendar levels have the codes of `years`."""
        return self._coding(level).codes(level, member, years)

    def code(self, level: str, code: str) -> str:
        """Return the label of a code. Raises DictionaryError when the level has no such code."""
        label = self._coding(level).label(level, code)
        if label is None:
            kind = f"code of {self.level(level).label} ({level})"
            raise unknown(kind, code, self.codes(level) or (_EXAMPLES[level],))
        return label

    def label(self, level: str, code: str) -> str | None:
        """Return the label of a code; None for an unknown code.

        Raises DictionaryError for an unknown level.
        """
        return self._coding(level).label(level, code)

    def lift(self, code: str, level: str) -> str:
        """Return the code at the coarser `level` that holds `code` (a code of any finer level)."""
        try:
            return self._coding(level).lift(code, level)
        except (KeyError, StopIteration):
            raise unknown(f"code below the level {level}:", code, self.codes(level)) from None

    def member_of_place(self, code: str) -> str:
        """Return the member state of a place."""
        return _find("place", self.places.owner, code)

    def base_level(self, dimension: str) -> str:
        """Return the finest level of a dimension, at which snapshots are kept."""
        return self.dimension(dimension).levels[0].name

    def hierarchy(self, dimension: str, finest_level: str, member: str, *, years: Iterable[int] = ()) -> Tree:
        """Return the tree of a dimension from `finest_level` upwards, as one member counts.

        The tree holds only the member's own places and levels, and of the calendar only `years`.
        """
        self.member(member)
        names = self.dimension(dimension).level_names(member)
        if finest_level not in names:
            raise unknown(f"level of {dimension} in {member}", finest_level, names)
        levels = names[names.index(finest_level) :]
        years = tuple(years)
        at = {level: tuple(self.codes(level, member=member, years=years)) for level in levels}
        return _tree(dimension, levels, at, self)

    def _coding(self, level: str) -> Coding:
        return self.codings[self.level(level).dimension]


_EXAMPLES = {
    "month": "2024-03",
    "quarter": "2024-Q1",
    "year": "2024",
    "year_band5": "2020-2024",
    "service_year": "2024",
    "activity_year": "2024",
}


def _tree(
    dimension: str, levels: tuple[str, ...], at: Mapping[str, tuple[str, ...]], dictionary: Dictionary
) -> Tree:
    parent: dict[str, str] = {}
    for lower, upper in zip(levels, (*levels[1:], ROOT), strict=True):
        for code in at[lower]:
            above = ROOT if upper == ROOT else dictionary.lift(code, upper)
            if above != code:  # else the same node, one level up
                parent[code] = above
    codes = dict.fromkeys((ROOT, *(c for level in reversed(levels) for c in at[level])))
    return Tree(dimension, levels, tuple(codes), MappingProxyType(parent), MappingProxyType(dict(at)))


def _find(kind: str, known: Mapping[str, T], word: str) -> T:
    try:
        return known[word]
    except (KeyError, TypeError):
        raise unknown(kind, word, known) from None


__all__ = ["ROOT", "Dictionary", "DictionaryError"]
