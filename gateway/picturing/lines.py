"""Line charts over time: a small panel for each country or group, a line for each series, gaps for withheld
numbers.

A withheld number with both bounds is a capped bar from bound to bound, with no point between them; without
bounds the number is a hatched box in a strip below the plot, where no height can be misread. No line leads
over either.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from gateway.picturing import svg
from gateway.picturing.inks import FAINT, MOST_SERIES, rule
from gateway.picturing.metrics import width, wrapped
from gateway.picturing.scales import ticks
from gateway.picturing.scripts import leading
from gateway.picturing.sheet import Drawing, Item, Pen, not_pictured, said_below, status_items, summary
from gateway.picturing.views import View, is_range, pictured, top
from gateway.picturing.words import SHORT, capital, msgid
from gateway.wire.cells import Axis, Cell, Status

_STRIP = 13.0
_BELOW = 8.0
"""The distance from a plot to its strip, clear of the label of 0."""
_GAP = 18.0
UNKNOWN = "UNK"
"""The ending of a date's code of which only the year is known: the date has no place on the line."""
_HIGH = {1: 220.0, 2: 130.0, 3: 100.0}
_HIGH_IF_NARROW = {1: 150.0, 2: 116.0}
"""How high a plot is, by how many stand side by side."""
Series = Sequence[Cell | None]


@dataclass(frozen=True)
class _Panel:
    """The box of one plot and its scales. `strips` are the series that need a strip below the plot."""

    left: float
    top: float
    wide: float
    high: float
    steps: int
    scale: Sequence[int]
    strips: tuple[int, ...]

    @property
    def step(self) -> float:
        return self.wide / self.steps

    @property
    def bottom(self) -> float:
        return self.top + self.high

    def x(self, number: int) -> float:
        return self.left + self.step * (number + 0.5)

    def y(self, value: float) -> float:
        return self.bottom - self.high * value / self.scale[-1]


def lines(pen: Pen, view: View, title: str) -> Drawing:
    """The axes of `view`: time, series, panels; the last two may be missing."""
    time = Axis(view.axes[0].level, tuple(c for c in view.axes[0].codes if not c.endswith(UNKNOWN)))
    by_series, by_panel = _roles(view)
    series = ("",) if by_series is None else by_series.codes
    panels = ("",) if by_panel is None else by_panel.codes
    found = {panel: [_series(view, time.codes, (s, panel)) for s in series] for panel in panels}
    across = min(len(panels), (3 if len(panels) > 4 else 2) - pen.narrow)
    names = {"": ""} if by_panel is None else pen.labels.axis(by_panel, alone=True)
    times = [pen.labels.code(time.level, code) for code in time.codes]
    wide = (pen.wide - _GAP * (across - 1)) / across
    heads = {panel: wrapped(capital(names[panel]), 13, wide, 2) if names[panel] else [] for panel in panels}
    high = (_HIGH_IF_NARROW if pen.narrow else _HIGH)[across]
    body, down = [], 0.0
    for group in (panels[i : i + across] for i in range(0, len(panels), across)):
        head = 10.0 + max(leading("".join(heads[p]), 13) * len(heads[p]) for p in group)
        places = [_Place(heads[p], head, i * (wide + _GAP), down, wide, high) for i, p in enumerate(group)]
        drawn = [_panel(pen, found[p], times, place) for p, place in zip(group, places, strict=True)]
        body += [part for part, _ in drawn]
        down = max(end for _, end in drawn) + 14
    cells = [cell for lines in found.values() for line in lines for cell in line]
    unknown = (code for code in view.axes[0].codes if code not in time.codes)
    notes = [pen.words.say(msgid("Each panel has its own scale."))] if len(panels) > 1 else []
    return Drawing(
        "".join(body),
        down - 14,
        (*_series_items(pen, view), *_range_items(pen, cells), *status_items(pen, _unbounded(cells))),
        (*notes, *not_pictured(pen, unknown), *said_below(pen, view)),
        summary(pen, cells),
        title,
    )


