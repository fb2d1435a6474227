"""A search of the log in a person's own words, read as conditions; words that are none are named. Pure."""

import re
from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from gateway.web.shared.plain_words import plain

LONGEST = 200
"""Characters of a search that are read."""
MOST_TOGETHER = 8
"""Words that make one name: the longest name that is sought first."""

Names = Mapping[str, tuple[str, str]]
"""A name in plain letters, and the field and value of the condition that the name stands for."""

_WORD = re.compile(r"[^\s,;:()\"“”]+")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_MONTH = re.compile(r"\d{4}-\d\d")
_YEAR = re.compile(r"(?:19|20)\d\d")
_NUMBER = re.compile(r"#?\d{1,15}")
_QUESTION = re.compile(r"q-[0-9a-z-]+")


@dataclass(frozen=True)
class ReadSearch:
    """`conditions`: the fields of the list's search. `entry`: where one entry is named by its number alone.

    `left_out`: the typed words that are no condition, as typed.
    """

    conditions: dict[str, str]
    entry: int | None
    left_out: tuple[str, ...]


def names_of(named: Iterable[tuple[str, str, Iterable[str]]]) -> Names:
    """Conditions by their names: triples of field, value and names. The first of equal names stands."""
    found: dict[str, tuple[str, str]] = {}
    for field, value, names in named:
        for name in names:
            found.setdefault(" ".join(_WORD.findall(plain(name))), (field, value))
    found.pop("", None)
    return found


def read(typed: str, names: Names, months: Sequence[str] = ()) -> ReadSearch:
    """Read a search: the longest names first, then days, months, years, entries, questions and people.

    `months`: the twelve names of months in the language of the page. A later word of one field counts.
    """
    words = _WORD.findall(typed[:LONGEST])
    plain_months = {plain(name): number for number, name in enumerate(months, 1) if name}
    conditions: dict[str, str] = {}
    left_out: list[str] = []
    entry, place = None, 0
    while place < len(words):
        taken, found = _name_at(words, place, names)
        if not taken:
            taken, found = _time_at(words, place, plain_months)
        if not taken:
            taken, found = 1, _single(words[place])
        if "entry" in found:
            entry = int(found.pop("entry"))
        elif not found:
            left_out.append(words[place])
        conditions |= found
        place += taken
    return ReadSearch(conditions, entry if not conditions else None, tuple(left_out))


def _name_at(words: Sequence[str], place: int, names: Names) -> tuple[int, dict[str, str]]:
    for count in range(min(MOST_TOGETHER, len(words) - place), 0, -1):
        name = plain(" ".join(words[place : place + count]))
        if name in names:
            field, value = names[name]
            return count, {field: value}
    return 0, {}


def _time_at(words: Sequence[str], place: int, months: Mapping[str, int]) -> tuple[int, dict[str, str]]:
    """A day, a month or a year at this place, as a span: `2026-10-01`, `2026-10`, `October 2026`, `2026`."""
    word, after = plain(words[place]), words[place + 1] if place + 1 < len(words) else ""
    if _DAY.fullmatch(word):
        return 1, _span(word, word)
    if _MONTH.fullmatch(word):
        return 1, _month(int(word[:4]), int(word[5:]))
    if word in months and _YEAR.fullmatch(after):
        return 2, _month(int(after), months[word])
    if _YEAR.fullmatch(word):
        return 1, _span(f"{word}-01-01", f"{word}-12-31")
    return 0, {}


def _month(year: int, month: int) -> dict[str, str]:
    if not 1 <= month <= 12:
        return {}
    return _span(f"{year}-{month:02}-01", f"{year}-{month:02}-{monthrange(year, month)[1]}")


def _span(first: str, last: str) -> dict[str, str]:
    """From the first day on, before the day after the last; nothing for a day that no calendar has."""
    try:
        since, until = date.fromisoformat(first), date.fromisoformat(last) + timedelta(days=1)
    except (ValueError, OverflowError):
        return {}
    return {"since": since.isoformat(), "until": until.isoformat()}


def _single(word: str) -> dict[str, str]:
    """A number of an entry, a question or a person's name of signing in; nothing for other words."""
    if _NUMBER.fullmatch(word):
        return {"entry": word.lstrip("#")}
    if _QUESTION.fullmatch(word.lower()):
        return {"question": word.lower()}
    return {"actor": word} if "@" in word.strip("@") else {}
