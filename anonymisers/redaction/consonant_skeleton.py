"""The consonants of a word as sounds, for recognising a name in another script.

A coarse romanisation: every consonant of Khmer, Lao, Thai, Burmese and Latin becomes one of a dozen sounds,
and vowels are dropped. The only use is to find a record's own name in its own narrative; a skeleton alone
identifies nobody.
"""

from functools import cache

from anonymisers.redaction.profiles import data
from anonymisers.redaction.text_reading import fold


@cache
def _table(name: str) -> dict[str, str]:
    """Letter to sound."""
    return {letter: sound for sound, letters in data("sounds")[name].items() for letter in letters}


def sounds(word: str) -> list[tuple[str, int]]:
    """Return the sounds of a word, each with the place of its letter; a doubled sound once.

    Glides and h count at the beginning only: inside a word not every script writes these sounds.
    """
    folded = fold(word)
    if folded.isascii():
        heard = _latin(folded)
    else:
        table = _table("scripts")
        heard = [(table[letter], i) for i, letter in enumerate(word) if letter in table]
    kept: list[tuple[str, int]] = []
    for sound, place in heard:
        if (sound in "hyw" and kept) or (kept and kept[-1][0] == sound):
            continue
        kept.append((sound, place))
    return kept


def skeleton(word: str) -> str:
    """Return the sounds of a word as one text."""
    return "".join(sound for sound, _ in sounds(word))


def _latin(folded: str) -> list[tuple[str, int]]:
    digraphs, letters = data("sounds")["digraphs"], _table("latin")
    heard: list[tuple[str, int]] = []
    i = 0
    while i < len(folded):
        length = next((n for n in (3, 2) if folded[i : i + n] in digraphs), 1)
        part = folded[i : i + length]
        sound = digraphs.get(part) or letters.get(part, "")
        if sound:
            heard.append((sound, i))
        i += length
    return heard


def close(one: str, other: str) -> bool:
    """Return whether two skeletons belong to one name: equal, or, if long, one consonant apart."""
    if one == other:
        return True
    if min(len(one), len(other)) < 4 or abs(len(one) - len(other)) > 1:
        return False
    short, long = sorted((one, other), key=len)
    if len(short) == len(long):
        return sum(a != b for a, b in zip(short, long, strict=True)) == 1
    return any(long[:i] + long[i + 1 :] == short for i in range(len(long)))
