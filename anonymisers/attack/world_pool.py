"""A sample of the feasible tables found in one part of the model, kept for later."""

import numpy as np

from anonymisers.tables.arrays import Floats

MOST = 600
"""Tables kept per part."""


class WorldPool:
    """Keeps the first MOST tables, then replaces tables in turn: the last tables found are the most
    dissimilar."""

    def __init__(self) -> None:
        self._worlds: list[Floats] = []
        self._turn = 0

    def add(self, world: Floats) -> None:
        """Keep a world, given over the columns of the part."""
        if len(self._worlds) < MOST:
            self._worlds.append(world)
        else:
            self._worlds[self._turn % MOST] = world
            self._turn += 1

    def worlds(self) -> Floats:
        """Array (worlds, columns)."""
        return np.stack(self._worlds)
