"""Numbers of accidents beside a certified cube of casualties, while the cube's certificate stays valid.

An accident has one casualty or more, all at the same place and time. The number of accidents of a cell is
shown only where the number of casualties of the same cell is shown, and only if every world of the
certificate can be extended: to whole numbers of accidents that agree with all shown numbers of accidents. The
proof is in docs/explanation/disclosure-control/method.md. An `AccidentTable` stays in the state.
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
from anonymisers.tables.distinct_rows import distinct_rows
from anonymisers.tables.hierarchy import Hierarchy
from anonymisers.tables.lattice import Lattice
from anonymisers.tables.linked_tables import LinkedTables, TableBlock
from anonymisers.tables.strict_json import parse_json

InnerCell = tuple[int, ...]
"""Positions of one leaf code in every dimension of accidents."""

FORMAT = "safelane accidents 1"
CHUNK = 20_000
TRUE_CASUALTIES = -1
"""Instead of the number of a world: the true casualties, in other accidents."""


@dataclass(frozen=True, eq=False)
class Accidents:
    """All casualties that a cube counts, each with an accident.

    `coords` (n, dims) are positions of leaf codes in the cube's dimensions; casualties of the same accident
    have the same entry in `numbers` (n,). `names` are the dimensions of accidents, such as place and time;
    other dimensions describe persons. An accident with casualties at several inner cells of these dimensions
    counts at each.
    """

    names: frozenset[str]
    dims: tuple[Hierarchy, ...]
    coords: Positions
    numbers: Ints


@dataclass(frozen=True, eq=False)
class Extension:
    """Numbers of accidents for a world of the certificate, as the difference from the true numbers."""

    world: int
    change: World


@dataclass(frozen=True, eq=False)
class AccidentTable:
    """The number of accidents (size,) of each cell of a lattice, -1 where withheld, with a proof.

    `extensions`: for each world of the cube's certificate one or two, so that any casualty who knows the size
    of his own accident finds an extension that agrees with him; further extensions give each withheld number
    of accidents another value.
    """

    names: tuple[str, ...]
    """All dimensions of accidents, in the cube or not."""
    lattice: Lattice
    values: Ints
    extensions: tuple[Extension, ...] = field(repr=False)

    def digest(self) -> bytes:
        """SHA-256 of the written form. The digest can be guessed from data: log a salted commitment only."""
        return hashlib.sha256(self.to_bytes()).digest()

    def to_bytes(self) -> bytes:
        """The written form, for use inside the state only. Equal tables have equal written forms."""
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
        """Read the written form. Raises CertificateError for other bytes, and for another cube."""
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
    """The tables of a cube made of dimensions of accidents only. Raises CertificateError without any."""
    axes = [a for a, d in enumerate(cube.lattice.dims) if d.name in names]
    if not axes:
        raise CertificateError("the cube has no dimension of accidents")
    place = {axis: n for n, axis in enumerate(axes)}
    tables = tuple(tuple(place[a] for a in t) for t in cube.lattice.tables if set(t) <= set(axes))
    return Lattice(tuple(cube.lattice.dims[a] for a in axes), tables)


@dataclass(frozen=True, eq=False)
class AccidentContext:
    """The true casualties and accidents by inner cell, and the worlds of the certificate to extend."""

    linked_tables: LinkedTables
    above_casualties: Ints
    """For each cell of accidents (size,) the cell of the cube with the same codes."""
    casualties: Mapping[InnerCell, int]
    accidents: Mapping[InnerCell, int]
    sizes: Mapping[InnerCell, frozenset[int]]
    """By inner cell the numbers of casualties of the accidents with a singleton among the casualties."""
    worlds: tuple[Mapping[InnerCell, int], ...]
    """Worlds of the certificate as changes of casualties by inner cell of accidents."""

    @classmethod
    def of(
        cls,
        cube: CertifiedCube,
        accidents: Accidents,
        later: CertifiedCube | None = None,
        among: Mapping[str, Collection[str]] | None = None,
    ) -> "AccidentContext":
        """The context of a cube, or of a later release about some of the cube's people.

        With `later`, the worlds are those of the later release, as far as they move people of `among`
        (dimension -> codes), and everybody is treated as a singleton. Raises CertificateError for accidents
        of other dimensions or people, and for a certificate with other codes.
        """
        lattice = lattice_of(cube, accidents.names)
        if cube.lattice.dims != accidents.dims:
            raise CertificateError("the accidents have other dimensions than the cube")
        axes = [a for a, d in enumerate(accidents.dims) if d.name in accidents.names]
        places: Ints = np.column_stack((accidents.coords[:, axes], accidents.numbers))
        found, group, sizes = distinct_rows(places)
        casualties: dict[InnerCell, int] = {}
        number: dict[InnerCell, int] = {}
        for row, size in zip(found[:, :-1].tolist(), sizes.tolist(), strict=True):
            inner = tuple(row)
            casualties[inner] = casualties.get(inner, 0) + size
            number[inner] = number.get(inner, 0) + 1
        known: dict[InnerCell, set[int]] = {}
        inside = singletons(cube, accidents.coords) if later is None else np.ones(len(places), dtype=np.bool_)
        for at in np.unique(group[inside]).tolist():
            known.setdefault(tuple(found[at, :-1].tolist()), set()).add(int(sizes[at]))
        linked_tables, words = (
            LinkedTables(lattice.dims, (TableBlock.whole(lattice),)),
            same_codes(cube, lattice),
        )
        people = linked_tables.sums(found[:, :-1].astype(np.int32), sizes.astype(np.int64))
        if (people != cube.values[words])[~cube.withheld[words]].any():
            raise CertificateError("the accidents are not those of the people whom the cube counts")
        return cls(
            linked_tables,
            words,
            casualties,
            number,
            {inner: frozenset(each) for inner, each in known.items()},
            tuple(_projected(later or cube, lattice.dims, among or {})),
        )

    @property
    def lattice(self) -> Lattice:
        return self.linked_tables.blocks[0].lattice

    def cells(self, inner_cells: Sequence[InnerCell]) -> list[list[int]]:
        """For each inner cell the cells that count the inner cell."""
        if not inner_cells:
            return []
        rows = self.linked_tables.above(np.array(inner_cells, dtype=np.int32)).tolist()
        return [[cell for cell in row if cell >= 0] for row in rows]

    def sums(self, by_inner_cell: Mapping[InnerCell, int]) -> Ints:
        """The value (size,) of each cell, from values by inner cell."""
        coords = np.array(list(by_inner_cell), dtype=np.int32).reshape(
            len(by_inner_cell), len(self.lattice.dims)
        )
        return self.linked_tables.sums(coords, np.array(list(by_inner_cell.values()), dtype=np.int64))

    def possible(self, inner: InnerCell, people: int) -> tuple[tuple[int, int], ...]:
        """The possible numbers of accidents of an inner cell with so many casualties: one range, or two.

        A singleton knows the size of his own accident, and finds this size possible in one of the ranges
        unless the inner cell has fewer people. The first of two ranges excludes an accident of everybody.
        """
        if people == 0:
            return ((0, 0),)
        known = [size for size in self.sizes.get(inner, ()) if size <= people]
        others = [size for size in known if size < people]
        ranges = [(2, people - max(others) + 1)] if others else []
        if len(others) < len(known):
            ranges.append((1, 1))
        return tuple(ranges) or ((1, people),)


def singletons(cube: CertifiedCube, coords: Positions) -> Bools:
    """A mask (n,) over casualties who are alone in a withheld cell of some protected table."""
    cells, place, counts = distinct_rows(coords)
    linked_tables = LinkedTables(cube.lattice.dims, (TableBlock.whole(cube.lattice),))
    values = linked_tables.sums(cells.astype(np.int32), counts.astype(np.int64))
    single = cube.withheld & (values == 1) & ~refused_cells(cube, cube.lattice)
    alone = np.zeros(len(cells), dtype=np.bool_)
    few = np.flatnonzero(counts == 1)
    for rows in np.array_split(few, len(few) // CHUNK + 1):
        above = linked_tables.above(cells[rows].astype(np.int32))
        alone[rows] = ((above >= 0) & single[above]).any(axis=1)
    return np.asarray(alone[place])


def same_codes(cube: ReleasedCells, lattice: Lattice) -> Ints:
    """For each cell of accidents (size,) the cell of the cube with the same codes."""
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
        places.append(_leaf_positions(cube.certificate.dims[axis], dim))
    for world in cube.certificate.worlds:
        kept = np.ones(len(world.change), dtype=np.bool_)
        for axis, inside in guards:
            kept &= inside[world.coords[:, axis]]
        columns = [place[world.coords[kept, axis]] for axis, place in zip(axes, places, strict=True)]
        if any((column < 0).any() for column in columns):
            raise CertificateError("a world of the certificate has codes that accidents have not")
        moved = World.of(np.column_stack(columns).astype(np.int32), world.change[kept])
        yield dict(zip(map(tuple, moved.coords.tolist()), moved.change.tolist(), strict=True))


def _leaf_positions(described: Hierarchy, dim: Hierarchy) -> Positions:
    """For each code of the certificate's hierarchy (codes,) the leaf code of `dim` around it, else -1."""
    places = np.full(len(described.codes), -1, dtype=np.int32)
    for position in range(len(described.codes)):
        for at in described.ancestors(position):
            found = dim.index.get(described.codes[at], -1)
            if found >= 0:
                places[position] = found if dim.is_leaf[found] else -1
                break
    return places


