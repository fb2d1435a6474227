"""The strongest attacker there is, for tiny tables: he writes down all worlds and strikes out the false ones.

A world gives a count to every cell of the base table of the dimensions' leaves. Nothing here is shared with
the attacker under test but the classes that hold a release.
"""

from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations, product

import numpy as np

from anonymisers.tables.hierarchy import Hierarchy
from anonymisers.tables.release import Release


@lru_cache(maxsize=64)
def all_worlds(cells, people):
    """Every way to put that many people into that many cells: array (worlds, cells)."""
    bars = np.array(list(combinations(range(people + cells - 1), cells - 1)), dtype=np.int64)
    bars = bars.reshape(-1, cells - 1)
    edges = np.hstack([np.full((len(bars), 1), -1), bars, np.full((len(bars), 1), people + cells - 1)])
    return np.diff(edges, axis=1) - 1


def leaves(dim):
    return [dim.codes[i] for i in dim.leaves.tolist()]


def under(dim, code):
    return {dim.codes[i] for i in np.flatnonzero(dim.covered_leaves(dim.position(code))).tolist()}


def group(dims, where, key):
    """The cells of the base table that a key (code or codes per dimension) holds, inside a population."""
    allowed = []
    for dim in dims:
        codes = key.get(dim.name, "Total")
        inside = set().union(*(under(dim, c) for c in ((codes,) if isinstance(codes, str) else codes)))
        limit = where.get(dim.name, "Total")
        inside &= set().union(*(under(dim, c) for c in ((limit,) if isinstance(limit, str) else limit)))
        allowed.append(inside)
    cross = product(*(leaves(d) for d in dims))
    return frozenset(
        n for n, cell in enumerate(cross) if all(c in a for c, a in zip(cell, allowed, strict=True))
    )


@dataclass
class Oracle:
    """What follows from releases over the same dimensions, whose grand total is `people`."""

    dims: tuple[Hierarchy, ...]
    releases: list[Release]
    people: int
    lower: int
    threshold: int
    smallest: int = 1

    def __post_init__(self):
        size = int(np.prod([len(leaves(d)) for d in self.dims]))
        self.groups = {}
        worlds = all_worlds(size, self.people)
        for release in self.releases:
            for codes, value in release.cells.items():
                inside = group(
                    self.dims, release.where, dict(zip((d.name for d in release.dims), codes, strict=True))
                )
                if not inside:
                    continue
                count = worlds[:, sorted(inside)].sum(axis=1)
                worlds = worlds[count >= self.lower] if value is None else worlds[count == value]
                shown, suppressed = self.groups.get(inside, (False, False))
                self.groups[inside] = (shown or value is not None, suppressed or value is None)
        self.worlds = worlds

    def values(self, inside, worlds=None):
        worlds = self.worlds if worlds is None else worlds
        return set(worlds[:, sorted(inside)].sum(axis=1).tolist())

    def withheld(self):
        return {g for g, (_, suppressed) in self.groups.items() if suppressed}

    def disclosed(self):
        return {g for g in self.withheld() if len(self.values(g)) == 1}

    def insufficiently_protected(self):
        found = set()
        for inside in self.withheld() - self.disclosed():
            values = self.values(inside)
            low, high = min(values), max(values)
            small = low < self.threshold and high >= self.smallest
            holds = low <= self.lower and high >= self.threshold - 1
            if small and not holds and high - low < self.threshold:
                found.add(inside)
        return found

    def unlisted_cells(self):
        """Cells of the base table in no release that are small for certain."""
        size = self.worlds.shape[1]
        return {
            frozenset([n])
            for n in range(size)
            if frozenset([n]) not in self.groups and self.is_small_for_certain(frozenset([n]))
        }

    def sums_between(self):
        """Finest cells of any table of some dimensions, in no release, that are small for certain."""
        found = set()
        for named in product((False, True), repeat=len(self.dims)):
            kept = [dim for dim, kept in zip(self.dims, named, strict=True) if kept]
            for codes in product(*(leaves(dim) for dim in kept)):
                inside = group(self.dims, {}, {dim.name: c for dim, c in zip(kept, codes, strict=True)})
                if inside not in self.groups and self.is_small_for_certain(inside):
                    found.add(inside)
        return found

    def same_people(self, inside, named):
        """Whether a group is another, named one, and cells where certainly nobody is."""
        return named <= inside and (named == inside or self.values(inside - named) == {0})

    def is_small_for_certain(self, inside):
        values = self.values(inside)
        return len(values) == 1 and self.smallest <= min(values) < self.threshold

    def computable(self, truth):
        """Pairs (small cell, insider's cell), both withheld, where the only person of the second learns the
        first. A cell that holds the insider and equals the own one in every world is the same cell."""
        suppressed = sorted(self.withheld() - self.disclosed(), key=sorted)
        pairs = set()
        count = {g: int(truth[sorted(g)].sum()) for g in suppressed}
        for own, other in product(suppressed, suppressed):
            if own == other or count[own] != 1 or not self.smallest <= count[other] < self.threshold:
                continue
            mine = self.worlds[:, sorted(own)].sum(axis=1)
            theirs = self.worlds[:, sorted(other)].sum(axis=1)
            if truth[sorted(own & other)].any() and (mine == theirs).all():
                continue
            if len(self.values(other, self.worlds[mine == 1])) == 1:
                pairs.add((other, own))
        return pairs
