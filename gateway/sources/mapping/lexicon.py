"""Words used in registers, and the likeness of two headings; for `map suggest` only."""

import re
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache, lru_cache
from importlib.resources import files
from types import MappingProxyType

from ruamel.yaml import YAML

from gateway.sources.model.words import plain

_NEARLY, _AS_MISSPELT = 0.8, 0.8
"""Likeness from which two headings are one with a slip of the keyboard, and how much such a one counts."""
_NEVER_MISSPELT, _SHORTEST_INSIDE = 3, 2
"""Lengths: so short a heading with another letter is another word; so short a one is part of many words."""

_LETTERS = 251

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_WHOSE = re.compile("['\u2019]s(?![^\\W_])")
_SIGNS = re.compile(r"[^\w\s\u0300-\u036f\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]+|_")


@dataclass(frozen=True)
class Lexicon:
    """`headings`: target, or reason to leave out -> heading words. `values`: target -> plain word -> code.

    `not_counted`: plain words of facts that no target has, such as being married.
    """

    headings: Mapping[str, tuple[str, ...]]
    reasons: frozenset[str]
    values: Mapping[str, Mapping[str, str]]
    unknown: frozenset[str]
    yes_and_no: Mapping[str, str]
    not_counted: frozenset[str]
    other_people: tuple[str, ...]
    """Words of headings, as `heading_words`, for people who are no victims."""

    about: Mapping[str, tuple[str, ...]]
    """Words of headings, as `heading_words`, for what a day or place is of: accident, home, another day."""

    people: tuple[tuple[str, ...], ...] = ()
    """Words of headings, as `heading_words`, for numbers of people: of all, by outcome, by sex and age."""

    def is_about(self, what: str, heading: str) -> bool:
        """Whether a heading, as `heading_words`, says of what its day or place is."""
        return _has_word(heading, self.about[what])

    def without_the_accident(self, heading: str) -> str:
        """The heading without the words that say that it is of the accident: "date of injury" is a date."""
        ours = "|".join(re.escape(word) for word in self.about["accident"])
        return re.sub(
            rf"(?:\s*\b(?:of|of the|at|at the|ng|da|do|saat|semasa))?\s*\b(?:{ours})\b\s*", " ", heading
        ).strip()

    def of_somebody_else(self, heading: str) -> bool:
        """Whether a heading, as `heading_words`, is about an interviewer, a witness or the like."""
        return _has_word(heading, self.other_people)


def _has_word(heading: str, known: tuple[str, ...]) -> bool:
    """Whether a heading has one of the words; in scripts without blanks, as a part of it."""
    words = f" {heading} "
    return any((f" {word} " if word.isascii() else word) in words for word in known)


@cache
def lexicon() -> Lexicon:
    """The lexicon that ships with the package."""
    body = YAML(typ="safe").load(
        files("gateway.sources").joinpath("lexicon.yaml").read_text(encoding="utf-8")
    )
    headings = {name: tuple(map(heading_words, words)) for name, words in body["headings"].items()}
    reasons = {name: tuple(map(heading_words, words)) for name, words in body["left_out"].items()}
    values = {
        target: MappingProxyType({plain(str(w)): code for code, words in codes.items() for w in words})
        for target, codes in body["values"].items()
    }
    return Lexicon(
        MappingProxyType(headings | reasons),
        frozenset(reasons),
        MappingProxyType(values),
        frozenset(plain(word) for word in body["unknown"]),
        MappingProxyType({plain(str(w)): code for code, words in body["yes_and_no"].items() for w in words}),
        frozenset(plain(word) for words in body["not_counted"].values() for word in words),
        tuple(map(heading_words, body["other_people"])),
        MappingProxyType({what: tuple(map(heading_words, words)) for what, words in body["about"].items()}),
        tuple(tuple(map(heading_words, words)) for words in body["people"].values()),
    )


def heading_words(heading: str) -> str:
    """A heading as plain words: `AccidentRef` becomes "accident ref", `the victim's age` "the victim age"."""
    heading = _WHOSE.sub("", heading)
    return plain(_SIGNS.sub(" ", _CAMEL.sub(" ", heading)))


