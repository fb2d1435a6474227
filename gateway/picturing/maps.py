"""A map of countries or provinces: classes of counts, hatching for withheld numbers, blank for no data."""

from collections.abc import Sequence
from dataclasses import replace
from math import ceil

from gateway.dictionary import Dictionary
from gateway.dictionary.populations import SOURCE, YEAR
from gateway.picturing import svg
from gateway.picturing.areas import Area, provinces_of, sheet
from gateway.picturing.inks import FAINT, STEPS
from gateway.picturing.layout import cell_text
from gateway.picturing.metrics import width
from gateway.picturing.scales import classes
from gateway.picturing.shapes import shapes
from gateway.picturing.sheet import Drawing, Item, Pen, not_pictured, said_below, summary
from gateway.picturing.turning.rates import NoRate, Rate, Rates
from gateway.picturing.turning.written import tenths
from gateway.picturing.views import View, pictured
from gateway.picturing.words import MEANINGS, Words, capital, msgid
from gateway.question import COUNTRY
from gateway.wire.cells import Cell, Status

_DOT = 5.0
"""How large a place too small to see is drawn, as a disc."""


def map_(pen: Pen, view: View, title: str) -> Drawing:
    """The areas of the only axis of `view`."""
    return _drawn(pen, view, title, pen.words)


def rate_map(pen: Pen, view: View, title: str) -> Drawing:
    """The same countries by their numbers per million people."""
    rates = Rates(pen.release, pen.labels.dictionary)
    cells = {key: _per_million(cell, rates.over_all_years(cell)) for key, cell in view.cells.items()}
    of_tenths = Words(pen.words.say, lambda number: tenths(int(number), pen.words))
    titled = pen.words.filled(msgid("%(title)s: per million people"), title=title)
    drawing = _drawn(pen, replace(view, cells=cells), titled, of_tenths)
    people = msgid(
        "Populations in %(year)s: %(source)s. All years of the table together; countries may cover "
        "different years."
    )
    return replace(drawing, notes=(*drawing.notes, pen.words.filled(people, year=str(YEAR), source=SOURCE)))


def _per_million(cell: Cell, rate: Rate | NoRate) -> Cell:
    """The cell with its rate in tenths; a cell without a rate as it is. Ranges are rounded outwards."""
    if isinstance(rate, NoRate):
        return cell
    least = int(10 * rate.least)
    if cell.value is not None:
        middle = round(10 * (rate.least + (rate.most or rate.least)) / 2)
        return replace(cell, value=middle if middle or not rate.least else 1)
    return replace(cell, at_least=least, at_most=None if rate.most is None else ceil(10 * rate.most))


def _drawn(pen: Pen, view: View, title: str, figures: Words) -> Drawing:
    """`figures` writes the numbers of the cells."""
    axis = view.axes[0]
    labels = pen.labels.axis(axis, alone=True)
    known = [code for code in axis.codes if not code.endswith("_UNK")]
    apart = _apart(pen.labels.dictionary, view, known)
    drawn = sheet(pen.labels.dictionary, shapes(), axis.level, apart, pen.wide)
    steps = classes([c.value for c in view.cells.values() if c.value is not None])
    # Large places first: a small one inside, such as a capital, must lie above the surrounding place.
    areas = sorted(drawn.areas, key=lambda area: -area.room[0] * area.room[1])
    parts = [
        _area(pen, area, cell := view.cells.get((area.code,)), _said(labels[area.code], cell, figures), steps)
        for area in areas
    ]
    parts += _numbers(figures, areas, view)
    notes = [pen.words.say(msgid("The boundaries on this map imply no endorsement or acceptance by anyone."))]
    pictured = {area.code for area in drawn.areas}
    without = [code for code in axis.codes if code not in pictured and _counts(view, code)]
    notes += not_pictured(pen, (labels[code] for code in without))
    return Drawing(
        "".join(parts),
        drawn.high + 4,
        tuple(legend(pen, list(view.cells.values()), steps, figures)),
        (*notes, *said_below(pen, view)),
        summary(pen, list(view.cells.values())),
        title,
    )


def _apart(dictionary: Dictionary, view: View, codes: Sequence[str]) -> list[str]:
    """The codes without overlapping ones: a level may have provinces beside the place they merged into.

    The former provinces are drawn, unless all counted events came after the merger.
    """
    former = {
        code: parts
        for code in codes
        if view.axes[0].level != COUNTRY
        and (
            parts := [
                p for p in provinces_of(dictionary, view.axes[0].level, code) if p != code and p in codes
            ]
        )
    }
    left_out: set[str] = set()
    for code, parts in former.items():
        left_out |= {code} if any(_counts(view, part) for part in parts) else set(parts)
    return [code for code in codes if code not in left_out]


