"""Proves a cube once more, by worlds that go with the other side of a bridge alone.

A world without a partner proves nothing beside the other cube, but another may prove the same. Here the rules
are checked by the worlds that have partners, and by further tables that programs find for whatever these
leave open. What results is checked as any certificate.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np

from anonymisers.bridge.side_programs import MOST_TRIED, Limits, SideCube, SideProgram
from anonymisers.cube.certified_cube import CertifiedCube, with_other_worlds
from anonymisers.proof.inner_sums import levels, unchanged_sums
from anonymisers.proof.singletons import OwnCells, exposed_pairs
from anonymisers.proof.world import World
from anonymisers.proof.world_changes import changes_of
from anonymisers.tables.arrays import Bools, Ints, Positions

MOST_PROGRAMS, MOST_COLUMNS = 600, 300_000
"""Programs solved for one proof, at most, and the inner cells of all of them together: limits in steps, never
in seconds."""

NO_CELLS = np.zeros(0, dtype=np.int64)


def proven_beside(
    side: SideCube, worlds: Sequence[World], limits: Iterable[Limits], goes: Callable[[World], bool]
) -> CertifiedCube | None:
    """The cube with a certificate of the given worlds, which have partners, and of others that go with a
    table of the other side; None where some rule stays open.

    `limits`: for each table of the other side that is tried what it asks, the true one first. `goes`: whether
    a world goes with any of them.
    """
    found = with_other_worlds(side.cube, worlds, side.table)
    if found is not None or len(side.tried) > MOST_TRIED:
        return found
    proof = _SecondProof(side, list(worlds), goes)
    for asked in limits:
        program = SideProgram(side, asked)
        if program.any(NO_CELLS) is None:
            continue
        proof.complete(program)
        found = with_other_worlds(side.cube, proof.worlds, side.table)
        if found is not None or proof.programs >= proof.most:
            return found
    return None


class _SecondProof:
    def __init__(self, side: SideCube, worlds: list[World], goes: Callable[[World], bool]) -> None:
        self.side, self.worlds, self.goes, self.programs = side, worlds, goes, 0
        self.most = min(MOST_PROGRAMS, MOST_COLUMNS // max(len(side.tried), 1))

    def complete(self, program: SideProgram) -> None:
        """Add tables for whatever a certificate of the worlds so far would lack."""
        for cell in self._narrow().tolist():
            self._try(program.extreme(cell, sign, NO_CELLS) for sign in (1, -1))
        for inside in self._unchanged():
            self._try(program.extreme_inside(inside, sign) for sign in (1, -1))
        tried: set[tuple[int, int]] = set()
        while new := [pair for pair in self._exposed() if pair not in tried]:
            tried |= set(new)
            for cell, own in new:
                self._try(program.extreme(cell, sign, np.array([own])) for sign in (1, -1))

    def _try(self, searches: Iterator[World | None]) -> None:
        while self.programs < self.most:
            self.programs += 1
            try:
                world = next(searches)
            except StopIteration:
                return
            if world is not None and len(world.change) and self.goes(world):
                self.worlds.append(world)

    def _narrow(self) -> Ints:
        """The cells that the worlds so far leave too narrow."""
        size, certificate = self.side.cube.lattice.size, self.side.cube.certificate
        low, high = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.int64)
        for _, rows, amounts in changes_of(self.side.linked, self.worlds):
            np.minimum.at(low, rows, amounts)
            np.maximum.at(high, rows, amounts)
        values, k = self.side.values, certificate.threshold
        spans = (values + low <= certificate.least) & (values + high >= k - 1)
        return np.flatnonzero(protected_cells(self.side.cube) & ~spans & (high - low < k))

    def _exposed(self) -> list[tuple[int, int]]:
        """Small cells beside own cells of 1 that change in each world with them."""
        side, protected = self.side, protected_cells(self.side.cube)
        small = (side.values >= 1) & (side.values < side.cube.certificate.threshold)
        cells = OwnCells(side.values, side.cube.withheld, protected, small)
        changed: list[Ints] = []
        for owners, rows, _ in changes_of(side.linked, self.worlds):
            changed += np.split(rows, np.flatnonzero(np.diff(owners)) + 1)
        pairs = exposed_pairs(side.linked, side.people, cells, changed)
        return [(pair.cell, pair.singleton) for pair in pairs if not pair.same_person]

    def _unchanged(self) -> Iterator[Bools]:
        """Inner cells, masks over those tried, whose small sum the worlds so far do not change."""
        side, lattice = self.side, self.side.cube.lattice
        protected, k = protected_cells(side.cube), side.cube.certificate.threshold
        settled = protected | ~side.cube.withheld

        def needs_no_world(coords: Positions) -> Bools:
            cells = lattice.cells(coords)
            return np.asarray((cells >= 0) & settled[cells])

        finest = tuple(int(dim.depth.max()) for dim in lattice.dims)
        whole = tuple(range(len(finest))) in lattice.tables
        wanted = [*levels(lattice), *([] if whole else [finest])]
        for sums in unchanged_sums(side.people, self.worlds, wanted, k, needs_no_world):
            for place in sums.coords:
                columns = [
                    dim.covered_leaves(int(place[axis]))[side.tried[:, axis]]
                    for axis, dim in enumerate(lattice.dims)
                ]
                yield np.asarray(np.stack(columns, axis=1).all(axis=1))


def protected_cells(cube: CertifiedCube) -> Bools:
    """A mask over the withheld cells of tables that were not refused."""
    dims = cube.certificate.dims
    depths = np.stack([dim.depth[cube.lattice.keys()[:, axis]] for axis, dim in enumerate(dims)], axis=1)
    refused = np.zeros(len(depths), dtype=np.bool_)
    for level in cube.refused:
        refused |= (depths == [dict(level).get(dim.name, 0) for dim in dims]).all(axis=1)
    return np.asarray(cube.withheld & ~refused)
