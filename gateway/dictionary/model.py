"""The parts of the regional dictionary, as immutable values."""

from collections.abc import Mapping
from dataclasses import dataclass

COUNTRY = "country"
"""The level of the members themselves, which is in no member's data: a member knows only its own country."""

OF_ACCIDENTS = frozenset({"place", "date", "device", "land_use"})
"""The dimensions that all casualties of an accident share."""

CALENDARS = frozenset({"date", "service_date", "activity_date"})
"""The dimensions whose codes follow from the calendar."""

CASUALTIES, CLIENTS, CONTACTS, ACTIVITIES = "casualties", "clients", "contacts", "activities"
"""The data sets: people who were hurt, people who were assisted in a year, the services that they received,
and sheets without people."""

PLACES = frozenset({"place", "home"})
"""The dimensions of provinces: of the accident, and of a client's home."""

SERVICE_DATE = "service_date"
"""The dimension of the years of service. A table about clients is of one of these years."""

FIRST_SERVICE_YEAR = 2023
"""The first year of service that is counted: which years exist never follows from rows."""

_YEARS = {
    CASUALTIES: "year",
    CLIENTS: "service_year",
    CONTACTS: "service_year",
    ACTIVITIES: "activity_year",
}


@dataclass(frozen=True)
class Member:
    """A state of the region: ISO 3166-1 alpha-2 code and its usual English name."""

    code: str
    name: str


@dataclass(frozen=True)
class Purpose:
    """A permitted use of an answer. A closed list, which only the region extends."""

    name: str
    label: str


@dataclass(frozen=True)
class Measure:
    """The unit that is added up: `counts` is people, accidents, services, usd or activities.

    `of` is the measure's data set. `within` names the multi-valued attribute of which a table has to name one
    value: a client has one case for each pillar, so that cases of all pillars are no number of people. It is
    "" for every other measure.
    """

    name: str
    label: str
    counts: str
    of: str = CASUALTIES
    within: str = ""

    @property
    def year(self) -> str:
        """The level of years by which the measure is counted."""
        return _YEARS[self.of]

    @property
    def of_activities(self) -> bool:
        """Whether sheets about activities are added up, behind which there are no persons."""
        return self.of == ACTIVITIES


@dataclass(frozen=True)
class Level:
    """One grain of a dimension. `members` are the only states with the level; None: all states."""

    name: str
    label: str
    dimension: str
    members: frozenset[str] | None = None

    def belongs_to(self, member: str) -> bool:
        return self.members is None or member in self.members


@dataclass(frozen=True)
class Dimension:
    """An attribute for counting people. `levels` are ordered from fine to coarse.

    `sensitive`: nobody may learn a person's value. `part_of` names the multi-valued attribute if the
    dimension is about one of its values ("injury" of "injury.EYE"), else "". `of`: the data sets with the
    dimension. `former_level`: the only level of an earlier version, where there are several now.
    """

    name: str
    label: str
    sensitive: bool
    levels: tuple[Level, ...]
    part_of: str = ""
    of: frozenset[str] = frozenset({CASUALTIES})
    former_level: str = ""

    @property
    def yes_no(self) -> bool:
        """Whether the dimension is a yes-or-no question about a value of a multi-valued attribute."""
        return bool(self.part_of) and len(self.levels) == 1

    @property
    def of_people(self) -> bool:
        """Whether people can be counted by the dimension."""
        return self.of != {ACTIVITIES}

    def level_names(self, member: str | None = None) -> tuple[str, ...]:
        """Return names of the levels, finest first; with `member`, of this member only."""
        return tuple(x.name for x in self.levels if member is None or x.belongs_to(member))


@dataclass(frozen=True)
class DerivedCode:
    """One value of a derived dimension: any of the code combinations `of`, in the order of its levels."""

    label: str
    of: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Derived:
    """A function of base levels (men, women, boys, girls), never a further dimension."""

    name: str
    label: str
    levels: tuple[str, ...]
    codes: Mapping[str, DerivedCode]


@dataclass(frozen=True)
class ReadyTable:
    """One table of a ready-made question: a measure by levels.

    `name` is that of the question; where the question has several tables, `label` distinguishes this one, and
    its name ends in what does.
    """

    name: str
    measure: str
    by: tuple[str, ...]
    label: str = ""

    @property
    def levels(self) -> tuple[str, ...]:
        """The levels without that of the countries, which is in no member's data."""
        return tuple(level for level in self.by if level != COUNTRY)


@dataclass(frozen=True)
class ReadyMade:
    """A question that the region asks every year.

    `tables` answer the question; there are none where the dictionary lacks the words for it. `note` says what
    is lacking, or how to read the tables.
    """

    name: str
    label: str
    tables: tuple[ReadyTable, ...]
    note: str = ""


@dataclass(frozen=True)
class Tree:
    """A dimension as one member counts: codes with their parents, rooted at `Total`.

    `codes` holds every code once, `Total` first, then coarse before fine; a code of several levels (device
    CMR, a type and a group) is one node. `at` gives the codes of each level.
    """

    dimension: str
    levels: tuple[str, ...]
    codes: tuple[str, ...]
    parent: Mapping[str, str]
    at: Mapping[str, tuple[str, ...]]