def _counts(view: View, code: str) -> bool:
    """Whether there is more to say of a place than 0."""
    cell = view.cells.get((code,))
    return cell is not None and cell.value != 0


def _said(name: str, cell: Cell | None, figures: Words) -> str:
    return f"{name}: {'' if cell is None else cell_text(cell, figures)}"


def _area(pen: Pen, area: Area, cell: Cell | None, said: str, steps: Sequence[tuple[int, int]]) -> str:
    inside = svg.tag("title", svg.words(said))
    if max(area.room) < 2 * _DOT:
        shape = f"M{area.label[0] - _DOT:.1f} {area.label[1]:.1f}a{_DOT:g} {_DOT:g} 0 1 0 {2 * _DOT:g} 0"
        shape += f"a{_DOT:g} {_DOT:g} 0 1 0 {-2 * _DOT:g} 0Z"
    else:
        shape = area.path
    return _filled(pen, shape, cell, steps, inside)


def _filled(
    pen: Pen, shape: str, cell: Cell | None, steps: Sequence[tuple[int, int]], inside: str = ""
) -> str:
    how: dict[str, str] = {"class_": "p-area p-none", "fill": "none", "stroke_dasharray": "2 2"}
    if cell is not None and cell.status is Status.WITHHELD:
        how = {"class_": "p-area", "fill": f"url(#{pen.inks.prefix}-hatch)"}
    elif cell is not None and cell.value is not None:
        step = shade(cell.value, steps)
        how = {"class_": f"p-area p-c{step}", "fill": STEPS[step]}
    return svg.tag("path", inside, d=shape, fill_rule="evenodd", stroke=FAINT, stroke_width=0.8, **how)


def shade(value: int, steps: Sequence[tuple[int, int]]) -> int:
    """The shade of a number: 0 for none, then 1 to 5, spread so that few classes still differ well."""
    if pictured(value) == 0:
        return 0
    number = next(i for i, (_, last) in enumerate(steps) if value <= last)
    return _spread(number, len(steps))


def _spread(number: int, count: int) -> int:
    return 3 if count == 1 else 1 + round(number * 4 / (count - 1))


def _numbers(figures: Words, areas: Sequence[Area], view: View) -> list[str]:
    """The numbers inside areas with enough room, below a country's code; no number overlaps another."""
    found, taken = [], list[tuple[float, float, float, float]]()
    for area in areas:
        cell = view.cells.get((area.code,))
        if cell is None or cell.value is None:
            continue
        lines = [figures.number(cell.value)]
        if view.axes[0].level == COUNTRY:
            lines.insert(0, area.code)
        wide, high = max(width(line, 12) for line in lines) + 4, 14.0 * len(lines)
        (x, y), (room, height) = area.label, area.room
        box = (x - wide / 2, y - high / 2, x + wide / 2, y + high / 2)
        if room < wide or height < high or any(_overlap(box, other) for other in taken):
            continue
        taken.append(box)
        first = y + 4.2 - 7 * (len(lines) - 1)
        found.append(svg.lines(x, first, lines, leading=14, size=12, anchor="middle", halo=True))
    return found


def _overlap(one: Sequence[float], other: Sequence[float]) -> bool:
    """Whether two boxes (left, top, right, bottom) share a place."""
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def legend(pen: Pen, cells: Sequence[Cell], steps: Sequence[tuple[int, int]], figures: Words) -> list[Item]:
    """The shades with their numbers, and the signs of what has none."""
    found = []
    if any(cell.value is not None and pictured(cell.value) == 0 for cell in cells):
        found.append(_swatch(pen, Cell((), Status.VALUE, 0), steps, figures.number(0)))
    for first, last in steps:
        text = figures.number(first)
        if last > first:
            text = figures.filled(msgid("%(least)s to %(most)s"), least=first, most=last)
        found.append(_swatch(pen, Cell((), Status.VALUE, first), steps, text))
    withheld = next((c for c in cells if c.status is Status.WITHHELD), None)
    if withheld is not None:
        found.append(_swatch(pen, withheld, steps, capital(pen.words.say(MEANINGS[Status.WITHHELD]))))
    if any(cell.value is None and cell.status is not Status.WITHHELD for cell in cells):
        found.append(_swatch(pen, None, steps, pen.words.say(msgid("No data: see the table"))))
    return found


def _swatch(pen: Pen, cell: Cell | None, steps: Sequence[tuple[int, int]], text: str) -> Item:
    return Item(lambda x, y: _filled(pen, f"M{x:.1f} {y:.1f}h20v12h-20Z", cell, steps), text)
