"""Questions that are worth a look by what they ask: of a narrow group, repeated, or the rest of another.

Each is answered like any other: no set of questions adds up to a withheld number.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from audit.reading.entry_facts import Conditions, Question
from audit.reading.messages import Message, message

_Words = tuple[str, str, tuple[str, ...], Conditions]
"""Organisation, measure, levels and conditions of a question."""


@dataclass(frozen=True)
class Unusual:
    """What was found of an organisation, in words, with the numbers of the entries."""

    about: str
    message: Message
    numbers: tuple[int, ...]


def narrow(asked: Sequence[Question], conditions: int) -> Iterator[Unusual]:
    """Questions with at least so many conditions of one code each."""
    found: dict[str, list[int]] = defaultdict(list)
    for each in asked:
        if _is_narrow(each, conditions):
            found[each.organisation].append(each.number)
    for about, numbers in found.items():
        text = message(
            "%(count)s questions about a narrow group, with at least %(conditions)s conditions",
            count=len(numbers),
            conditions=conditions,
        )
        yield Unusual(about, text, tuple(numbers))


def repeated(asked: Sequence[Question], times: int, window: timedelta) -> Iterator[Unusual]:
    """The same question of an organisation at least so many times within the window."""
    same: dict[tuple[object, ...], list[Question]] = defaultdict(list)
    for one in asked:
        same[one.organisation, one.measure, one.by, one.where, one.purpose].append(one)
    for group in same.values():
        numbers = [
            one.number
            for first in range(len(group) - times + 1)
            if group[first + times - 1].at - group[first].at <= window
            for one in group[first : first + times]
        ]
        if numbers:
            each = tuple(dict.fromkeys(numbers))
            text = message(
                "the same question %(count)s times, each %(times)s within %(window)s",
                count=len(each),
                times=times,
                window=str(window),
            )
            yield Unusual(group[0].organisation, text, each)


def complementary(asked: Sequence[Question], conditions: int) -> Iterator[Unusual]:
    """Narrow questions that differ from one before in a single condition: another code, or none at all.

    The difference of the two answers is about still fewer people.
    """
    whole: dict[_Words, int] = {}
    parts: dict[tuple[_Words, str], dict[tuple[str, ...], int]] = defaultdict(dict)
    for event in asked:
        stated, number = event.where, event.number
        if len(stated) >= conditions - 1:
            whole.setdefault((event.organisation, event.measure, event.by, stated), number)
        if not _is_narrow(event, conditions):
            continue
        for place, (dimension, codes) in enumerate(stated):
            rest = (*stated[:place], *stated[place + 1 :])
            words = (event.organisation, event.measure, event.by, rest)
            parts[words, dimension].setdefault(codes, number)
    for (words, dimension), numbers in parts.items():
        before = [whole[words]] if words in whole else []
        both = tuple(sorted({*numbers.values(), *before}))
        if len(both) > 1:
            text = message("narrow questions that differ in %(dimension)s only", dimension=dimension)
            yield Unusual(words[0], text, both)


def _is_narrow(question: Question, conditions: int) -> bool:
    return sum(len(codes) == 1 for _, codes in question.where) >= conditions
