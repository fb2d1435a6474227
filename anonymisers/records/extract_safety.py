"""Check by attack whether a record extract is safe beside everything released before.

Everything ever released, and the counts given away by the extract, are attacked together. Where a small cell
follows that did not follow before, or a withheld cell is narrowed too far, the helpful groups of the extract
are left out and the attack is repeated; then another grain is tried. "Before" is the same attack with every
count of the extract withheld.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from anonymisers.cube.released_cells import ReleasedCells
from anonymisers.errors import ProtectionError, TableError
from anonymisers.records.generalisation import Extract
from anonymisers.tables.count_table import Table, Where
from anonymisers.tables.hierarchy import Hierarchy
from anonymisers.tables.release import Release

if TYPE_CHECKING:
    from anonymisers.attack.findings import Findings, Found, Key

ROUNDS = 12
"""Attempts to leave groups out of one grain before a coarser grain is tried."""
FEWEST_LEFT = 0.5
"""Share of a grain's records below which a coarser grain serves better."""


@dataclass(frozen=True)
class PriorReleases:
    """The releases beside which an extract must be safe: `known` releases, with their threshold and zeros
    rule.

    `where` describes the people whose records may be extracted at all, by the dimensions `beside`. `truth`
    has everybody, by all dimensions of the releases and of the extract; without it, nobody looks for what the
    only person of a cell could compute.
    """

    known: Sequence[Release]
    threshold: int
    zeros: str
    where: Where
    beside: tuple[Hierarchy, ...]
    truth: Table | None = None

    def attacked(self, seconds: float, *more: Release) -> "Findings":
        """Return the attacker's findings within `seconds`. Raises ProtectionError when releases contradict
        each other."""
        try:
            return self._with_singletons([*self.known, *more], seconds)
        except TableError as error:
            raise ProtectionError(
                f"what was released before and the records contradict each other: {error.message}",
                remedy="Extract from the snapshot that the newest tables were made of.",
            ) from error

    def _with_singletons(self, releases: Sequence[Release], seconds: float) -> "Findings":
        """Findings of singletons too, where one true table agrees with all releases."""
        if self.truth is None:
            return self._attacked(releases, seconds, None)
        try:
            return self._attacked(releases, seconds, self.truth)
        except TableError:
            # People who are counted twice by some releases and once by others have no one true table. If the
            # releases contradict each other, that is raised here.
            found = self._attacked(releases, seconds, None)
            return replace(found, unexamined=(*found.unexamined, "what singletons can compute"))

    def _attacked(self, releases: Sequence[Release], seconds: float, truth: Table | None) -> "Findings":
        # The attacker is imported by whoever needs it: a node that starts must not wait for its solver.
        from anonymisers.attack.run import attack  # noqa: PLC0415

        return attack(releases, threshold=self.threshold, zeros=self.zeros, truth=truth, time_limit=seconds)


@dataclass(frozen=True, eq=False)
class SafeExtract:
    """An extract of no use to the attacker, with a description of everything left unexamined."""

    extract: Extract
    release: Release
    unexamined: tuple[str, ...]


def informative_tables(cube: ReleasedCells) -> Release:
    """Return the informative part of a cube: refused tables show only consequences of other tables."""
    release = cube.release()
    depths = np.stack([d.depth[release.coords[:, a]] for a, d in enumerate(release.dims)], axis=1)
    patterns, which = np.unique(depths, axis=0, return_inverse=True)
    names = [dim.name for dim in release.dims]
    levels = (zip(names, row, strict=True) for row in patterns.tolist())
    refused = [tuple(sorted((n, d) for n, d in level if d)) in cube.refused for level in levels]
    kept = ~np.array(refused, dtype=np.bool_)[which.reshape(-1)]
    return Release(
        release.dims, release.where, release.coords[kept], release.values[kept], release.withheld[kept]
    )


def safe_beside(
    extracts: Sequence[Extract], history: PriorReleases, *, seconds: float = 120.0, rounds: int = ROUNDS
) -> SafeExtract:
    """Return the first extract that is safe beside the prior releases, perhaps with fewer records.

    `rounds`: attempts to leave records out; with one, an extract is safe as it is or not at all.
    Raises ProtectionError when no extract is safe within `seconds`, or when prior releases contradict the
    records.
    """
    until = time.monotonic() + seconds
    for extract in extracts:
        made = _repaired(extract, history, until, rounds)
        if made is not None:
            return made
        if time.monotonic() > until:
            break
    raise ProtectionError(
        "no extract of these columns is safe beside what was released before",
        remedy="Choose fewer or coarser columns. Nothing is released.",
    )


