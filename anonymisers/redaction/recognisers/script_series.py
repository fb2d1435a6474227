"""Rows of single names in scripts without capitals: 'attended: A, B and C', where no list has A, B or C.

Things are said in rows as well. The vocabulary tells names from them: most names are no word, things are.
"""

import re
from collections.abc import Iterator
from functools import cache

from anonymisers.redaction.profiles import RANGES, alternatives, data, script_profiles
from anonymisers.redaction.recognisers.script_subjects import Ordinary
from anonymisers.redaction.spans import Evidence, Kind, Span
from anonymisers.redaction.vocabulary import Sort, vocabulary

BURMESE = "Myanmar"
LONGEST = 14
"""Characters of one name in a row."""
MOST_ITEMS = 20
LONG_ROW = 3
"""Items of a row in which two thirds tell the others."""
MOST_PIECES = 3
"""Words that a name is made of; a clause has more."""


def in_series(plain: str, script: str, ordinary: Ordinary) -> Iterator[Span]:
    """Return the items of rows that are names."""
    words = vocabulary(script)
    for row in _row(script).finditer(plain):
        items = [
            Span(*m.span(), Kind.PERSON, Evidence.GUESS) for m in _item(script).finditer(plain, *row.span())
        ]
        texts = [plain[item.start : item.end] for item in items]
        names = [is_namelike(text, script) and not ordinary(text) for text in texts]
        if sum(names) * 3 < len(items) * 2 or (len(items) < LONG_ROW and not all(names)):
            continue
        for item, text, name in zip(items, texts, names, strict=True):
            if name or (text in words.names and not ordinary(text)):
                yield item


def numbered(plain: str, script: str, ordinary: Ordinary) -> Iterator[Span]:
    """Return the items of numbered lists that are names: '1. A 2. B'."""
    items = [Span(*m.span("name"), Kind.PERSON, Evidence.GUESS) for m in _numbered(script).finditer(plain)]
    texts = [plain[item.start : item.end] for item in items]
    names = [not ordinary(text) and not vocabulary(script).is_long_word(text) for text in texts]
    if len(items) >= 2 and sum(names) * 3 >= len(items) * 2:
        yield from (item for item, name in zip(items, names, strict=True) if name)


@cache
def _numbered(script: str) -> re.Pattern[str]:
    letters = RANGES[script]
    item = rf"[{letters}]{{2,{LONGEST}}}"
    return re.compile(rf"(?<![\d.])\d{{1,2}}[.)\u104b] ?(?P<name>{item}(?: {item})?)(?![{letters}])")


def is_namelike(text: str, script: str) -> bool:
    """Whether a stretch may be a name by its words: none that is long, and not one word as a whole."""
    words = vocabulary(script)
    if text in words.names:
        return True
    pieces = words.pieces(text)
    if any(piece.sort is not Sort.WORD for piece in pieces):
        return True
    longest = max(piece.end - piece.start for piece in pieces)
    return 1 < len(pieces) <= MOST_PIECES and longest <= LONGEST_PIECE


LONGEST_PIECE = 5
"""Characters of a word that names are made of."""


@cache
def _item(script: str) -> re.Pattern[str]:
    ands = alternatives(script_profiles()[script].ands)
    return re.compile(rf"(?<![{RANGES[script]}])(?!(?:{ands})(?![{RANGES[script]}]))[{RANGES[script]}]{{2,}}")


@cache
def _row(script: str) -> re.Pattern[str]:
    letters = RANGES[script]
    ands = alternatives(script_profiles()[script].ands)
    item = rf"(?!(?:{ands}))[{letters}]{{2,{LONGEST}}}"
    link = rf"(?: ?[,\u104a;] ?(?:(?:{ands}) ?)?| (?:{ands}) )"
    return re.compile(rf"(?<![{letters}]){item}(?:{link}{item}){{1,{MOST_ITEMS}}}(?![{letters}])")


def after_agents(plain: str, script: str, ordinary: Ordinary) -> Iterator[Span]:
    """Return the names that stand alone after a word for who does something, or after a title, in Burmese."""
    if script != BURMESE:
        return
    nouns = script_profiles()[script].nouns
    for match in _after_agent().finditer(plain):
        name = match.group("name")
        if name not in nouns and not ordinary(name) and not vocabulary(script).is_long_word(name):
            yield Span(*match.span("name"), Kind.PERSON, Evidence.GUESS)


@cache
def _after_agent() -> re.Pattern[str]:
    """'the reporting one Hsai', 'Daw Aye'."""
    letters = RANGES[BURMESE]
    titles = alternatives(data("given_names")["Myanmar_titles_apart"])
    return re.compile(
        rf"(?<![{letters}])(?:[{letters}]{{2,20}}\u101e\u1030|{titles}) "
        rf"(?P<name>[{letters}]{{3,{LONGEST}}})(?![{letters}])"
    )
