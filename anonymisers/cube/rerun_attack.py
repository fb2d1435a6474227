"""The rerun attack: the public program is run on every table that agrees with a release.

An intruder knows the program and the rules, not the member's key. Of each candidate table he asks, under keys
that he draws himself, how often the program would have withheld what the release withholds. A candidate that
never gives the release is excluded; if all candidates left agree in a small cell, the cell is disclosed,
although its feasibility interval is wide. Choices that depend on what they hide: Wong and others (2007),
minimality attack; Kenthapadi, Mishra and Nissim (2005), simulatable auditing.

The candidates are listed one by one; where there are too many, some of them are drawn (`rerun_sample`), and
what that tells is no proof either way. Time is linear in candidates times keys times the time of one
protection.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from math import prod

import numpy as np

from anonymisers.cube.determined_cells import with_determined_cells
from anonymisers.cube.rerun_sample import sampled_tables
from anonymisers.errors import AnonymiserError, TableError
from anonymisers.simulatable.protection import protect
from anonymisers.tables.arrays import Bools, Ints, Positions
from anonymisers.tables.base_table import BaseTable
from anonymisers.tables.count_table import Table
from anonymisers.tables.hierarchy import Hierarchy
from anonymisers.tables.keyed_random import KEY_BYTES
from anonymisers.tables.progress import Progress
from anonymisers.tables.release import Release
from anonymisers.tables.rules import Rules

MOST_CANDIDATES = 2_000
"""Candidate tables that are listed at most."""
MOST_INNER_CELLS = 100
"""Inner cells of a table whose candidates are listed, at most."""
MOST_SAMPLED_CELLS = 1_000
"""Inner cells of a table of whose candidates some are drawn, at most."""
MOST_STEPS = 1_000_000
"""Counts of single inner cells that are tried while candidates are listed, at most."""
TOO_LARGE = "Attack a smaller table: reruns list tables that agree with the release."


class TooManyCandidatesError(Exception):
    """More tables agree with a release than can be listed."""


@dataclass(frozen=True)
class NarrowedCell:
    """A withheld cell that may be small, and what reruns leave of its values.

    `key`: the codes of the cell by dimension. `possible`: its values in all candidate tables; `left`: its
    values in the candidates that gave the release under some key.
    """

    key: tuple[tuple[str, str], ...]
    possible: tuple[int, ...]
    left: tuple[int, ...]

    @property
    def disclosed(self) -> bool:
        """Whether one value is left of several."""
        return len(self.left) == 1 < len(self.possible)

    def lost(self, least: int, threshold: int) -> tuple[int, ...]:
        """The ends of the range from the least value to k-1 that were possible and are left no longer."""
        return tuple(n for n in (least, threshold - 1) if n in self.possible and n not in self.left)


@dataclass(frozen=True)
class RerunFindings:
    """What reruns tell: how many candidate tables there are, how many never gave the release under so many
    `keys` each, and the cells that lost a value. `sampled`: whether these are some candidates of many."""

    candidates: int
    excluded: int
    keys: int
    cells: tuple[NarrowedCell, ...]
    least: int
    threshold: int
    sampled: bool = False

    @property
    def unmatched(self) -> bool:
        """Whether no candidate ever gave the release, so that reruns tell nothing: the release is of other
        rules, of another version of the program, or shows fewer tables than were asked for."""
        return self.excluded == self.candidates

    @property
    def disclosed(self) -> tuple[NarrowedCell, ...]:
        """The cells of which one value is left."""
        return tuple(cell for cell in self.cells if cell.disclosed)

    @property
    def narrowed(self) -> tuple[NarrowedCell, ...]:
        """The cells, not disclosed, that lost an end of their range."""
        return tuple(c for c in self.cells if not c.disclosed and c.lost(self.least, self.threshold))


def rerun_attack(
    release: Release,
    rules: Rules,
    keys: int,
    progress: Progress | None = None,
    *,
    beside: Sequence[Release] = (),
    draw: Callable[[int], bytes] = os.urandom,
) -> RerunFindings:
    """Run the program on every candidate table of a release, under so many keys each.

    Candidates agree with the shown cells of `beside` too, where these are sums over cells of the release's
    dimensions. `draw` returns a key of so many bytes. A candidate without hits is excluded only as far as the
    number of keys goes: a release that the truth gives under one key of a hundred needs some thousand. Where
    the table has more than MOST_INNER_CELLS, more than MOST_CANDIDATES tables agree with the release, or
    listing these takes too long, candidates are sampled. Raises TableError where the table has more than
    MOST_SAMPLED_CELLS, no table agrees, or the release is about a part of the people only.
    """
    if dict(release.where):
        raise TableError("a rerun needs a release about everybody in its tables, not about a part of them")
    dims = tuple(d for a, d in enumerate(release.dims) if (release.coords[:, a] != d.root).any())
    known = _about(beside, dims)
    inner, counting = _inner_cells(release, dims)
    shown = np.flatnonzero(~release.withheld)
    sums = [(np.flatnonzero(counting[row]), int(release.values[row])) for row in shown.tolist()]
    sums += [one for other in beside for one in _known_sums(other, dims, inner)]
    sampled = False
    try:
        candidates = _candidates(sums, len(inner))
    except TooManyCandidatesError:
        sampled = True
        ends = (rules.least, rules.threshold - 1)
        candidates = sampled_tables(sums, counting[release.withheld], ends, draw(KEY_BYTES))
    hits = np.zeros(len(candidates), dtype=np.int64)
    for number, counts in enumerate(candidates):
        table = _table(dims, inner, counts)
        for _ in range(keys):
            hits[number] += gives(release, table, rules, draw(KEY_BYTES), known)
        if progress is not None:
            progress("rerunning", (number + 1) / len(candidates))
    return RerunFindings(
        len(candidates),
        int((hits == 0).sum()),
        keys,
        tuple(_cells(release, candidates @ counting.T, hits > 0, rules)) if hits.any() else (),
        rules.least,
        rules.threshold,
        sampled,
    )


def _inner_cells(release: Release, dims: tuple[Hierarchy, ...]) -> tuple[Positions, Ints]:
    """Return the inner cells (n, dims), and a matrix (rows, n) of the released cells counting each."""
    cells = prod(len(d.leaves) for d in dims)
    if cells > MOST_SAMPLED_CELLS:
        raise TableError(
            f"the table has {cells:,} inner cells, over {MOST_SAMPLED_CELLS:,}", remedy=TOO_LARGE
        )
    inner = np.array(list(product(*(d.leaves.tolist() for d in dims))), dtype=np.int32)
    counting = np.ones((len(release.coords), len(inner)), dtype=np.int64)
    axes = [release.dims.index(d) for d in dims]
    for axis, (place, dim) in enumerate(zip(axes, dims, strict=True)):
        covered = np.stack([dim.covered_leaves(p) for p in range(len(dim.codes))])
        counting &= covered[release.coords[:, place]][:, inner[:, axis]]
    return inner, counting


def _known_sums(other: Release, dims: tuple[Hierarchy, ...], inner: Positions) -> Iterator[tuple[Ints, int]]:
    """Yield inner cells (m,) and value of each shown cell of another release that is a sum of such."""
    ours = {d.name: a for a, d in enumerate(dims)}
    shown = ~other.withheld
    for row, value in zip(other.coords[shown].tolist(), other.values[shown].tolist(), strict=True):
        named = {d.name: (d.codes[p],) for d, p in zip(other.dims, row, strict=True) if p != d.root}
        about = {n: (c,) if isinstance(c, str) else tuple(c) for n, c in other.where.items()}
        limits = [*named.items(), *about.items()]
        if all(n in ours and set(codes) <= dims[ours[n]].index.keys() for n, codes in limits):
            inside = np.ones(len(inner), dtype=np.bool_)
            for name, codes in limits:
                dim = dims[ours[name]]
                covered = np.any([dim.covered_leaves(dim.position(c)) for c in codes], axis=0)
                inside &= covered[inner[:, ours[name]]]
            yield np.flatnonzero(inside), value


def _candidates(sums: list[tuple[Ints, int]], size: int) -> Ints:
    """Return every table (m, size) of counts that agrees with all sums of cells. Raises
    TooManyCandidatesError."""
    if any(value and not len(cells) for cells, value in sums):
        raise TableError("no table agrees with everything that is known")
    sums = [(cells, value) for cells, value in sums if len(cells)]
    covered = {int(cell) for cells, _ in sums for cell in cells}
    if covered != set(range(size)):
        raise TableError("the release shows no total: any number of people agrees with it")
    if size > MOST_INNER_CELLS:
        raise TooManyCandidatesError
    found: list[list[int]] = []
    limits = [min(value for cells, value in sums if cell in cells) for cell in range(size)]

    steps = 0

    def extend(counts: list[int], left: list[int]) -> None:
        nonlocal steps
        steps += 1
        if steps > MOST_STEPS:
            raise TooManyCandidatesError
        cell = len(counts)
        if cell == size:
            if not any(left):
                found.append(counts)
            if len(found) > MOST_CANDIDATES:
                raise TooManyCandidatesError
            return
        here = [n for n, (cells, _) in enumerate(sums) if cell in cells]
        last = [left[n] for n in here if sums[n][0][-1] == cell]
        if last and min(last) < max(last):
            return
        most = min([limits[cell], *(left[n] for n in here)])
        for count in range(last[0] if last else 0, (last[0] if last else most) + 1):
            if count <= most:
                extend([*counts, count], [v - count if n in here else v for n, v in enumerate(left)])

    extend([], [value for _, value in sums])
    if not found:
        raise TableError("no table agrees with everything that is known")
    return np.array(found, dtype=np.int64).reshape(len(found), size)


def _table(dims: tuple[Hierarchy, ...], inner: Positions, counts: Ints) -> Table:
    there = counts > 0
    base = BaseTable.at(dims, inner[there], counts[there])
    return Table(dims, tuple(d.name for d in dims), {}, base.coords, base.counts)


def _about(beside: Sequence[Release], dims: tuple[Hierarchy, ...]) -> list[Release]:
    """Return the figures about everybody in tables of these dimensions, as the program is told of them.

    A release that withholds something may have been made before or after: the program is not told of it.
    """
    found = []
    for other in beside:
        named = {d.name for a, d in enumerate(other.dims) if (other.coords[:, a] != d.root).any()}
        if other.withheld.any() or dict(other.where) or not named <= {d.name for d in dims}:
            continue
        roots = Release.of(dims, {tuple(d.codes[d.root] for d in dims): 0})
        coords = np.repeat(roots.coords, len(other.coords), axis=0)
        for axis, dim in enumerate(dims):
            if dim.name in named:
                at = next(a for a, d in enumerate(other.dims) if d.name == dim.name)
                places = np.array([dim.index.get(code, -1) for code in other.dims[at].codes], dtype=np.int32)
                coords[:, axis] = places[other.coords[:, at]]
        if (coords >= 0).all():
            found.append(Release(dims, {}, coords, other.values, other.withheld))
    return found


def gives(release: Release, table: Table, rules: Rules, key: bytes, known: Sequence[Release] = ()) -> bool:
    """Whether the program withholds of a table exactly what the release withholds."""
    dims = table.dims
    try:
        found = protect(table, rules, key, known=known)
        cells = found.lattice.cells(release.coords[:, [release.dims.index(d) for d in dims]])
        withheld, settled = found.suppressed[cells], found.settled[cells]
        if not settled.all():
            # A refused table shows what follows from the cells of others.
            made = replace(release, values=np.where(withheld, -1, found.values[cells]), withheld=withheld)
            made = with_determined_cells(made, rules, settled=settled, public=found.public[cells])
            withheld = made.withheld
    except AnonymiserError:
        return False
    return bool((withheld == release.withheld).all())


def _cells(release: Release, values: Ints, hit: Bools, rules: Rules) -> Iterator[NarrowedCell]:
    """Yield the withheld cells that may be small and have fewer values in the candidates with a hit."""
    for row in np.flatnonzero(release.withheld).tolist():
        possible = tuple(np.unique(values[:, row]).tolist())
        left = tuple(np.unique(values[hit, row]).tolist())
        if left != possible and any(rules.is_sensitive(value) for value in possible):
            codes = zip(release.dims, release.coords[row].tolist(), strict=True)
            key = tuple((d.name, d.codes[p]) for d, p in codes if p != d.root)
            yield NarrowedCell(key, possible, left)
