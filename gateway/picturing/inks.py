"""The marks of a picture. No mark is distinguished from another by colour alone.

Series differ in colour, texture and the shape of their markers. The colours of both themes were searched for
the greatest least distance between any two, as readers with each kind of colour blindness see colours, with
at least 3 : 1 on their ground. Diagonal hatching and the lozenge are reserved for numbers withheld to protect
people.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from gateway.picturing.svg import PAPER, tag

FAINT, LINE, HAIR, INK = "#55605a", "#8a958e", "#d5dbd7", "#1b211d"
SERIES = ("#0b5d46", "#c3780f", "#2d96f0", "#780f78", "#5a4b0f", "#0f0f0f")
"""Fallbacks of the classes p-s1 to p-s6."""
STEPS = ("#eef3f0", "#c9e3d6", "#8cc4a9", "#4f9c7c", "#1f7356", "#0a4a37")
"""Fallbacks of the classes p-c0 (none) to p-c5 (most)."""
_TEXTURES = (
    "",
    "M0 3H8",
    "M2 1V3M6 5V7",
    "M2 0V8M6 0V8",
    "M0 2H8M4 0V8",
    "M4 2V6M2 4H6",
)
_DASHES = (None, "7 4", "2 3", "9 3 2 3", "12 4", "4 2")
_MARKERS = (
    "m-4 0a4 4 0 1 1 8 0a4 4 0 1 1 -8 0z",
    "m-3.6 -3.6h7.2v7.2h-7.2z",
    "m0 -4.6l4.4 8h-8.8z",
    "m0 4.6l4.4 -8h-8.8z",
    "m-4 -1.4h2.6v-2.6h2.8v2.6h2.6v2.8h-2.6v2.6h-2.8v-2.6h-2.6z",
    "m-4.4 0l4.4 -2l4.4 2l-4.4 2z",
)
"""Around a point, by steps from one corner to the next."""
MOST_SERIES = len(SERIES)
Point = tuple[float, float]


@dataclass(frozen=True)
class Inks:
    """The marks of one picture. `prefix` keeps its ids apart from the ids of other pictures on the page."""

    prefix: str

    def defs(self) -> str:
        """The patterns, to be drawn before every use."""
        hatch = tag(
            "pattern",
            tag("rect", width=6, height=6, class_="p-ground", fill=PAPER),
            tag("path", d="M0 0H1.6V6H0Z", class_="p-hatch", fill=FAINT),
            id=f"{self.prefix}-hatch",
            width=6,
            height=6,
            patternUnits="userSpaceOnUse",
            patternTransform="rotate(45)",
        )
        return tag("defs", hatch, *(self._texture(i) for i in range(1, MOST_SERIES)))

    def _texture(self, series: int) -> str:
        return tag(
            "pattern",
            tag("rect", width=8, height=8, class_=f"p-s{series + 1}", fill=SERIES[series]),
            tag("path", d=_TEXTURES[series], class_="p-cut", stroke=PAPER, stroke_width=1.3, fill="none"),
            id=f"{self.prefix}-s{series + 1}",
            width=8,
            height=8,
            patternUnits="userSpaceOnUse",
        )

    def box(self, x: float, y: float, width: float, height: float, series: int = 0) -> str:
        """The filled box of a number; nothing for nothing."""
        if width <= 0 or height <= 0:
            return ""
        if series == 0:
            return tag("rect", x=x, y=y, width=width, height=height, class_="p-s1", fill=SERIES[0])
        return tag("rect", x=x, y=y, width=width, height=height, fill=f"url(#{self.prefix}-s{series + 1})")

    def withheld(self, x: float, y: float, width: float, height: float, *, lozenge: bool = True) -> str:
        """The hatched box of a withheld number."""
        box = tag(
            "rect",
            x=x,
            y=y,
            width=max(width, 0),
            height=max(height, 0),
            class_="p-withheld",
            fill=f"url(#{self.prefix}-hatch)",
            stroke=FAINT,
            stroke_dasharray="3 2",
        )
        return box + (self.lozenge(x + width / 2, y + height / 2, min(height, 14) / 2) if lozenge else "")

    def capped(self, ranges: Iterable[tuple[float, float, float]], series: int) -> str:
        """Ranges of withheld numbers on a plot, as (x, high, low): thin bars with a cap at either end."""
        path = "".join(
            f"M{x:.1f} {high:.1f}V{low:.1f}M{x - 3:.1f} {high:.1f}h6M{x - 3:.1f} {low:.1f}h6"
            for x, high, low in ranges
        )
        return tag(
            "path",
            d=path,
            class_=f"p-l{series + 1}",
            fill="none",
            stroke=SERIES[series],
            stroke_width=1.5,
        )

    def lozenge(self, x: float, y: float, radius: float) -> str:
        """The reserved symbol, drawn, since not every font has the letter."""
        wide = radius * 0.72
        return tag(
            "path",
            d=_path(x, y, radius, wide),
            class_="p-lozenge",
            fill=PAPER,
            stroke=INK,
            stroke_width=1.4,
        )

    def markers(self, points: Iterable[Point], series: int) -> str:
        """The points of the numbers on a line, in one path: a page with thousands of elements is late."""
        path = "".join(f"M{x:.1f} {y:.1f}{_MARKERS[series]}" for x, y in points)
        return tag("path", d=path, class_=f"p-s{series + 1}", fill=SERIES[series])

    def stroke(self, path: str, series: int) -> str:
        """The line between points."""
        return tag(
            "path",
            d=path,
            class_=f"p-l{series + 1}",
            fill="none",
            stroke=SERIES[series],
            stroke_width=2,
            stroke_dasharray=_DASHES[series],
            stroke_linejoin="round",
        )


def _path(x: float, y: float, high: float, wide: float) -> str:
    return f"M{x:.1f} {y - high:.1f}L{x + wide:.1f} {y:.1f}L{x:.1f} {y + high:.1f}L{x - wide:.1f} {y:.1f}Z"


def rule(x1: float, y1: float, x2: float, y2: float, *, hair: bool = False) -> str:
    """A line of an axis, or a hair of the grid."""
    return tag(
        "path",
        d=f"M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}",
        class_="p-hair" if hair else "p-line",
        stroke=HAIR if hair else LINE,
        fill="none",
    )
