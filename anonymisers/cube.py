"""The protected cube: every table that a policy could release, protected once, with its certificate."""

import hashlib
import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from io import StringIO
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from anonymisers.attack import attack
from anonymisers.certain import with_certain
from anonymisers.certificate import Certificate, Level, release_digest
from anonymisers.check import check_certificate
from anonymisers.errors import CertificateError, ProtectionError
from anonymisers.hierarchy import Hierarchy
from anonymisers.lattice import Lattice
from anonymisers.people import People
from anonymisers.protect import Protected, protect
from anonymisers.rules import Rules
from anonymisers.suppress import Progress
from anonymisers.system import Block, System
from anonymisers.table import Release, Table, Where, parse_json, write_release

FORMAT = b"safelane cube 1\n"
_MAKER = object()


@dataclass(frozen=True)
class Value:
    """A cell that is shown, with the number of people in it."""

    count: int


@dataclass(frozen=True)
class Withheld:
    """A cell that is withheld to protect people; whether for itself or for another is never told."""


@dataclass(frozen=True)
class OutsideLattice:
    """No such cell: an unknown dimension or code, or more dimensions than the cube has tables of."""


Answer: TypeAlias = Value | Withheld | OutsideLattice
Key: TypeAlias = Mapping[str, str]


@dataclass(frozen=True, eq=False)
class CertifiedCube:
    """Made by `build_cube` and `from_bytes` only. Storing it stays in the state."""

    dims: tuple[Hierarchy, ...]
    where: Where
    lattice: Lattice
    hidden: NDArray[np.bool_]
    values: NDArray[np.int64]
    """Shown values; -1 where withheld: the cube itself does not hold what it does not show."""
    certificate: Certificate
    _maker: object = field(repr=False)

    def __post_init__(self) -> None:
        if self._maker is not _MAKER:
            raise CertificateError("a cube is made by build_cube only")

    @property
    def tables(self) -> tuple[frozenset[str], ...]:
        """The dimensions of every table, coarse tables first."""
        return tuple(frozenset(self.lattice.dims[a].name for a in t) for t in self.lattice.tables)

    @property
    def certificate_digest(self) -> bytes:
        """SHA-256 of the certificate; guessable, so only a salted commitment to it leaves the state."""
        return self.certificate.digest()

    def lookup(self, key: Key) -> Answer:
        """What the cube says of the cell at these codes; a dimension not named is at `Total`."""
        cell = self._cell(key)
        if cell < 0:
            return OutsideLattice()
        return Withheld() if self.hidden[cell] else Value(int(self.values[cell]))

    def nearest_visible(self, key: Key) -> dict[str, str] | None:
        """The key of the shown cell that holds this one and is fewest levels above it; None when none is.

        Of several equally near the one with the fewest people, then the first in order of dimensions.
        """
        if self._cell(key) < 0:
            return None
        lines = [d.ancestors(d.position(key.get(d.name, "Total"))) for d in self.lattice.dims]
        frontier = {tuple(0 for _ in lines)}
        while frontier:
            steps = sorted(frontier)
            coords = np.array(
                [[line[s] for line, s in zip(lines, row, strict=True)] for row in steps], dtype=np.int32
            )
            cells = self.lattice.cells(coords)
            shown = [(int(self.values[c]), n) for n, c in enumerate(cells.tolist()) if not self.hidden[c]]
            if shown:
                row = coords[min(shown)[1]]
                return {
                    d.name: d.codes[p] for d, p in zip(self.lattice.dims, row, strict=True) if p != d.root
                }
            frontier = {
                tuple(s + (a == axis) for a, s in enumerate(row))
                for row in steps
                for axis, line in enumerate(lines)
                if row[axis] + 1 < len(line)
            }
        return None

    def release(self) -> Release:
        """Every cell of every table, as it may leave the state."""
        axes = [self.dims.index(d) for d in self.lattice.dims]
        coords = np.empty((self.lattice.size, len(self.dims)), dtype=np.int32)
        coords[:] = [d.root for d in self.dims]
        coords[:, axes] = self.lattice.keys()
        return Release(self.dims, self.where, coords, self.values, self.hidden)

    def true_values(self, table: Table) -> NDArray[np.int64]:
        """The true count of every cell, for the controller's eyes: needs the raw table, which he has."""
        axes = tuple(table.dims.index(d) for d in self.lattice.dims)
        people = People.of(table, axes)
        block = Block.whole(self.lattice)
        return System(self.lattice.dims, (block,)).sums(people.coords, people.counts)

    def to_bytes(self) -> bytes:
        """For storage inside the state: release and certificate."""
        stream = StringIO()
        write_release(self.release(), stream)
        parts = (stream.getvalue().encode(), self.certificate.to_json().encode())
        head = json.dumps([len(p) for p in parts]).encode() + b"\n"
        body = b"".join(parts)
        return FORMAT + hashlib.sha256(head + body).digest() + zlib.compress(head + body, 6)

    @classmethod
    def from_bytes(cls, data: bytes) -> "CertifiedCube":
        """Read what `to_bytes` wrote. Raises CertificateError when anything was changed or is missing."""
        release, certificate = _unpack(data)
        if certificate.release != release_digest(release):
            raise CertificateError("the certificate in this cube is about another release")
        return _cube(release, certificate)

    def _cell(self, key: Key) -> int:
        names = {d.name: i for i, d in enumerate(self.lattice.dims)}
        coords = np.array([[d.root for d in self.lattice.dims]], dtype=np.int32)
        for name, code in key.items():
            axis = names.get(name)
            if axis is None or code not in self.lattice.dims[axis].index:
                return -1
            coords[0, axis] = self.lattice.dims[axis].index[code]
        return int(self.lattice.cells(coords)[0])


