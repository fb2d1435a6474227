"""Find a record's own name in another script in its narrative: by its consonants.

A word of three or more consonants is searched alone. Khmer and Chinese names are shorter, so that all words
of a name are also searched together, in any order, adjacent or glued.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise, permutations

from anonymisers.redaction.consonant_skeleton import close, skeleton, sounds
from anonymisers.redaction.spans import Evidence, Kind, Span
from anonymisers.redaction.text_reading import is_latin

PIECE = re.compile(r"[^\W\d_][\w'\u0300-\u036f\u0e00-\u0eff\u1000-\u109f\u1780-\u17dd-]*")
"""One word of a name; in scripts without spaces everything between two spaces."""
LEAST_SOUNDS = 3
LEAST_INSIDE = 4
"""Least number of consonants of a name searched within a row of words."""
MOST_PIECES = 4
_GLIDES = "hyw"
"""Not written inside a word by every script."""


def by_sound(plain: str, pieces: Sequence[str], kind: Kind) -> Iterator[Span]:
    """Return the spans of the words of a name in another script, singly or together."""
    for piece in pieces:
        wanted = skeleton(piece)
        if len(wanted) >= LEAST_SOUNDS:
            yield from _one(plain, piece, wanted, kind)
    together = [bare for piece in pieces if (bare := _bare(skeleton(piece)))]
    if 2 <= len(together) <= MOST_PIECES and sum(map(len, together)) >= LEAST_SOUNDS:
        words = [m for m in PIECE.finditer(plain) if is_latin(m.group()[0]) != is_latin(pieces[0][0])]
        yield from _neighbours(plain, words, together, kind)
        if sum(map(len, together)) >= LEAST_INSIDE:
            yield from _glued(plain, words, together, kind)


def _one(plain: str, piece: str, wanted: str, kind: Kind) -> Iterator[Span]:
    for match in PIECE.finditer(plain):
        if is_latin(match.group()[0]) == is_latin(piece[0]):
            continue
        heard = sounds(match.group())
        if close("".join(sound for sound, _ in heard), wanted):
            yield Span(*match.span(), kind, Evidence.KNOWN)
        elif len(wanted) >= LEAST_INSIDE and not is_latin(match.group()[0]):
            placed = [(sound, match.start() + at) for sound, at in heard]
            yield from _inside(placed, match.end(), wanted, kind)


def _neighbours(
    plain: str, words: Sequence[re.Match[str]], wanted: Sequence[str], kind: Kind
) -> Iterator[Span]:
    """Find adjacent words that sound like the words of the name, in any order."""
    heard = [_bare(skeleton(word.group())) for word in words]
    size, same = len(wanted), sorted(wanted)
    for i in range(len(words) - size + 1):
        row = words[i : i + size]
        if sorted(heard[i : i + size]) == same and _beside(plain, row):
            yield Span(row[0].start(), row[-1].end(), kind, Evidence.KNOWN)


def _beside(plain: str, row: Sequence[re.Match[str]]) -> bool:
    gaps = pairwise(row)
    return all(plain[one.end() : other.start()].strip(" -") == "" for one, other in gaps)


def _glued(plain: str, words: Sequence[re.Match[str]], wanted: Sequence[str], kind: Kind) -> Iterator[Span]:
    """Find the whole name within words written without spaces, or with some."""
    targets = {_bare("".join(order)) for order in permutations(wanted)}
    row: list[re.Match[str]] = []
    for word in [*(w for w in words if not is_latin(w.group()[0])), None]:
        if row and (word is None or plain[row[-1].end() : word.start()] != " "):
            placed = [(s, w.start() + at) for w in row for s, at in sounds(w.group()) if s not in _GLIDES]
            once = [next(group) for _, group in groupby(placed, key=lambda heard: heard[0])]
            for target in targets:
                if len(target) >= LEAST_INSIDE:
                    yield from _inside(once, row[-1].end(), target, kind)
            row = []
        if word is not None:
            row.append(word)


def _inside(heard: Sequence[tuple[str, int]], end: int, wanted: str, kind: Kind) -> Iterator[Span]:
    """Find the sounds in a row of heard sounds ending at `end`."""
    line = "".join(sound for sound, _ in heard)
    at = line.find(wanted)
    while at >= 0:
        after = at + len(wanted)
        yield Span(heard[at][1], heard[after][1] if after < len(heard) else end, kind, Evidence.KNOWN)
        at = line.find(wanted, at + 1)


def _bare(heard: str) -> str:
    """Sounds without glides, each once in a row."""
    return "".join(sound for sound, _ in groupby(s for s in heard if s not in _GLIDES))
