"""Both cubes of a bridge proven together: by worlds with partners alone, found anew where some have none.

A cube of clients gets another certificate. The certificates of casualties stay as they are, since they were
released with them; that worlds with partners prove the same is shown each time anew.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from anonymisers.bridge.bridge import Bridge
from anonymisers.bridge.pairing import own_cells
from anonymisers.bridge.second_proof import NO_CELLS, protected_cells, proven_beside
from anonymisers.bridge.side import Side
from anonymisers.bridge.side_programs import (
    MOST_TRIED,
    SideCube,
    SideProgram,
    limits_of_clients,
    limits_of_survivors,
)
from anonymisers.cube.certified_cube import CertifiedCube, with_other_worlds
from anonymisers.proof.world import World
from anonymisers.tables.arrays import Bools, Ints

MOST_OTHERS = 6
"""Tables of the other side, beside the true one, with which worlds are sought, at most."""


@dataclass(frozen=True, eq=False)
class JointProof:
    """Both sides of a bridge. `survivors`: all worlds of casualties. `inside`: survivors among the clients.

    `parts`: each cube of casualties that can be proven by itself, with the place of its first world among
    those of `survivors`. Worlds of other cubes must all have partners.
    """

    bridge: Bridge
    survivors: Side
    clients: SideCube
    inside: Ints
    parts: Sequence[tuple[SideCube, int]]

    def found(self) -> CertifiedCube | None:
        """The cube of clients with a certificate whose worlds all have partners; None where either side could
        not be proven so.

        Raises CertificateError where the true tables do not agree.
        """
        if self.bridge.everybody or len(self.clients.tried) > MOST_TRIED:
            return None
        cube = self._of_clients()
        if cube is None:
            return None
        cube = self._with_partners(cube)
        return cube if self._casualties_hold(cube) else None

    @property
    def _pairs(self) -> Bools:
        truth = Side(self.inside, np.zeros((0, len(self.inside)), dtype=np.int64))
        return own_cells(self.bridge, self.survivors, truth)

    def _fits(self, clients: Ints, survivors: Ints) -> Bools:
        return self.bridge.fits_own_cells(clients, survivors, self._pairs)

    def _clients_of(self, world: World) -> Ints:
        """The clients of a world who are survivors, by code: all beyond the others of the truth."""
        change = self.clients.crossing.counted(world.coords, world.change)
        found: Ints = np.maximum(self.inside + change, 0)
        return found

    def _of_clients(self) -> CertifiedCube | None:
        """The cube proven by worlds that go with the true casualties, else with some world of these too."""
        others = self.clients.by_code - self.inside
        distinct = np.unique(self.survivors.worlds, axis=0)[:MOST_OTHERS]
        for tables in (self.survivors.truth[None], np.concatenate([self.survivors.truth[None], distinct])):

            def goes(world: World, tables: Ints = tables) -> bool:
                return bool(self._fits(self._clients_of(world)[None], tables).any())

            worlds = [world for world in self.clients.cube.certificate.worlds if goes(world)]
            limits = (limits_of_clients(self.bridge, one, others, self._pairs) for one in tables)
            if (found := proven_beside(self.clients, worlds, limits, goes)) is not None:
                return found
        return None

    def _with_partners(self, cube: CertifiedCube) -> CertifiedCube:
        """The cube with a world for each world of casualties that goes with none of its own, where one is
        found.

        A world that leaves every cell of 1 as it is comes first: then no singleton of clients learns more.
        """
        others = self.clients.by_code - self.inside
        single = np.flatnonzero(protected_cells(cube) & (self.clients.values == 1))
        added: list[World] = []
        for one in np.unique(self.survivors.worlds, axis=0):
            if self._fits(self.inside[None], one[None]).all():
                continue
            program = SideProgram(self.clients, limits_of_clients(self.bridge, one, others, self._pairs))
            for kept in (single, NO_CELLS):
                world = program.any(kept)
                if world is not None and self._fits(self._clients_of(world)[None], one[None]).all():
                    added.append(world)
                    break
        return with_other_worlds(cube, (*cube.certificate.worlds, *added), self.clients.table) or cube

    def _casualties_hold(self, cube: CertifiedCube) -> bool:
        """Whether the casualties are proven by worlds that go with the true clients or a world of these."""
        changed = [self._clients_of(world) for world in cube.certificate.worlds]
        clients = np.unique(np.stack([self.inside, *changed]), axis=0)
        paired = np.array([self._fits(clients, one[None]).any() for one in self.survivors.worlds], dtype=bool)
        beyond = np.zeros(len(paired), dtype=np.bool_)
        for part, first in self.parts:
            own = slice(first, first + len(part.cube.certificate.worlds))
            beyond[own] = True
            if paired[own].all():
                continue
            elsewhere = self.survivors.truth - part.by_code

            def goes(world: World, part: SideCube = part) -> bool:
                changed = self.survivors.truth + part.crossing.counted(world.coords, world.change)
                return bool(self._fits(clients, changed[None]).any())

            kept = [w for w, good in zip(part.cube.certificate.worlds, paired[own], strict=True) if good]
            tables = np.concatenate([self.inside[None], clients[:MOST_OTHERS]])
            limits = (limits_of_survivors(self.bridge, one, elsewhere, self._pairs) for one in tables)
            if proven_beside(part, kept, limits, goes) is None:
                return False
        return bool((paired | beyond).all())