def build_cube(
    table: Table,
    rules: Rules,
    key: bytes,
    progress: Progress | None = None,
    *,
    known: Sequence[Release] = (),
    attack_seconds: float = 60.0,
) -> CertifiedCube:
    """Protect every table of the lattice; check the certificate and attack it before anything can be asked.

    `key`: 32 secret bytes of the member, fixed for the data set. `known`: all earlier releases. The attacker
    gets `attack_seconds`; what he leaves undecided then rests on the certificate alone. Raises
    AnonymiserError (RulesError, TableError, LatticeTooLargeError, ProtectionError, CertificateError) when no
    cube with a valid certificate was made.
    """
    protected = protect(table, rules, key, progress, known=known)
    release = with_certain(_release(table, protected), rules, settled=protected.settled)
    certificate = Certificate(
        threshold=rules.threshold,
        zeros=rules.zeros,
        least=rules.least,
        sensitive=rules.sensitive,
        dims=protected.people.dims,
        release=release_digest(release),
        known=tuple(release_digest(r) for r in known),
        refused=_refused(protected),
        worlds=protected.worlds,
    )
    check_certificate(certificate, release, table, known)
    _withstand([_settled(release, protected), *known], rules, attack_seconds)
    return _cube(release, certificate)


def _settled(release: Release, protected: Protected) -> Release:
    """The part of a release that says anything: refused tables show nothing that does not follow."""
    kept = protected.settled
    return Release(
        release.dims, release.where, release.coords[kept], release.values[kept], release.withheld[kept]
    )


def _withstand(releases: Sequence[Release], rules: Rules, seconds: float) -> None:
    """Raise ProtectionError when the attacker, who shares no code with the search, finds anything."""
    findings = attack(
        releases, threshold=rules.threshold, lower=rules.least, zeros=rules.zeros, time_limit=seconds
    )
    if findings.broken or findings.narrow:
        first = (*findings.disclosed, *findings.unasked, *findings.narrow)[0]
        message = f"the attacker broke the pattern, first at: {first}"
        raise ProtectionError(message, remedy="Release nothing of this; report it as a fault of the program.")


def _release(table: Table, protected: Protected) -> Release:
    coords = np.empty((protected.lattice.size, len(table.dims)), dtype=np.int32)
    coords[:] = [d.root for d in table.dims]
    keys = protected.lattice.keys()
    for axis, dim in enumerate(table.dims):
        if dim.name in table.by:
            coords[:, axis] = keys[:, [d.name for d in protected.people.dims].index(dim.name)]
    values = np.where(protected.hidden, -1, protected.values)
    return Release(table.dims, table.where, coords, values, protected.hidden)


def _refused(protected: Protected) -> frozenset[Level]:
    keys = protected.lattice.keys()[~protected.settled]
    dims = protected.people.dims
    depths = np.stack([d.depth[keys[:, a]] for a, d in enumerate(dims)], axis=1)
    return frozenset(
        tuple(sorted((d.name, int(n)) for d, n in zip(dims, row, strict=True) if n))
        for row in np.unique(depths, axis=0)
    )


def _cube(release: Release, certificate: Certificate) -> CertifiedCube:
    names = {d.name for d in certificate.dims}
    axes = [i for i, d in enumerate(release.dims) if d.name in names]
    dims = tuple(release.dims[a] for a in axes)
    coords = release.coords[:, axes]
    roots = np.array([d.root for d in dims], dtype=np.int32)
    patterns = np.unique(coords != roots, axis=0)
    lattice = Lattice(dims, tuple(tuple(np.flatnonzero(p).tolist()) for p in patterns))
    cells = lattice.cells(coords)
    if lattice.size != len(cells) or len(np.unique(cells)) != len(cells):
        raise CertificateError("the cube does not have every cell of its tables")
    hidden = np.ones(lattice.size, dtype=np.bool_)
    values = np.full(lattice.size, -1, dtype=np.int64)
    hidden[cells], values[cells] = release.withheld, release.values
    hidden.flags.writeable = values.flags.writeable = False
    return CertifiedCube(release.dims, release.where, lattice, hidden, values, certificate, _MAKER)


def _unpack(data: bytes) -> tuple[Release, Certificate]:
    digest, packed = data[len(FORMAT) : len(FORMAT) + 32], data[len(FORMAT) + 32 :]
    if not data.startswith(FORMAT):
        raise CertificateError("this is not a protected cube")
    try:
        whole = zlib.decompress(packed)
        head, _, body = whole.partition(b"\n")
        first, second = json.loads(head)
    except (zlib.error, ValueError, TypeError):
        raise CertificateError("the stored cube is damaged") from None
    if hashlib.sha256(whole).digest() != digest or len(body) != first + second:
        raise CertificateError("the stored cube is damaged")
    release = Release.from_json(parse_json(body[:first]))
    return release, Certificate.from_json(body[first:].decode())
