"""A heat table: a shade and the number in each cell, to find where and when at one glance.

A withheld number has its sign on hatching and no shade, since no shade would be true. Times run across, the
newest last; of columns without room, of times the oldest, the names stand below.
"""

from collections.abc import Mapping, Sequence

from gateway.dictionary import CALENDARS
from gateway.picturing import svg
from gateway.picturing.inks import FAINT, STEPS
from gateway.picturing.maps import legend, shade
from gateway.picturing.metrics import width, wrapped
from gateway.picturing.notes import marks
from gateway.picturing.scales import classes
from gateway.picturing.scripts import leading
from gateway.picturing.sheet import Drawing, Pen, not_pictured, said_below, summary
from gateway.picturing.views import View
from gateway.picturing.words import capital
from gateway.wire.cells import Cell, Status

_LONGEST_LABEL = 0.31
"""Of the width of a picture."""
_LEAST_HIGH = 22.0
_SIZE = 11
_APART = 6.0
"""Between the numbers of neighbours."""
_WORD = 46.0
"""Longer names of columns are written in several lines."""


def heat(pen: Pen, view: View, title: str) -> Drawing:
    """The axes of `view`: rows, then columns."""
    rows, columns = view.axes
    names, heads = pen.labels.axis(rows, alone=True), pen.labels.axis(columns)
    labels = {code: _label(pen, names[code]) for code in rows.codes}
    left = max(width(line, 13) for label in labels.values() for line in label) + 10
    room = max(1, int((pen.wide - left) // _least_wide(pen, view, heads)))
    shown = columns.codes[-room:] if _of_time(pen, columns.level) else columns.codes[:room]
    wide = (pen.wide - left) / len(shown)
    steps = classes([cell.value for cell in view.cells.values() if cell.value is not None])
    lines = [wrapped(capital(heads[code]), _SIZE, wide - 4, 3) for code in shown]
    step = max(leading("".join(line), _SIZE) for line in lines) + 1
    tall = step * max(map(len, lines))
    body = [_head(line, left + wide * (i + 0.5), tall, step) for i, line in enumerate(lines)]
    down = tall + 8
    for code, label in labels.items():
        step = leading("".join(label), 13)
        high = max(_LEAST_HIGH, step * len(label) + 4)
        first = down + high / 2 + 4.5 - step / 2 * (len(label) - 1)
        body.append(svg.lines(left - 10, first, label, leading=step, anchor="end"))
        for i, column in enumerate(shown):
            box = (left + wide * i, down, wide - 1.5, high - 1.5)
            body.append(_cell(pen, view.at(code, column), box, steps))
        down += high
    cells = list(view.cells.values())
    left_out = (heads[code] for code in columns.codes if code not in shown)
    return Drawing(
        "".join(body),
        down + 4,
        tuple(legend(pen, cells, steps, pen.words)),
        (*not_pictured(pen, left_out), *said_below(pen, view)),
        summary(pen, cells),
        title,
    )


def _label(pen: Pen, name: str) -> Sequence[str]:
    return wrapped(capital(name), 13, _LONGEST_LABEL * pen.wide, 3 if pen.narrow else 2)


def _of_time(pen: Pen, level: str) -> bool:
    known = pen.labels.dictionary.levels.get(level)
    return known is not None and known.dimension in CALENDARS


def _least_wide(pen: Pen, view: View, heads: Mapping[str, str]) -> float:
    """The room that the longest number needs, and of a column's name as much as a word."""
    numbers = max(width(_written(pen, cell), _SIZE) for cell in view.cells.values())
    names = max(width(head, _SIZE) for head in heads.values())
    return max(numbers, min(names, _WORD)) + _APART


def _head(lines: Sequence[str], middle: float, tall: float, step: float) -> str:
    """The name of a column, its last line just above the cells."""
    first = tall - step * (len(lines) - 1)
    return svg.lines(middle, first, lines, leading=step, size=_SIZE, anchor="middle", ink="faint")


def _written(pen: Pen, cell: Cell) -> str:
    return "" if cell.value is None else pen.words.number(cell.value) + marks(cell)


def _cell(
    pen: Pen,
    cell: Cell | None,
    box: tuple[float, float, float, float],
    steps: Sequence[tuple[int, int]],
) -> str:
    x, y, wide, high = box
    if cell is not None and cell.status is Status.WITHHELD:
        return pen.inks.withheld(x, y, wide, high)
    measures: Mapping[str, float] = {"x": x, "y": y, "width": wide, "height": high}
    if cell is None or cell.value is None:
        return svg.tag("rect", class_="p-none", fill="none", stroke=FAINT, **measures)
    step = shade(cell.value, steps)
    ground = svg.tag("rect", class_=f"p-c{step}", fill=STEPS[step], **measures)
    middle = y + high / 2 + 4
    return ground + svg.text(
        x + wide / 2, middle, _written(pen, cell), size=_SIZE, anchor="middle", ink=f"o{step}"
    )