def check_accidents(table: AccidentTable, cube: CertifiedCube, accidents: Accidents) -> None:
    """Raise CertificateError unless the cube's certificate stays valid beside the table. No solver is used.

    The check proves that every shown number is true, and the casualties of the same cell are shown; that
    every world of the certificate has an extension that agrees with all shown numbers, also for a casualty
    who knows the size of his own accident; and that no withheld number of accidents is the same in all
    extensions.
    """
    context = AccidentContext.of(cube, accidents)
    true = context.sums(context.accidents)
    shown = table.values >= 0
    if (table.values != true)[shown].any() or (shown & ~may_show(cube, context)).any():
        raise CertificateError("a number of accidents is not true, or shown where casualties are not")
    met: dict[int, list[Mapping[InnerCell, int]]] = {}
    varied = np.zeros(len(true), dtype=np.bool_)
    for extension in table.extensions:
        change = _by_inner_cell(extension.change)
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
    if (cells_to_protect(cube, context) & ~varied).any():
        raise CertificateError("a withheld number of accidents could be computed")


def _by_inner_cell(change: World) -> dict[InnerCell, int]:
    return dict(zip(map(tuple, change.coords.tolist()), change.change.tolist(), strict=True))


def allowed(
    context: AccidentContext, moved: Mapping[InnerCell, int], change: Mapping[InnerCell, int]
) -> bool:
    """Whether every inner cell can have its number of accidents with the casualties of a world."""
    for inner in {*moved, *change}:
        people = context.casualties.get(inner, 0) + moved.get(inner, 0)
        number = context.accidents.get(inner, 0) + change.get(inner, 0)
        if not any(low <= number <= high for low, high in context.possible(inner, people)):
            return False
    return True


