"""What the words of a table mean, for the notes beside it. Pure."""

from collections.abc import Iterator
from types import MappingProxyType

from gateway.dictionary import Dictionary
from gateway.picturing.words import Words, capital, msgid
from gateway.question import COUNTRY
from gateway.wire.cells import Status
from gateway.wire.release import Release

COUNTED = MappingProxyType(
    {
        "casualties": msgid(
            "Everybody whom a register has as killed or injured, or with an outcome not known, in an "
            "accident with a mine or another explosive device. Somebody hurt in two accidents counts in both."
        ),
        "accidents": msgid(
            "Accidents with a mine or another explosive device in which somebody was killed or injured."
        ),
        "clients": msgid("People who were assisted in the year of service, each once."),
        "cases": msgid("A person counts once for each kind of assistance: do not add cases up as people."),
        "reached": msgid("Attendances are no persons: who came twice counts twice."),
    }
)
"""Definitions of measures, where the label alone may mislead."""

COUNTED_BY = MappingProxyType(
    {
        "date": msgid("The time of the accident, not of the report. The newest year can still grow."),
        "place": msgid("Where the accident was, not where the person lives."),
        "age": msgid("Age at the accident."),
        "sex": msgid("As the national register has it."),
        "home": msgid("Where the person lives, not where the accident was."),
        "age_now": msgid("Age on 31 December of the year of service."),
    }
)
"""Definitions of dimensions, likewise."""

SEVERAL = msgid("One person can have several injuries: do not add these tables up.")
FARTHEST = msgid("The farthest status that was recorded in the year of service.")
UNKNOWN = msgid("The record says that it is unknown, or says nothing that could be understood.")
WITHHELD_MEANS = msgid(
    "The number is small, or would give a small one away. Which of the two is not disclosed. A range beside "
    "it is what the shown numbers leave possible."
)
_UNKNOWN_CODES = frozenset({"UNK", "U"})


def definitions(release: Release, dictionary: Dictionary, words: Words) -> tuple[tuple[str, str], ...]:
    """Terms and their meanings, in the order of the table."""
    return tuple((capital(term), text) for term, text in _definitions(release, dictionary, words))


def _definitions(release: Release, dictionary: Dictionary, words: Words) -> Iterator[tuple[str, str]]:
    name = str(release.question.get("measure", ""))
    if name in COUNTED and name in dictionary.measures:
        yield words.say(dictionary.measures[name].label), words.say(COUNTED[name])
    for axis in release.axes:
        level = dictionary.levels.get(axis.level)
        if axis.level == COUNTRY or level is None:
            continue
        text = _of_dimension(level.dimension)
        if text:
            yield words.say(level.label), words.say(text)
    if any(_UNKNOWN_CODES & set(axis.codes) for axis in release.axes):
        yield words.say(msgid("unknown")), words.say(UNKNOWN)
    if any(cell.status is Status.WITHHELD for cell in release.cells):
        yield words.say(msgid("withheld ◊")), words.say(WITHHELD_MEANS)


def _of_dimension(name: str) -> str:
    if name.startswith("injury."):
        return SEVERAL
    return FARTHEST if name.startswith("status.") else COUNTED_BY.get(name, "")
