"""The searchable form of a text: the same words without disguises, and the offsets into the original.

Invisible characters are dropped; digits of every script, raised and circled digits, and full-width letters
become ASCII; all spaces become one kind of space and all dashes one kind of dash; a Latin letter with a
separate accent becomes one character; strokes through letters are dropped. Findings in the plain text are
removed from the original through `offsets`.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from anonymisers.identity.normalisation import INVISIBLE, TO_ASCII_DIGITS

_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\uff0d"
_QUOTES = {"\u2018": "'", "\u2019": "'", "\u02bc": "'", "\u201c": '"', "\u201d": '"'}
_SPACES = (
    "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\u2800\t"
)
_FULL_WIDTH = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}

_RAISED_AND_CIRCLED = {
    code: str(unicodedata.digit(chr(code)))
    for block in (range(0xB2, 0xBA), range(0x2070, 0x2090), range(0x2460, 0x2794))
    for code in block
    if unicodedata.digit(chr(code), None) is not None
}
HIDDEN = INVISIBLE | {
    *"\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u3164\uffa0",
    *map(chr, range(0xFE00, 0xFE10)),
    *map(chr, range(0xE0100, 0xE01F0)),
}
"""Characters invisible on a page (Unicode: Default_Ignorable_Code_Point): also joiners, fillers and
selectors."""

_ONE_TO_ONE = str.maketrans(
    {
        **{chr(k): v for k, v in TO_ASCII_DIGITS.items()},
        **{chr(k): v for k, v in _FULL_WIDTH.items()},
        **{chr(k): v for k, v in _RAISED_AND_CIRCLED.items()},
        **dict.fromkeys(_DASHES, "-"),
        **dict.fromkeys(_SPACES, " "),
        **_QUOTES,
    }
)
_INVISIBLE = re.compile("[" + re.escape("".join(sorted(HIDDEN))) + "]|\r\n")
_ACCENTED = re.compile(r"[A-Za-z0-9\u00c0-\u024f\u1e00-\u1eff][\u0300-\u036f]+")


@dataclass(frozen=True)
class Reading:
    """`plain` is the searchable form of `text`; `offsets[i]` is the position in `text` of plain
    character i."""

    text: str
    plain: str
    offsets: range | list[int]

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Return the stretch of `text` behind a stretch of `plain`, invisible characters included."""
        return self.offsets[start], self.offsets[end]


def read(text: str) -> Reading:
    """The reading of a text."""
    plain = text.translate(_ONE_TO_ONE)
    if plain.isascii() or not (_INVISIBLE.search(plain) or _ACCENTED.search(plain)):
        return Reading(text, plain, range(len(text) + 1))
    kept: list[str] = []
    offsets: list[int] = []
    for i, character in enumerate(plain):
        if character in HIDDEN or (character == "\r" and plain.startswith("\r\n", i)):
            continue
        if kept and unicodedata.combining(character) and "\u0300" <= character <= "\u036f":
            composed = unicodedata.normalize("NFC", kept[-1] + character)
            if len(composed) == 1:
                kept[-1] = composed
            if len(composed) == 1 or (is_latin(kept[-1]) and kept[-1].isalnum()):
                continue
        kept.append(character)
        offsets.append(i)
    return Reading(text, "".join(kept), [*offsets, len(text)])


def is_latin(character: str) -> bool:
    """Whether a letter is Latin, accented or not."""
    return character < "\u0250" or "\u1e00" <= character <= "\u1eff"


_LETTERS_WITHOUT_DECOMPOSITION = str.maketrans("đðøłœæ", "ddolea")


def fold(text: str) -> str:
    """Return small letters without accents, for comparing Latin words however typed."""
    return text.lower() if text.isascii() else _folded(text)


@lru_cache(maxsize=65_536)
def _folded(text: str) -> str:
    decomposed = unicodedata.normalize("NFD", text.lower())
    letters = "".join(c for c in decomposed if not "\u0300" <= c <= "\u036f")
    return letters.translate(_LETTERS_WITHOUT_DECOMPOSITION)
