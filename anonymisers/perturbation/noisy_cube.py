"""A cube of noisy counts with differential privacy: tables drawn once for each release part, and their sums.

A number is the sum of the draws of its inner cells, over all parts. Of several tables containing a cell, the
number comes from the table with the fewest draws, so that a cell has one number in every table, and a margin
drawn by itself is more exact than the sum of its parts. The number of draws behind a number follows from
policy and dictionary alone.
"""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anonymisers.cube.released_cells import Answer, Key, OutsideLattice, ReleasedCells
from anonymisers.errors import AnonymiserError, CertificateError
from anonymisers.perturbation.noise_draws import NoiseDraws, NoiseSpace
from anonymisers.perturbation.privacy_parameters import NAME, Privacy, privacy_of
from anonymisers.tables.arrays import Ints
from anonymisers.tables.count_table import Table
from anonymisers.tables.cube_header import dimension_from_json, dimension_to_json
from anonymisers.tables.hierarchy import Hierarchy
from anonymisers.tables.lattice import Lattice
from anonymisers.tables.linked_tables import LinkedTables, TableBlock
from anonymisers.tables.packed_bytes import packed, unpacked
from anonymisers.tables.rules import Level

FORMAT = b"safelane private cube 1\n"


@dataclass(frozen=True, eq=False)
class PlannedTable:
    """A table of a cube: its hierarchies, and for each release part the noise draws, or their space before
    drawing."""

    dims: tuple[Hierarchy, ...]
    parts: Sequence[NoiseDraws | NoiseSpace]


@dataclass(frozen=True, eq=False)
class NoisyCube(ReleasedCells):
    """The cells of the drawn tables and of their sums; all other cells are outside the cube.

    Made by `noisy_cube` and `from_bytes`. The cube holds no true count.
    """

    privacy: Privacy
    draws: Ints = field(repr=False)
    """The number of draws behind each number; 0 for cells in no table."""

    @property
    def refused(self) -> frozenset[Level]:
        """Always empty: tables without draws are not shared."""
        return frozenset()

    @property
    def certificate_digest(self) -> bytes:
        """SHA-256 over everything shown by the cube; only a salted commitment to the digest leaves."""
        numbers = self.values.tobytes() + self.draws.tobytes() + self.withheld.tobytes()
        return hashlib.sha256(_head(self).encode() + numbers).digest()

    @property
    def mechanism(self) -> str:
        return NAME

    @property
    def epsilon(self) -> str:
        """The epsilon of each table."""
        return self.privacy.per_table

    @property
    def pending(self) -> bool:
        """Whether any table of the cube is still to be drawn."""
        return bool((self.withheld & (self.draws > 0)).any())

    def drawn(self, key: Key) -> int:
        """Return the number of draws behind a cell's number."""
        return int(self.draws[self.lattice.cell(key)])

    def lookup(self, key: Key) -> Answer:
        cell = self.lattice.cell(key)
        return super().lookup(key) if cell >= 0 and self.draws[cell] else OutsideLattice()

    @property
    def when_drawn(self) -> ReleasedCells:
        """The cube with every cell shown that will be shown, whether or not the cell has its number yet."""
        return replace(self, withheld=self.draws == 0)

    def as_counted(self, people: Table) -> ReleasedCells:
        """With the counts of the people themselves."""
        return replace(self, values=self.true_values(people), withheld=self.draws == 0)

    def to_bytes(self) -> bytes:
        """For storage inside the state."""
        numbers = self.values.astype("<i8").tobytes() + self.draws.astype("<i8").tobytes()
        return packed(FORMAT, _head(self).encode() + b"\n" + numbers + self.withheld.tobytes())

    @classmethod
    def from_bytes(cls, data: bytes) -> "NoisyCube":
        """Read the bytes written by `to_bytes`. Raises CertificateError when anything was changed or is
        missing."""
        whole = unpacked(FORMAT, data, "cube of drawn numbers")
        try:
            head, body = whole.split(b"\n", 1)
            return _read(json.loads(head), body)
        except (ValueError, TypeError, KeyError, AnonymiserError):
            raise CertificateError("the stored cube of drawn numbers is damaged") from None


