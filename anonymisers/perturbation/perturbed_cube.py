"""A cube whose numbers are changed instead of withheld, proved and attacked before it exists.

It is made of portions: the people of the periods that were closed at a release, those added to them later,
and those who left. Each portion is changed by itself, and a number is the sum over them. So the difference of
two releases is a number of a portion, changed like any other, and tells no more than such a number does. Were
each cell changed as a whole instead, every cell of a new person would show another number, and no other cell.

What is proved is said in `anonymisers.perturbation.feasible_tables`: for every cell of few people, shown or
not, there is another table of people that fits all that is shown. `bounded.py` then attacks it by another
way.
"""

import hashlib
import json
import zlib
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
from anonymisers.tables.registered_figures import Figure
from anonymisers.tables.rules import Level, Rules, is_small_count

FORMAT = b"safelane changed cube 1\n"
ATTACKED, SECONDS = 40, 20.0
"""Cells that the attacker is asked about, and his time: the proof covers all, he is to find faults in it."""
ATTACKABLE = 400_000
"""Inner cells times cells of the largest lattice that he is set on: beyond, two programs take minutes."""


@dataclass(frozen=True)
class PerturbedPart:
    """People who came with one release (`sign` 1), or left with it (-1); `period`: the years they lie in.

    `sealed`: what the caller keeps with it, such as whom it counts. `kept`: what the mechanism needs to show
    these people as before; the cube has it, and the next one is made with it.
    """

    sign: int
    period: frozenset[str]
    sealed: bytes = field(repr=False)
    kept: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, eq=False)
class Rows:
    """Those whom a portion counts: the inner cell of each row over `dims`, and whose row it is.

    `by`: the dimensions that tables are made of; the others only say whom a figure is about. `within`: for a
    dimension the leaves in which alone they can be.
    """

    dims: tuple[Hierarchy, ...]
    by: tuple[str, ...]
    coords: NDArray[np.int32]
    persons: Sequence[bytes]
    within: Mapping[str, frozenset[str]] = field(default_factory=dict)
    figures: Sequence[Figure] = ()
    """Sums of these people that are public as they are."""


@dataclass(frozen=True, eq=False)
class PerturbedCube(Shown):
    """The tables of up to `rules.max_dims` dimensions, every cell changed by `change`, none withheld.

    Only cells that no portion covers yet are: their people wait. Made by `changed_cube` and `from_bytes`.
    Storing it stays in the state.
    """

    rules: Rules
    perturbation: PerturbativeMechanism
    parts: tuple[PerturbedPart, ...]
    breadth: NDArray[np.int16] = field(repr=False)
    """In how many portions each cell can have people."""

    @property
    def refused(self) -> frozenset[Level]:
        """None: every table can be changed."""
        return frozenset()

    @property
    def certificate_digest(self) -> bytes:
        """SHA-256 over everything that the cube shows and counts; only a salted commitment to it leaves."""
        digest = hashlib.sha256(_head(self).encode() + self.values.tobytes() + self.breadth.tobytes())
        for sealed in (*(p.sealed for p in self.parts), *filter(None, (p.kept for p in self.parts))):
            digest.update(hashlib.sha256(sealed).digest())
        return digest.digest()

    @property
    def mechanism(self) -> str:
        return self.perturbation.name

    def off_by(self, key: Key) -> int:
        """The most of the mechanism for each portion that the cell can have people of."""
        return self.perturbation.largest_change * int(self.breadth[self._cell(key)])

    def as_counted(self, people: Table) -> ReleasedCells:
        """With the counts of the people themselves."""
        return replace(self, values=self.true_values(people))

    def to_bytes(self) -> bytes:
        """For storage inside the state."""
        numbers = [self.values.astype("<i8").tobytes(), self.breadth.astype("<i2").tobytes()]
        kept = [part.kept for part in self.parts] if any(p.kept for p in self.parts) else []
        blobs = [*numbers, *(part.sealed for part in self.parts), *kept]
        head = _head(self).encode() + b"\n" + json.dumps([len(b) for b in blobs]).encode() + b"\n"
        body = zlib.compress(head + b"".join(blobs), 6)
        return FORMAT + hashlib.sha256(body).digest() + body

    @classmethod
    def from_bytes(cls, data: bytes) -> "PerturbedCube":
        """Read what `to_bytes` wrote. Raises CertificateError when anything was changed or is missing."""
        packed = data[len(FORMAT) + 32 :]
        digest = data[len(FORMAT) : len(FORMAT) + 32]
        if not data.startswith(FORMAT) or hashlib.sha256(packed).digest() != digest:
            raise CertificateError("this is not a whole cube of changed numbers")
        try:
            head, lengths, body = zlib.decompress(packed).split(b"\n", 2)
            return _read(json.loads(head), json.loads(lengths), body)
        except (zlib.error, ValueError, TypeError, KeyError, AnonymiserError):
            raise CertificateError("the stored cube of changed numbers is damaged") from None


