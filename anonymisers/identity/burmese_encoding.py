"""Burmese in Unicode, whether it was typed so or for the Zawgyi font.

Two encodings of Burmese are in use with the same code points. The model of Google's Myanmar Tools, which
also knows Shan, Mon and Karen in Unicode, tells how much likelier a text is in one than in the other. Text
certainly for Zawgyi is converted; where it is not certain, the text stays and is called unclear.
"""

import re
import warnings
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Literal, TypeAlias

import numpy as np
from myanmartools import ZawgyiDetector
from numpy.typing import NDArray

from anonymisers.identity.zawgyi import converted, to_unicode

CERTAIN = 3.0
"""Log of the odds from which an encoding is certain: 20 to 1, as Myanmar Tools advises."""
DOUBTED = 1.0
"""Log of the odds below which Unicode is doubted, where the letters allow both."""
STRONG = 8.0
"""Log of the odds that outweigh other parts of the same text: a form in Unicode, filled in for Zawgyi."""
_BURMESE = re.compile("[\u1000-\u109f]")
_PART = re.compile("[^\u104b\n\t:;]+")
"""A sentence, a line, a label or what stands beside it: typed in one encoding."""
_NO_SYLLABLE = re.compile("\u1031\u103a|(?:^|[^\u1000-\u109f\uaa60-\uaa7f])[\u102b-\u103e]")
"""Marks that no Burmese syllable has: text in Unicode that was taken for Zawgyi."""
_Encoding: TypeAlias = Literal["same", "unicode", "zawgyi", "unclear"]


@dataclass(frozen=True)
class Burmese:
    """A text in Unicode. `unclear`: nobody can tell the encoding of some of its Burmese.

    `offsets[i]` is the place of character i in the text as typed, `offsets[-1]` the length typed; None where
    nothing was converted.
    """

    text: str
    unclear: bool = False
    offsets: tuple[int, ...] | None = None

    def as_typed(self, start: int, end: int) -> tuple[int, int]:
        """Return the stretch that was typed for a stretch of `text`, whole syllables."""
        return (start, end) if self.offsets is None else (self.offsets[start], self._after(end))

    def _after(self, end: int) -> int:
        offsets = self.offsets or ()
        # A letter written before the end may have been typed after it: the whole syllable goes.
        return next((o for o in offsets[end:] if end == 0 or o > offsets[end - 1]), offsets[-1])


def has_burmese(text: str) -> bool:
    """Return whether a text has a letter of the Burmese block."""
    return not text.isascii() and _BURMESE.search(text) is not None


def in_unicode(text: str) -> Burmese:
    """Return a text in Unicode; other scripts in it stay."""
    if not has_burmese(text):
        return Burmese(text)
    return _remembered(text) if len(text) < 100 else _read(text)


@lru_cache(maxsize=65_536)
def _remembered(text: str) -> Burmese:
    return _read(text)


def log_odds(text: str) -> float:
    """Return the natural logarithm of the odds that the Burmese of a text is in Unicode, not for Zawgyi."""
    return float(_pairs(text).sum())


def _read(text: str) -> Burmese:
    places = [match.span() for match in _PART.finditer(text)]
    sums = np.concatenate(([0.0], np.cumsum(_pairs(text))))
    # The pair before each character, and the pair after the last one.
    odds = [float(sums[end + 1] - sums[start]) for start, end in places]
    if all(o >= CERTAIN or o == 0.0 for o in odds):
        return Burmese(text)
    parts = [_encoding(text[start:end], o) for (start, end), o in zip(places, odds, strict=True)]
    zawgyi = [o for o, part in zip(odds, parts, strict=True) if part == "zawgyi"]
    in_order = [o for o, part in zip(odds, parts, strict=True) if part == "unicode"]
    doubted = any(part == "unclear" and o < DOUBTED for o, part in zip(odds, parts, strict=True))
    if not zawgyi:
        return Burmese(text, unclear=doubted and not in_order)
    if not in_order or (_weak(in_order) and -sum(zawgyi) > STRONG * len(in_order) + sum(in_order)):
        return _converted(text, [(0, len(text))])
    if _weak(zawgyi) and sum(in_order) > STRONG * len(zawgyi) - sum(zawgyi):
        return Burmese(text)
    mixed = [place for place, part in zip(places, parts, strict=True) if part == "zawgyi"]
    return _converted(text, mixed, unclear=doubted)


def _weak(odds: list[float]) -> bool:
    return all(abs(o) < STRONG for o in odds)


def _encoding(part: str, odds: float) -> _Encoding:
    if odds >= CERTAIN:
        return "unicode"
    other = to_unicode(part)
    if other == part:
        return "same"
    certain = odds <= -CERTAIN and log_odds(other) > 0 and not _NO_SYLLABLE.search(other)
    return "zawgyi" if certain else "unclear"


def _converted(text: str, places: list[tuple[int, int]], *, unclear: bool = False) -> Burmese:
    pieces: list[str] = []
    offsets: list[int] = []
    at = 0
    for start, end in places:
        pieces.append(text[at:start])
        offsets += range(at, start)
        for place, piece in converted(text[start:end]):
            pieces.append(piece)
            offsets += [start + place] * len(piece)
        at = end
    pieces.append(text[at:])
    return Burmese("".join(pieces), unclear, (*offsets, *range(at, len(text) + 1)))


def _pairs(text: str) -> NDArray[np.float64]:
    """Return the log odds of every two neighbours of a text, from its start to its end."""
    states, odds = _model()
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")
    known = states[np.minimum(codes, len(states) - 1)]
    pairs: NDArray[np.float64] = odds[np.append(0, known), np.append(known, 0)]
    return pairs


@cache
def _model() -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """The state of every character, 0 for other scripts, and the log odds of every two states.

    Read from within the detector: asked letter by letter it would take as long as a whole redaction. A test
    compares these odds with those that the detector gives.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # importlib.resources.open_binary
        detector = ZawgyiDetector()
    characters: str = detector._chars
    states = np.zeros(max(map(ord, characters)) + 2, dtype=np.intp)
    states[[ord(c) for c in characters]] = np.arange(1, len(characters) + 1)
    odds = np.array(detector._params, dtype=np.float64)
    return states, np.nan_to_num(odds, nan=0.0).reshape(len(characters) + 1, -1)
