"""The approximate width of a drawn text, near enough for layout without a font at hand.

Widths are taken from the Noto Sans letters that ship with the exports, in hundredths of the letter height;
for the scripts of the region the mean width of their letters.
"""

import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from gateway.picturing.scripts import script_of

# fmt: off
_ASCII = (
    26, 27, 41, 65, 57, 83, 73, 22, 30, 30, 55, 57, 27, 32, 27, 37, 57, 57, 57, 57, 57, 57, 57, 57,
    57, 57, 27, 27, 57, 57, 57, 43, 90, 64, 65, 63, 73, 56, 52, 73, 74, 34, 27, 62, 52, 91, 76, 78,
    60, 78, 62, 55, 56, 73, 60, 93, 59, 57, 57, 33, 37, 33, 57, 44, 28, 56, 62, 48, 62, 56, 34, 62,
    62, 26, 26, 53, 26, 94, 62, 60, 62, 62, 41, 48, 36, 62, 51, 79, 53, 51, 47, 38, 55, 38, 57,
)
# fmt: on
_OTHER = 62
_SAFETY = 1.04
"""A reader's own font may be a little wider than ours."""

ELLIPSIS = "…"


def width(text: str, size: float) -> float:
    """The width of a text in the units of `size`, the height of its letters."""
    return sum(_advance(letter) for letter in text) * size / 100 * _SAFETY


@lru_cache(maxsize=4096)
def _advance(letter: str) -> int:
    if unicodedata.category(letter) in ("Mn", "Me", "Cf"):
        return 0
    script = script_of(letter)
    if script is not None:
        return script.width
    base = ord(unicodedata.normalize("NFD", letter)[0])
    return _ASCII[base - 32] if 32 <= base < 127 else _OTHER


def wrapped(text: str, size: float, room: float, lines: int) -> list[str]:
    """The text in at most `lines` lines of `room`; a longer text ends in an ellipsis."""
    found: list[str] = []
    line = ""
    pieces = list(_pieces(text, size, room))
    for number, piece in enumerate(pieces):
        if line and width((line + piece).rstrip(), size) > room:
            if len(found) == lines - 1:
                return [*found, shortened(line + "".join(pieces[number:]), size, room)]
            found.append(line.rstrip())
            line = ""
        line += piece
    return [*found, line.rstrip()]


def shortened(text: str, size: float, room: float) -> str:
    """The text, or as much of the text as has room before an ellipsis."""
    if width(text.rstrip(), size) <= room:
        return text.rstrip()
    clusters = list(_clusters(text))
    while clusters and width("".join(clusters).rstrip() + ELLIPSIS, size) > room:
        clusters.pop()
    return "".join(clusters).rstrip() + ELLIPSIS


def _pieces(text: str, size: float, room: float) -> Iterator[str]:
    """Words with the space after them; words longer than a line, and scripts without spaces, by clusters."""
    for word in text.split(" "):
        spaced = word + " "
        if width(word, size) <= room:
            yield spaced
        else:
            yield from _clusters(spaced)


def _clusters(text: str) -> Iterator[str]:
    """Letters with the signs on, below or around them, which a break must not part."""
    cluster = ""
    for letter in text:
        joined = unicodedata.category(letter).startswith("M") or cluster.endswith(_JOINERS)
        before = cluster and cluster[-1] in _LEADING
        if cluster and not joined and not before:
            yield cluster
            cluster = ""
        cluster += letter
    if cluster:
        yield cluster


_JOINERS = ("\u17d2", "\u1039", "\u200d")
"""Khmer and Burmese signs that put the next letter below the letter before."""
_LEADING = frozenset("\u0e40\u0e41\u0e42\u0e43\u0e44\u0ec0\u0ec1\u0ec2\u0ec3\u0ec4")
"""Thai and Lao vowels that are written before their consonant."""
