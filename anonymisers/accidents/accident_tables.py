"""Numbers of accidents beside a certified cube of casualties, without taking anything from its certificate.

An accident has one casualty or more, all at the same place and time. Its number is shown only where the
number of casualties of the very same cell is shown, and only as far as every world of the cube's certificate
goes on: for each there are accidents, as whole numbers, that agree with every number of accidents shown. The
proof stands in docs/explanation/disclosure-control/method.md. An `AccidentTable` stays in the state.
"""

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from anonymisers.cube.certified_cube import CertifiedCube
from anonymisers.cube.released_cells import ReleasedCells
from anonymisers.errors import CertificateError, TableError
from anonymisers.proof.world import World
from anonymisers.tables.arrays import Bools, Ints, Positions
from anonymisers.tables.hierarchy import Hierarchy
from anonymisers.tables.lattice import Lattice
from anonymisers.tables.linked_tables import LinkedTables, TableBlock
from anonymisers.tables.strict_json import parse_json

InnerCell = tuple[int, ...]
"""Positions of one code without children in every dimension of accidents."""

FORMAT = "safelane accidents 1"
CHUNK = 20_000
TRUE_CASUALTIES = -1
"""Instead of a world's number: the casualties as they are, in other accidents."""


@dataclass(frozen=True, eq=False)
class Accidents:
    """All casualties that a cube counts, with the accident of each.

    `coords` (n, dims) are positions of leaf codes in the cube's dimensions, `numbers` (n,) say which
    casualties are of one accident; `names` are the dimensions that an accident has, not a person. An accident
    whose casualties are counted at several codes of these counts at each of them.
    """

    names: frozenset[str]
    dims: tuple[Hierarchy, ...]
    coords: Positions
    numbers: Ints


@dataclass(frozen=True, eq=False)
class Extension:
    """Accidents that go with a world of the certificate, as their difference from the true ones."""

    world: int
    change: World


@dataclass(frozen=True, eq=False)
class AccidentTable:
    """`values`: the number of accidents of each cell of `lattice`, -1 where withheld.

    `extensions`: for each world of the cube's certificate one or two, so that whoever was in an accident and
    knows how many were finds one that agrees with him; and others in which a withheld number of accidents is
    another one.
    """

    names: tuple[str, ...]
    """The dimensions of accidents, whether the cube has them or not."""
    lattice: Lattice
    values: Ints
    extensions: tuple[Extension, ...] = field(repr=False)

    def digest(self) -> bytes:
        """SHA-256 of the written form. Guessable from the data: log only a salted commitment to it."""
        return hashlib.sha256(self.to_bytes()).digest()

    def to_bytes(self) -> bytes:
        """The written form; equal tables have equal forms. For storage inside the state, beside the cube."""
        body = {
            "format": FORMAT,
            "names": list(self.names),
            "values": self.values.tolist(),
            "extensions": [
                [e.world, e.change.coords.tolist(), e.change.change.tolist()] for e in self.extensions
            ],
        }
        return json.dumps(body, separators=(",", ":")).encode()

    @classmethod
    def from_bytes(cls, data: bytes, cube: ReleasedCells) -> "AccidentTable":
        """Read what `to_bytes` wrote. Raises CertificateError for anything that does not fit the cube."""
        try:
            body: Any = parse_json(data)
            lattice = lattice_of(cube, body["names"])
            table = cls(
                tuple(body["names"]),
                lattice,
                np.array(body["values"], dtype=np.int64),
                tuple(_extension(lattice, *row) for row in body["extensions"]),
            )
            if len(table.values) == lattice.size and table.to_bytes() == data:
                return table
        except (TableError, KeyError, TypeError, ValueError, IndexError):
            pass
        raise CertificateError("the stored numbers of accidents are damaged")


def _extension(lattice: Lattice, world: int, coords: list[list[int]], change: list[int]) -> Extension:
    places = np.array(coords, dtype=np.int32).reshape(len(coords), len(lattice.dims))
    return Extension(world, World(places, np.array(change, dtype=np.int64)))


