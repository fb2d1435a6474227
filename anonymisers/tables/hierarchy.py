"""A dimension as a tree of codes with the root `Total`: the children of a code add up to the code."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from anonymisers.errors import TableError

ROOT = "Total"


@dataclass(frozen=True)
class Hierarchy:
    """One dimension. Leaf codes may be at different depths, and a code may have a single child.

    The order of `codes` is kept; a *position* is an index into `codes`, and derived arrays (codes,) are
    indexed by position. Raises TableError, naming the code, for repeated codes, orphans, unknown parents,
    cycles and a missing root.
    """

    name: str
    codes: tuple[str, ...]
    parent: Mapping[str, str]
    index: Mapping[str, int] = field(init=False, repr=False, compare=False)
    parents: NDArray[np.int32] = field(init=False, repr=False, compare=False)
    """The position of the parent of each code, -1 for the root."""
    depth: NDArray[np.int32] = field(init=False, repr=False, compare=False)
    """The number of steps from each code to the root."""
    is_leaf: NDArray[np.bool_] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        index = _index(self.name, self.codes)
        parents = _parents(self.name, index, self.parent)
        depth = _depths(self.name, self.codes, parents)
        is_leaf = np.ones(len(self.codes), dtype=np.bool_)
        is_leaf[parents[parents >= 0]] = False
        object.__setattr__(self, "parent", MappingProxyType(dict(self.parent)))
        object.__setattr__(self, "index", MappingProxyType(index))
        for name, array in (("parents", parents), ("depth", depth), ("is_leaf", is_leaf)):
            array.flags.writeable = False
            object.__setattr__(self, name, array)

    def __hash__(self) -> int:
        return hash((self.name, self.codes))

    @property
    def root(self) -> int:
        """Position of `Total`."""
        return self.index[ROOT]

    @cached_property
    def leaves(self) -> NDArray[np.int32]:
        """Positions of the leaf codes, ascending: codes without children."""
        return np.flatnonzero(self.is_leaf).astype(np.int32)

    @cached_property
    def above(self) -> tuple[NDArray[np.int32], ...]:
        """For each code (codes,) its parent, then the parent's parent, and so on; -1 above the root."""
        found, at = list[NDArray[np.int32]](), self.parents
        while (at >= 0).any():
            found.append(at)
            at = np.where(at >= 0, self.parents[at], np.int32(-1))
        return tuple(found)

    def position(self, code: str) -> int:
        """The position of a code. Raises TableError for an unknown code."""
        try:
            return self.index[code]
        except (KeyError, TypeError):  # in a document anything can stand in the place of a code
            message = f"dimension {self.name!r} has no code {code!r}"
            raise TableError(message, remedy="Add the code to the hierarchy, or correct it.") from None

    def ancestors(self, position: int) -> tuple[int, ...]:
        """The positions of a code and its ancestors, from the code up to the root."""
        line = [position]
        while (above := int(self.parents[line[-1]])) >= 0:
            line.append(above)
        return tuple(line)

    def children(self) -> tuple[NDArray[np.int32], ...]:
        """For each code the positions of its children, ascending."""
        kids: list[list[int]] = [[] for _ in self.codes]
        for child, above in enumerate(self.parents.tolist()):
            if above >= 0:
                kids[above].append(child)
        return tuple(np.array(k, dtype=np.int32) for k in kids)

    def covered_leaves(self, position: int) -> NDArray[np.bool_]:
        """A read-only mask (codes,) over the leaf codes at or below a code."""
        if position not in self._covered:
            covered = np.zeros(len(self.codes), dtype=np.bool_)
            inside = self.leaves == position
            at = self.leaves
            while (at >= 0).any():
                at = np.where(at >= 0, self.parents[at], -1)
                inside |= at == position
            covered[self.leaves[inside]] = True
            covered.flags.writeable = False
            self._covered[position] = covered
        return self._covered[position]

    @cached_property
    def _covered(self) -> dict[int, NDArray[np.bool_]]:
        return {}


def _index(name: str, codes: tuple[str, ...]) -> dict[str, int]:
    if not name:
        raise TableError("a dimension has no name")
    index: dict[str, int] = {}
    for position, code in enumerate(codes):
        if not isinstance(code, str) or not code:
            msg = f"dimension {name!r}: code number {position + 1} is not a word"
            raise TableError(msg)
        if code in index:
            msg = f"dimension {name!r}: the code {code!r} is listed twice"
            raise TableError(msg)
        index[code] = position
    if ROOT not in index:
        message = f"dimension {name!r} has no root {ROOT!r}"
        raise TableError(message, remedy=f"Add {ROOT!r} to its codes and let the highest codes point to it.")
    return index


def _parents(name: str, index: Mapping[str, int], parent: Mapping[str, str]) -> NDArray[np.int32]:
    parents = np.full(len(index), -1, dtype=np.int32)
    for child, above in parent.items():
        if child not in index:
            msg = f"dimension {name!r}: {child!r} has a parent but is not among the codes"
            raise TableError(msg)
        if not isinstance(above, str) or above not in index:
            msg = f"dimension {name!r}: the parent of {child!r} is not among the codes"
            raise TableError(msg)
        if child == ROOT:
            msg = f"dimension {name!r}: the root {ROOT!r} must not have a parent"
            raise TableError(msg)
        parents[index[child]] = index[above]
    for code, position in index.items():
        if parents[position] < 0 and code != ROOT:
            message = f"dimension {name!r}: the code {code!r} is an orphan, it has no parent"
            raise TableError(message, remedy=f"Give it a parent; the highest codes have {ROOT!r}.")
    return parents


def _depths(name: str, codes: tuple[str, ...], parents: NDArray[np.int32]) -> NDArray[np.int32]:
    depth = np.zeros(len(codes), dtype=np.int32)
    for position in range(len(codes)):
        above, steps = int(parents[position]), 0
        while above >= 0:
            above, steps = int(parents[above]), steps + 1
            if steps > len(codes):
                msg = f"dimension {name!r}: the parents of {codes[position]!r} run in a cycle"
                raise TableError(msg)
        depth[position] = steps
    return depth
