"""Choosing and drawing the picture that fits a question; none where every picture would mislead."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from gateway.dictionary import CALENDARS, Dictionary
from gateway.picturing import bars as bars_
from gateway.picturing import heat as heat_
from gateway.picturing import lines as lines_
from gateway.picturing import maps as maps_
from gateway.picturing import pyramid as pyramid_
from gateway.picturing.errors import NothingToDrawError
from gateway.picturing.implied_bounds import with_bounds
from gateway.picturing.inks import MOST_SERIES
from gateway.picturing.labels import Labels
from gateway.picturing.sheet import NARROW, WIDE, Drawing, Pen, Picture, assemble, pen
from gateway.picturing.turning.rates import has_rates
from gateway.picturing.views import View, view
from gateway.picturing.words import ENGLISH, Words
from gateway.question import COUNTRY
from gateway.wire.cells import TOTAL, Axis
from gateway.wire.release import Release

LINES, BARS, GROUPED, PYRAMID, MAP = "lines", "bars", "grouped", "pyramid", "map"
RATE_MAP = "rate-map"
HEAT = "heat"

MOST_BARS = 45
MOST_GROUPS = 20
MOST_PANELS = 12

_DRAWN: dict[str, Callable[[Pen, View, str], Drawing]] = {
    LINES: lines_.lines,
    BARS: bars_.bars,
    GROUPED: bars_.bars,
    PYRAMID: pyramid_.pyramid,
    MAP: maps_.map_,
    RATE_MAP: maps_.rate_map,
    HEAT: heat_.heat,
}


@dataclass(frozen=True)
class _Axes:
    """The varying axes of a release, by kind."""

    time: tuple[Axis, ...]
    country: tuple[Axis, ...]
    place: tuple[Axis, ...]
    other: tuple[Axis, ...]

    @property
    def groups(self) -> tuple[Axis, ...]:
        """Every axis but time, in the order for panels and groups."""
        return (*self.country, *self.place, *self.other)


def fitting(release: Release, dictionary: Dictionary) -> tuple[str, ...]:
    """The kinds of pictures that fit, best first."""
    return tuple(kind for kind, levels in _choices(release, dictionary) if view(release, levels).drawable)


def draw(
    kind: str,
    release: Release,
    dictionary: Dictionary,
    words: Words = ENGLISH,
    *,
    standalone: bool = False,
    papers: Sequence[str] = (),
    twice: bool = False,
) -> Picture:
    """Draw one of the pictures that fit. `standalone`: for a file of its own, with paper and a heading;
    `twice`: for a narrow screen too.

    A withheld number is drawn as the range that the shown numbers leave. `papers` are the lines below a
    picture that leaves its page: where the numbers come from, on which terms, and their receipt.

    Raises NothingToDrawError when the kind does not fit this release.
    """
    levels = dict(_choices(release, dictionary)).get(kind)
    bounded = with_bounds(release, dictionary)
    shown = None if levels is None else view(bounded, levels, whole=_whole(kind, levels))
    if shown is None or not shown.drawable:
        raise NothingToDrawError(
            f"No {kind} picture fits this question.",
            remedy=f"These fit: {', '.join(fitting(release, dictionary)) or 'none; take the table'}.",
        )
    labels = Labels(dictionary, words)
    title = labels.caption(release, shown.axes)

    def drawn(wide: float) -> Picture:
        drawing_pen = pen(release, labels, kind, wide)
        drawing = _DRAWN[kind](drawing_pen, shown, title)
        return assemble(drawing_pen, kind, drawing, standalone=standalone, papers=papers)

    picture = drawn(WIDE)
    return replace(picture, narrow=drawn(NARROW).svg) if twice else picture


def _whole(kind: str, levels: Sequence[str]) -> str | None:
    """Countries side by side have the region beside them."""
    return COUNTRY if kind == LINES and len(levels) > 2 and levels[-1] == COUNTRY else None


def _choices(release: Release, dictionary: Dictionary) -> list[tuple[str, tuple[str, ...]]]:
    """Kinds with the levels that each shows, best first."""
    axes = _sorted_axes(release, dictionary)
    found = [*_lines(axes), *_pyramid(axes), *_bars(axes), *_heat(axes)]
    found += [*_map(axes), *_rate_map(release, dictionary, axes)]
    # A question about places alone is asked to see where.
    where = axes.place and not axes.time and not axes.other
    return sorted(found, key=lambda choice: choice[0] != MAP) if where else found


def _sorted_axes(release: Release, dictionary: Dictionary) -> _Axes:
    varied = [Axis(a.level, tuple(c for c in a.codes if c != TOTAL)) for a in release.axes]
    varied = [axis for axis in varied if axis.codes]

    def of(*dimensions: str) -> tuple[Axis, ...]:
        return tuple(a for a in varied if _dimension(a, dictionary) in dimensions)

    time, country, place = of(*CALENDARS), of(COUNTRY), of("place")
    return _Axes(time, country, place, tuple(a for a in varied if a not in (*time, *country, *place)))


def _dimension(axis: Axis, dictionary: Dictionary) -> str:
    return COUNTRY if axis.level == COUNTRY else dictionary.level(axis.level).dimension


def _levels(*axes: Axis) -> tuple[str, ...]:
    return tuple(axis.level for axis in axes)


def _lines(axes: _Axes) -> list[tuple[str, tuple[str, ...]]]:
    if not axes.time or sum(not code.endswith(lines_.UNKNOWN) for code in axes.time[0].codes) < 3:
        return []
    time = axes.time[0]
    series = _series(axes.other)
    # Without lines to distinguish, the other axis is of more interest than the country.
    groups = axes.groups if series else (*axes.other, *axes.place, *axes.country)
    panels = next((a for a in groups if a not in series and 1 < len(a.codes) <= MOST_PANELS), None)
    return [(LINES, _levels(time, *series, *([] if panels is None else [panels])))]


def _series(others: Sequence[Axis]) -> tuple[Axis, ...]:
    """The last of the axes that is short enough to be distinguished by lines or bars."""
    return tuple([a for a in others if 1 < len(a.codes) <= MOST_SERIES][-1:])


def _pyramid(axes: _Axes) -> list[tuple[str, tuple[str, ...]]]:
    sexes = next((a for a in axes.other if a.level == "sex"), None)
    ages = next((a for a in axes.other if a.level in ("band_va", "adult_child")), None)
    if sexes is None or ages is None or not pyramid_.fits(sexes, ages):
        return []
    return [(PYRAMID, (sexes.level, ages.level))]


def _bars(axes: _Axes) -> list[tuple[str, tuple[str, ...]]]:
    places = axes.place or axes.country
    categories = [a for a in (*places, *axes.other, *axes.time) if 1 < len(a.codes) <= MOST_BARS]
    if not categories:
        return []
    first = categories[0]
    series = _series([a for a in axes.other if a is not first])
    if series and len(first.codes) <= MOST_GROUPS:
        return [(GROUPED, _levels(first, *series)), (BARS, (first.level,))]
    return [(BARS, (first.level,))]


def _heat(axes: _Axes) -> list[tuple[str, tuple[str, ...]]]:
    """Times across, or else the last of the other axes; the first of the rest down."""
    rows = [a for a in (*axes.place, *axes.country, *axes.other) if 1 < len(a.codes) <= MOST_BARS]
    across = [a for a in (*axes.time, *reversed(axes.other)) if len(a.codes) > 1][:1]
    rows = [a for a in rows if a not in across][:1]
    return [(HEAT, _levels(*rows, *across))] if rows and across else []


def _map(axes: _Axes) -> list[tuple[str, tuple[str, ...]]]:
    places = axes.place or axes.country
    return [(MAP, (places[0].level,))] if places and len(places[0].codes) > 1 else []


def _rate_map(release: Release, dictionary: Dictionary, axes: _Axes) -> list[tuple[str, tuple[str, ...]]]:
    """Noise may be larger than a rate."""
    exact = not any(cell.standard_deviation for cell in release.cells)
    if axes.place or not exact or not has_rates(release, dictionary):
        return []
    return [(RATE_MAP, levels) for _, levels in _map(axes)]
