"""The joint dimensions of several releases: every group of codes named by any release, as one set of codes.

Releases differ in levels, codings and populations. Each dimension becomes one *axis*: its *nodes* are sets of
finest codes (`Total` of a release without 2025 is the set of all other years), and its *relations* say which
nodes together make up a further node. Where one release covers all years and a second release covers all
years but 2025, the node {2025} is added: no release lists the node, but its cells are differences of listed
cells.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from anonymisers.attack.time_limit import Clock
from anonymisers.errors import TableError
from anonymisers.tables.arrays import Ints
from anonymisers.tables.hierarchy import ROOT, Hierarchy

NODE_LIMIT = 20_000
"""Limit of the groups on one axis; beyond the limit, differences of releases are no longer added."""

Label = str | tuple[str, ...]


@dataclass(frozen=True)
class Axis:
    """One joint dimension.

    `masks` are the nodes, each a set of finest codes as bits; `labels` name the nodes (one code, or
    alternative codes). A relation (whole, parts) says that disjoint parts make up the whole, by node number.
    `atoms` are the nodes cut by no node: together the atoms cover everybody exactly once. `complete` is false
    when NODE_LIMIT stopped the adding of differences. `codes` maps all codes of the dimension except `Total`
    to sets of bits.
    """

    name: str
    masks: tuple[int, ...]
    labels: tuple[Label, ...]
    relations: tuple[tuple[int, tuple[int, ...]], ...]
    atoms: tuple[int, ...]
    complete: bool
    codes: Mapping[str, int]

    def inside(self) -> NDArray[np.bool_]:
        """Array (nodes, atoms): whether the node holds the atom."""
        firsts = [_first(self.masks[a]) for a in self.atoms]
        atom = np.full(max(firsts, default=0) + 1, -1, dtype=np.int64)
        atom[firsts] = np.arange(len(firsts))
        held = np.zeros((len(self.masks), len(firsts)), dtype=np.bool_)
        for row, mask in zip(held, self.masks, strict=True):
            members = _members(mask)
            # No node cuts an atom: it holds all of one, or nothing.
            at = atom[members[members < len(atom)]]
            row[at[at >= 0]] = True
        return held

    def holders(self) -> tuple[Ints, Ints]:
        """Return, for each finest code, the nodes containing the code, concatenated, and the start of each
        list."""
        members = [_members(mask) for mask in self.masks]
        codes = np.concatenate([*members, np.empty(0, dtype=np.int64)])
        nodes = np.repeat(np.arange(len(members)), [len(m) for m in members])
        sizes = np.bincount(codes)
        return nodes[np.argsort(codes, kind="stable")], np.concatenate(([0], np.cumsum(sizes)))


@dataclass(frozen=True)
class Use:
    """How one release uses a dimension: the hierarchy (None where the release lacks the dimension), the codes
    limiting the population, and the positions named by its cells."""

    hierarchy: Hierarchy | None
    where: tuple[str, ...]
    positions: NDArray[np.int32]


def build_axis(name: str, uses: Sequence[Use], clock: Clock) -> tuple[Axis, list[NDArray[np.int32]]]:
    """Build the axis of a dimension, and for each use the node of every position of its hierarchy (-1:
    nobody).

    A use without the dimension gets an array of one element, the node of everybody. Raises TableError when
    two hierarchies split one code into different finest codes, and OutOfTimeError when the time is up.
    """
    finest = _Finest(name, [u.hierarchy for u in uses if u.hierarchy is not None])
    per_use = [_masks_of(u, finest) for u in uses]
    families = _families(uses, per_use)
    masks, relations, complete = _close(families, clock)
    atoms = _atoms(masks, finest.everything)
    masks = list(dict.fromkeys([*masks, *atoms]))
    number = {mask: i for i, mask in enumerate(masks)}
    names = finest.names()
    axis = Axis(
        name,
        tuple(masks),
        tuple(_label(m, names, finest.everything) for m in masks),
        tuple((number[w], tuple(number[p] for p in parts)) for w, parts in relations),
        tuple(number[a] for a in atoms),
        complete,
        finest.codes(),
    )
    nodes = [np.array([number.get(m, -1) for m in own], dtype=np.int32) for own in per_use]
    return axis, nodes


class _Finest:
    """Codes as sets of the finest codes known to any of the hierarchies."""

    def __init__(self, name: str, hierarchies: list[Hierarchy]) -> None:
        self._name = name
        self._hierarchies = list(dict.fromkeys(hierarchies))
        self._bits: dict[str, int] = {}
        self._cuts: dict[str, list[tuple[str, ...]]] = {}
        for hierarchy in self._hierarchies:
            for position, kids in enumerate(hierarchy.children()):
                if len(kids) and position != hierarchy.root:
                    parts = tuple(hierarchy.codes[k] for k in kids.tolist())
                    self._cuts.setdefault(hierarchy.codes[position], []).append(parts)
        self._known: dict[str, int] = {}
        self.everything = 0
        for hierarchy in self._hierarchies:
            self.everything |= self.of_root(hierarchy)

    def of_root(self, hierarchy: Hierarchy) -> int:
        mask = 0
        for leaf in hierarchy.leaves.tolist():
            mask |= self.of_code(hierarchy.codes[leaf])
        return mask

    def of_code(self, code: str, above: tuple[str, ...] = ()) -> int:
        if code in self._known:
            return self._known[code]
        if code in above:
            msg = f"dimension {self._name!r}: {code!r} holds itself when the releases are read together"
            raise TableError(msg)
        cuts = self._cuts.get(code)
        if not cuts:
            mask = 1 << self._bits.setdefault(code, len(self._bits))
        else:
            found = {self._union(parts, (*above, code)) for parts in cuts}
            mask = max(found, key=int.bit_count)
            # A period that goes on (five years of which two are over) holds more in a later release.
            if any(each & ~mask for each in found):
                msg = f"dimension {self._name!r}: the releases cut {code!r} into different finest codes"
                raise TableError(msg, remedy="Add their common refinement as the lowest level of both.")
        self._known[code] = mask
        return mask

    def _union(self, codes: Iterable[str], above: tuple[str, ...]) -> int:
        mask = 0
        for code in codes:
            mask |= self.of_code(code, above)
        return mask

    def masks(self, hierarchy: Hierarchy) -> list[int]:
        root = self.of_root(hierarchy)
        return [root if code == ROOT else self.of_code(code) & root for code in hierarchy.codes]

    def codes(self) -> dict[str, int]:
        return {c: self.of_code(c) for h in self._hierarchies for c in h.codes if c != ROOT}

    def names(self) -> dict[int, str]:
        """Return a code for each set, the highest code first."""
        names: dict[int, str] = {}
        for hierarchy in self._hierarchies:
            masks = self.masks(hierarchy)
            for position in np.argsort(hierarchy.depth, kind="stable").tolist():
                if hierarchy.codes[position] != ROOT:
                    names.setdefault(masks[position], hierarchy.codes[position])
        return names


def _masks_of(use: Use, finest: _Finest) -> list[int]:
    if use.hierarchy is None:
        return [finest.everything]
    masks = finest.masks(use.hierarchy)
    if not use.where:
        return masks
    allowed = 0
    for code in use.where:
        allowed |= masks[use.hierarchy.position(code)]
    return [m & allowed for m in masks]


def _families(uses: Sequence[Use], per_use: Sequence[list[int]]) -> list[frozenset[int]]:
    families: dict[frozenset[int], None] = {}
    for use, masks in zip(uses, per_use, strict=True):
        positions = [0] if use.hierarchy is None else np.flatnonzero(np.bincount(use.positions)).tolist()
        families[frozenset(masks[p] for p in positions) - {0}] = None
    return list(families)


def _close(
    families: Sequence[frozenset[int]], clock: Clock
) -> tuple[list[int], list[tuple[int, tuple[int, ...]]], bool]:
    """Return all nodes and relations: each family cuts each node into the largest groups inside the node, and
    a rest."""
    by_size = [_Family.of(family) for family in families]
    nodes = dict.fromkeys(m for f in by_size for m in f.masks)
    relations: dict[tuple[int, tuple[int, ...]], None] = {}
    queue = list(nodes)
    complete = True
    for whole in queue:
        if whole.bit_count() == 1:
            continue
        clock.check()
        members = _members(whole)
        for family in by_size:
            parts = _cut(whole, family.near(members))
            if len(parts) < 2:
                continue
            rest = parts[-1]
            if rest not in nodes:
                if len(nodes) >= NODE_LIMIT:
                    complete = False
                    continue
                nodes[rest] = None
                queue.append(rest)
            relations[whole, tuple(sorted(parts))] = None
    return list(nodes), list(relations), complete


@dataclass(frozen=True, eq=False)
class _Family:
    """The nodes of one release, the largest first; `firsts` is the first finest code of each node."""

    masks: tuple[int, ...]
    firsts: Ints

    @classmethod
    def of(cls, nodes: Iterable[int]) -> "_Family":
        masks = tuple(sorted(nodes, key=lambda m: (-m.bit_count(), m)))
        return cls(masks, np.array([_first(m) for m in masks], dtype=np.int64))

    def near(self, members: Ints) -> list[int]:
        """Return the nodes beginning inside a group of finest codes: no other node can lie in the group."""
        inside = np.zeros(max(int(members[-1]), int(self.firsts.max(initial=0))) + 1, dtype=np.bool_)
        inside[members] = True
        return [self.masks[n] for n in np.flatnonzero(inside[self.firsts]).tolist()]


def _first(mask: int) -> int:
    """The first finest code of a set."""
    return (mask & -mask).bit_length() - 1


def _members(mask: int) -> Ints:
    """The finest codes of a set, ascending."""
    data = np.frombuffer(mask.to_bytes((mask.bit_length() + 7) // 8, "little"), dtype=np.uint8)
    return np.flatnonzero(np.unpackbits(data, bitorder="little"))


def _atoms(masks: Iterable[int], everything: int) -> list[int]:
    """Return the largest sets cut by no mask, ordered by first finest code."""
    label = np.zeros(everything.bit_length(), dtype=np.int64)
    sizes = [everything.bit_count()]
    for mask in masks:
        inside = _members(mask)
        old, place, count = np.unique(label[inside], return_inverse=True, return_counts=True)
        fresh = old.copy()
        for number, (atom, many) in enumerate(zip(old.tolist(), count.tolist(), strict=True)):
            if many < sizes[atom]:
                sizes[atom] -= many
                fresh[number] = len(sizes)
                sizes.append(many)
        label[inside] = fresh[place]
    atoms: dict[int, int] = {}
    for code in _members(everything).tolist():
        atom = int(label[code])
        atoms[atom] = atoms.get(atom, 0) | 1 << code
    return list(atoms.values())


def _cut(whole: int, family: Iterable[int]) -> list[int]:
    """Return the largest proper groups of a family inside a node, and the remainder as the last part."""
    rest, parts = whole, []
    for mask in family:
        if mask != whole and mask & rest == mask:
            parts.append(mask)
            rest ^= mask
    return [*parts, rest] if parts and rest else parts


def _label(mask: int, names: Mapping[int, str], everything: int) -> Label:
    if mask == everything:
        return ROOT
    if mask in names:
        return names[mask]
    rest, parts = mask, []
    for candidate in sorted(names, key=lambda m: (-m.bit_count(), m)):
        if candidate & rest == candidate:
            parts.append(names[candidate])
            rest ^= candidate
    return tuple(parts)
