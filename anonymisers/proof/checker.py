"""The certificate checker: a release, the true table and a certificate in, an error or nothing out.

The check takes sums and comparisons, and no solver. Its time is linear in the size of the certificate times
the number of cells that count one inner cell. `check_certificate` is where to begin to read: each rule is one
function below it. Terms: `docs/explanation/disclosure-control/guarantee.md`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from anonymisers.errors import CertificateError
from anonymisers.proof.certificate import Certificate, release_digest
from anonymisers.proof.inner_sums import levels, unchanged_sums
from anonymisers.proof.interval_bounds import interval_bounds
from anonymisers.proof.singletons import OwnCells, exposed_pairs
from anonymisers.proof.world import World
from anonymisers.proof.world_changes import changes_of
from anonymisers.tables.arrays import Bools, Ints, Positions
from anonymisers.tables.base_table import BaseTable, Margin
from anonymisers.tables.cell_names import CellName, cell_positions
from anonymisers.tables.count_table import Table
from anonymisers.tables.earlier_releases import (
    EarlierBlock,
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

MOST_CHANGED = 2**52
"""People whom a world may add and take away together: binary64 (IEEE 754) sums them exactly."""


def check_certificate(
    certificate: Certificate,
    release: Release,
    truth: Table,
    known: Sequence[Release] = (),
    *,
    threshold: int | None = None,
) -> None:
    """Raise CertificateError, naming a cell, unless the certificate proves the release safe.

    Here k is the certificate's threshold, and the worlds are feasible tables. The certificate proves that:

    - every shown value is true, and no sensitive cell is shown;
    - every world is a table of whole numbers of 0 or more that agrees with the release;
    - *protection-level rule*: in the worlds each withheld cell of a protected table takes values from at most
      the least value to at least k-1, or values that are at least k apart; accepted cells
      (`Certificate.accepted`) only have to take more than one value;
    - *singleton rule*: the only person of a withheld cell cannot compute a small cell of other people;
    - *inner-cell rule*: every small inner cell has another value in some world, and so has every small sum of
      inner cells that stands in no protected table;
    - group disclosure: with a withheld group, its breakdown by sensitive dimensions is withheld whole.

    `known` are all earlier releases. The worlds agree with these as well, and the protection-level rule also
    covers withheld cells of earlier releases, and small differences between their populations and ours. A
    certificate for a threshold below `threshold` is refused.
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
    checked = _CheckedRelease.of(certificate, release, truth, known)
    checked.check_shown_cells()
    checked.check_never_shown()
    checked.check_group_disclosure()
    # The lowest and the highest change of each cell over all worlds.
    low, high = np.zeros(checked.size, dtype=np.int64), np.zeros(checked.size, dtype=np.int64)
    changed = [
        checked.changed_inner_cells(world, number) for number, world in enumerate(certificate.worlds, 1)
    ]
    changes: list[Ints] = []
    for owners, rows, amounts in changes_of(checked.linked_tables, certificate.worlds):
        checked.check_agreement(rows, amounts)
        np.minimum.at(low, rows, amounts)
        np.maximum.at(high, rows, amounts)
        own = rows < checked.lattice.size
        changes += np.split(rows[own], np.flatnonzero(np.diff(owners[own])) + 1)
    checked.check_protection_level_rule(low, high)
    checked.check_singleton_rule(changes)
    checked.check_inner_cell_rule(changed)
    checked.check_inner_sums()