def for_everybody(
    context: AccidentContext, moved: Mapping[InnerCell, int], changes: Sequence[Mapping[InnerCell, int]]
) -> bool:
    """Whether every casualty finds his own accident possible in one of these extensions of a world."""
    for inner in moved:
        people = context.casualties.get(inner, 0) + moved[inner]
        numbers = [context.accidents.get(inner, 0) + change.get(inner, 0) for change in changes]
        for low, high in context.possible(inner, people):
            if not any(low <= number <= high for number in numbers):
                return False
    return bool(changes)


def may_show(cube: CertifiedCube, context: AccidentContext) -> Bools:
    """A mask (size,) over cells whose casualties are shown and not few. A policy may show small cells."""
    people = cube.values[context.above_casualties]
    enough = (people == 0) | (people >= cube.certificate.threshold)
    return np.asarray(~cube.withheld[context.above_casualties] & enough)


def cells_to_protect(cube: CertifiedCube, context: AccidentContext) -> Bools:
    """A mask (size,) over cells of accidents to protect: casualties are withheld in a protected table."""
    return np.asarray(cube.withheld[context.above_casualties] & ~refused_cells(cube, context.lattice))


def refused_cells(cube: CertifiedCube, lattice: Lattice) -> Bools:
    """A mask (size,) over cells of tables without protection, where every cell is withheld."""
    keys, dims = lattice.keys(), lattice.dims
    names = {d.name for d in dims}
    deepest = [int(d.depth.max()) for d in dims]
    refused = [dict(level) for level in cube.refused if names.issuperset(dict(level))]
    levels = [[level.get(d.name, 0) for d in dims] for level in refused]
    # A level below all codes has no cells.
    levels = [one for one in levels if all(0 <= n <= most for n, most in zip(one, deepest, strict=True))]
    # Depths are compared as the digits of one number, since hundreds of levels are refused.
    depths, wanted = np.zeros(len(keys), dtype=np.int64), np.zeros(len(levels), dtype=np.int64)
    for axis, (dim, most) in enumerate(zip(dims, deepest, strict=True)):
        depths = depths * (1 + most) + dim.depth[keys[:, axis]]
        wanted = wanted * (1 + most) + np.array([one[axis] for one in levels], dtype=np.int64)
    return np.isin(depths, wanted)
