"""Names in sentences typed without capitals, in Indonesian, Malay, Tagalog and Tetum.

A name is what stands on a list of given names, and an unknown word after one that people follow ("brother").
Of Indonesian there is a vocabulary, that serves for Malay too: an unknown word is a name wherever it stands.
"""

import re
from collections.abc import Iterator
from functools import cache

from anonymisers.redaction.profiles import data
from anonymisers.redaction.recognisers.latin_text import LatinText
from anonymisers.redaction.tokens import FIGURE, LOWER
from anonymisers.redaction.vocabulary import indonesian

SHORTEST = 3
POSSESSIVES = frozenset({"sy", "saya", "aku", "kami", "kita", "ko", "namin", "nia", "hau"})
KIN = frozenset(
    {"anak", "adik", "kakak", "abang", "suami", "istri", "isteri", "cucu", "asawa", "oan", "alin"}
)
SHORTEST_UNKNOWN, FEWEST_VOWELS = 4, 2
"""Letters and vowels of a name that is told by being no word; fewer make an abbreviation: 'dgn'."""
_VOWELS = re.compile("[aeiou]")
_PREFIX = re.compile("^(?:di|ter|ber|be|per|pe|pen|pem|ke|se|men|mem|me)(?=...)")
_ENDING = re.compile("(?<=...)(?:kannya|annya|nya|kan|lah|kah|an|i)$")
_MARKED = ("nya", "kan", "lah", "kah", "ng")
"""Endings that names do not have, and words do."""


def small_names(text: LatinText) -> Iterator[int]:
    """The words of names in sentences that begin with a small letter."""
    names, leads = _lists(text.profile.language)
    if not names:
        return
    small = False
    for i, word in enumerate(text.words):
        if word.begins:
            small = word.case in (LOWER, FIGURE)
        kept = text.taken[i] or text.allowed[i]
        if not small or word.case != LOWER or kept or len(word.folded) < SHORTEST:
            continue
        if (
            word.folded in names
            or (i and word.gap == " " and _is_led(text, i, leads))
            or _is_no_word(text, i)
        ):
            yield i


def _is_no_word(text: LatinText, i: int) -> bool:
    """Whether the vocabulary of Indonesian lacks a word, its prefixes and endings taken off."""
    word = text.words[i]
    if (
        text.profile.language != "id"
        or len(_VOWELS.findall(word.folded)) < FEWEST_VOWELS
        or not text.is_unknown(word)
    ):
        return False
    if len(word.folded) < SHORTEST_UNKNOWN or "-" in word.folded or text.is_title(i):
        return False
    stems = {word.folded, _PREFIX.sub("", word.folded)}
    stems |= {_ENDING.sub("", stem) for stem in stems}
    place = word.lower in text.profile.place_before or word.lower in text.profile.street_words
    return not place and stems.isdisjoint(indonesian())


def _is_led(text: LatinText, i: int, leads: frozenset[str]) -> bool:
    word = text.words[i]
    unknown = text.is_unknown(word) and not word.folded.endswith(_MARKED)
    place = word.lower in text.profile.place_before or word.lower in text.profile.street_words
    before = text.words[i - 1].lower
    if i > 1 and before in POSSESSIVES:  # 'anak sy ridwan'
        before = text.words[i - 2].lower
    return unknown and not place and not text.is_title(i) and before in leads | KIN


@cache
def _lists(language: str) -> tuple[frozenset[str], frozenset[str]]:
    """Given names, and the words that people follow."""
    lists = data("names_in_small_letters")
    return frozenset(lists.get(language, "").split()), frozenset(lists.get(f"leads_{language}", "").split())