@dataclass(frozen=True, eq=False)
class _CheckedRelease:
    """The cells of a release beside the true table, with all earlier releases.

    Arrays have an entry for each cell of `linked_tables`: first the cells of the release (`lattice`), then
    those of earlier releases, then the differences between their populations and ours.
    """

    certificate: Certificate
    lattice: Lattice
    linked_tables: LinkedTables
    base: SharedBase
    values: Ints
    """The true values."""
    suppressed: Bools
    shown: Ints
    """The shown values, -1 for suppressed cells."""
    to_protect: Bools
    """Suppressed cells, but those known already; of differences the small cells."""
    public: Bools
    """For cells of `lattice` only: cells shown by earlier releases, and structural zeros."""
    structural: Bools
    earlier: tuple[EarlierBlock, ...]

    @classmethod
    def of(
        cls, certificate: Certificate, release: Release, truth: Table, known: Sequence[Release]
    ) -> "_CheckedRelease":
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
        coords = base.positions_of(release)
        lattice = _lattice(base, coords)
        own = base.own_block(lattice, np.ones(lattice.size, dtype=np.bool_))
        earlier, differences = earlier_blocks(base, known), difference_blocks(base, lattice, known)
        linked_tables = LinkedTables(base.dims, (own, *(k.block for k in earlier), *differences))
        values = linked_tables.sums(base.base_table.coords, base.base_table.counts)
        parts = np.split(values, linked_tables.starts[1:])
        check_known(earlier, parts[1 : 1 + len(earlier)])
        numbers = lattice.cells(coords)
        shown = [np.full(lattice.size, -1, dtype=np.int64), *(k.shown for k in earlier)]
        shown[0][numbers] = release.values
        structural = structural_cells(lattice, base.structural)
        public = public_cells(own, earlier) | structural
        to_protect = [(shown[0] < 0) & ~public, *((k.shown < 0) & k.block.present for k in earlier)]
        smallest = _smallest_sensitive(certificate)
        for block, part in zip(differences, parts[1 + len(earlier) :], strict=True):
            shown.append(np.full(len(part), -1, dtype=np.int64))
            to_protect.append((part >= smallest) & (part < certificate.threshold) & block.present)
        every = np.concatenate(shown)
        return cls(
            certificate,
            lattice,
            linked_tables,
            base,
            values,
            every < 0,
            every,
            np.concatenate(to_protect),
            public,
            np.append(structural, np.zeros(linked_tables.size - lattice.size, dtype=np.bool_)),
            earlier,
        )

    @property
    def size(self) -> int:
        return self.linked_tables.size

    @property
    def base_table(self) -> BaseTable:
        return self.base.base_table

    def fail(self, message: str, cell: int) -> None:
        """Raise CertificateError with the message and the codes of a cell."""
        key = self.linked_tables.target(cell).key
        self.fail_at(message, key)

    def fail_at(self, message: str, key: Positions) -> None:
        """Raise CertificateError with the message and the codes at positions (dims,)."""
        named = [
            f"{d.name}={d.codes[p]}" for d, p in zip(self.base_table.dims, key, strict=True) if p != d.root
        ]
        place = ", ".join(named) or "the total"
        text = f"{message}: {place}"
        raise CertificateError(text, remedy="Protect the table again; release nothing of this.")

    def check_shown_cells(self) -> None:
        """Shown values are true and not sensitive; no zero is withheld that has to be shown."""
        own = np.arange(self.size) < self.lattice.size
        wrong = own & ~self.suppressed & (self.shown != self.values)
        if wrong.any():
            self.fail("a cell shows what the true table does not say", int(np.argmax(wrong)))
        low = (self.values >= _smallest_sensitive(self.certificate)) & ~self.structural
        small = own & ~self.suppressed & low & (self.values < self.certificate.threshold)
        small[: self.lattice.size] &= ~self.public
        if small.any():
            self.fail("a sensitive cell is shown", int(np.argmax(small)))
        if (self.structural & self.suppressed).any():
            self.fail("a structural zero is withheld", int(np.argmax(self.structural & self.suppressed)))
        zero = own & self.suppressed & (self.values == 0)
        if self.certificate.zeros == "publish" and zero.any():
            self.fail("a zero is withheld", int(np.argmax(zero)))

    def check_never_shown(self) -> None:
        """Cells never to be shown are withheld."""
        shown = self.cells_at(self.certificate.never) & ~self.suppressed
        if shown.any():
            self.fail("a cell is shown that is never to be shown", int(np.argmax(shown)))

    def cells_at(self, names: tuple[CellName, ...]) -> Bools:
        """A mask over the named cells. Raises CertificateError for cells that the release lacks."""
        cells = self.lattice.cells(cell_positions(self.lattice.dims, names, "the certificate"))
        if (cells < 0).any():
            raise CertificateError("the certificate names cells that the release does not have")
        mask = np.zeros(self.size, dtype=np.bool_)
        mask[cells] = True
        return mask

    def check_group_disclosure(self) -> None:
        """No part of a withheld group is shown in a breakdown of the group by a sensitive dimension.

        Excepted are zeros that everybody can derive, and refused tables. The rule does not hold where the
        policy shows all zeros.
        """
        if self.certificate.zeros == "publish":
            return
        keys = self.lattice.keys()
        zero = self.derived_zeros(keys) | (self.public & (self.values[: self.lattice.size] == 0))
        for axis, dim in enumerate(self.base_table.dims):
            if dim.name in self.certificate.sensitive:
                parts = np.flatnonzero(keys[:, axis] != dim.root)
                groups = keys[parts].copy()
                groups[:, axis] = dim.root
                # A refused table shows only cells that the other tables determine: it discloses nothing more.
                in_force = ~self._refused_cells[parts]
                bad = (
                    self.suppressed[self.lattice.cells(groups)]
                    & ~self.suppressed[parts]
                    & ~zero[parts]
                    & in_force
                )
                if bad.any():
                    self.fail("a part of a withheld group's breakdown is shown", int(parts[np.argmax(bad)]))

    def derived_zeros(self, keys: NDArray[np.int32]) -> Bools:
        """A mask over the cells of `lattice`, with these keys: parts of a shown zero."""
        known = (~self.suppressed & (self.values == 0))[: self.lattice.size]
        result = np.zeros(self.lattice.size, dtype=np.bool_)
        for _ in range(sum(int(d.depth.max()) for d in self.base_table.dims)):
            before = int(result.sum())
            for axis, dim in enumerate(self.base_table.dims):
                parts = np.flatnonzero(keys[:, axis] != dim.root)
                above = keys[parts].copy()
                above[:, axis] = dim.parents[above[:, axis]]
                cells = self.lattice.cells(above)
                result[parts] |= known[cells] | result[cells]
            if int(result.sum()) == before:
                break
        return result

    def changed_inner_cells(self, world: World, number: int) -> Ints:
        """The inner cells that a world changes, as numbers by all dimensions.

        Raises CertificateError unless the world is a difference of inner cells, each named once, with no
        count below 0, and of no more people than MOST_CHANGED.
        """
        every = self._every
        leaves = all(d.is_leaf[world.coords[:, a]].all() for a, d in enumerate(self.base_table.dims))
        codes = every.code(world.coords)
        if not leaves or len(np.unique(codes)) < len(codes) or (world.change == 0).any():
            raise CertificateError(f"world number {number} is not a difference of inner cells")
        if np.abs(world.change.astype(np.float64)).sum() > MOST_CHANGED:
            raise CertificateError(f"world number {number} changes more people than can be summed exactly")
        if (every.count(world.coords) + world.change < 0).any():
            raise CertificateError(f"world number {number} has an inner cell with fewer than no people")
        return codes

    @property
    def _every(self) -> Margin:
        """The inner cells with people, numbered by all dimensions."""
        return self.base_table.margin(tuple(range(len(self.base_table.dims))))

    def check_agreement(self, rows: Ints, amounts: Ints) -> None:
        """Worlds change no shown cell, and leave each withheld cell at its least value or above."""
        shown = ~self.suppressed[rows]
        if shown.any():
            self.fail("a world contradicts a cell that is shown", int(rows[np.argmax(shown)]))
        least = self.linked_tables.least(self.certificate.least)[rows]
        below = self.to_protect[rows] & (self.values[rows] + amounts < least)
        if below.any():
            self.fail("a world has fewer people than a withheld cell must have", int(rows[np.argmax(below)]))

    def check_protection_level_rule(self, low: Ints, high: Ints) -> None:
        """Each cell to protect reaches far enough by changes from `low` to `high`, or is certainly k or more.

        Excepted are cells of refused tables; accepted cells only have to change.
        """
        k, least = self.certificate.threshold, self.certificate.least
        spans = (self.values + low <= least) & (self.values + high >= k - 1)
        spread = high - low
        wide = spread >= k
        large, refused = np.zeros(self.size, dtype=np.bool_), self._refused_cells
        for block, start in zip(self.linked_tables.blocks, self.linked_tables.starts, strict=True):
            here = slice(start, start + block.lattice.size)
            known = np.where(refused[here], 0, self.linked_tables.least(least)[here])
            bound = interval_bounds(block.lattice, self.values[here], self.suppressed[here], known)[0]
            large[here] = bound >= k
        # Cells that are always shown may leave an accepted cell too narrow, but never with a single value.
        changed = (spread > 0) & self.cells_at(self.certificate.accepted)
        large &= ~self.cells_at(self.certificate.never)
        safe = spans | wide | ~self.to_protect | refused | large | changed
        if not safe.all():
            self.fail("the worlds leave a withheld cell too narrow", int(np.argmin(safe)))

    def check_singleton_rule(self, changes: list[Ints]) -> None:
        """No singleton intruder computes a small cell of other people; `changes`: changed cells by world."""
        end = self.lattice.size
        values, to_protect = self.values[:end], (self.to_protect & ~self._refused_cells)[:end]
        small = (values >= _smallest_sensitive(self.certificate)) & (values < self.certificate.threshold)
        cells = OwnCells(values, self.suppressed[:end], to_protect, small)
        for pair in exposed_pairs(self.linked_tables, self.base_table, cells, changes):
            if not pair.same_person:
                self.fail("the only person of a withheld cell could compute another", pair.cell)

    @cached_property
    def _refused_cells(self) -> Bools:
        """A mask over the cells of tables that were not protected and are withheld whole."""
        keys, dims = self.lattice.keys(), self.base_table.dims
        levels = [tuple(dict(level).get(d.name, 0) for d in dims) for level in self.certificate.refused]
        deepest = [int(d.depth.max()) for d in dims]
        # A level below all codes has no cells.
        levels = [one for one in levels if all(0 <= n <= most for n, most in zip(one, deepest, strict=True))]
        # Depths are compared as the digits of one number, since hundreds of levels are refused.
        depths, wanted = np.zeros(self.lattice.size, dtype=np.int64), np.zeros(len(levels), dtype=np.int64)
        for axis, (dim, most) in enumerate(zip(dims, deepest, strict=True)):
            depths = depths * (1 + most) + dim.depth[keys[:, axis]]
            wanted = wanted * (1 + most) + np.array([one[axis] for one in levels], dtype=np.int64)
        refused = np.isin(depths, wanted)
        return np.append(refused, np.zeros(self.size - self.lattice.size, dtype=np.bool_))

    def check_inner_cell_rule(self, changed: Sequence[Ints]) -> None:
        """Every small inner cell is changed by some world, even where no table shows inner cells.

        `changed`: the numbers of the inner cells that each world changes.

        Excepted are public cells, and inner cells that join several codes which no release tells apart: there
        any share of the people may have either code.
        """
        counts = self.base_table.counts
        somewhere = np.concatenate([np.zeros(0, dtype=np.int64), *changed])
        bad = counts < self.certificate.threshold
        bad &= ~np.isin(self._every.code(self.base_table.coords), somewhere)
        bad &= ~np.append(self.public, False)[self.lattice.cells(self.base_table.coords)]
        for axis, merged in enumerate(self.base.merged):
            bad &= ~merged[self.base_table.coords[:, axis]]
        if not self.base.open_elsewhere and bad.any():
            row = self.base_table.coords[int(np.argmax(bad))]
            place = ", ".join(
                f"{d.name}={d.codes[p]}" for d, p in zip(self.base_table.dims, row, strict=True)
            )
            message = f"no world changes a small inner cell: {place}"
            raise CertificateError(message, remedy="Protect the table again; release nothing of this.")

    def check_inner_sums(self) -> None:
        """Every small sum of inner cells in no protected table is changed by some world.

        These are the cells of refused tables, and of tables of more dimensions than the lattice has. Excepted
        are public cells, and sums over codes that no release tells apart, as of inner cells.
        """
        if self.base.open_elsewhere:
            return
        people, worlds = self.base_table, self.certificate.worlds
        wanted = levels(self.lattice)
        for sums in unchanged_sums(people, worlds, wanted, self.certificate.threshold, self._needs_no_world):
            self.fail_at("no world changes a small sum of inner cells", sums.coords[0])

    def _needs_no_world(self, coords: Positions) -> Bools:
        """A mask (n,) over sums, by position (n, dims), with rules of their own or known already."""
        cells = self.lattice.cells(coords)
        refused = self._refused_cells[: self.lattice.size]
        settled = (cells >= 0) & ~refused[cells]
        excepted: Bools = settled | ((cells >= 0) & self.public[cells])
        for axis, merged in enumerate(self.base.merged):
            excepted |= merged[coords[:, axis]]
        for entry in self.earlier:
            known = entry.block.lattice.cells(coords)
            excepted |= (known >= 0) & (entry.shown[known] >= 0) & self._about_everybody(entry)
        return excepted

    def _about_everybody(self, entry: EarlierBlock) -> bool:
        """Whether the population of an earlier release holds everybody of the base table."""
        return bool(entry.block.belongs(self.base_table.coords).all())


def _smallest_sensitive(certificate: Certificate) -> int:
    """The smallest number of people of a sensitive cell: 0 where the policy protects zeros, else 1."""
    # A copy of the rule in `tables.rules.Rules.is_sensitive`, on purpose: the checker derives the rule from
    # the certificate's own fields, so that a fault in the rule of the search is not a fault of the check too.
    return 0 if certificate.zeros == "protect" else 1


def _lattice(base: SharedBase, coords: NDArray[np.int32]) -> Lattice:
    """The lattice of the tables that a release has. Raises CertificateError when cells are missing."""
    roots = np.array([d.root for d in base.dims], dtype=np.int32)
    patterns = np.unique(coords != roots, axis=0)
    lattice = Lattice(base.dims, tuple(tuple(np.flatnonzero(p).tolist()) for p in patterns))
    if lattice.size != len(coords):
        raise CertificateError("the release does not have every cell of its tables")
    return lattice
