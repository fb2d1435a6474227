"""Words of Khmer, Lao, Thai and Burmese, and texts without spaces cut into them.

The words are those of ICU, by which browsers break lines in these scripts; what took them out of it is
`tests/support/make_vocabularies.py`. What no word explains is a name, or a word that nobody wrote down. Given
names stand on lists of their own: a name made of two words ("merit", "has") is one name, and not the words.
"""

import json
import lzma
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from functools import cache, lru_cache
from importlib.resources import files
from itertools import groupby

from anonymisers.redaction.profiles import MARKS, RANGES, data, script_profiles

KEY = 3
"""Characters by which the longest word that begins with them is known."""
UNKNOWN_COST = 2.5
"""What a syllable in no word costs, where a word costs 1: an unknown name is not cut into two rare words."""
MADE_COST = 1.2
"""A name made of two usual parts: dearer than a word, cheaper than two."""
LONGEST_WORD_AS_NAME = 6
"""Characters of a word that may be a nickname as well."""
_VOWELS_BEFORE = frozenset("\u0e40\u0e41\u0e42\u0e43\u0e44\u0ec0\u0ec1\u0ec2\u0ec3\u0ec4")
_JOINS_BELOW = frozenset("\u17d2\u1039")
REPEATED = "\u0e46\u0ec6\u17d7"
"""The signs that say a word again: 'children children'."""
_CLOSES = "\u103a"
"""The sign above a Burmese letter that ends a syllable."""


class Sort(Enum):
    """What a piece of a text is."""

    WORD = 1
    NAME = 2
    UNKNOWN = 3


@dataclass(frozen=True)
class Piece:
    """Characters `start` up to, not including, `end` of a stretch of letters."""

    start: int
    end: int
    sort: Sort


class Vocabulary:
    """The words and given names of one script."""

    def __init__(
        self, words: frozenset[str], names: frozenset[str], made: frozenset[str], marks: frozenset[str]
    ) -> None:
        self.words = words
        self.names = names | made
        """Given names, those that are words as well included."""
        self._costs = dict.fromkeys(made - words, MADE_COST) | dict.fromkeys(words | names, 1.0)
        self._only_names = (names | made) - words
        self._marks = marks
        self._reach: dict[str, int] = {}
        for word in self._costs:
            key = word[:KEY]
            self._reach[key] = max(self._reach.get(key, 0), len(word))
        self.pieces = lru_cache(maxsize=256)(self._pieces)

    def is_only_word(self, stretch: str) -> bool:
        """Whether a stretch is a word and no given name."""
        return stretch in self.words and stretch not in self.names

    def is_long_word(self, stretch: str) -> bool:
        """Whether a stretch is a word longer than names are."""
        return len(stretch) > LONGEST_WORD_AS_NAME and self.is_only_word(stretch)

    def explains(self, stretch: str) -> bool:
        """Whether a stretch is made of words and names throughout."""
        return not any(piece.sort is Sort.UNKNOWN for piece in self.pieces(stretch))

    def _pieces(self, stretch: str) -> tuple[Piece, ...]:
        """Cut a stretch of letters into the fewest words; syllables in no word are joined to one piece."""
        steps = self._steps(stretch)
        joined: list[Piece] = []
        for sort, group in groupby(steps, key=lambda piece: piece.sort):
            pieces = list(group)
            if sort is Sort.UNKNOWN:
                joined.append(Piece(pieces[0].start, pieces[-1].end, sort))
            else:
                joined += pieces
        return tuple(joined)

    def _steps(self, stretch: str) -> list[Piece]:
        length = len(stretch)
        ends = [i for i in range(1, length + 1) if i == length or self._may_begin(stretch, i)]
        following = dict(zip([0, *ends], ends, strict=False))
        best = {0: (0.0, Piece(0, 0, Sort.WORD))}
        for at in (0, *ends[:-1]):
            so_far = best[at][0]
            longest = at + max(self._reach.get(stretch[at : at + k], 0) for k in range(1, KEY + 1))
            end = following[at]
            self._offer(best, so_far + UNKNOWN_COST, Piece(at, end, Sort.UNKNOWN))
            while end <= longest:
                word = stretch[at:end].rstrip(REPEATED)
                cost = self._costs.get(word)
                if cost is not None:
                    sort = Sort.NAME if word in self._only_names else Sort.WORD
                    self._offer(best, so_far + cost, Piece(at, end, sort))
                if end == length:
                    break
                end = following[end]
        pieces = []
        at = length
        while at:
            pieces.append(best[at][1])
            at = pieces[-1].start
        return pieces[::-1]

    @staticmethod
    def _offer(best: dict[int, tuple[float, Piece]], cost: float, piece: Piece) -> None:
        if piece.end not in best or cost <= best[piece.end][0]:
            best[piece.end] = (cost, piece)

    def _may_begin(self, stretch: str, at: int) -> bool:
        """Whether a word may begin here: not with a mark, and not between a vowel before and its letter."""
        before = stretch[at - 1]
        if stretch[at] in self._marks or before in _VOWELS_BEFORE or before in _JOINS_BELOW:
            return False
        return stretch[at + 1 : at + 2] != _CLOSES


@cache
def vocabulary(script: str) -> Vocabulary:
    """The vocabulary of a script by its Unicode name. Reading it takes some 50 ms, once in a process."""
    language = script_profiles()[script].language
    lists = data("given_names")
    words = _packed(language) | _of_the_profile(language, script)
    made = frozenset(_made(lists.get(f"{script}_first", ()), lists.get(f"{script}_last", ())))
    return Vocabulary(words, frozenset(lists[script]), made, _begin_nothing(script))


@cache
def indonesian() -> frozenset[str]:
    """Indonesian words in small letters; Malay shares most of them."""
    return _packed("id")


def _packed(language: str) -> frozenset[str]:
    packed = (files("anonymisers.redaction.data") / f"words_{language}.txt.xz").read_bytes()
    return frozenset(lzma.decompress(packed).decode("utf-8").split())


def _of_the_profile(language: str, script: str) -> frozenset[str]:
    """The words that the recognisers know: of the trade, of offices and of addresses."""
    letters = re.compile(f"[{RANGES[script]}]{{2,}}")
    raws = (
        {field: value for field, value in data(language).items() if field != "surnames"},
        data("address_parts"),
        data("plates_and_accounts"),
    )
    people = data("given_names")[f"{script}_people"]
    return frozenset(
        (*people, *(w for raw in raws for w in letters.findall(json.dumps(raw, ensure_ascii=False))))
    )


def _made(firsts: list[str], lasts: list[str]) -> Iterator[str]:
    return (first + last for first in firsts for last in lasts if first != last)


@cache
def _begin_nothing(script: str) -> frozenset[str]:
    """Characters of a script that begin no word: its marks, and the vowels behind a letter."""
    marks = re.compile(f"[{MARKS[script]}\u0e30\u0e32\u0e33\u0e45\u0e46\u0eb0\u0eb2\u0eb3\u0ec6\u17d7]")
    return frozenset(char for char in map(chr, range(0x0E00, 0x1800)) if marks.match(char))
