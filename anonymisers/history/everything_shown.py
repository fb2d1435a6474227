"""Everything ever shown about the people of a data set, in common dimensions, for an attack on all of it.

The newest cube alone hides what a former policy showed: a cell that was released stays known, whatever is
withheld today. So the cubes of all release parts are read, each about the people of its part (by vintage),
beside other releases about some of the same people: extracts of records, and registered figures.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from anonymisers.errors import TableError
from anonymisers.history.release_history import ReleaseHistory
from anonymisers.history.release_parts import ReleasePart
from anonymisers.history.vintages import NAME, releases, touched, vintage_code, whole_time
from anonymisers.tables.cell_names import CellName, cell_name
from anonymisers.tables.hierarchy import ROOT, Hierarchy
from anonymisers.tables.release import Release

_LEFT = " to "


@dataclass(frozen=True, eq=False)
class PartCube:
    """A cube of the release part with this number, the cube's number within the part (-1 for a table of a
    dimension apart), and its release."""

    part: int
    cube: int
    release: Release


def part_cubes(parts: Sequence[ReleasePart]) -> list[PartCube]:
    """Every cube of every part as a release about the part's people, with all structural zeros."""
    numbered = [
        (n, c) for n, part in enumerate(parts) for c in (*range(len(part.cubes)), *(-1 for _ in part.apart))
    ]
    return [PartCube(*place, release) for place, release in zip(numbered, releases(parts), strict=True)]


def vintages_of(parts: Sequence[ReleasePart]) -> Hierarchy:
    """The dimension of the vintages of all people of the parts."""
    codes = tuple(_codes(parts, range(len(parts))))
    return Hierarchy(NAME, (ROOT, *codes), dict.fromkeys(codes, ROOT))


def came_with(parts: Sequence[ReleasePart], numbers: Iterable[int]) -> tuple[str, ...]:
    """The vintages of everybody who came with these parts, people who left since included."""
    return tuple(_codes(parts, numbers))


def present_with(parts: Sequence[ReleasePart], numbers: Iterable[int]) -> tuple[str, ...]:
    """The vintages of the people who came with these parts and have not left."""
    return tuple(code for code in came_with(parts, numbers) if _LEFT not in code)


def known_empty(parts: Sequence[ReleasePart]) -> tuple[CellName, ...]:
    """Groups that are empty by the meaning of vintages: people of a part have no accident outside its
    periods.
    """
    return tuple(_known_empty(parts))


def parts_with(history: ReleaseHistory, codes: Mapping[str, str]) -> frozenset[int]:
    """Return the release parts with people who may be in a cell; every part where the data set has no such
    cell now.
    """
    dims, parts = history.lattice.dims, history.parts
    names = {d.name: axis for axis, d in enumerate(dims)}
    if any(name not in names or code not in dims[names[name]].index for name, code in codes.items()):
        return frozenset(range(len(parts)))
    key = np.array([[d.index.get(codes.get(d.name, ""), d.root) for d in dims]], dtype=np.int32)
    return frozenset(n for n, part in enumerate(parts) if not part.nobody(history.lattice, key)[0])


def parts_of(release: Release) -> frozenset[int] | None:
    """The numbers of the parts with which the people of a release came; None for people of any part."""
    about = release.where.get(NAME)
    if about is None:
        return None
    codes = (about,) if isinstance(about, str) else about
    return frozenset(int(code.partition(_LEFT)[0]) for code in codes)


def brought_up_to(release: Release, parts: Sequence[ReleasePart]) -> Release:
    """A release about the vintages of former parts, about the same people by the vintages of today.

    Raises TableError for a release about people of parts that are not among these.
    """
    if NAME not in {dim.name for dim in release.dims}:
        return release
    then, now = release.dim(NAME), vintages_of(parts)
    about = release.where.get(NAME, then.codes[1:])
    wanted = {about} if isinstance(about, str) else set(about)
    if not {code.partition(_LEFT)[0] for code in wanted} <= set(now.codes):
        raise TableError("a release is about people who are in none of these cubes")
    # Whoever left since had not left then.
    former = set(then.codes)
    where = tuple(
        code
        for code in now.codes
        if code in wanted or (code not in former and code.partition(_LEFT)[0] in wanted)
    )
    at = [dim.name for dim in release.dims].index(NAME)
    coords = release.coords.copy()
    coords[:, at] = now.root
    dims = (*release.dims[:at], now, *release.dims[at + 1 :])
    return replace(release, dims=dims, coords=coords, where={**release.where, NAME: where})


def nothing_but_zeros(dims: Iterable[Hierarchy], structural: Iterable[CellName]) -> Release:
    """A release that shows no cell, and declares groups to be empty."""
    dims = tuple(dims)
    none = np.empty(0, dtype=np.int64)
    return Release(dims, {}, np.empty((0, len(dims)), dtype=np.int32), none, none < 0, tuple(structural))


def _codes(parts: Sequence[ReleasePart], numbers: Iterable[int]) -> Iterator[str]:
    came = [n for n in numbers if parts[n].kind != "left"]
    yield from (vintage_code(vintage) for vintage in touched(parts, came))


def _known_empty(parts: Sequence[ReleasePart]) -> Iterator[CellName]:
    time = whole_time(parts)
    if time is None:
        return
    lines = [{time.codes[a] for a in time.ancestors(n)} for n in range(len(time.codes))]
    for number, part in enumerate(parts):
        if part.kind == "left":
            continue
        inside = part.period & time.index.keys() or (part.time or time).index.keys() & time.index.keys() - {
            ROOT
        }
        holding = set().union(*(lines[time.index[code]] for code in inside))
        for code, line in zip(time.codes, lines, strict=True):
            above = time.parent.get(code)
            # The groups within an empty group are empty with it.
            if code not in holding and not line & inside and above is not None and above in holding:
                for vintage in came_with(parts, [number]):
                    yield cell_name({NAME: vintage, time.name: code})
