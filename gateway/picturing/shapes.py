"""Outlines of provinces and of merged provinces, from the arcs that ship with the package.

After Natural Earth (public domain), Viet Nam before July 2025. A boundary between two provinces is one arc,
so that the boundary vanishes when the provinces merge.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

Point = tuple[float, float]
_LEAST = 3
"""Points of an empty closed line: there and back."""
Ring = tuple[Point, ...]


@dataclass(frozen=True, eq=False)
class Shapes:
    """`arcs` are lines of points, degrees east and north; `units` name the arcs around each province."""

    arcs: tuple[Ring, ...]
    units: Mapping[str, tuple[int, ...]]

    def outline(self, codes: Iterable[str]) -> tuple[Ring, ...]:
        """Closed rings around all of some provinces together; none for provinces without a shape.

        The rings are to be filled by the even-odd rule: lakes and enclaves are rings as well.
        """
        times = Counter(arc for code in codes for arc in self.units.get(code, ()))
        rings = _stitched([self.arcs[arc] for arc, count in times.items() if count % 2])
        return tuple(ring for ring in rings if len(ring) > _LEAST)


@cache
def shapes() -> Shapes:
    """The outlines of this version of Safelane."""
    text = files("gateway.picturing").joinpath("shapes.json").read_text(encoding="utf-8")
    document = json.loads(text)
    scale = document["units"]
    arcs = tuple(_points(steps, scale) for steps in document["arcs"])
    return Shapes(arcs, {code: tuple(numbers) for code, numbers in document["shapes"].items()})


def _points(steps: str, scale: int) -> Ring:
    numbers = [int(step) for step in steps.split()]
    x = y = 0
    found = []
    for dx, dy in zip(numbers[::2], numbers[1::2], strict=True):
        x, y = x + dx, y + dy
        found.append((x / scale, y / scale))
    return tuple(found)


def _stitched(arcs: Iterable[Ring]) -> list[Ring]:
    """Arcs joined at their ends into closed rings."""
    rings, ends = [], defaultdict(list)
    for arc in arcs:
        if arc[0] == arc[-1]:
            rings.append(arc)
        else:
            ends[arc[0]].append(arc)
            ends[arc[-1]].append(arc)
    while ends:
        ring = _taken(ends, next(iter(ends)))
        while ring[-1] != ring[0]:
            ring += _taken(ends, ring[-1])[1:]
        rings.append(ring)
    return rings


def _taken(ends: dict[Point, list[Ring]], start: Point) -> Ring:
    """An arc that begins or ends at a point, directed away from the point; the arc is removed."""
    arc = ends[start].pop()
    other = arc[-1] if arc[0] == start else arc[0]
    ends[other].remove(arc)
    for point in (start, other):
        if not ends[point]:
            del ends[point]
    return arc if arc[0] == start else arc[::-1]