@dataclass(frozen=True)
class _Known:
    """Known headings, arranged so that most of them need not be looked at for one heading.

    `by_word`: headings in ASCII by their first word, as sets of words. `inside`: headings in scripts without
    blanks. `by_length`: all headings long enough to be misspelt, with how often they have each letter, and
    which letters, as bits.
    """

    whole: frozenset[str]
    by_word: Mapping[str, tuple[tuple[str, frozenset[str], int], ...]]
    inside: tuple[str, ...]
    by_length: Mapping[int, tuple[tuple[str, tuple[tuple[str, int], ...], int], ...]]


@lru_cache(maxsize=1_000)
def _arranged(known: tuple[str, ...]) -> _Known:
    by_word: dict[str, list[tuple[str, frozenset[str], int]]] = {}
    by_length: dict[int, list[tuple[str, tuple[tuple[str, int], ...], int]]] = {}
    for heading in known:
        words = heading.split()
        if heading.isascii() and words:
            by_word.setdefault(words[0], []).append((heading, frozenset(words), len(words)))
        if len(heading) > _NEVER_MISSPELT:
            by_length.setdefault(len(heading), []).append(
                (heading, tuple(Counter(heading).items()), _bits(heading))
            )
    return _Known(
        frozenset(known),
        MappingProxyType({word: tuple(some) for word, some in by_word.items()}),
        tuple(word for word in known if not word.isascii() and len(word) > _SHORTEST_INSIDE),
        MappingProxyType({length: tuple(some) for length, some in by_length.items()}),
    )


@lru_cache(maxsize=10_000)
def likeness(heading: str, known: tuple[str, ...]) -> float:
    """Likeness, from 0 to 1, of a heading (as `heading_words`) to the best of the known headings."""
    arranged = _arranged(known)
    if heading in arranged.whole or _without_articles(heading) in arranged.whole:
        return 1.0
    ours = heading.split()
    best = 0.0
    judged: set[str] = set()
    for word in set(ours):
        for other, theirs, count in arranged.by_word.get(word, ()):
            if theirs <= set(ours):  # the more of the heading the known word covers, the better
                judged.add(other)
                best = max(best, 0.5 + 0.4 * count / len(ours))
    if not heading.isascii():
        for other in arranged.inside:
            if other in heading:  # scripts without spaces between words
                judged.add(other)
                best = max(best, 0.45 + 0.45 * len(other) / len(heading))
    return max(best, _misspelt(heading, arranged, judged)) if best < _AS_MISSPELT else best


def _bits(heading: str) -> int:
    """The letters of a heading as bits; two letters may have one bit."""
    bits = 0
    for letter in heading:
        bits |= 1 << ord(letter) % _LETTERS
    return bits


def _misspelt(heading: str, arranged: _Known, judged: Collection[str]) -> float:
    """Likeness to the best of the known headings that have nearly the same letters in nearly that order."""
    letters, ours = Counter(heading), _bits(heading)
    best = 0.0
    for length, others in arranged.by_length.items():
        size = len(heading) + length
        if 2 * min(len(heading), length) <= _NEARLY * size:
            continue  # of too different lengths to be so alike
        for other, theirs, bits in others:
            # Each letter that only one of the two has is at least one that they do not share.
            most = min(len(heading) - (ours & ~bits).bit_count(), length - (bits & ~ours).bit_count())
            if 2 * most <= _NEARLY * size:
                continue
            shared = sum(min(n, letters[letter]) for letter, n in theirs if letter in letters)
            if 2 * shared <= _NEARLY * size or other in judged:
                continue
            ratio = SequenceMatcher(None, heading, other).ratio()
            best = max(best, _AS_MISSPELT * ratio if ratio > _NEARLY else 0.0)
    return best


def _without_articles(heading: str) -> str:
    return " ".join(word for word in heading.split() if word not in {"the", "a", "an"})