def noisy_cube(dims: Sequence[Hierarchy], tables: Sequence[PlannedTable], privacy: Privacy) -> NoisyCube:
    """Build the cube of some tables; `dims` hold the codes of all tables.

    A table with a part still to be drawn has no numbers yet, and is withheld. Raises ProtectionError where
    draws have codes missing from a hierarchy.
    """
    lattice = Lattice(tuple(dims), _subsets(dims, tables))
    values, draws = np.zeros(lattice.size, dtype=np.int64), np.zeros(lattice.size, dtype=np.int64)
    withheld = np.ones(lattice.size, dtype=np.bool_)
    for table in tables:
        cells, own, times = _numbers(lattice, table)
        nearer = (times > 0) & ((draws[cells] == 0) | (times < draws[cells]))
        at = cells[nearer]
        draws[at], values[at] = times[nearer], own[nearer]
        withheld[at] = any(isinstance(part, NoiseSpace) for part in table.parts)
    return _cube(lattice, np.where(withheld, -1, values), draws, (withheld, privacy))


def holds(levels: Mapping[str, Collection[str]], key: Key) -> bool:
    """Return whether a table with these codes, by dimension, has a cell or a sum at `key`."""
    return all(name in levels and code in levels[name] for name, code in key.items())


def _subsets(dims: Sequence[Hierarchy], tables: Sequence[PlannedTable]) -> tuple[tuple[int, ...], ...]:
    """Return the axes of every table and of its margins."""
    number = {dim.name: place for place, dim in enumerate(dims)}
    found: set[tuple[int, ...]] = {()}
    for table in tables:
        axes = sorted(number[dim.name] for dim in table.dims)
        found |= {some for most in range(len(axes) + 1) for some in combinations(axes, most)}
    return tuple(found)


def _numbers(lattice: Lattice, table: PlannedTable) -> tuple[Ints, Ints, Ints]:
    """Return for every cell of a table the cell of the lattice, the number, and the number of draws behind
    it."""
    own = Lattice.of(table.dims, [dim.name for dim in table.dims], len(table.dims))
    system = LinkedTables(table.dims, (TableBlock.whole(own),))
    numbers, times = np.zeros(own.size, dtype=np.int64), np.zeros(own.size, dtype=np.int64)
    for part in table.parts:
        space = part if isinstance(part, NoiseSpace) else part.space
        coords = space.places(table.dims)
        times += system.sums(coords, np.ones(len(coords), dtype=np.int64))
        if isinstance(part, NoiseDraws):
            numbers += system.sums(coords, np.array(part.values, dtype=np.int64))
    keys, place = own.keys(), {dim.name: n for n, dim in enumerate(table.dims)}
    there = np.empty((own.size, len(lattice.dims)), dtype=np.int32)
    for axis, dim in enumerate(lattice.dims):
        if dim.name not in place:
            there[:, axis] = dim.root
            continue
        codes = table.dims[place[dim.name]].codes
        moved = np.array([dim.position(code) for code in codes], dtype=np.int32)
        there[:, axis] = moved[keys[:, place[dim.name]]]
    return lattice.cells(there), numbers, times


def _cube(lattice: Lattice, values: Ints, draws: Ints, made: tuple[NDArray[np.bool_], Privacy]) -> NoisyCube:
    withheld, privacy = made
    for array in (values, draws, withheld):
        array.flags.writeable = False
    return NoisyCube(lattice.dims, {}, lattice, withheld, values, privacy, draws)


def _head(cube: NoisyCube) -> str:
    body = {
        "dims": [dimension_to_json(dim) for dim in cube.dims],
        "tables": [list(axes) for axes in cube.lattice.tables],
        "privacy": cube.privacy.words,
    }
    return json.dumps(body, ensure_ascii=True)


def _read(body: dict[str, Any], data: bytes) -> NoisyCube:
    dims = tuple(dimension_from_json(d) for d in body["dims"])
    lattice = Lattice(dims, tuple(tuple(axes) for axes in body["tables"]))
    privacy, size = privacy_of(body["privacy"]), lattice.size
    if len(data) != 17 * size or privacy is None:
        raise ValueError
    values = np.frombuffer(data, dtype="<i8", count=size).astype(np.int64)
    draws = np.frombuffer(data, dtype="<i8", count=size, offset=8 * size).astype(np.int64)
    withheld = np.frombuffer(data, dtype=np.bool_, offset=16 * size).copy()
    return _cube(lattice, values, draws, (withheld, privacy))
