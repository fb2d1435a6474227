"""Vintages: a dimension by the release parts with which a person came and, possibly, left again.

By this dimension, the difference of two releases is a cell like any other (data vintage: a term of the
analysis of revisions, OECD). Its codes are pairs of two release parts. Populations are made of vintages; no
table has the dimension.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

import numpy as np

from anonymisers.cube.certified_cube import CertifiedCube, build_cube
from anonymisers.history.release_parts import ReleasePart
from anonymisers.tables.cell_names import CellName, cell_name
from anonymisers.tables.count_table import Table
from anonymisers.tables.hierarchy import ROOT, Hierarchy
from anonymisers.tables.progress import Progress
from anonymisers.tables.release import Release
from anonymisers.tables.rules import Level, Rules
from anonymisers.tables.structural_zeros import with_structural

NAME = "vintage"
Vintage: TypeAlias = tuple[int, int | None]
"""The number of the part with which somebody came, and of the part with which he left, or None."""


def touched(parts: Sequence[ReleasePart], sources: Iterable[int]) -> tuple[Vintage, ...]:
    """All vintages of the people of some parts, people who left earlier included."""
    found: list[Vintage] = []
    for source in sorted(sources):
        found.append((source, None))
        found += [(source, n) for n, p in enumerate(parts) if p.kind == "left" and source in p.sources]
    return tuple(found)


def protect_leaving(
    parts: Sequence[ReleasePart],
    people: Mapping[Vintage, Table],
    rules: Rules,
    key: bytes,
    progress: Progress | None = None,
    *,
    attack_seconds: float = 60.0,
) -> CertifiedCube:
    """A cube about people who leave, safe beside every release about the parts they leave.

    `people`: by vintage, all people of every part that somebody leaves, over the same dimensions. People who
    leave now have `len(parts)` as the second number of their vintage. Raises as `build_cube` does.
    """
    codes = tuple(vintage_code(v) for v in people)
    vintage = Hierarchy(NAME, (ROOT, *codes), dict.fromkeys(codes, ROOT))
    leaving = tuple(vintage_code(v) for v in people if v[1] == len(parts))
    table = with_structural(_joined(people, vintage, leaving), _elsewhere(parts, people))
    known = []
    for number, part in enumerate(parts):
        inside = tuple(vintage_code(v) for v in people if number in (v if part.kind == "left" else v[:1]))
        known += [_known(cube, vintage, inside) for cube in part.cubes if inside]
    return build_cube(table, rules, key, progress, known=known, attack_seconds=attack_seconds)


def _elsewhere(parts: Sequence[ReleasePart], people: Mapping[Vintage, Table]) -> Iterator[CellName]:
    """The structural zeros of vintages: people of a part are in its periods and in no other period."""
    dims = {d.name: d for table in people.values() for d in table.dims}
    for came, left in people:
        part = parts[came]
        if part.time is None or part.time.name not in dims:
            continue
        time = dims[part.time.name]
        inside = part.period & time.index.keys() or part.time.index.keys() - {ROOT}
        lines = [{time.codes[a] for a in time.ancestors(n)} for n in range(len(time.codes))]
        holding = set().union(*(lines[time.index[code]] for code in inside))
        for code, line in zip(time.codes, lines, strict=True):
            if code not in holding and not line & inside:
                yield cell_name({NAME: vintage_code((came, left)), time.name: code})


def releases(parts: Sequence[ReleasePart]) -> list[Release]:
    """All releases of the parts, in common dimensions, for an attack on all of them together.

    A part that somebody left later is divided by vintage, so that the releases about both parts are linked.
    """
    numbers = [n for n, p in enumerate(parts) if p.kind != "left"]
    everybody = touched(parts, numbers)
    codes = tuple(vintage_code(v) for v in everybody)
    vintage = Hierarchy(NAME, (ROOT, *codes), dict.fromkeys(codes, ROOT))
    time = whole_time(parts)
    found = []
    for number, part in enumerate(parts):
        which = 1 if part.kind == "left" else 0
        inside = tuple(vintage_code(v) for v in everybody if v[which] == number)
        for cube in (*part.cubes, *part.apart):
            release = replace(_known(cube, vintage, inside), structural=cube.structural)
            found.append(_in_time(release, time, part))
    return found


def whole_time(parts: Sequence[ReleasePart]) -> Hierarchy | None:
    """The time hierarchy over the periods of all parts; None without a time dimension."""
    times = [p.time for p in parts if p.time is not None]
    if not times:
        return None
    parent = {child: above for time in times for child, above in time.parent.items()}
    codes = dict.fromkeys(code for time in times for code in time.codes)
    return Hierarchy(times[0].name, tuple(codes), parent)


def _in_time(release: Release, time: Hierarchy | None, part: ReleasePart) -> Release:
    """The release in the whole time hierarchy, about its own periods: a period of years may go on later."""
    names = [d.name for d in release.dims]
    if time is None or time.name not in names or not all(code in time.index for code in part.period):
        return release
    at = names.index(time.name)
    coords = release.coords.copy()
    coords[:, at] = np.array([time.index[c] for c in release.dims[at].codes], dtype=np.int32)[coords[:, at]]
    dims = (*release.dims[:at], time, *release.dims[at + 1 :])
    where = {**release.where, time.name: tuple(sorted(part.period))}
    return replace(release, dims=dims, where=where, coords=coords)


def vintage_code(vintage: Vintage) -> str:
    came, left = vintage
    return str(came) if left is None else f"{came} to {left}"


def _joined(people: Mapping[Vintage, Table], vintage: Hierarchy, leaving: tuple[str, ...]) -> Table:
    """One table of all people; people who leave are its population."""
    tables = list(people.values())
    dims = tables[0].dims
    coords = [
        np.column_stack((t.coords, np.full(len(t.coords), vintage.index[vintage_code(v)], dtype=np.int32)))
        for v, t in people.items()
    ]
    rows, counts = np.concatenate(coords), np.concatenate([t.counts for t in tables])
    order = np.lexsort(rows.T[::-1])
    rows, counts = rows[order].astype(np.int32), counts[order]
    inside = np.isin(rows[:, -1], [vintage.index[c] for c in leaving])
    beyond = (rows[~inside], counts[~inside])
    return Table((*dims, vintage), tables[0].by, {NAME: leaving}, rows[inside], counts[inside], beyond)


def trimmed(cube: CertifiedCube) -> Release:
    """The release of a cube without refused tables, whose shown cells follow from the other tables."""
    release = cube.release()
    kept = ~_at(release, cube.refused)
    return Release(
        release.dims, release.where, release.coords[kept], release.values[kept], release.withheld[kept]
    )


def _known(cube: CertifiedCube, vintage: Hierarchy, inside: tuple[str, ...]) -> Release:
    """The trimmed release of a cube, about the people of these vintages."""
    release = trimmed(cube)
    axes = [a for a, d in enumerate(release.dims) if d.name != NAME]
    coords = np.column_stack(
        (release.coords[:, axes], np.full(len(release.coords), vintage.root, dtype=np.int32))
    ).astype(np.int32)
    dims = (*(release.dims[a] for a in axes), vintage)
    return Release(dims, {NAME: inside}, coords, release.values, release.withheld)


def _at(release: Release, levels: Iterable[Level]) -> np.ndarray:
    """A mask (n,) over the cells of a release at one of these levels."""
    depths = np.stack([d.depth[release.coords[:, a]] for a, d in enumerate(release.dims)], axis=1)
    inside = np.zeros(len(depths), dtype=np.bool_)
    for level in levels:
        wanted = dict(level)
        inside |= (depths == [wanted.get(d.name, 0) for d in release.dims]).all(axis=1)
    return inside