def _roles(view: View) -> tuple[Axis | None, Axis | None]:
    """The axes for lines and for panels: a single axis that is too long for lines makes panels."""
    match view.axes[1:]:
        case ():
            return None, None
        case (only,):
            return (only, None) if len(only.codes) <= MOST_SERIES else (None, only)
        case (series, panels, *_):
            return series, panels
    raise AssertionError


@dataclass(frozen=True)
class _Place:
    """The place of a panel: its name in lines, and the height `head`, shared with its neighbours."""

    name: Sequence[str]
    head: float
    left: float
    top: float
    wide: float
    high: float


def _series(view: View, times: Sequence[str], rest: tuple[str, str]) -> list[Cell | None]:
    named = [code for code in rest if code]
    return [view.at(time, *named) for time in times]


def _panel(pen: Pen, series: Sequence[Series], times: Sequence[str], place: _Place) -> tuple[str, float]:
    """One panel, and its end."""
    cells = [cell for line in series for cell in line]
    scale = ticks(top(cells), 4)
    margin = width(pen.words.number(scale[-1]), 12) + 8
    panel = _Panel(
        place.left + margin,
        place.top + place.head,
        place.wide - margin,
        place.high,
        len(times),
        scale,
        tuple(i for i, line in enumerate(series) if any(map(_needs_strip, line))),
    )
    parts = []
    step = leading("".join(place.name), 13)
    parts.append(svg.lines(place.left, place.top + 12, place.name, leading=step))
    word = _one_word(pen, cells)
    if word:
        parts.append(rule(panel.left, panel.bottom, panel.left + panel.wide, panel.bottom))
        middle = panel.left + panel.wide / 2
        parts.append(svg.text(middle, panel.top + panel.high / 2, word, anchor="middle", ink="faint"))
        return "".join(parts), panel.bottom + 20
    parts.append(_scale(pen, panel))
    shift = min(3.5, panel.step / (2 * len(series)))
    parts += [
        _line(pen, panel, line, number, shift * (number - (len(series) - 1) / 2))
        for number, line in enumerate(series)
    ]
    marked = len(series) > 1
    parts += [_strip(pen, panel, series[i], i, row, marked=marked) for row, i in enumerate(panel.strips)]
    low = panel.bottom + (_BELOW + _STRIP * len(panel.strips) if panel.strips else 0)
    parts.append(_times(panel, times, low))
    return "".join(parts), low + 20


def _one_word(pen: Pen, cells: Sequence[Cell | None]) -> str:
    """The word for a panel whose cells all lack a number for one reason, other than being withheld."""
    statuses = {cell.status for cell in cells if cell is not None}
    if len(statuses) == 1 and (status := statuses.pop()) in SHORT:
        return pen.words.say(SHORT[status])
    return ""


def _scale(pen: Pen, panel: _Panel) -> str:
    parts = []
    for value in panel.scale:
        y = panel.y(value)
        parts.append(rule(panel.left, y, panel.left + panel.wide, y, hair=value > 0))
        parts.append(
            svg.text(panel.left - 6, y + 4.2, pen.words.number(value), size=12, anchor="end", ink="faint")
        )
    return "".join(parts)


