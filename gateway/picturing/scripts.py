"""The scripts of the region: where they stand in Unicode, which fonts they need, how much room they take."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby


@dataclass(frozen=True)
class Script:
    """`width` is the mean advance of a letter in hundredths of its height, `leading` that of lines to it."""

    first: int
    last: int
    font: str
    width: int
    leading: float


SCRIPTS = (
    Script(0x0E00, 0x0E7F, "Noto Sans Thai", 58, 1.35),
    Script(0x0E80, 0x0EFF, "Noto Sans Lao", 60, 1.35),
    Script(0x1000, 0x109F, "Noto Sans Myanmar", 80, 1.7),
    Script(0x1780, 0x17FF, "Noto Sans Khmer", 70, 1.6),
)
LATIN = "Noto Sans"
FONTS = ", ".join((LATIN, *(script.font for script in SCRIPTS), "sans-serif"))
_LEADING = 1.15
_NEUTRAL = " \u200b\u200c\u200d"


def script_of(letter: str) -> Script | None:
    """The script of a letter, None for all that Latin letters are written with."""
    code = ord(letter)
    return next((s for s in SCRIPTS if s.first <= code <= s.last), None)


def runs(text: str) -> Iterator[tuple[Script | None, str]]:
    """The text in stretches of one script each; spaces and joiners stay with what is before them."""
    found: list[tuple[Script | None, str]] = []
    for script, letters in groupby(text, key=lambda c: "" if c in _NEUTRAL else script_of(c)):
        run = "".join(letters)
        if (script == "" and found) or (found and script == found[-1][0]):
            found[-1] = (found[-1][0], found[-1][1] + run)
        else:
            found.append((None if isinstance(script, str) else script, run))
    yield from found


def leading(text: str, size: float) -> float:
    """From one line of the text to the next: more where signs stand above and below the letters."""
    return size * max([_LEADING, *(s.leading for s in map(script_of, text) if s is not None)])
