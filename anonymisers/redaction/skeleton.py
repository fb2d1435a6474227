"""The consonants of a word as sounds, so that a name is recognised in another script.

A coarse romanisation: every consonant of Khmer, Lao, Thai, Burmese and Latin becomes one of a dozen sounds
and vowels go. It serves only to find a record's own name in its own narrative; alone it identifies nobody.
"""

import re
from functools import cache

from anonymisers.redaction.profiles import data
from anonymisers.redaction.reading import fold


@cache
def _table(name: str) -> dict[str, str]:
    """Letter to sound."""
    return {letter: sound for sound, letters in data("sounds")[name].items() for letter in letters}


@cache
def skeleton(word: str) -> str:
    """The consonants of a word as sounds; doubled ones once, h only when nothing else would be left."""
    folded = fold(word)
    if folded.isascii():
        for digraph, sound in data("sounds")["digraphs"].items():
            folded = folded.replace(digraph, sound.upper())
        latin = _table("latin")
        sounds = "".join(c.lower() if c.isupper() else latin.get(c, "") for c in folded)
    else:
        sounds = "".join(_table("scripts").get(c, "") for c in folded)
    sounds = re.sub(r"(.)\1+", r"\1", sounds)
    return sounds.replace("h", "") or sounds


def close(one: str, other: str) -> bool:
    """Whether two skeletons are of one name: equal, or one consonant apart when they are long."""
    if one == other:
        return True
    if min(len(one), len(other)) < 4 or abs(len(one) - len(other)) > 1:
        return False
    short, long = sorted((one, other), key=len)
    if len(short) == len(long):
        return sum(a != b for a, b in zip(short, long, strict=True)) == 1
    return any(long[:i] + long[i + 1 :] == short for i in range(len(long)))
