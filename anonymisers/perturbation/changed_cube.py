"""A cube whose numbers are changed instead of withheld, proved and attacked before it exists.

What is proved is said in `anonymisers.perturbation.alternatives`: for every cell of few people, shown or not,
there is another table of people that fits all that is shown. `bounded.py` then attacks it by another way.
"""

import hashlib
import json
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anonymisers.certificate import Level
from anonymisers.errors import AnonymiserError, CertificateError, ProtectionError
from anonymisers.figures import Figure
from anonymisers.head import dim_read, dim_written, rules_read, rules_written
from anonymisers.hierarchy import Hierarchy
from anonymisers.lattice import Lattice
from anonymisers.perturbation.alternatives import Worlds
from anonymisers.perturbation.bounded import attack_bounded
from anonymisers.perturbation.change import Change, change_of
from anonymisers.rules import Rules
from anonymisers.shown import Shown
from anonymisers.system import Block, System
from anonymisers.table import Table, population

Ints = NDArray[np.int64]
FORMAT = b"safelane changed cube 1\n"
ATTACKED, SECONDS = 40, 20.0
"""Cells that the attacker is asked about, and his time: the proof covers all, he is to find faults in it."""
ATTACKABLE = 400_000
"""Inner cells times cells of the largest lattice that he is set on: beyond, two programs take minutes."""


@dataclass(frozen=True, eq=False)
class ChangedCube(Shown):
    """The tables of up to `rules.max_dims` dimensions, every cell changed by `change`, none withheld.

    `period`: the closed years that are counted; `sealed`: what the caller keeps with it, such as whom it
    counts. Made by `made` and `from_bytes`. Storing it stays in the state.
    """

    rules: Rules
    change: Change
    period: frozenset[str]
    sealed: bytes = field(repr=False)

    @property
    def refused(self) -> frozenset[Level]:
        """None: every table can be changed."""
        return frozenset()

    @property
    def certificate_digest(self) -> bytes:
        """SHA-256 over everything that the cube shows and counts; only a salted commitment to it leaves."""
        return hashlib.sha256(_head(self).encode() + self.values.tobytes() + self.sealed).digest()

    def as_counted(self, people: Table) -> Shown:
        """The same cells with their counts, for the controller's eyes: what is measured is about people."""
        return replace(self, values=self.true_values(people))

    def to_bytes(self) -> bytes:
        """For storage inside the state."""
        blobs = [self.values.astype("<i8").tobytes(), self.sealed]
        head = _head(self).encode() + b"\n" + json.dumps([len(b) for b in blobs]).encode() + b"\n"
        body = zlib.compress(head + b"".join(blobs), 6)
        return FORMAT + hashlib.sha256(body).digest() + body

    @classmethod
    def from_bytes(cls, data: bytes) -> "ChangedCube":
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


@dataclass(frozen=True, eq=False)
class Rows:
    """Those who are counted: the inner cell of each row over `dims`, and whose row it is.

    `by`: the dimensions that tables are made of; the others only say whom a figure is about.
    """

    dims: tuple[Hierarchy, ...]
    by: tuple[str, ...]
    coords: NDArray[np.int32]
    persons: Sequence[bytes]


def changed_cube(
    rows: Rows,
    rules: Rules,
    change: Change,
    key: bytes,
    *,
    figures: Sequence[Figure] = (),
    period: Iterable[str] = (),
    sealed: bytes = b"",
) -> ChangedCube:
    """Change, prove and attack. `figures`: sums of these people that are public as they are.

    Raises ProtectionError when some cell of few people has no alternative, or the attacker finds one.
    """
    axes = [n for n, dim in enumerate(rows.dims) if dim.name in rows.by]
    dims = tuple(rows.dims[n] for n in axes)
    rules.check_names(dims)
    lattice = Lattice.of(dims, rows.by, rules.max_dims)
    values = change.changed(lattice, rows.coords[:, axes], rows.persons, key)
    bounds = change.bounds(values)
    _prove(rows, lattice, bounds, rules.threshold, figures)
    _attack(rows.coords[:, axes], lattice, bounds, rules.threshold)
    hidden = np.zeros(lattice.size, dtype=np.bool_)
    for array in (values, hidden):
        array.flags.writeable = False
    return ChangedCube(dims, {}, lattice, hidden, values, rules, change, frozenset(period), sealed)


