"""What the regional dictionary is made of, as immutable values."""

from collections.abc import Mapping
from dataclasses import dataclass

OF_ACCIDENTS = frozenset({"place", "date", "device", "land_use"})
"""The dimensions that all casualties of an accident share."""


@dataclass(frozen=True)
class Member:
    """A state of the region: ISO 3166-1 alpha-2 code and its usual English name."""

    code: str
    name: str


@dataclass(frozen=True)
class Purpose:
    """What an answer may be used for. A closed list, which only the region extends."""

    name: str
    label: str


@dataclass(frozen=True)
class Measure:
    """What is added up: `counts` is people, accidents, services or usd."""

    name: str
    label: str
    counts: str

    def has(self, dimension: str) -> bool:
        """Whether it can be broken down by a dimension: sex, age and activity are people's alone."""
        return self.counts != "accidents" or dimension in OF_ACCIDENTS


@dataclass(frozen=True)
class Level:
    """One grain of a dimension. `members` limits it to the states that have it; None: all of them."""

    name: str
    label: str
    dimension: str
    members: frozenset[str] | None = None

    def belongs_to(self, member: str) -> bool:
        return self.members is None or member in self.members


@dataclass(frozen=True)
class Dimension:
    """Something that people are counted by. `levels` stand finest first.

    `sensitive`: an attribute that must not be learnt of a person. `part_of` names the multi-valued
    attribute of which this dimension is one yes-or-no question ("injury" of "injury.EYE"), else "".
    """

    name: str
    label: str
    sensitive: bool
    levels: tuple[Level, ...]
    part_of: str = ""

    def level_names(self, member: str | None = None) -> tuple[str, ...]:
        """Names of the levels, finest first; of one member only, when it is given."""
        return tuple(x.name for x in self.levels if member is None or x.belongs_to(member))


@dataclass(frozen=True)
class DerivedCode:
    """One value of a derived dimension: any of the code combinations `of`, in the order of its levels."""

    label: str
    of: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Derived:
    """A function of base levels (men, women, boys, girls), never a dimension beside them."""

    name: str
    label: str
    levels: tuple[str, ...]
    codes: Mapping[str, DerivedCode]


@dataclass(frozen=True)
class ReadyMade:
    """A question that the region asks every year; it is by country besides `by`."""

    name: str
    label: str
    measure: str
    by: tuple[str, ...]


@dataclass(frozen=True)
class Tree:
    """A dimension as one member counts it: codes with their parents, rooted at `Total`.

    `codes` holds every code once, `Total` first, then coarse before fine; a code that stands at several
    levels (device CMR, a type and a group) is one node. `at` gives the codes of each level.
    """

    dimension: str
    levels: tuple[str, ...]
    codes: tuple[str, ...]
    parent: Mapping[str, str]
    at: Mapping[str, tuple[str, ...]]
