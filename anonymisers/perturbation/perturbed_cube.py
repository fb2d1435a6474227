"""A cube of perturbed counts, where no cell is withheld, proved and attacked before the cube exists.

The cube consists of release parts: the people of the periods closed at a release, the people added to these
periods later, and the people removed. Each part is perturbed by itself, and a number is the sum over the
parts. The difference of two releases is therefore a number of a part, perturbed like any other number, and
tells no more. Were each cell perturbed as a whole instead, all cells of a new person, and only these, would
show another number.

`anonymisers.perturbation.feasible_tables` states the proof: for every cell of few people, shown or not, there
is another table of people that agrees with everything shown. `anonymisers.perturbation.bounded_attack` then
attacks the cube by an independent method.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anonymisers.cube.released_cells import Key, ReleasedCells
from anonymisers.errors import AnonymiserError, CertificateError, ProtectionError
from anonymisers.perturbation.bounded_attack import attack_bounded
from anonymisers.perturbation.feasible_tables import FeasibleTables
from anonymisers.perturbation.known_sums import KnownSums
from anonymisers.perturbation.mechanisms import mechanism_of
from anonymisers.perturbation.perturbed_counts import CountedPeople, PerturbativeMechanism, PerturbedCounts
from anonymisers.tables.arrays import Ints
from anonymisers.tables.count_table import Table
from anonymisers.tables.cube_header import (
    dimension_from_json,
    dimension_to_json,
    rules_from_json,
    rules_to_json,
)
from anonymisers.tables.hierarchy import Hierarchy
from anonymisers.tables.lattice import Lattice
from anonymisers.tables.linked_tables import LinkedTables, TableBlock
from anonymisers.tables.packed_bytes import packed, unpacked
from anonymisers.tables.registered_figures import Figure
from anonymisers.tables.rules import Level, Rules, is_small_count

FORMAT = b"safelane changed cube 1\n"
ATTACKED, SECONDS = 40, 20.0
"""Cells put to the attacker, and the time: the proof covers all cells, the attack looks for faults in the
proof."""
ATTACKABLE = 400_000
"""Limit of inner cells times cells of an attacked lattice: beyond the limit, two programs take minutes."""


@dataclass(frozen=True)
class PerturbedPart:
    """A release part: people added with one release (`sign` 1), removed with a release (-1), or hidden (0).

    Hidden people are too few to be perturbed by themselves. They are never put together with later ones: when
    they were released with these would follow from how many they are.

    `period`: the years of these people. `sealed`: data of the caller kept with the part, such as the people
    counted. `kept`: what the mechanism needs in order to show these people as before; the next cube is made
    with `kept`. None for people who were never shown.
    """

    sign: int
    period: frozenset[str]
    sealed: bytes = field(repr=False)
    kept: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, eq=False)
class Rows:
    """The people of a release part: the inner cell of each row over `dims`, and the person of each row.

    `by`: the dimensions of tables; the remaining dimensions only describe the people of figures. `within`:
    limits the leaves of a dimension.
    """

    dims: tuple[Hierarchy, ...]
    by: tuple[str, ...]
    coords: NDArray[np.int32]
    persons: Sequence[bytes]
    within: Mapping[str, frozenset[str]] = field(default_factory=dict)
    figures: Sequence[Figure] = ()
    """Public sums of these people."""


@dataclass(frozen=True, eq=False)
class PerturbedCube(ReleasedCells):
    """The tables of up to `rules.max_dims` dimensions, every cell perturbed by `perturbation`, no cell
    withheld.

    Cells covered by no part yet are the exception: their people wait. Made by `perturbed_cube` and
    `from_bytes`. A stored cube stays in the state.
    """

    rules: Rules
    perturbation: PerturbativeMechanism
    parts: tuple[PerturbedPart, ...]
    breadth: NDArray[np.int16] = field(repr=False)
    """The number of parts in which each cell can have people."""

    @property
    def refused(self) -> frozenset[Level]:
        """Always empty: every table can be perturbed."""
        return frozenset()

    @property
    def certificate_digest(self) -> bytes:
        """SHA-256 over everything shown and counted by the cube; only a salted commitment to the digest
        leaves."""
        digest = hashlib.sha256(_head(self).encode() + self.values.tobytes() + self.breadth.tobytes())
        for sealed in (*(p.sealed for p in self.parts), *filter(None, (p.kept for p in self.parts))):
            digest.update(hashlib.sha256(sealed).digest())
        return digest.digest()

    @property
    def mechanism(self) -> str:
        return self.perturbation.name

    def largest_deviation(self, key: Key) -> int:
        """Return the largest change of the mechanism times the number of parts in which the cell can have
        people."""
        return self.perturbation.largest_change * int(self.breadth[self.lattice.cell(key)])

    def as_counted(self, people: Table) -> ReleasedCells:
        """With the counts of the people themselves."""
        return replace(self, values=self.true_values(people))

    def to_bytes(self) -> bytes:
        """For storage inside the state."""
        numbers = [self.values.astype("<i8").tobytes(), self.breadth.astype("<i2").tobytes()]
        kept = [part.kept or b"" for part in self.parts] if any(p.kept for p in self.parts) else []
        blobs = [*numbers, *(part.sealed for part in self.parts), *kept]
        head = _head(self).encode() + b"\n" + json.dumps([len(b) for b in blobs]).encode() + b"\n"
        return packed(FORMAT, head + b"".join(blobs))

    @classmethod
    def from_bytes(cls, data: bytes) -> "PerturbedCube":
        """Read the bytes written by `to_bytes`. Raises CertificateError when anything was changed or is
        missing."""
        whole = unpacked(FORMAT, data, "cube of perturbed counts")
        try:
            head, lengths, body = whole.split(b"\n", 2)
            return _read(json.loads(head), json.loads(lengths), body)
        except (ValueError, TypeError, KeyError, AnonymiserError):
            raise CertificateError("the stored cube of perturbed counts is damaged") from None


def perturbed_cube(
    parts: Sequence[tuple[PerturbedPart, Rows]], rules: Rules, mechanism: PerturbativeMechanism, key: bytes
) -> PerturbedCube:
    """Perturb, prove and attack every part; all parts have the same table dimensions.

    Raises ProtectionError when some cell of few people has no alternative, when the attacker finds a cell, or
    when the mechanism fails.
    """
    first = parts[0][1]
    dims = tuple(dim for dim in first.dims if dim.name in first.by)
    rules.check_names(dims)
    lattice = Lattice.of(dims, first.by, rules.max_dims)
    values, breadth = np.zeros(lattice.size, dtype=np.int64), np.zeros(lattice.size, dtype=np.int16)
    shown = []
    for part, rows in parts:
        if not part.sign:
            shown.append(part)
            continue
        counted = CountedPeople(lattice, rows.coords[:, _axes(rows)], rows.persons)
        ceiling = values if part.sign < 0 else None
        own = mechanism.perturb(counted, key, kept=part.kept, ceiling=ceiling)
        _prove(rows, lattice, own, rules.threshold)
        _check_by_attack(counted.coords, lattice, (own.low, own.high), rules.threshold)
        values = values + part.sign * own.values
        breadth += _covered(rows, lattice)
        shown.append(replace(part, kept=own.kept))
    return _cube(lattice, np.maximum(values, 0), breadth, (rules, mechanism, tuple(shown)))


def withheld_cube(dims: Sequence[Hierarchy], rules: Rules, mechanism: PerturbativeMechanism) -> PerturbedCube:
    """A cube without any people: every cell is hidden."""
    rules.check_names(tuple(dims))
    lattice = Lattice.of(tuple(dims), [dim.name for dim in dims], rules.max_dims)
    nothing = np.zeros(lattice.size, dtype=np.int64)
    return _cube(lattice, nothing, nothing.astype(np.int16), (rules, mechanism, ()))


def _axes(rows: Rows) -> list[int]:
    """Return the axes of the table dimensions."""
    return [n for n, dim in enumerate(rows.dims) if dim.name in rows.by]


def _covered(rows: Rows, lattice: Lattice) -> NDArray[np.bool_]:
    """Mark the cells that can have any of these people."""
    keys, covered = lattice.keys(), np.ones(lattice.size, dtype=np.bool_)
    for axis, dim in enumerate(lattice.dims):
        if dim.name in rows.within:
            inside = np.array([code in rows.within[dim.name] for code in dim.codes], dtype=np.bool_)
            any_of = [bool((dim.covered_leaves(place) & inside).any()) for place in range(len(dim.codes))]
            covered &= np.array(any_of, dtype=np.bool_)[keys[:, axis]]
    return covered


def _cube(
    lattice: Lattice,
    values: Ints,
    breadth: NDArray[np.int16],
    made: tuple[Rules, PerturbativeMechanism, tuple[PerturbedPart, ...]],
) -> PerturbedCube:
    withheld = breadth == 0
    values = np.where(withheld, -1, values)
    for array in (values, withheld, breadth):
        array.flags.writeable = False
    rules, mechanism, parts = made
    return PerturbedCube(lattice.dims, {}, lattice, withheld, values, rules, mechanism, parts, breadth)


def _prove(rows: Rows, lattice: Lattice, own: PerturbedCounts, threshold: int) -> None:
    known = KnownSums.of(lattice, own, (rows.dims, rows.by), (rows.coords, rows.figures))
    cells, counts = np.unique(rows.coords, axis=0, return_counts=True)
    leaves = tuple(dim.leaves for dim in rows.dims)
    worlds = FeasibleTables.of(leaves, (cells, counts.astype(np.int64)), known.above, (known.low, known.high))
    figures = range(lattice.size, lattice.size + len(rows.figures))
    if len(worlds.without_alternative(threshold, figures)):
        raise ProtectionError(
            "a cell of few people might be found from all the perturbed counts together",
            remedy="Allow larger changes before the first answer; later share less finely, or wait.",
        )


def _check_by_attack(
    coords: NDArray[np.int32], lattice: Lattice, bounds: tuple[Ints, Ints], threshold: int
) -> None:
    """Attack by linear programs some of the cells of fewest people, where the programs are quick enough."""
    used = sorted({a for table in lattice.tables for a in table})
    inner = int(np.prod([len(lattice.dims[a].leaves) for a in used], dtype=np.float64))
    if inner * lattice.size > ATTACKABLE or not len(coords):
        return
    system = LinkedTables(lattice.dims, (TableBlock.whole(lattice),))
    truth = system.sums(coords, np.ones(len(coords), dtype=np.int64))
    small = np.flatnonzero(is_small_count(truth, threshold))
    asked = small[:: max(1, -(-len(small) // ATTACKED))]
    if len(attack_bounded(lattice, bounds, asked, seconds=SECONDS).disclosed):
        raise ProtectionError(
            "the attacker finds a cell of few people from what would be shown",
            remedy="Allow larger changes before the first answer, or share less finely.",
        )


def _head(cube: PerturbedCube) -> str:
    body = {
        "dims": [dimension_to_json(d) for d in cube.dims],
        "rules": rules_to_json(cube.rules),
        "change": cube.perturbation.words,
        "portions": [[part.sign, sorted(part.period)] for part in cube.parts],
    }
    return json.dumps(body, ensure_ascii=True)


def _read(body: dict[str, Any], lengths: list[int], data: bytes) -> PerturbedCube:
    ends = np.cumsum([0, *lengths]).tolist()
    first, second, *sealed = (data[start:end] for start, end in pairwise(ends))
    dims, rules = tuple(dimension_from_json(d) for d in body["dims"]), rules_from_json(body["rules"])
    lattice = Lattice.of(dims, [d.name for d in dims], rules.max_dims)
    values, breadth = np.frombuffer(first, dtype="<i8"), np.frombuffer(second, dtype="<i2")
    if not len(values) == len(breadth) == lattice.size or ends[-1] != len(data):
        raise ValueError
    heads = body["portions"]
    kept = sealed[len(heads) :] or [b""] * len(heads)
    parts = tuple(
        PerturbedPart(sign, frozenset(period), rows, own)
        for (sign, period), rows, own in zip(heads, sealed[: len(heads)], kept, strict=True)
    )
    made = rules, mechanism_of(body["change"]), parts
    return _cube(lattice, values.astype(np.int64), breadth.astype(np.int16), made)
