"""Assembles a picture: body, legend, notes; a heading too for a file of its own."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from gateway.picturing import svg
from gateway.picturing.inks import Inks, rule
from gateway.picturing.labels import Labels
from gateway.picturing.metrics import width, wrapped
from gateway.picturing.notes import marks_explained
from gateway.picturing.notices.units import units
from gateway.picturing.scripts import FONTS, leading
from gateway.picturing.views import View, is_range
from gateway.picturing.words import MEANINGS, Words, capital, msgid
from gateway.question import COUNTRY
from gateway.wire.cells import Cell, Status
from gateway.wire.release import Release

WIDE, NARROW = 640.0, 330.0
"""Widths of the body of a picture: for a page and a file, and for the screen of a phone."""
_MARGIN = 20.0
_EDGE = 4.0
"""Room for marks around the outermost points."""
_SWATCH = 26.0
_LINE = 17.0
MOST_LINES = 6
"""Lines of one paragraph at the foot of a file."""
MOST_NAMED = 8
"""Codes that a note names before counting the others."""


@dataclass(frozen=True)
class Picture:
    """`svg` can be put into a page unchanged; `title` and `description` are included.

    `narrow` is the same for a narrow screen, "" where it was not drawn a second time.
    """

    kind: str
    svg: str
    title: str
    description: str
    width: int
    height: int
    narrow: str = ""


@dataclass(frozen=True)
class Pen:
    """The tools of every picture."""

    release: Release
    labels: Labels
    inks: Inks
    wide: float = WIDE

    @property
    def words(self) -> Words:
        return self.labels.words

    @property
    def narrow(self) -> bool:
        """Whether there is less room than on a page: fewer marks on axes, more lines of text."""
        return self.wide < WIDE


@dataclass(frozen=True)
class Item:
    """One line of a legend: a function that draws the swatch in a box of 20 by 12 at a place, and a text."""

    swatch: Callable[[float, float], str]
    text: str


@dataclass(frozen=True)
class Drawing:
    """The body of a picture, `height` high and as wide as its pen, and the texts below and about it."""

    body: str
    height: float
    legend: tuple[Item, ...]
    notes: tuple[str, ...]
    description: str
    title: str


def pen(release: Release, labels: Labels, kind: str, wide: float = WIDE) -> Pen:
    """A pen with ids that no other picture of the same page has."""
    name = f"{release.question_id} {kind} {labels.caption(release)}"
    begin = "p" if wide == WIDE else "n"
    return Pen(release, labels, Inks(begin + hashlib.sha256(name.encode()).hexdigest()[:8]), wide)


def assemble(
    pen: Pen, kind: str, drawing: Drawing, *, standalone: bool, papers: Sequence[str] = ()
) -> Picture:
    """The whole picture. For a file outside a page, `standalone` adds paper and heading, `papers` a foot."""
    heading = wrapped(drawing.title, 16, pen.wide, 3) if standalone else []
    down = 22.0 * len(heading) + (10 if heading else 0)
    parts = [svg.lines(0, 16, heading, leading=22, size=16)] if heading else []
    parts.append(svg.tag("g", drawing.body, transform=f"translate(0 {down:.1f})"))
    down += drawing.height
    legend, high = _legend(pen, drawing.legend, down)
    parts.append(legend)
    down += high
    # A picture in a page stands beside the table, which has these notes already.
    counted = units(pen.release, pen.labels) if standalone else ()
    for note in (*drawing.notes, *counted):
        lines = wrapped(note, 12, pen.wide, 8 if pen.narrow else 4)
        parts.append(svg.lines(0, down + 18, lines, leading=_LINE, size=12, ink="faint"))
        down += _LINE * len(lines) + 4
    if papers:
        parts.append(rule(0, down + 10, pen.wide, down + 10, hair=True))
        down += 10
    for note in papers:
        lines = wrapped(note, 11, pen.wide, MOST_LINES)
        step = leading("".join(lines), 11) + 2
        parts.append(svg.lines(0, down + step + 2, lines, leading=step, size=11, ink="faint"))
        down += step * len(lines) + 3
    margin = _MARGIN if standalone else _EDGE
    wide, tall = round(pen.wide + 2 * margin), round(down + 8 + 2 * margin)
    if standalone:
        paper = svg.tag("rect", x=-margin, y=-margin, width=wide, height=tall, fill=svg.PAPER)
        parts.insert(0, paper)
    box = f"{-margin:g} {-margin:g} {wide} {tall}"
    drawn = _element(pen, kind, drawing, "".join(parts), viewBox=box, width=wide, height=tall)
    return Picture(kind, drawn, drawing.title, drawing.description, wide, tall)


def _element(pen: Pen, kind: str, drawing: Drawing, body: str, **measures: str | float) -> str:
    prefix = pen.inks.prefix
    return svg.tag(
        "svg",
        svg.tag("title", svg.words(drawing.title), id=f"{prefix}-title"),
        svg.tag("desc", svg.words(drawing.description), id=f"{prefix}-desc"),
        pen.inks.defs(),
        body,
        xmlns="http://www.w3.org/2000/svg",
        class_=f"picture picture-{kind}",
        role="img",
        aria_labelledby=f"{prefix}-title {prefix}-desc",
        font_family=FONTS,
        font_size=13,
        **measures,
    )


def _legend(pen: Pen, items: Sequence[Item], top: float) -> tuple[str, float]:
    """The items side by side, as many to a line as have room."""
    x, y, parts = 0.0, top + 16, []
    for item in items:
        lines = wrapped(item.text, 12, pen.wide - _SWATCH, 4 if pen.narrow else 2)
        needed = _SWATCH + max(width(line, 12) for line in lines) + 18
        if x and x + needed - 18 > pen.wide:
            x, y = 0.0, y + 20
        parts.append(item.swatch(x, y - 6))
        parts.append(svg.lines(x + _SWATCH, y + 4, lines, leading=15, size=12))
        x += needed
        if len(lines) > 1:
            x, y = 0.0, y + 20 + 15 * (len(lines) - 1)
    return "".join(parts), (y - top + (8 if x else -12)) if items else 0.0


def status_items(pen: Pen, cells: Sequence[Cell | None]) -> list[Item]:
    """Legend lines for the withheld cells among the drawn cells of a picture."""
    items = []
    if any(c is not None and c.status is Status.WITHHELD for c in cells):
        meaning = capital(pen.words.say(MEANINGS[Status.WITHHELD]))
        if any(c is not None and is_range(c) for c in cells):
            meaning = pen.words.say(
                msgid("Withheld to protect people: solid to the least that it can be, hatched to the most")
            )
        items.append(Item(lambda x, y: pen.inks.withheld(x, y - 1, 20, 14), meaning))
    return items


def summary(pen: Pen, cells: Sequence[Cell | None]) -> str:
    """The counts of shown and missing numbers of a picture, for its description."""
    there = [c for c in cells if c is not None]
    counted = sum(c.value is not None for c in there)
    withheld = sum(c.status is Status.WITHHELD for c in there)
    text = [pen.words.filled(msgid("Numbers shown: %(count)s."), count=counted)]
    if withheld:
        text.append(pen.words.filled(msgid("Withheld to protect people: %(count)s."), count=withheld))
    missing = len(there) - counted - withheld
    if missing:
        text.append(pen.words.filled(msgid("Without a number for another reason: %(count)s."), count=missing))
    text.append(pen.words.say(msgid("The table contains the same numbers.")))
    return " ".join(text)


def not_pictured(pen: Pen, names: Iterable[str]) -> list[str]:
    """The codes that have no place in a picture."""
    found = list(dict.fromkeys(names))
    if not found:
        return []
    named = ", ".join(found[:MOST_NAMED])
    if len(found) <= MOST_NAMED:
        return [pen.words.filled(msgid("In the table but not in the chart: %(codes)s."), codes=named)]
    text = msgid("In the table but not in the chart: %(codes)s and %(count)s others.")
    return [pen.words.filled(text, codes=named, count=len(found) - MOST_NAMED)]


def said_below(pen: Pen, view: View) -> list[str]:
    """The levels over which a picture sums, and the meaning of the signs beside its numbers."""
    shown = {axis.level for axis in view.axes}
    levels = pen.labels.dictionary.levels
    places = any(level in levels and levels[level].dimension == "place" for level in shown)
    # A place lies in one country: nothing is added up where its country is left out.
    names = [pen.labels.level(level) for level in view.left if level != COUNTRY or not places]
    found = []
    if names:
        text = msgid("Added up over: %(levels)s.")
        found.append(pen.words.filled(text, levels=pen.words.listed(names)))
    explained = marks_explained(view.cells.values(), pen.labels)
    return found + [f"{note.sign} {note.text}." for note in explained]
