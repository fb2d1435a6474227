"""The bridge between two cubes over the same people: what somebody who has both knows of both.

One cube counts casualties, the other counts clients of assistance. They share no dimension that a table
shows side by side; but clients who were hurt are among the survivors, of one sex through time, and whoever is
a child now was one then. So a table of clients and a table of casualties are one joint world if every such
client can be another of the survivors. By Hall's theorem (1935) that holds if no group of clients is larger
than the group of survivors that its members can be.
"""

from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

import numpy as np

from anonymisers.errors import TableError
from anonymisers.tables.arrays import Bools, Ints

MOST_CODES = 12
"""The most codes of clients: there are as many groups as subsets of codes."""


@dataclass(frozen=True, eq=False)
class Bridge:
    """`compatible` (clients, survivors): whether a client of one code may be a survivor of another.

    Only what is certainly possible is compatible: a pair that in truth cannot be would join worlds that
    somebody who knows more could tell from the truth. `everybody`: the state says that each survivor is a
    client.
    """

    clients: tuple[str, ...]
    survivors: tuple[str, ...]
    compatible: Bools
    everybody: bool = False

    def __post_init__(self) -> None:
        if len(self.clients) > MOST_CODES:
            raise TableError(
                f"a bridge has at most {MOST_CODES} codes of clients, and not {len(self.clients)}"
            )
        if self.compatible.shape != (len(self.clients), len(self.survivors)):
            raise TableError("a bridge says of each client's code and each survivor's whether they agree")

    @cached_property
    def groups(self) -> tuple[Bools, Bools]:
        """Groups of clients' codes (groups, clients), and the survivors' codes that they can be.

        Of groups that can be the same survivors only the largest is needed.
        """
        reached = {
            tuple(np.asarray(self.compatible[list(some)].any(axis=0)).tolist())
            for size in range(1, len(self.clients) + 1)
            for some in combinations(range(len(self.clients)), size)
        }
        within = np.array(sorted(reached), dtype=np.bool_).reshape(len(reached), len(self.survivors))
        beyond = np.asarray((self.compatible[None, :, :] & ~within[:, None, :]).any(axis=2), dtype=np.bool_)
        return ~beyond, within

    def fits(self, clients: Ints, survivors: Ints) -> Bools:
        """Whether all clients can be different survivors. Counts by code stand in the last axis."""
        fitting: Bools = self.room(clients, survivors).min(axis=-1, initial=0) >= 0
        return fitting

    def room(self, clients: Ints, survivors: Ints) -> Ints:
        """How many more survivors than clients each group has; below 0 where it has too few.

        Where every survivor is a client, the last number is below 0 unless there are as many of both.
        """
        inside, within = self.groups
        room = survivors @ within.T.astype(np.int64) - clients @ inside.T.astype(np.int64)
        if not self.everybody:
            return room
        apart = -np.abs(survivors.sum(axis=-1) - clients.sum(axis=-1))
        return np.concatenate([room, apart[..., None]], axis=-1)

    def fits_own_cells(self, clients: Ints, survivors: Ints, pairs: Bools) -> Bools:
        """Whether all clients can be different survivors, whichever of them knows who both of him are.

        `pairs` (clients, survivors): codes that one person may have in both. Whoever has such a pair keeps
        it, in a world in which both codes have anybody.
        """
        inside, within = self.groups
        room = self.room(clients, survivors)
        good: Bools = room.min(axis=-1, initial=0) >= 0
        for client, survivor in np.argwhere(pairs).tolist():
            there = (clients[..., client] > 0) & (survivors[..., survivor] > 0)
            taken = within[:, survivor] & ~inside[:, client]  # he is no longer there for these groups
            tight = (room[..., : len(taken)][..., taken] < 1).any(axis=-1)
            good = good & ~(there & tight)
        return good

    def own_cells(self, clients: Ints, survivors: Ints) -> Bools:
        """The pairs of codes that one person can have in both, given these counts (one count by code)."""
        found = np.zeros_like(self.compatible)
        for client, survivor in np.argwhere(self.compatible).tolist():
            if clients[client] and survivors[survivor]:
                alone = np.zeros_like(self.compatible)
                alone[client, survivor] = True
                found[client, survivor] = bool(self.fits_own_cells(clients, survivors, alone))
        return found