def perturbed_cube(
    parts: Sequence[tuple[PerturbedPart, Rows]], rules: Rules, mechanism: PerturbativeMechanism, key: bytes
) -> PerturbedCube:
    """Change, prove and attack every portion; all have the same dimensions to make tables of.

    Raises ProtectionError when some cell of few people has no alternative, when the attacker finds one, or
    where the mechanism cannot be carried out.
    """
    first = parts[0][1]
    dims = tuple(dim for dim in first.dims if dim.name in first.by)
    rules.check_names(dims)
    lattice = Lattice.of(dims, first.by, rules.max_dims)
    values, breadth = np.zeros(lattice.size, dtype=np.int64), np.zeros(lattice.size, dtype=np.int16)
    shown = []
    for part, rows in parts:
        counted = CountedPeople(lattice, rows.coords[:, _axes(rows)], rows.persons)
        ceiling = values if part.sign < 0 else None
        own = mechanism.perturb(counted, key, kept=part.kept, ceiling=ceiling)
        _prove(rows, lattice, own, rules.threshold)
        _check_by_attack(counted.coords, lattice, (own.low, own.high), rules.threshold)
        values = values + part.sign * own.values
        breadth += _covered(rows, lattice)
        shown.append(replace(part, kept=own.kept))
    return _cube(lattice, np.maximum(values, 0), breadth, (rules, mechanism, tuple(shown)))


def _axes(rows: Rows) -> list[int]:
    """Of the dimensions those that tables are made of."""
    return [n for n, dim in enumerate(rows.dims) if dim.name in rows.by]


def _covered(rows: Rows, lattice: Lattice) -> NDArray[np.bool_]:
    """The cells that can have any of these people."""
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
    hidden = breadth == 0
    values = np.where(hidden, -1, values)
    for array in (values, hidden, breadth):
        array.flags.writeable = False
    rules, mechanism, parts = made
    return PerturbedCube(lattice.dims, {}, lattice, hidden, values, rules, mechanism, parts, breadth)


def _prove(rows: Rows, lattice: Lattice, own: PerturbedCounts, threshold: int) -> None:
    known = KnownSums.of(lattice, own, (rows.dims, rows.by), (rows.coords, rows.figures))
    cells, counts = np.unique(rows.coords, axis=0, return_counts=True)
    leaves = tuple(dim.leaves for dim in rows.dims)
    worlds = FeasibleTables.of(leaves, (cells, counts.astype(np.int64)), known.above, (known.low, known.high))
    figures = range(lattice.size, lattice.size + len(rows.figures))
    if len(worlds.without_alternative(threshold, figures)):
        raise ProtectionError(
            "a cell of few people might be found from all the changed numbers together",
            remedy="Allow larger changes before the first answer; later share less finely, or wait.",
        )


def _check_by_attack(
    coords: NDArray[np.int32], lattice: Lattice, bounds: tuple[Ints, Ints], threshold: int
) -> None:
    """The attacker by linear programs, on some of the cells of fewest people, where that is quick enough."""
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
        "dims": [dim_written(d) for d in cube.dims],
        "rules": rules_written(cube.rules),
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
