"""Makes gateway/picturing/shapes.json: the outlines of provinces as arcs that neighbours share.

    python tests/support/make_shapes.py admin1.geojson gateway/picturing/shapes.json

The input has one feature a unit with the properties `iso_3166_2` and `name` (Natural Earth, public domain). A
stretch of border that two provinces share is stored once, so that provinces merge into larger places without
seams. Coordinates are hundredths of a degree, each as the step from the one before. Like TopoJSON
(https://github.com/topojson/topojson-specification), with one shape as a bag of arcs instead of rings in order.
"""

import json
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

Point = tuple[int, int]

UNITS = 100
"""Of a degree."""

RECODED = {"PH-MNL": "PH-00", "PH-BCD": "PH-NEC", "PH-MDE": "PH-CEB", "PH-LAP": "PH-CEB"}
"""Cities that count with a province of the regional dictionary."""
BY_NAME = {"Vientiane [prefecture]": "LA-VT"}


def main() -> None:
    """Read the features, write arcs and shapes."""
    source, target = map(Path, sys.argv[1:])
    features = json.loads(source.read_text(encoding="utf-8"))["features"]
    rings = [(_code(f["properties"]), ring) for f in features for ring in _rings(f["geometry"])]
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
