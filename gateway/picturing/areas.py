"""The areas of a map: each code of a place level, or each country, with its outline on paper."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from math import cos, radians

from gateway.dictionary import Dictionary, DictionaryError
from gateway.dictionary.places import PROVINCE, PROVINCE34
from gateway.picturing import svg
from gateway.picturing.shapes import Point, Ring, Shapes
from gateway.question import COUNTRY

HIGHEST = 620.0
"""How high a map may be."""
_SMALL = 1.2
"""Points nearer to each other than this distance on paper are merged; smaller islands are left out."""
_GAP = 60.0
"""Smaller holes are gaps where outlines of neighbours do not quite meet."""


MOST_SHEETS = 16
"""Maps whose areas are kept: the same few places are drawn again and again, and stitching takes longest."""


@dataclass(frozen=True)
class Area:
    """`rings` are on paper; `label` is the point for the area's number, with its room, width and height."""

    code: str
    rings: tuple[Ring, ...]
    label: Point
    room: tuple[float, float]

    @cached_property
    def path(self) -> str:
        """The rings as closed lines of SVG, each point as the step from the point before, in tenths."""
        return "".join(map(_line, self.rings))


@dataclass(frozen=True)
class Sheet:
    """The drawn areas, the codes without a shape, and the height of the map."""

    areas: tuple[Area, ...]
    missing: tuple[str, ...]
    high: float


def provinces_of(dictionary: Dictionary, level: str, code: str) -> list[str]:
    """The provinces of a place, or of a country."""
    places = dictionary.places.provinces
    if level == COUNTRY:
        return [p.code for p in places.values() if p.member == code]
    if code in places:
        return [code]
    if level == PROVINCE:  # a province that former provinces merged into, since the merger
        level, code = PROVINCE34, _merged(dictionary, code)
    return [p.code for p in places.values() if p.above.get(level) == code]


def _merged(dictionary: Dictionary, code: str) -> str:
    try:
        return dictionary.lift(code, PROVINCE34)
    except DictionaryError:
        return ""


def sheet(dictionary: Dictionary, shapes: Shapes, level: str, codes: Sequence[str], wide: float) -> Sheet:
    """The areas of some codes, as large as `wide` and HIGHEST allow."""
    return _sheet(shapes, tuple((code, tuple(provinces_of(dictionary, level, code))) for code in codes), wide)


@lru_cache(maxsize=MOST_SHEETS)
def _sheet(shapes: Shapes, provinces: tuple[tuple[str, tuple[str, ...]], ...], wide: float) -> Sheet:
    """The areas of codes by the provinces that each consists of."""
    codes = [code for code, _ in provinces]
    outlines = {code: shapes.outline(parts) for code, parts in provinces}
    drawn = {code: rings for code, rings in outlines.items() if rings}
    project, high = _projection([p for rings in drawn.values() for r in rings for p in r], wide)
    areas = [_area(code, [[project(p) for p in ring] for ring in rings]) for code, rings in drawn.items()]
    return Sheet(tuple(areas), tuple(code for code in codes if code not in drawn), high)


@dataclass(frozen=True)
class _Projection:
    """Equirectangular about the middle latitude: the region is near enough to the equator."""

    west: float
    north: float
    across: float
    down: float
    left: float

    def __call__(self, point: Point) -> Point:
        return (self.left + (point[0] - self.west) * self.across, (self.north - point[1]) * self.down)


def _projection(points: Sequence[Point], wide: float) -> tuple[_Projection, float]:
    if not points:
        return _Projection(0, 0, 1, 1, 0), 0.0
    west, east = min(x for x, _ in points), max(x for x, _ in points)
    south, north = min(y for _, y in points), max(y for _, y in points)
    shrink = cos(radians((south + north) / 2))
    down = min(wide / max((east - west) * shrink, 0.01), HIGHEST / max(north - south, 0.01))
    across = down * shrink
    left = (wide - (east - west) * across) / 2
    return _Projection(west, north, across, down, left), (north - south) * down


def _area(code: str, rings: Sequence[Sequence[Point]]) -> Area:
    largest = max(rings, key=_size)
    thinned = [_thinned(ring) for ring in rings if ring is largest or _visible(ring, largest)]
    return Area(code, tuple(ring for ring in thinned if len(ring) > 2), *_middle(largest))


def _line(ring: Sequence[Point]) -> str:
    x, y = (round(ring[0][0], 1), round(ring[0][1], 1))
    parts = [f"M{svg.number(x)} {svg.number(y)}"]
    for px, py in ring[1:]:
        dx, dy = round(px - x, 1), round(py - y, 1)
        parts.append(f"l{svg.number(dx)} {svg.number(dy)}")
        x, y = x + dx, y + dy
    return "".join(parts) + "Z"


def _visible(ring: Sequence[Point], largest: Sequence[Point]) -> bool:
    """Whether a ring is more than a speck: an island, or a hole that is no gap between outlines."""
    size = _size(ring)
    if size > _GAP:
        return True
    (x, y), _ = _middle(ring)
    hole = sum(crossing > x for crossing in _crossings(largest, y)) % 2
    return size > _SMALL and not hole


def _thinned(ring: Iterable[Point]) -> Ring:
    """The ring without points that would coincide on paper."""
    found: list[Point] = []
    for x, y in ring:
        if not found or abs(x - found[-1][0]) + abs(y - found[-1][1]) >= _SMALL:
            found.append((x, y))
    return tuple(found)


def _size(ring: Sequence[Point]) -> float:
    """The area of a ring, by the shoelace formula."""
    pairs = zip(ring, [*ring[1:], ring[0]], strict=True)
    return abs(sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairs)) / 2


def _middle(ring: Sequence[Point]) -> tuple[Point, tuple[float, float]]:
    """The widest place of the ring: the middle of the longest stretch inside the ring on several lines."""
    low, high = min(y for _, y in ring), max(y for _, y in ring)
    best = (0.0, (ring[0][0], (low + high) / 2))
    for i in range(3, 14):
        y = low + (high - low) * i / 16
        crossings = _crossings(ring, y)
        for left, right in zip(crossings[::2], crossings[1::2], strict=False):
            # Near the middle counts a little more: labels there are easier to assign.
            worth = (right - left) * (1 - abs(i - 8) / 20)
            best = max(best, (worth, ((left + right) / 2, y)))
    return best[1], (best[0], high - low)


def _crossings(ring: Sequence[Point], y: float) -> list[float]:
    pairs = zip(ring, [*ring[1:], ring[0]], strict=True)
    return sorted(
        x1 + (x2 - x1) * (y - y1) / (y2 - y1) for (x1, y1), (x2, y2) in pairs if (y1 <= y) != (y2 <= y)
    )
