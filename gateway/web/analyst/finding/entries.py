"""What can be found: ready-made questions, measures, breakdowns, their codes, countries and provinces. Pure.

Each entry has a name in every language, since people type words of the one while they read the other.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from gateway.dictionary import CALENDARS, Dictionary, Level, unknown_place
from gateway.dictionary.places import PROVINCE
from gateway.picturing.words import Words, msgid
from gateway.question import COUNTRY
from gateway.web.analyst.draft import Draft


class Kind(StrEnum):
    """The kinds of what is found, in the order of the page."""

    QUESTION = "question"
    TABLE = "table"
    WORD = "word"
    PLACE = "place"


@dataclass(frozen=True)
class Entry:
    """`label` is English, and the page translates it; `detail` says what it is part of.

    `names` are all spellings by which it is found; `address` is where it leads.
    """

    kind: Kind
    label: str
    detail: str
    names: tuple[str, ...]
    address: str


def entries(dictionary: Dictionary, languages: Sequence[Words]) -> tuple[Entry, ...]:
    """All entries of the region's dictionary, the same for everybody; `languages` beside English."""
    found = _Entries(dictionary, languages)
    return (*found.questions(), *found.measures(), *found.levels(), *found.codes(), *found.places())


class _Entries:
    def __init__(self, dictionary: Dictionary, languages: Sequence[Words]) -> None:
        self._dictionary, self._languages = dictionary, languages

    def _names(self, label: str, *more: str) -> tuple[str, ...]:
        in_languages = (words.say(label) for words in self._languages)
        return tuple(dict.fromkeys([label, *in_languages, *(name for name in more if name)]))

    def questions(self) -> Iterator[Entry]:
        for one in self._dictionary.ready_made.values():
            table = one.tables[0]
            alone = len(one.tables) == 1
            address = f"/ask?{Draft(table.measure, table.by).query()}" if alone else "/ready-made"
            yield Entry(Kind.QUESTION, one.label, "", self._names(one.label, one.name), address)

    def measures(self) -> Iterator[Entry]:
        for name, measure in self._dictionary.measures.items():
            address = f"/ask?{Draft(name).query()}"
            yield Entry(
                Kind.WORD, measure.label, msgid("what is counted"), self._names(measure.label, name), address
            )

    def levels(self) -> Iterator[Entry]:
        for dimension in self._dictionary.dimensions.values():
            for level in dimension.levels:
                names = self._names(level.label, level.name, dimension.label)
                address = f"/ask?{Draft(by=(COUNTRY, level.name)).query()}"
                yield Entry(Kind.WORD, level.label, dimension.label, names, address)

    def codes(self) -> Iterator[Entry]:
        """The codes of levels, but for places and calendars, which have too many of one kind."""
        for dimension in self._dictionary.dimensions.values():
            if dimension.name in CALENDARS or dimension.name in ("place", "home"):
                continue
            for level in dimension.levels:
                yield from self._codes_of(level)

    def _codes_of(self, level: Level) -> Iterator[Entry]:
        for code, label in self._dictionary.codes(level.name).items():
            draft = Draft(by=(COUNTRY,), where=((level.name, code),))
            yield Entry(Kind.WORD, label, level.label, self._names(label), f"/ask?{draft.query()}")

    def places(self) -> Iterator[Entry]:
        for code, member in self._dictionary.members.items():
            draft = Draft(where=((COUNTRY, code),))
            yield Entry(
                Kind.PLACE, member.name, msgid("country"), self._names(member.name, code), _ask(draft)
            )
        provinces = self._dictionary.places.provinces
        for code, label in self._dictionary.codes(PROVINCE).items():
            owner = self._dictionary.places.owner[code]
            if code == unknown_place(owner):
                continue
            spellings = provinces[code].other_names if code in provinces else ()
            draft = Draft(where=((COUNTRY, owner), (PROVINCE, code)))
            country = self._dictionary.member(owner).name
            yield Entry(Kind.PLACE, label, country, self._names(label, code, *spellings), _ask(draft))


def _ask(draft: Draft) -> str:
    return f"/ask?{draft.query()}"
