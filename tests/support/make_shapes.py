"""Makes gateway/picturing/shapes.json: the outlines of provinces as arcs that neighbours share.

    python tests/support/make_shapes.py admin1.geojson gateway/picturing/shapes.json

The input has one feature a unit with the properties `iso_3166_2` and `name` (Natural Earth, public domain). A
stretch of border that two provinces share is stored once, so that provinces merge into larger places without
seams. Coordinates are hundredths of a degree, each as the step from the one before. Like TopoJSON
(https://github.com/topojson/topojson-specification), with each shape as a bag of arcs, not as rings in order.
"""

import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from math import dist
from pathlib import Path
from typing import Any

Point = tuple[int, int]
Unit = tuple[str, list[Point]]

UNITS = 100
"""Of a degree."""
EDGE = 20.0
"""Side of the squares in which points near an edge are looked for."""

RECODED = {"PH-MNL": "PH-00", "PH-BCD": "PH-NEC", "PH-MDE": "PH-CEB", "PH-LAP": "PH-CEB"}
"""Cities that count with a province of the regional dictionary."""
NEAR = 2.5
"""Units: where neighbours' outlines differ by less than this, some 3 km, they are meant to be the same."""
BY_NAME = {"Vientiane [prefecture]": "LA-VT"}


def main() -> None:
    """Read the features, write arcs and shapes."""
    source, target = map(Path, sys.argv[1:])
    features = json.loads(source.read_text(encoding="utf-8"))["features"]
    rings = [(_code(f["properties"]), ring) for f in features for ring in _rings(f["geometry"])]
    shared = _with_shared_points(_with_near_points_joined(rings))
    rings = [(code, kept) for code, ring in shared if len(kept := _without_spikes(ring)) > 2]
    neighbours: dict[Point, set[Point]] = defaultdict(set)
    for _, ring in rings:
        for i, point in enumerate(ring):
            neighbours[point] |= {ring[i - 1], ring[(i + 1) % len(ring)]}
    junctions = {point for point, near in neighbours.items() if len(near) > 2}
    numbers: dict[tuple[Point, ...], int] = {}
    shapes: dict[str, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for code, ring in rings:
        for arc in _cut(ring, junctions):
            same = min(arc, arc[::-1])
            shapes[code][numbers.setdefault(same, len(numbers))] += 1
    document = {
        "arcs": [" ".join(map(str, _steps(arc))) for arc in numbers],
        # A stretch that a unit has on both sides, between two cities of one province, is no border of it.
        "shapes": {
            code: [n for n, times in arcs.items() if times % 2] for code, arcs in sorted(shapes.items())
        },
        "units": UNITS,
    }
    target.write_text(json.dumps(document, separators=(",", ":")) + "\n", encoding="utf-8")


def _code(properties: dict[str, Any]) -> str:
    code = properties["iso_3166_2"]
    return BY_NAME.get(properties["name"], RECODED.get(code, code))


def _rings(geometry: dict[str, Any]) -> Iterator[list[Point]]:
    polygons = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    for polygon in polygons:
        for ring in polygon:
            points = [(round(x * UNITS), round(y * UNITS)) for x, y in ring]
            distinct = [p for i, p in enumerate(points) if p != points[i - 1]]
            if len(distinct) > 2:
                yield distinct


def _with_near_points_joined(rings: Sequence[Unit]) -> list[Unit]:
    """Points near each other become one."""
    joined: dict[Point, Point] = {}
    grid: dict[Point, list[Point]] = defaultdict(list)
    for point in sorted({p for _, ring in rings for p in ring}):
        near = [q for square in _squares(point, point, NEAR) for q in grid[square]]
        same = min(near, key=lambda q: dist(point, q), default=point)
        joined[point] = same if dist(point, same) <= NEAR else point
        if joined[point] == point:
            grid[_square(point, NEAR)].append(point)
    moved = [(code, [joined[p] for p in ring]) for code, ring in rings]
    distinct = [(code, [p for i, p in enumerate(ring) if p != ring[i - 1]]) for code, ring in moved]
    return [(code, ring) for code, ring in distinct if len(ring) > 2]


def _with_shared_points(rings: Sequence[Unit]) -> list[Unit]:
    """A point that lies on the edge of another outline becomes a point of that outline too."""
    grid: dict[Point, set[Point]] = defaultdict(set)
    for _, ring in rings:
        for point in ring:
            grid[_square(point, EDGE)].add(point)
    found = []
    for code, ring in rings:
        own, points = set(ring), []
        for i, end in enumerate(ring):
            start = ring[i - 1]
            near = {p for square in _squares(start, end, EDGE) for p in grid[square]} - own
            points += [start, *(p for _, p in sorted(_on_the_way(start, end, near)))]
        found.append((code, points))
    return found


def _on_the_way(start: Point, end: Point, points: Iterable[Point]) -> Iterator[tuple[float, Point]]:
    (x, y), (dx, dy) = start, (end[0] - start[0], end[1] - start[1])
    for point in points:
        along = ((point[0] - x) * dx + (point[1] - y) * dy) / (dx * dx + dy * dy)
        if 0 < along < 1 and dist(point, (x + along * dx, y + along * dy)) <= NEAR:
            yield along, point


def _without_spikes(ring: Sequence[Point]) -> list[Point]:
    """The ring without the ways that lead to a point and straight back."""
    kept: list[Point] = []
    for point in ring:
        if len(kept) > 1 and kept[-2] == point:
            kept.pop()
        elif not kept or kept[-1] != point:
            kept.append(point)
    while len(kept) > 2 and (kept[0] == kept[-1] or kept[1] == kept[-1]):
        kept = kept[:-1] if kept[0] == kept[-1] else kept[1:-1]
    return kept


def _square(point: Point, side: float) -> Point:
    return int(point[0] // side), int(point[1] // side)


def _squares(start: Point, end: Point, side: float) -> Iterator[Point]:
    """The squares of a grid around an edge."""
    low = _square((min(start[0], end[0]), min(start[1], end[1])), side)
    high = _square((max(start[0], end[0]), max(start[1], end[1])), side)
    for x in range(low[0] - 1, high[0] + 2):
        yield from ((x, y) for y in range(low[1] - 1, high[1] + 2))


def _cut(ring: Sequence[Point], junctions: set[Point]) -> Iterator[tuple[Point, ...]]:
    cuts = [i for i, point in enumerate(ring) if point in junctions]
    if not cuts:
        start = ring.index(min(ring))
        yield (*ring[start:], *ring[: start + 1])
        return
    for here, onward in zip(cuts, (*cuts[1:], cuts[0] + len(ring)), strict=True):
        yield tuple(ring[i % len(ring)] for i in range(here, onward + 1))


def _steps(arc: Sequence[Point]) -> Iterator[int]:
    x = y = 0
    for point in arc:
        yield from (point[0] - x, point[1] - y)
        x, y = point


if __name__ == "__main__":
    main()
