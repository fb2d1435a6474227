"""Pairs of dependent columns: each equals the other, or its negative, up to a constant."""

import numpy as np
from numpy.typing import NDArray

from anonymisers.attack.quick_bounds import ContradictionError
from anonymisers.tables.arrays import Floats, Ints


class DependentPairs:
    """Union-find over columns, each sign * root + offset."""

    def __init__(self, size: int) -> None:
        self._above: NDArray[np.int64] = np.arange(size)
        self._link: dict[int, tuple[float, float]] = {}
        self.changed = False
        self.known: dict[int, float] = {}

    def _root(self, column: int) -> tuple[int, float, float]:
        sign, offset, path = 1.0, 0.0, [column]
        while (above := int(self._above[path[-1]])) != path[-1]:
            path.append(above)
        for node in reversed(path[:-1]):
            step, shift = self._link[node]
            sign, offset = step * sign, step * offset + shift
            self._above[node], self._link[node] = path[-1], (sign, offset)
        return path[-1], sign, offset

    def add(self, one: int, other: int, sign: float, offset: float) -> None:
        """Record one = sign * other + offset."""
        root, s1, o1 = self._root(one)
        goal, s2, o2 = self._root(other)
        turn, shift = s1 * sign * s2, s1 * (sign * o2 + offset - o1)  # root = turn * goal + shift
        if root != goal:
            self._above[root], self._link[root] = goal, (turn, shift)
            self.changed = True
        elif turn < 0:
            if shift % 2:
                raise ContradictionError(root)
            self.known[root] = shift / 2
            self.changed = True
        elif shift != 0:
            raise ContradictionError(root)

    def resolved(self) -> tuple[Ints, Floats, Floats]:
        size = len(self._above)
        rep, sign, offset = np.arange(size), np.ones(size), np.zeros(size)
        for column in self._link:
            rep[column], sign[column], offset[column] = self._root(column)
        return rep, sign, offset