def _times(panel: _Panel, times: Sequence[str], low: float) -> str:
    """Labels of the time axis: the last one, and as many before at even steps as have room."""
    widths = [width(time, 12) for time in times]
    every = max(1, -(-int(max(widths) + 8) // max(1, int(panel.step))))
    end = panel.left + panel.wide
    parts = []
    for i in range(len(times) - 1, -1, -every):
        x = min(panel.x(i), panel.left + panel.wide - widths[i] / 2)
        if x + widths[i] / 2 <= end:
            parts.append(svg.text(x, low + 15, times[i], size=12, anchor="middle", ink="faint"))
            end = x - widths[i] / 2 - 6
    return "".join(reversed(parts))


def _line(pen: Pen, panel: _Panel, line: Series, number: int, aside: float) -> str:
    """`aside` keeps the bars of ranges of several series apart."""
    there = [(panel.x(i), cell) for i, cell in enumerate(line) if cell is not None]
    points = [(x, panel.y(pictured(cell.value))) for x, cell in there if cell.value is not None]
    ranges = [
        (x + aside, panel.y(cell.at_most or 0), panel.y(cell.at_least or 0))
        for x, cell in there
        if cell.value is None and is_range(cell)
    ]
    drawn = pen.inks.stroke("".join(_path(panel, line)), number) if any(_runs(line)) else ""
    drawn += pen.inks.markers(points, number) if points else ""
    return drawn + (pen.inks.capped(ranges, number) if ranges else "")


def _runs(line: Series) -> Iterator[tuple[int, int]]:
    """Neighbouring points that both have a number: a line never leads over a gap."""
    for i in range(1, len(line)):
        before, after = line[i - 1], line[i]
        if before is not None and after is not None and before.value is not None and after.value is not None:
            yield i - 1, i


def _path(panel: _Panel, line: Series) -> Iterator[str]:
    last = -1
    for i, j in _runs(line):
        for n in (i, j) if i != last else (j,):
            cell = line[n]
            value = 0 if cell is None else pictured(cell.value)
            yield f"{'M' if n == i and i != last else 'L'}{panel.x(n):.1f} {panel.y(value):.1f}"
        last = j


def _needs_strip(cell: Cell | None) -> bool:
    return cell is not None and cell.value is None and not is_range(cell)


def _strip(pen: Pen, panel: _Panel, line: Series, number: int, row: int, *, marked: bool) -> str:
    """The row below a plot for missing numbers of a series; `marked` with the sign of the series."""
    y = panel.bottom + _BELOW + _STRIP * row
    parts = [pen.inks.markers([(panel.left - 9, y + 5.5)], number)] if marked else []
    wide = min(panel.step - 2, 26.0)
    for withheld, first, last in _gaps(line):
        x = panel.x(first) - wide / 2
        across = panel.x(last) + wide / 2 - x
        if withheld:
            parts.append(pen.inks.withheld(x, y, across, 11))
        else:
            parts.append(
                svg.tag("rect", x=x, y=y, width=across, height=11, class_="p-none", fill="none", stroke=FAINT)
            )
    return "".join(parts)


def _gaps(line: Series) -> Iterator[tuple[bool, int, int]]:
    """Neighbouring points without a number for the same reason: whether withheld, the first and the last.

    Side by side, narrow empty boxes would look hatched, and hatching is reserved for withheld numbers.
    """
    kinds = [cell.status is Status.WITHHELD if cell and _needs_strip(cell) else None for cell in line]
    for kind, run in groupby(range(len(line)), lambda i: kinds[i]):
        if kind is not None:
            first, *more = run
            yield kind, first, more[-1] if more else first


def _series_items(pen: Pen, view: View) -> list[Item]:
    items, (axis, _) = [], _roles(view)
    if axis is not None and len(axis.codes) > 1:
        names = pen.labels.axis(axis, alone=True)
        items = [_item(pen, i, capital(names[code])) for i, code in enumerate(axis.codes)]
    if any(_needs_strip(c) and c.status is not Status.WITHHELD for c in view.cells.values()):
        text = pen.words.say(msgid("No number for another reason: see the table"))
        items.append(Item(_none, text))
    return items


def _unbounded(cells: Series) -> Series:
    return [cell for cell in cells if cell is not None and not is_range(cell)]


def _range_items(pen: Pen, cells: Series) -> list[Item]:
    if not any(cell is not None and is_range(cell) for cell in cells):
        return []
    text = pen.words.say(msgid("Withheld to protect people; lies between the two ends"))
    return [Item(lambda x, y: pen.inks.capped([(x + 10, y - 1, y + 13)], 0), text)]


def _none(x: float, y: float) -> str:
    return svg.tag("rect", x=x, y=y, width=20, height=12, class_="p-none", fill="none", stroke=FAINT)


def _item(pen: Pen, series: int, text: str) -> Item:
    def swatch(x: float, y: float) -> str:
        return pen.inks.stroke(f"M{x:.1f} {y + 6:.1f}h20", series) + pen.inks.markers(
            [(x + 10, y + 6)], series
        )

    return Item(swatch, text)
