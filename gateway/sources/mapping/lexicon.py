"""Words used in registers, and the likeness of two headings; for `map suggest` only."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache, lru_cache
from importlib.resources import files
from types import MappingProxyType

from ruamel.yaml import YAML

from gateway.sources.model.words import plain

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_SIGNS = re.compile(r"[^\w\s\u0300-\u036f\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]+|_")


@dataclass(frozen=True)
class Lexicon:
    """`headings`: target, or reason to leave out -> heading words. `values`: target -> plain word -> code."""

    headings: Mapping[str, tuple[str, ...]]
    reasons: frozenset[str]
    values: Mapping[str, Mapping[str, str]]
    unknown: frozenset[str]
    yes_and_no: Mapping[str, str]


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
    )


def heading_words(heading: str) -> str:
    """A heading as plain words: `AccidentRef` and `accident_ref` become "accident ref"."""
    return plain(_SIGNS.sub(" ", _CAMEL.sub(" ", heading)))


@lru_cache(maxsize=10_000)
def likeness(heading: str, known: tuple[str, ...]) -> float:
    """Likeness, from 0 to 1, of a heading (as `heading_words`) to the best of the known headings."""
    ours = heading.split()
    bare, letters = _without_articles(heading), Counter(heading)
    return max((_alike(heading, word, (bare, ours, letters)) for word in known), default=0.0)


def _alike(heading: str, word: str, parts: tuple[str, list[str], Counter[str]]) -> float:
    """Likeness to one known heading. `parts`: the heading without articles, its words, and its letters."""
    bare, ours, letters = parts
    if word in {heading, bare}:
        return 1.0
    if word.isascii():
        theirs = word.split()
        if set(theirs) <= set(ours):  # the more of the heading the known word covers, the better
            return 0.5 + 0.4 * len(theirs) / len(ours)
    elif len(word) > 2 and word in heading:  # scripts without spaces between words
        return 0.45 + 0.45 * len(word) / len(heading)
    # Words of too different lengths cannot be so alike, and most pairs of words are that different.
    size = len(heading) + len(word)
    if len(word) <= 3 or 2 * min(len(heading), len(word)) <= 0.8 * size:
        return 0.0
    # Nor can words that share too few letters, in whatever order.
    if 2 * sum(min(n, times) for letter, n in _letters(word) if (times := letters.get(letter))) <= 0.8 * size:
        return 0.0
    ratio = SequenceMatcher(None, heading, word).ratio()
    return 0.8 * ratio if ratio > 0.8 else 0.0


@lru_cache(maxsize=10_000)
def _letters(word: str) -> tuple[tuple[str, int], ...]:
    """Each letter of a known heading, and how often it has that letter."""
    return tuple(Counter(word).items())


def _without_articles(heading: str) -> str:
    return " ".join(word for word in heading.split() if word not in {"the", "a", "an"})