def _prove(
    rows: Rows,
    lattice: Lattice,
    bounds: tuple[Ints, Ints],
    threshold: int,
    figures: Sequence[Figure],
) -> None:
    axes = [n for n, dim in enumerate(rows.dims) if dim.name in rows.by]
    system = System(lattice.dims, (Block.whole(lattice),))
    masks = [population(rows.dims, figure.where) for figure in figures]

    def above_of(coords: NDArray[np.int32]) -> Ints:
        """The cells of the lattice, then the figures, that inner cells are counted in."""
        found = [system.above(coords[:, axes])]
        for number, mask in enumerate(masks, lattice.size):
            inside = np.all([own[coords[:, n]] for n, own in enumerate(mask)], axis=0)
            found.append(np.where(inside, number, -1)[:, None])
        return np.concatenate(found, axis=1)

    cells, counts = np.unique(rows.coords, axis=0, return_counts=True)
    known = [
        int(np.all([own[rows.coords[:, n]] for n, own in enumerate(mask)], axis=0).sum()) for mask in masks
    ]
    low, high = (np.append(each, np.array(known, dtype=np.int64)) for each in bounds)
    leaves = tuple(dim.leaves for dim in rows.dims)
    worlds = Worlds.of(leaves, (cells, counts.astype(np.int64)), above_of, (low, high))
    if len(worlds.alone(threshold, range(lattice.size, lattice.size + len(masks)))):
        raise ProtectionError(
            "a cell of few people might be found from all the changed numbers together",
            remedy="Allow a larger D before the first answer; later share less finely, or wait for people.",
        )


def _attack(coords: NDArray[np.int32], lattice: Lattice, bounds: tuple[Ints, Ints], threshold: int) -> None:
    """The attacker by linear programs, on some of the cells of fewest people, where that is quick enough."""
    used = sorted({a for table in lattice.tables for a in table})
    inner = int(np.prod([len(lattice.dims[a].leaves) for a in used], dtype=np.float64))
    if inner * lattice.size > ATTACKABLE or not len(coords):
        return
    system = System(lattice.dims, (Block.whole(lattice),))
    truth = system.sums(coords, np.ones(len(coords), dtype=np.int64))
    small = np.flatnonzero((truth > 0) & (truth < threshold))
    asked = small[:: max(1, -(-len(small) // ATTACKED))]
    if len(attack_bounded(lattice, bounds, asked, seconds=SECONDS).disclosed):
        raise ProtectionError(
            "the attacker finds a cell of few people from what would be shown",
            remedy="Allow a larger D before the first answer, or share less finely.",
        )


def _head(cube: ChangedCube) -> str:
    body = {
        "dims": [dim_written(d) for d in cube.dims],
        "rules": rules_written(cube.rules),
        "change": cube.change.words,
        "period": sorted(cube.period),
    }
    return json.dumps(body, ensure_ascii=True)


def _read(body: dict[str, Any], lengths: list[int], data: bytes) -> ChangedCube:
    ends = np.cumsum([0, *lengths]).tolist()
    values_bytes, sealed = (data[start:end] for start, end in pairwise(ends))
    dims, rules = tuple(dim_read(d) for d in body["dims"]), rules_read(body["rules"])
    lattice = Lattice.of(dims, [d.name for d in dims], rules.max_dims)
    values = np.frombuffer(values_bytes, dtype="<i8").astype(np.int64)
    if len(values) != lattice.size or ends[-1] != len(data):
        raise ValueError
    hidden = np.zeros(lattice.size, dtype=np.bool_)
    for array in (values, hidden):
        array.flags.writeable = False
    change = change_of(body["change"])
    return ChangedCube(dims, {}, lattice, hidden, values, rules, change, frozenset(body["period"]), sealed)