def lattice_of(cube: ReleasedCells, names: Collection[str]) -> Lattice:
    """The tables of a cube that are made of dimensions of accidents only. CertificateError without any."""
    axes = [a for a, d in enumerate(cube.lattice.dims) if d.name in names]
    if not axes:
        raise CertificateError("the cube has no dimension of accidents")
    place = {axis: n for n, axis in enumerate(axes)}
    tables = tuple(tuple(place[a] for a in t) for t in cube.lattice.tables if set(t) <= set(axes))
    return Lattice(tuple(cube.lattice.dims[a] for a in axes), tables)


@dataclass(frozen=True, eq=False)
class AccidentContext:
    """What worlds of accidents stand on: the true casualties and accidents of every leaf, and the worlds."""

    system: LinkedTables
    above_casualties: Ints
    """For each cell of accidents the cell of the cube about the same words."""
    casualties: Mapping[InnerCell, int]
    accidents: Mapping[InnerCell, int]
    sizes: Mapping[InnerCell, frozenset[int]]
    """How many casualties the accidents of each leaf have that have an insider among them."""
    worlds: tuple[Mapping[InnerCell, int], ...]
    """The certificate's, as changes of casualties by leaf; an exchange within a leaf changes none."""

    @classmethod
    def of(
        cls,
        cube: CertifiedCube,
        accidents: Accidents,
        later: CertifiedCube | None = None,
        among: Mapping[str, Collection[str]] | None = None,
    ) -> "AccidentContext":
        """Raises CertificateError where the certificate describes people by other codes.

        With `later`, a later release about some of these people, its worlds instead: as far as they move
        people of `among` (dimension -> codes). Everybody is taken for an insider then.
        """
        lattice = lattice_of(cube, accidents.names)
        if cube.lattice.dims != accidents.dims:
            raise CertificateError("the accidents have other dimensions than the cube")
        axes = [a for a, d in enumerate(accidents.dims) if d.name in accidents.names]
        places = np.column_stack((accidents.coords[:, axes], accidents.numbers))
        found, group, sizes = np.unique(places, axis=0, return_inverse=True, return_counts=True)
        casualties: dict[InnerCell, int] = {}
        number: dict[InnerCell, int] = {}
        for row, size in zip(found[:, :-1].tolist(), sizes.tolist(), strict=True):
            leaf = tuple(row)
            casualties[leaf] = casualties.get(leaf, 0) + size
            number[leaf] = number.get(leaf, 0) + 1
        known: dict[InnerCell, set[int]] = {}
        inside = singletons(cube, accidents.coords) if later is None else np.ones(len(places), dtype=np.bool_)
        for at in np.unique(group.ravel()[inside]).tolist():
            known.setdefault(tuple(found[at, :-1].tolist()), set()).add(int(sizes[at]))
        system, words = LinkedTables(lattice.dims, (TableBlock.whole(lattice),)), same_words(cube, lattice)
        people = system.sums(found[:, :-1].astype(np.int32), sizes.astype(np.int64))
        if (people != cube.values[words])[~cube.hidden[words]].any():
            raise CertificateError("the accidents are not those of the people whom the cube counts")
        return cls(
            system,
            words,
            casualties,
            number,
            {leaf: frozenset(each) for leaf, each in known.items()},
            tuple(_projected(later or cube, lattice.dims, among or {})),
        )

    @property
    def lattice(self) -> Lattice:
        return self.system.blocks[0].lattice

    def cells(self, leaves: Sequence[InnerCell]) -> list[list[int]]:
        """For each leaf the cells that it is counted in."""
        if not leaves:
            return []
        rows = self.system.above(np.array(leaves, dtype=np.int32)).tolist()
        return [[cell for cell in row if cell >= 0] for row in rows]

    def sums(self, by_leaf: Mapping[InnerCell, int]) -> Ints:
        """The value of every cell."""
        coords = np.array(list(by_leaf), dtype=np.int32).reshape(len(by_leaf), len(self.lattice.dims))
        return self.system.sums(coords, np.array(list(by_leaf.values()), dtype=np.int64))

    def possible(self, leaf: InnerCell, people: int) -> tuple[tuple[int, int], ...]:
        """The numbers of accidents that a leaf can have with so many casualties: one range, or two.

        An insider knows how many were in his accident; he finds it in one of the ranges, unless there are
        fewer people than he knows of. The first is not for those whose accident has everybody.
        """
        if people == 0:
            return ((0, 0),)
        known = [size for size in self.sizes.get(leaf, ()) if size <= people]
        others = [size for size in known if size < people]
        ranges = [(2, people - max(others) + 1)] if others else []
        if len(others) < len(known):
            ranges.append((1, 1))
        return tuple(ranges) or ((1, people),)


