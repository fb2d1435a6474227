"""Checking a certificate against a release and the true table: sums and comparisons, no solver.

Time is linear in the size of the certificate times the tables that an inner cell is counted in.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from anonymisers.errors import CertificateError
from anonymisers.proof.certificate import Certificate, release_digest
from anonymisers.proof.interval_bounds import interval_bounds
from anonymisers.proof.singletons import OwnCells, exposed_pairs
from anonymisers.proof.world import World
from anonymisers.tables.arrays import Bools, Ints
from anonymisers.tables.base_table import BaseTable
from anonymisers.tables.cell_names import CellName
from anonymisers.tables.cell_status import cells_named
from anonymisers.tables.count_table import Table
from anonymisers.tables.earlier_releases import (
    SharedBase,
    check_known,
    difference_blocks,
    earlier_blocks,
    public_cells,
)
from anonymisers.tables.lattice import Lattice
from anonymisers.tables.linked_tables import LinkedTables
from anonymisers.tables.release import Release
from anonymisers.tables.structural_zeros import structural_cells, with_structural

BATCH = 4_000_000
FEW = 4
"""Sums are put down in a row for all cells where there are fewer cells than this for each number."""


def check_certificate(
    certificate: Certificate,
    release: Release,
    truth: Table,
    known: Sequence[Release] = (),
    *,
    threshold: int | None = None,
) -> None:
    """Raise CertificateError, naming a cell, unless the certificate shows the release to be safe.

    Shown are: every shown value is true and none is sensitive; every world is possible and agrees with the
    release; each withheld cell of a protected table reaches from the least value to k-1 or is k wide (rule
    2); no small one of other people follows for an insider (rule 1); each small inner cell has more than one
    value (rule 3); breakdowns of withheld groups are withheld whole. Accepted cells (`Certificate.accepted`)
    have more than one value, but may be narrower. With `known`, all earlier releases: the worlds agree
    with them too, and their withheld cells and the small differences between their populations and ours
    reach as far. A certificate for a threshold below `threshold` is refused.
    """
    if threshold is not None and certificate.threshold < threshold:
        message = f"the certificate is for a threshold of {certificate.threshold} only"
        raise CertificateError(message, remedy="Protect the table again with the threshold that you need.")
    if certificate.known != tuple(release_digest(r) for r in known):
        raise CertificateError(
            "the certificate takes in other earlier releases", remedy="Name all of them, in the same order."
        )
    if certificate.release != release_digest(release):
        raise CertificateError("the certificate is about another release")
    view = _View.of(certificate, release, truth, known)
    view.check_shown()
    view.check_never()
    view.check_breakdowns()
    low, high = np.zeros(view.size, dtype=np.int64), np.zeros(view.size, dtype=np.int64)
    changed = np.zeros(len(view.people.coords), dtype=np.bool_)
    for number, world in enumerate(certificate.worlds, 1):
        changed |= view.possible(world, number)
    changes: list[Ints] = []
    for owners, rows, amounts in view.sums(certificate.worlds):
        view.agrees(rows, amounts)
        np.minimum.at(low, rows, amounts)
        np.maximum.at(high, rows, amounts)
        own = rows < view.lattice.size
        changes += np.split(rows[own], np.flatnonzero(np.diff(owners[own])) + 1)
    view.check_reach(low, high)
    view.check_insiders(changes)
    view.check_inner_cells(changed)


@dataclass(frozen=True, eq=False)
class _View:
    """The cells of a release beside the true people."""

    certificate: Certificate
    lattice: Lattice
    system: LinkedTables
    base: SharedBase
    values: Ints
    hidden: Bools
    shown: Ints
    asked: Bools
    public: Bools
    structural: Bools

    @classmethod
    def of(
        cls, certificate: Certificate, release: Release, truth: Table, known: Sequence[Release]
    ) -> "_View":
        if truth.dims != release.dims or dict(truth.where) != dict(release.where):
            raise CertificateError(
                "the true table has other dimensions or another population than the release"
            )
        truth = with_structural(truth, release.structural)
        base = SharedBase.of(truth, known)
        if set(base.structural) - set(release.structural):
            raise CertificateError("the release does not name every group that is known to be empty")
        if base.dims != certificate.dims:
            raise CertificateError("the certificate speaks of other dimensions than the release depends on")
        others = [a for a, d in enumerate(truth.dims) if d.name not in truth.by]
        if (release.coords[:, others] != [truth.dims[a].root for a in others]).any():
            raise CertificateError("the release has tables of dimensions that the table is not made of")
        coords = base.place(release)
        lattice = _lattice(base, coords)
        own = base.own(lattice, np.ones(lattice.size, dtype=np.bool_))
        earlier, differences = earlier_blocks(base, known), difference_blocks(base, lattice, known)
        system = LinkedTables(base.dims, (own, *(k.block for k in earlier), *differences))
        values = system.sums(base.people.coords, base.people.counts)
        parts = np.split(values, system.starts[1:])
        check_known(earlier, parts[1 : 1 + len(earlier)])
        numbers = lattice.cells(coords)
        shown = [np.full(lattice.size, -1, dtype=np.int64), *(k.shown for k in earlier)]
        shown[0][numbers] = release.values
        structural = structural_cells(lattice, base.structural)
        public = public_cells(own, earlier) | structural
        asked = [(shown[0] < 0) & ~public, *((k.shown < 0) & k.block.present for k in earlier)]
        least = _smallest(certificate)
        for block, part in zip(differences, parts[1 + len(earlier) :], strict=True):
            shown.append(np.full(len(part), -1, dtype=np.int64))
            asked.append((part >= least) & (part < certificate.threshold) & block.present)
        every = np.concatenate(shown)
        return cls(
            certificate,
            lattice,
            system,
            base,
            values,
            every < 0,
            every,
            np.concatenate(asked),
            public,
            np.append(structural, np.zeros(system.size - lattice.size, dtype=np.bool_)),
        )

    @property
    def size(self) -> int:
        return self.system.size

    @property
    def people(self) -> BaseTable:
        return self.base.people

    def fail(self, message: str, cell: int) -> None:
        key = self.system.target(cell).key
        named = [f"{d.name}={d.codes[p]}" for d, p in zip(self.people.dims, key, strict=True) if p != d.root]
        place = ", ".join(named) or "the total"
        text = f"{message}: {place}"
        raise CertificateError(text, remedy="Protect the table again; release nothing of this.")

    def check_shown(self) -> None:
        own = np.arange(self.size) < self.lattice.size
        wrong = own & ~self.hidden & (self.shown != self.values)
        if wrong.any():
            self.fail("a cell shows what the true table does not say", int(np.argmax(wrong)))
        low = (self.values >= _smallest(self.certificate)) & ~self.structural
        small = own & ~self.hidden & low & (self.values < self.certificate.threshold)
        small[: self.lattice.size] &= ~self.public
        if small.any():
            self.fail("a sensitive cell is shown", int(np.argmax(small)))
        if (self.structural & self.hidden).any():
            self.fail("a structural zero is withheld", int(np.argmax(self.structural & self.hidden)))
        zero = own & self.hidden & (self.values == 0)
        if self.certificate.zeros == "publish" and zero.any():
            self.fail("a zero is withheld", int(np.argmax(zero)))

    def check_never(self) -> None:
        shown = self.at(self.certificate.never) & ~self.hidden
        if shown.any():
            self.fail("a cell is shown that is never to be shown", int(np.argmax(shown)))

    def at(self, places: tuple[CellName, ...]) -> Bools:
        """The cells at some places. Raises CertificateError when there is none."""
        cells = cells_named(self.lattice, places, "the certificate")
        if (cells < 0).any():
            raise CertificateError("the certificate names cells that the release does not have")
        mask = np.zeros(self.size, dtype=np.bool_)
        mask[cells] = True
        return mask

    def check_breakdowns(self) -> None:
        if self.certificate.zeros == "publish":
            return
        keys = self.lattice.keys()
        zero = self.follows(keys) | (self.public & (self.values[: self.lattice.size] == 0))
        for axis, dim in enumerate(self.people.dims):
            if dim.name in self.certificate.sensitive:
                parts = np.flatnonzero(keys[:, axis] != dim.root)
                groups = keys[parts].copy()
                groups[:, axis] = dim.root
                # What a refused table shows is certain from the others: it tells nothing that they do not.
                asked = ~self._refused()[parts]
                bad = self.hidden[self.lattice.cells(groups)] & ~self.hidden[parts] & ~zero[parts] & asked
                if bad.any():
                    self.fail("a part of a withheld group's breakdown is shown", int(parts[np.argmax(bad)]))

    def follows(self, keys: NDArray[np.int32]) -> Bools:
        """Zeros that are part of a zero that is shown."""
        known = (~self.hidden & (self.values == 0))[: self.lattice.size]
        result = np.zeros(self.lattice.size, dtype=np.bool_)
        for _ in range(sum(int(d.depth.max()) for d in self.people.dims)):
            before = int(result.sum())
            for axis, dim in enumerate(self.people.dims):
                parts = np.flatnonzero(keys[:, axis] != dim.root)
                above = keys[parts].copy()
                above[:, axis] = dim.parents[above[:, axis]]
                cells = self.lattice.cells(above)
                result[parts] |= known[cells] | result[cells]
            if int(result.sum()) == before:
                break
        return result

    def possible(self, world: World, number: int) -> Bools:
        """Which inner cells with people a world changes; CertificateError when it is no world."""
        every = self.people.margin(tuple(range(len(self.people.dims))))
        leaves = all(d.is_leaf[world.coords[:, a]].all() for a, d in enumerate(self.people.dims))
        codes = every.code(world.coords)
        if not leaves or len(np.unique(codes)) < len(codes) or (world.change == 0).any():
            raise CertificateError(f"world number {number} is not a difference of inner cells")
        if (every.count(world.coords) + world.change < 0).any():
            raise CertificateError(f"world number {number} has an inner cell with fewer than no people")
        return np.isin(every.code(self.people.coords), codes)

    def sums(self, worlds: tuple[World, ...]) -> Iterator[tuple[Ints, Ints, Ints]]:
        """For batches of worlds: which world, the cells that it changes, and by how much."""
        width = max(1, self.system.above(self.people.coords[:1]).shape[1])
        batch: list[World] = []
        entries = 0
        for world in worlds:
            batch.append(world)
            entries += len(world.change) * width
            if entries >= BATCH:
                yield self._sum(batch)
                batch, entries = [], 0
        if batch:
            yield self._sum(batch)

    def _sum(self, worlds: list[World]) -> tuple[Ints, Ints, Ints]:
        coords = np.concatenate([w.coords for w in worlds])
        change = np.concatenate([w.change for w in worlds])
        owner = np.repeat(np.arange(len(worlds)), [len(w.change) for w in worlds])
        rows = self.system.above(coords).astype(np.int64)
        real = rows >= 0
        weights = np.broadcast_to(change[:, None], rows.shape)[real]
        pairs, amounts = _added((rows + owner[:, None] * self.size)[real], weights, len(worlds) * self.size)
        return pairs // self.size, pairs % self.size, amounts

    def agrees(self, rows: Ints, amounts: Ints) -> None:
        shown = ~self.hidden[rows]
        if shown.any():
            self.fail("a world contradicts a cell that is shown", int(rows[np.argmax(shown)]))
        least = self.system.least(self.certificate.least)[rows]
        below = self.asked[rows] & (self.values[rows] + amounts < least)
        if below.any():
            self.fail("a world has fewer people than a withheld cell must have", int(rows[np.argmax(below)]))

    def check_reach(self, low: Ints, high: Ints) -> None:
        k, least = self.certificate.threshold, self.certificate.least
        spans = (self.values + low <= least) & (self.values + high >= k - 1)
        spread = high - low
        wide = spread >= k
        large, refused = np.zeros(self.size, dtype=np.bool_), self._refused()
        for block, start in zip(self.system.blocks, self.system.starts, strict=True):
            here = slice(start, start + block.lattice.size)
            known = np.where(refused[here], 0, self.system.least(least)[here])
            low = interval_bounds(block.lattice, self.values[here], self.hidden[here], known)[0]
            large[here] = low >= k
        # What is always shown may leave a cell too narrow, but never with one value.
        changed = (spread > 0) & self.at(self.certificate.accepted)
        safe = spans | wide | ~self.asked | refused | large & ~self.at(self.certificate.never) | changed
        if not safe.all():
            self.fail("the worlds leave a withheld cell too narrow", int(np.argmin(safe)))

    def check_insiders(self, changes: list[Ints]) -> None:
        end = self.lattice.size
        values, asked = self.values[:end], (self.asked & ~self._refused())[:end]
        small = (values >= _smallest(self.certificate)) & (values < self.certificate.threshold)
        cells = OwnCells(values, self.hidden[:end], asked, small)
        for pair in exposed_pairs(self.system, self.people, cells, changes):
            if not pair.himself:
                self.fail("the only person of a withheld cell could compute another", pair.cell)

    def _refused(self) -> Bools:
        keys = self.lattice.keys()
        depths = np.stack([d.depth[keys[:, a]] for a, d in enumerate(self.people.dims)], axis=1)
        refused = np.zeros(self.lattice.size, dtype=np.bool_)
        for level in self.certificate.refused:
            wanted = dict(level)
            refused |= (depths == [wanted.get(d.name, 0) for d in self.people.dims]).all(axis=1)
        return np.append(refused, np.zeros(self.size - self.lattice.size, dtype=np.bool_))

    def check_inner_cells(self, changed: Bools) -> None:
        counts = self.people.counts
        bad = (counts < self.certificate.threshold) & ~changed
        bad &= ~np.append(self.public, False)[self.lattice.cells(self.people.coords)]
        for axis, merged in enumerate(self.base.merged):
            bad &= ~merged[self.people.coords[:, axis]]
        if not self.base.open_elsewhere and bad.any():
            row = self.people.coords[int(np.argmax(bad))]
            place = ", ".join(f"{d.name}={d.codes[p]}" for d, p in zip(self.people.dims, row, strict=True))
            message = f"no world differs in a small cell of the full cross: {place}"
            raise CertificateError(message, remedy="Protect the table again; release nothing of this.")


def _added(numbers: Ints, amounts: Ints, size: int) -> tuple[Ints, Ints]:
    """The numbers (below `size`) of which the amounts do not add up to 0, in order, and what they add up to.

    Sorted first only where there are few of them.
    """
    distinct, place = (
        np.unique(numbers, return_inverse=True) if size > FEW * len(numbers) else (None, numbers)
    )
    sums = np.rint(np.bincount(place, weights=amounts)).astype(np.int64)
    found = np.flatnonzero(sums)
    return (found if distinct is None else distinct[found]), sums[found]


def _smallest(certificate: Certificate) -> int:
    # A copy of the rule in `tables.rules.Rules.is_sensitive`, on purpose: the checker derives the rule from
    # the certificate's own fields, so that a fault in the rule of the search is not a fault of the check too.
    return 0 if certificate.zeros == "protect" else 1


def _lattice(base: SharedBase, coords: NDArray[np.int32]) -> Lattice:
    """The lattice of the tables that a release has; CertificateError when cells are missing."""
    roots = np.array([d.root for d in base.dims], dtype=np.int32)
    patterns = np.unique(coords != roots, axis=0)
    lattice = Lattice(base.dims, tuple(tuple(np.flatnonzero(p).tolist()) for p in patterns))
    if lattice.size != len(coords):
        raise CertificateError("the release does not have every cell of its tables")
    return lattice
