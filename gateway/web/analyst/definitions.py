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
    }
)
"""Definitions of measures, where the label alone may mislead. What else does not add up is in the legend."""

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
        text = COUNTED_BY.get(level.dimension, "")
        if text:
            yield words.say(level.label), words.say(text)
    if any(_UNKNOWN_CODES & set(axis.codes) for axis in release.axes):
        yield words.say(msgid("unknown")), words.say(UNKNOWN)
    if any(cell.status is Status.WITHHELD for cell in release.cells):
        yield words.say(msgid("withheld ◊")), words.say(WITHHELD_MEANS)
