"""Bar charts: one level, or one level with a few series.  Horizontal, so that long names have room.

A withheld number is solid up to the least that it can be and hatched up to the most. Of a number that nothing
bounds there is the sign alone: a bar of any length would be read as that length.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from gateway.picturing import svg
from gateway.picturing.inks import rule
from gateway.picturing.layout import cell_text
from gateway.picturing.metrics import width, wrapped
from gateway.picturing.notes import marks
from gateway.picturing.scales import ticks
from gateway.picturing.scripts import leading
from gateway.picturing.sheet import Drawing, Item, Pen, said_below, status_items, summary
from gateway.picturing.views import View, is_range, pictured, top
from gateway.picturing.words import WITHHELD, capital
from gateway.wire.cells import Cell, Status

_LONGEST_LABEL = 0.31
"""Of the width of a picture."""
_GAP = 10.0


@dataclass(frozen=True)
class _Plot:
    """The plot of the bars: from `left`, `scale` for each person counted; `after` is room for the numbers."""

    left: float
    scale: float
    thick: float

    def x(self, value: float) -> float:
        return self.left + value * self.scale


def bars(pen: Pen, view: View, title: str) -> Drawing:
    """A bar for each code; with a second axis, a bar for each of its codes, grouped."""
    names = pen.labels.axis(view.axes[0], alone=True)
    series = view.axes[1].codes if len(view.axes) > 1 else ()
    groups = [
        (names[code], [view.at(code, s) for s in series] if series else [view.at(code)])
        for code in _ordered(pen, view)
    ]
    cells = [cell for _, group in groups for cell in group]
    labels = [
        wrapped(capital(name), 13, _LONGEST_LABEL * pen.wide, 3 if pen.narrow else 2) for name, _ in groups
    ]
    left = max(width(line, 13) for label in labels for line in label) + _GAP
    scale = ticks(top(cells), 2 if pen.narrow else 5)
    numbers = max(width(beside(cell, pen), 12) for cell in cells if cell is not None) + 25
    plot = _Plot(left, (pen.wide - left - numbers) / scale[-1], 15.0 if series else 18.0)
    body, down = [], 6.0
    for label, (_, group) in zip(labels, groups, strict=True):
        high = max(plot.thick * len(group) + 9, leading("".join(label), 13) * len(label) + 8)
        body.append(_label(label, left, down + high / 2))
        body.append(_group(pen, plot, group, down + (high - plot.thick * len(group)) / 2))
        down += high
    items = _series_items(pen, view) + status_items(pen, cells)
    return Drawing(
        _grid(pen, plot, scale, down) + "".join(body),
        down + 24,
        tuple(items),
        tuple(said_below(pen, view)),
        summary(pen, cells),
        title,
    )


def _ordered(pen: Pen, view: View) -> Sequence[str]:
    """Places with the most first: readers know no order of place codes. All other codes as in the table."""
    axis = view.axes[0]
    level = pen.labels.dictionary.levels.get(axis.level)
    if level is None or level.dimension != "place" or len(view.axes) > 1:
        return axis.codes
    return sorted(axis.codes, key=lambda code: -top([view.at(code)]))


def _label(lines: Sequence[str], left: float, middle: float) -> str:
    step = leading("".join(lines), 13)
    first = middle + 4.5 - step / 2 * (len(lines) - 1)
    return svg.lines(left - _GAP, first, lines, leading=step, anchor="end")


def _group(pen: Pen, plot: _Plot, group: Sequence[Cell | None], down: float) -> str:
    return "".join(
        _bar(pen, plot, cell, number, down + plot.thick * number)
        for number, cell in enumerate(group)
        if cell is not None
    )


def _bar(pen: Pen, plot: _Plot, cell: Cell, series: int, y: float) -> str:
    thick, words = plot.thick - 2, beside(cell, pen)
    end, drawn = plot.left, ""
    if cell.value is not None:
        end = plot.x(pictured(cell.value))
        drawn = pen.inks.box(plot.left, y + 1, end - plot.left, thick, series)
    elif is_range(cell):
        least, end = plot.x(cell.at_least or 0), plot.x(cell.at_most or 0)
        drawn = pen.inks.box(plot.left, y + 1, least - plot.left, thick, series)
        drawn += pen.inks.withheld(least, y + 1, end - least, thick, lozenge=False)
    elif cell.status is Status.WITHHELD:
        end = plot.x(cell.at_least or 0)
        drawn = pen.inks.box(plot.left, y + 1, end - plot.left, thick, series)
    if cell.status is Status.WITHHELD:
        drawn += pen.inks.lozenge(end + 9, y + 1 + thick / 2, min(thick, 13) / 2)
        end += 11
    ink = "ink" if cell.status in (Status.VALUE, Status.WITHHELD) else "faint"
    return drawn + (svg.text(end + 6, y + thick / 2 + 5.2, words, size=12, ink=ink) if words else "")


def beside(cell: Cell, pen: Pen) -> str:
    """The text beside a bar; the lozenge of a withheld number is drawn before it."""
    return cell_text(cell, pen.words).removeprefix(WITHHELD).strip() + marks(cell)


def _grid(pen: Pen, plot: _Plot, scale: Sequence[int], down: float) -> str:
    parts = []
    for value in scale:
        x = plot.x(value)
        parts.append(rule(x, 2, x, down, hair=value > 0))
        parts.append(svg.text(x, down + 16, pen.words.number(value), size=12, anchor="middle", ink="faint"))
    return "".join(parts)


def _series_items(pen: Pen, view: View) -> list[Item]:
    if len(view.axes) < 2:
        return []
    names = pen.labels.axis(view.axes[1])
    return [_item(pen, number, capital(names[code])) for number, code in enumerate(view.axes[1].codes)]


def _item(pen: Pen, series: int, text: str) -> Item:
    return Item(lambda x, y: pen.inks.box(x, y, 20, 12, series), text)