def singletons(cube: CertifiedCube, coords: Positions) -> Bools:
    """For each casualty whether he is the only one in a withheld cell, in a table that is not refused."""
    cells, place, counts = np.unique(coords, axis=0, return_inverse=True, return_counts=True)
    system = LinkedTables(cube.lattice.dims, (TableBlock.whole(cube.lattice),))
    values = system.sums(cells.astype(np.int32), counts.astype(np.int64))
    single = cube.hidden & (values == 1) & ~refused_cells(cube, cube.lattice)
    alone = np.zeros(len(cells), dtype=np.bool_)
    few = np.flatnonzero(counts == 1)
    for rows in np.array_split(few, len(few) // CHUNK + 1):
        above = system.above(cells[rows].astype(np.int32))
        alone[rows] = ((above >= 0) & single[above]).any(axis=1)
    return np.asarray(alone[place.ravel()])


def same_words(cube: ReleasedCells, lattice: Lattice) -> Ints:
    """For each cell of accidents the cell of the cube about the same words."""
    keys = lattice.keys()
    coords = np.empty((lattice.size, len(cube.lattice.dims)), dtype=np.int32)
    coords[:] = [d.root for d in cube.lattice.dims]
    names = [d.name for d in cube.lattice.dims]
    for axis, dim in enumerate(lattice.dims):
        coords[:, names.index(dim.name)] = keys[:, axis]
    return cube.lattice.cells(coords)


def _projected(
    cube: CertifiedCube, dims: Sequence[Hierarchy], among: Mapping[str, Collection[str]]
) -> Iterator[dict[InnerCell, int]]:
    guards = [
        (axis, np.isin(dim.codes, list(among[dim.name])))
        for axis, dim in enumerate(cube.certificate.dims)
        if dim.name in among
    ]
    axes, places = [], []
    for dim in dims:
        axis = next((a for a, d in enumerate(cube.certificate.dims) if d.name == dim.name), None)
        if axis is None:
            raise CertificateError("the certificate lacks a dimension of accidents")
        axes.append(axis)
        places.append(_leaf_places(cube.certificate.dims[axis], dim))
    for world in cube.certificate.worlds:
        kept = np.ones(len(world.change), dtype=np.bool_)
        for axis, inside in guards:
            kept &= inside[world.coords[:, axis]]
        columns = [place[world.coords[kept, axis]] for axis, place in zip(axes, places, strict=True)]
        if any((column < 0).any() for column in columns):
            raise CertificateError("a world of the certificate has codes that accidents have not")
        moved = World.of(np.column_stack(columns).astype(np.int32), world.change[kept])
        yield dict(zip(map(tuple, moved.coords.tolist()), moved.change.tolist(), strict=True))


def _leaf_places(described: Hierarchy, dim: Hierarchy) -> Positions:
    """For each position of the certificate's hierarchy the leaf of `dim` that holds it, else -1."""
    places = np.full(len(described.codes), -1, dtype=np.int32)
    for position in range(len(described.codes)):
        for at in described.ancestors(position):
            found = dim.index.get(described.codes[at], -1)
            if found >= 0:
                places[position] = found if dim.is_leaf[found] else -1
                break
    return places


def check_accidents(table: AccidentTable, cube: CertifiedCube, accidents: Accidents) -> None:
    """Raise CertificateError unless the table takes nothing from the cube's certificate. Needs no solver.

    Shown are: every number shown is true, and the casualties of its cell are shown; every world of the
    certificate has an extension that agrees with all numbers shown, also for whoever was in an accident and
    knows how many were; and no withheld number of accidents is the same in all of them.
    """
    context = AccidentContext.of(cube, accidents)
    true = context.sums(context.accidents)
    shown = table.values >= 0
    if (table.values != true)[shown].any() or (shown & ~may_show(cube, context)).any():
        raise CertificateError("a number of accidents is not true, or shown where casualties are not")
    met: dict[int, list[Mapping[InnerCell, int]]] = {}
    varied = np.zeros(len(true), dtype=np.bool_)
    for extension in table.extensions:
        change = _by_leaf(extension.change)
        moved = {} if extension.world == TRUE_CASUALTIES else context.worlds[extension.world]
        differs = context.sums(change) != 0
        if not allowed(context, moved, change) or (differs & shown).any():
            raise CertificateError("a world of accidents is not possible, or contradicts what is shown")
        met.setdefault(extension.world, []).append(change)
        varied |= differs
    for number, moved in enumerate(context.worlds):
        if moved and not for_everybody(context, moved, met.get(number, [])):
            raise CertificateError(
                "a world of the certificate has no accidents that agree with what is shown"
            )
    if (asked(cube, context) & ~varied).any():
        raise CertificateError("a withheld number of accidents could be computed")


def _by_leaf(change: World) -> dict[InnerCell, int]:
    return dict(zip(map(tuple, change.coords.tolist()), change.change.tolist(), strict=True))


def allowed(
    context: AccidentContext, moved: Mapping[InnerCell, int], change: Mapping[InnerCell, int]
) -> bool:
    """Whether so many accidents can be at every leaf with the casualties of a world."""
    for leaf in {*moved, *change}:
        people = context.casualties.get(leaf, 0) + moved.get(leaf, 0)
        number = context.accidents.get(leaf, 0) + change.get(leaf, 0)
        if not any(low <= number <= high for low, high in context.possible(leaf, people)):
            return False
    return True


def for_everybody(
    context: AccidentContext, moved: Mapping[InnerCell, int], changes: Sequence[Mapping[InnerCell, int]]
) -> bool:
    """Whether everybody who was in an accident finds it in one of these extensions of a world."""
    for leaf in moved:
        people = context.casualties.get(leaf, 0) + moved[leaf]
        numbers = [context.accidents.get(leaf, 0) + change.get(leaf, 0) for change in changes]
        for low, high in context.possible(leaf, people):
            if not any(low <= number <= high for number in numbers):
                return False
    return bool(changes)


def may_show(cube: CertifiedCube, context: AccidentContext) -> Bools:
    """Cells of which casualties are shown and are not few: small ones may be shown because a policy asks."""
    people = cube.values[context.above_casualties]
    enough = (people == 0) | (people >= cube.certificate.threshold)
    return np.asarray(~cube.hidden[context.above_casualties] & enough)


def asked(cube: CertifiedCube, context: AccidentContext) -> Bools:
    """Cells of accidents that must not be computable: casualties are withheld, in a table not refused."""
    return np.asarray(cube.hidden[context.above_casualties] & ~refused_cells(cube, context.lattice))


def refused_cells(cube: CertifiedCube, lattice: Lattice) -> Bools:
    """The cells of tables that were not protected, and so are withheld whole."""
    keys, dims = lattice.keys(), lattice.dims
    depths = np.stack([d.depth[keys[:, a]] for a, d in enumerate(dims)], axis=1)
    refused = np.zeros(len(keys), dtype=np.bool_)
    for level in cube.refused:
        wanted = dict(level)
        if wanted.keys() <= {d.name for d in dims}:
            refused |= (depths == [wanted.get(d.name, 0) for d in dims]).all(axis=1)
    return refused
