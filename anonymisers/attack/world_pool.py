"""Worlds kept for later: a sample of those that were found in one part of the system."""

import numpy as np

from anonymisers.tables.arrays import Floats

MOST = 600
"""Worlds kept of one part."""


class WorldPool:
    """Keeps the first MOST worlds, then replaces them in turn: the last worlds found are the most unlike."""

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
