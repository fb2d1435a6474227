"""A population pyramid: male to the left, female to the right, the youngest at the bottom.

On a narrow screen numbers do not stand beside the bars, which would be slivers.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from gateway.picturing import svg
from gateway.picturing.bars import beside
from gateway.picturing.inks import rule
from gateway.picturing.metrics import width
from gateway.picturing.scales import ticks
from gateway.picturing.sheet import Drawing, Pen, not_pictured, said_below, status_items, summary
from gateway.picturing.views import View, is_range, pictured, top
from gateway.picturing.words import capital
from gateway.wire.cells import Axis, Cell, Status

MALE, FEMALE = "M", "F"
_UNKNOWN = ("UNK", "CHILD_UNK", "ADULT_UNK")
"""Codes of age without a place between young and old."""
_HIGH = 26.0


@dataclass(frozen=True)
class _Half:
    """One side: bars go from `zero` outwards, to the left where `way` is -1."""

    zero: float
    way: int
    scale: float

    def box(self, begin: float, end: float) -> tuple[float, float]:
        """Left end and width of a bar between two numbers."""
        x = self.zero + self.way * begin * self.scale
        wide = (end - begin) * self.scale
        return (x - wide if self.way < 0 else x), wide


def pyramid(pen: Pen, view: View, title: str) -> Drawing:
    """The axes of `view`: sex and age. Other codes of sex, and unknown ages, are listed below."""
    sexes, ages = view.axes
    names = pen.labels.axis(ages)
    shown = [code for code in reversed(ages.codes) if code not in _UNKNOWN]
    cells = [view.at(sex, age) for sex in (MALE, FEMALE) for age in shown]
    middle = max(width(capital(names[code]), 13) for code in shown) + 20
    numbers = max(width(_beside(cell, pen), 12) for cell in cells if cell is not None) + 23
    half = (pen.wide - middle) / 2
    scale = ticks(top(cells), 1 if pen.narrow else 3)
    one = (half - numbers) / scale[-1]
    sides = {MALE: _Half(half, -1, one), FEMALE: _Half(half + middle, 1, one)}
    body = [
        svg.text(half - 4, 14, capital(pen.labels.code(sexes.level, MALE)), anchor="end"),
        svg.text(half + middle + 4, 14, capital(pen.labels.code(sexes.level, FEMALE))),
    ]
    down = 22.0
    bottom = down + _HIGH * len(shown)
    body += [_grid(pen, side, scale, down, bottom) for side in sides.values()]
    for age in shown:
        body.append(svg.text(pen.wide / 2, down + _HIGH / 2 + 4.5, capital(names[age]), anchor="middle"))
        for series, (sex, side) in enumerate(sides.items()):
            body.append(_bar(pen, side, view.at(sex, age), series, down))
        down += _HIGH
    rest = _outside(pen, sexes, ages)
    return Drawing(
        "".join(body),
        bottom + 22,
        tuple(status_items(pen, cells)),
        (*rest, *said_below(pen, view)),
        summary(pen, cells),
        title,
    )


def fits(sexes: Axis, ages: Axis) -> bool:
    """Whether both sides and two ages or more are there."""
    known = [code for code in ages.codes if code not in _UNKNOWN]
    return {MALE, FEMALE} <= set(sexes.codes) and len(known) > 1


def _bar(pen: Pen, side: _Half, cell: Cell | None, series: int, down: float) -> str:
    if cell is None:
        return ""
    y, high, end, drawn = down + 2, _HIGH - 4, 0.0, ""
    if cell.value is not None:
        x, wide = side.box(0, pictured(cell.value))
        end, drawn = wide, pen.inks.box(x, y, wide, high, series)
    elif is_range(cell):
        certain, wide = side.box(0, cell.at_least or 0)
        x, rest = side.box(cell.at_least or 0, cell.at_most or 0)
        end, drawn = wide + rest, pen.inks.box(certain, y, wide, high, series)
        drawn += pen.inks.withheld(x, y, rest, high, lozenge=False)
    elif cell.status is Status.WITHHELD:
        x, end = side.box(0, cell.at_least or 0)
        drawn = pen.inks.box(x, y, end, high, series)
    if cell.status is Status.WITHHELD:
        drawn += pen.inks.lozenge(side.zero + side.way * (end + 9), y + high / 2, 6.5)
        end += 11
    at = side.zero + side.way * (end + 5)
    ink = "ink" if cell.status in (Status.VALUE, Status.WITHHELD) else "faint"
    anchor = "end" if side.way < 0 else None
    words = _beside(cell, pen)
    return drawn + (svg.text(at, down + 17.5, words, size=12, anchor=anchor, ink=ink) if words else "")


def _beside(cell: Cell, pen: Pen) -> str:
    return "" if pen.narrow else beside(cell, pen)


def _grid(pen: Pen, side: _Half, scale: Sequence[int], down: float, bottom: float) -> str:
    parts = []
    for value in scale:
        x = side.zero + side.way * value * side.scale
        parts.append(rule(x, down, x, bottom, hair=value > 0))
        parts.append(svg.text(x, bottom + 16, pen.words.number(value), size=12, anchor="middle", ink="faint"))
    return "".join(parts)


def _outside(pen: Pen, sexes: Axis, ages: Axis) -> list[str]:
    """The codes that have no place in the picture."""
    left = [pen.labels.code(sexes.level, code) for code in sexes.codes if code not in (MALE, FEMALE)]
    left += [pen.labels.code(ages.level, code) for code in ages.codes if code in _UNKNOWN]
    return not_pictured(pen, left)
