"""The scripts of the region: their ranges in Unicode, their fonts, and the room for their letters."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Script:
    """`width` is the mean advance of a letter in hundredths of its height, `leading` the line height."""

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
FONTS = ", ".join(("Noto Sans", *(script.font for script in SCRIPTS), "sans-serif"))
_LEADING = 1.15


def script_of(letter: str) -> Script | None:
    """The script of a letter, None for all signs that are written with Latin letters."""
    code = ord(letter)
    return next((s for s in SCRIPTS if s.first <= code <= s.last), None)


def leading(text: str, size: float) -> float:
    """The distance between two lines of the text: larger with signs above and below the letters."""
    return size * max([_LEADING, *(s.leading for s in map(script_of, text) if s is not None)])