def discloses_more(
    history: PriorReleases,
    fresh: Sequence[Release],
    extracts: Sequence[Release],
    *,
    seconds: float = 120.0,
) -> str | None:
    """Describe what follows from fresh releases and extracts together, beside the prior releases, and from
    neither alone; None: nothing.

    For tables made after extracts: the later releases are attacked beside the earlier. Raises ProtectionError
    when the releases contradict each other.
    """
    until = time.monotonic() + seconds
    together = history.attacked(seconds, *fresh, *extracts)
    with_extracts = _Before.of(history, extracts, fresh, max(until - time.monotonic(), 0.0))
    with_fresh = _Before.of(history, fresh, extracts, max(until - time.monotonic(), 0.0))
    known = set(with_fresh.news(together))
    if any(cell in known for cell in with_extracts.news(together)):
        return "small groups would follow from both together"
    return "there was no time to look at all that follows from both" if together.incomplete else None


@dataclass(frozen=True)
class _Before:
    """What follows without some releases: the intervals of weak cells, and the pairs of a cell and an insider
    who can compute it. Fewer are known after too short a time, so that more cells count as news."""

    weak: "Mapping[Key, tuple[int, int | None]]"
    singletons: "frozenset[tuple[Key, Key]]"

    @classmethod
    def of(
        cls, history: PriorReleases, shown: Sequence[Release], without: Sequence[Release], seconds: float
    ) -> "_Before":
        found = history.attacked(seconds, *shown, *map(_silent, without))
        singletons = frozenset((each.cell.key, each.singleton) for each in found.singletons)
        return cls({c.key: (c.low, c.high) for c in _weak(found)}, singletons)

    def news(self, found: "Findings") -> "list[Found]":
        """Return the weak cells that were less weak before."""
        news = [c for c in _weak(found) if self.weak.get(c.key) != (c.low, c.high)]
        by_singletons = [
            each.cell for each in found.singletons if (each.cell.key, each.singleton) not in self.singletons
        ]
        return [*news, *by_singletons]


def _silent(release: Release) -> Release:
    """Return the same cells, all withheld, so that the attacker examines the same cells."""
    nothing = np.full(len(release.values), -1, dtype=np.int64)
    return Release(release.dims, release.where, release.coords, nothing, nothing < 0)


def _weak(found: "Findings") -> "tuple[Found, ...]":
    return (*found.disclosed, *found.unlisted, *found.insufficiently_protected)


def _repaired(extract: Extract, history: PriorReleases, until: float, rounds: int) -> SafeExtract | None:
    """Leave groups out until nothing new follows; None when too few records are left or the time is up."""
    first = extract.release(history.where, history.beside)
    before = _Before.of(history, (), (first,), max(until - time.monotonic(), 0.0))
    least = FEWEST_LEFT * int(extract.kept.sum())
    for _ in range(rounds):
        left = until - time.monotonic()
        if left <= 0 or int(extract.kept.sum()) < max(least, 1):
            return None
        release = extract.release(history.where, history.beside)
        found = history.attacked(left, release)
        news = before.news(found)
        if extract.names_all:
            news = [cell for cell in news if _may_be_small(cell, history)]
        if not news:
            return None if found.incomplete else SafeExtract(extract, release, found.unexamined)
        further = _helping(extract, news)
        if not further.any():
            return None
        extract = extract.without(further)
    return None


def _may_be_small(cell: "Found", history: PriorReleases) -> bool:
    """Whether a cell may be small as far as anybody knows: what is known to be large, or of nobody where
    zeros are no small cells, tells of no person."""
    least = 0 if history.zeros == "protect" else 1
    return cell.low < history.threshold and (cell.high is None or cell.high >= least)


def _helping(extract: Extract, weak: "Sequence[Found]") -> NDArray[np.bool_]:
    """Mark for each weak cell the smallest group of the extract inside or around the cell."""
    positions, kept = extract.positions, extract.kept
    names = extract.records.columns
    further = np.zeros(len(kept), dtype=np.bool_)
    for cell in weak:
        near = kept.copy()
        for name, codes in cell.key:
            if name in names:
                dim = extract.records.chosen[names.index(name)]
                wanted = _on_one_line(dim, (codes,) if isinstance(codes, str) else codes)
                near &= wanted[positions[:, names.index(name)]]
        if not near.any() or (near & further).any():
            continue
        _, number, sizes = np.unique(positions[near], axis=0, return_inverse=True, return_counts=True)
        smallest = np.flatnonzero(near)[number.reshape(-1) == int(np.argmin(sizes))]
        further[smallest] = True
    return further


def _on_one_line(dim: Hierarchy, codes: Sequence[str]) -> NDArray[np.bool_]:
    """Mark the positions of the codes, of their ancestors and of their descendants."""
    mask = np.zeros(len(dim.codes), dtype=np.bool_)
    for code in codes:
        at = dim.index.get(code)
        if at is None:
            continue
        mask[list(dim.ancestors(at))] = True
        for place in range(len(dim.codes)):
            if at in dim.ancestors(place):
                mask[place] = True
    return mask
