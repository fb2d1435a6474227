"""The certified cube: every table that a policy could release, protected together, with a certificate."""

import hashlib
import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from io import StringIO
from math import ceil
from typing import TYPE_CHECKING

import numpy as np

from anonymisers.cube.released_cells import Answer, OutsideLattice, ReleasedCells, Value, Withheld
from anonymisers.errors import FEWER_TABLES, AnonymiserError, CertificateError, ProtectionError
from anonymisers.proof.certificate import Certificate, release_digest
from anonymisers.proof.checker import check_certificate
from anonymisers.proof.world import World
from anonymisers.tables.a_priori_status import naming_always_shown
from anonymisers.tables.cell_names import CellName
from anonymisers.tables.compressed_lines import CompressedLines
from anonymisers.tables.count_table import Table
from anonymisers.tables.distinct_rows import distinct_rows
from anonymisers.tables.lattice import Lattice
from anonymisers.tables.progress import Progress
from anonymisers.tables.release import Release, write_release
from anonymisers.tables.rules import Level, Rules
from anonymisers.tables.structural_zeros import with_structural
from anonymisers.tables.table_reading import release_from_lines

if TYPE_CHECKING:
    from anonymisers.suppression.protect_table import Protected

__all__ = ["Answer", "CertifiedCube", "OutsideLattice", "Value", "Withheld", "build_cube"]

FORMAT = b"safelane cube 1\n"
_MAKER = object()


@dataclass(frozen=True, eq=False)
class CertifiedCube(ReleasedCells):
    """A cube with its certificate, made by `build_cube` and `from_bytes` only. It is stored in the state."""

    certificate: Certificate
    _maker: object = field(repr=False)
    structural: tuple[CellName, ...] = ()
    """Structural zeros: groups in which, as everybody knows, nobody can be."""
    rerun_ratio: float | None = field(default=None, compare=False)
    """See `Protected.rerun_ratio`. Known of a cube that was just built only: the stored form lacks it."""

    @property
    def rerun_odds(self) -> int | None:
        """How often, at most, the true table gives the release for each time that a table at an end of a
        small cell's range gives it; None where that is not known."""
        return None if self.rerun_ratio is None else ceil(1 / self.rerun_ratio)

    def __post_init__(self) -> None:
        if self._maker is not _MAKER:
            raise CertificateError("a cube is made by build_cube only")

    def release(self) -> Release:
        """Every cell of every table in the form that may leave the state, and the structural zeros."""
        return replace(super().release(), structural=self.structural)

    @property
    def refused(self) -> frozenset[Level]:
        """Levels of tables without protection, where every cell is withheld."""
        return self.certificate.refused

    @property
    def certificate_digest(self) -> bytes:
        """SHA-256 of the certificate. The digest can be guessed: only a salted commitment may leave."""
        return self.certificate.digest()

    def to_bytes(self) -> bytes:
        """Release and certificate in one stored form, for use inside the state only."""
        stream = StringIO()
        write_release(self.release(), stream)
        parts = (stream.getvalue().encode(), self.certificate.to_json().encode())
        head = json.dumps([len(p) for p in parts]).encode() + b"\n"
        body = b"".join(parts)
        return FORMAT + hashlib.sha256(head + body).digest() + zlib.compress(head + body, 6)

    @classmethod
    def from_bytes(cls, data: bytes | memoryview) -> "CertifiedCube":
        """Read the stored form of `to_bytes`. Raises CertificateError if a byte was changed or is missing."""
        release, certificate = _unpack(data)
        if certificate.release != release_digest(release):
            raise CertificateError("the certificate in this cube is about another release")
        return _cube(release, certificate)


def build_cube(
    table: Table,
    rules: Rules,
    key: bytes,
    progress: Progress | None = None,
    *,
    known: Sequence[Release] = (),
    attack_seconds: float = 20.0,
) -> CertifiedCube:
    """Protect every table of the lattice, check the certificate, and attack the release.

    If the release with finer tables fails the check or the attack, the cube is built from the priority
    tables alone; a table that is protected by its view has no such second try. Where rules that publish zeros
    want no withheld count to be read of a large table, its zeros are partners. `key`: 32 secret bytes of
    the member, the same for the data set for ever. `known`: all earlier releases. The attacker stops
    after `attack_seconds`; cells without a verdict by then rest on the certificate alone. Raises
    AnonymiserError (RulesError, TableError, LatticeTooLargeError, ProtectionError, CertificateError) when
    no cube with a valid certificate was made.
    """
    from anonymisers.simulatable.protection import fitting, without_counts  # noqa: PLC0415 - as in `_built`

    table = with_structural(table, sorted(rules.structural))
    rules = fitting(table, rules, known)
    with naming_always_shown(rules):
        try:
            return _built(table, rules, key, progress, known, attack_seconds)
        except (ProtectionError, CertificateError):
            if not rules.priority or rules.finer is None or without_counts(table, rules, known):
                raise
        return _built(table, replace(rules, finer=None), key, progress, known, attack_seconds)


def with_other_worlds(
    cube: CertifiedCube, worlds: Sequence[World], table: Table, known: Sequence[Release] = ()
) -> CertifiedCube | None:
    """The cube with other worlds in its certificate; None where these do not prove it safe."""
    certificate = replace(cube.certificate, worlds=tuple(worlds))
    try:
        check_certificate(certificate, cube.release(), table, known)
    except CertificateError:
        return None
    return replace(cube, certificate=certificate)


def _built(  # noqa: PLR0917 - the arguments of `build_cube`
    table: Table,
    rules: Rules,
    key: bytes,
    progress: Progress | None,
    known: Sequence[Release],
    attack_seconds: float,
) -> CertifiedCube:
    # Search and attacker are imported by whoever builds: reading a cube must not wait a third of a second.
    from anonymisers.cube.determined_cells import with_determined_cells  # noqa: PLC0415
    from anonymisers.simulatable.protection import protect  # noqa: PLC0415

    protected = protect(table, rules, key, progress, known=known)
    release = with_determined_cells(
        _release(table, protected), rules, settled=protected.settled, public=protected.public
    )
    certificate = _certificate(protected, release, rules, known)
    check_certificate(certificate, release, table, known)
    settled = _settled(release, protected)
    _withstand([settled, *_with_more_information(settled, known)], certificate, attack_seconds)
    return replace(_cube(release, certificate), rerun_ratio=protected.rerun_ratio)


def _certificate(
    protected: "Protected", release: Release, rules: Rules, known: Sequence[Release]
) -> Certificate:
    return Certificate(
        threshold=rules.threshold,
        zeros=rules.zeros,
        least=rules.least,
        sensitive=rules.sensitive,
        dims=protected.people.dims,
        release=release_digest(release),
        known=tuple(release_digest(r) for r in known),
        refused=_refused(protected),
        worlds=protected.worlds,
        accepted=protected.accepted,
        never=tuple(sorted(rules.never)),
    )


def _with_more_information(own: Release, known: Sequence[Release]) -> list[Release]:
    """The earlier releases, except those whose cells are all shown by our own release of the same people.

    The attacker assumes that a publisher of one part of a group alone discloses the sum of the other parts.
    If our own release shows that part beside the others, some of these withheld, nothing more is disclosed.
    """
    if not known:
        return []
    shown, where = own.cells, dict(own.where)
    return [
        r
        for r in known
        if r.dims != own.dims
        or dict(r.where) != where
        or any(value is None or shown.get(cell) != value for cell, value in r.cells.items())
    ]


def _settled(release: Release, protected: "Protected") -> Release:
    """The release without refused tables, which show only cells that the other tables determine."""
    kept = protected.settled
    return replace(
        release,
        coords=release.coords[kept],
        values=release.values[kept],
        withheld=release.withheld[kept],
    )


def _withstand(releases: Sequence[Release], certificate: Certificate, seconds: float) -> None:
    """Raise ProtectionError if the attacker, independent of the search, finds anything."""
    # As in `_built`: whoever reads a cube does not import the attacker.
    from anonymisers.attack import attack  # noqa: PLC0415
    from anonymisers.cube.determined_cells import rows_at, rows_of, shown_anyway  # noqa: PLC0415

    findings = attack(
        releases,
        threshold=certificate.threshold,
        lower=certificate.least,
        zeros=certificate.zeros,
        time_limit=seconds,
    )
    # A cell that a looser rule shows now, or that is public already, is no finding about this release.
    disclosed = [c for c in findings.disclosed if not any(shown_anyway(r, c) for r in releases)]
    accepted = rows_at(releases[0], certificate.accepted)
    unprotected = [
        c for c in findings.insufficiently_protected if not (accepted and accepted & rows_of(releases[0], c))
    ]
    if disclosed or findings.unlisted or unprotected:
        first = (*disclosed, *findings.unlisted, *unprotected)[0]
        message = f"the attacker broke the pattern, first at: {first}"
        raise ProtectionError(message, remedy=FEWER_TABLES)


def _release(table: Table, protected: "Protected") -> Release:
    coords = np.empty((protected.lattice.size, len(table.dims)), dtype=np.int32)
    coords[:] = [d.root for d in table.dims]
    keys = protected.lattice.keys()
    for axis, dim in enumerate(table.dims):
        if dim.name in table.by:
            coords[:, axis] = keys[:, [d.name for d in protected.people.dims].index(dim.name)]
    values = np.where(protected.suppressed, -1, protected.values)
    return Release(table.dims, table.where, coords, values, protected.suppressed, protected.structural)


def _refused(protected: "Protected") -> frozenset[Level]:
    keys = protected.lattice.keys()[~protected.settled]
    dims = protected.people.dims
    depths = np.stack([d.depth[keys[:, a]] for a, d in enumerate(dims)], axis=1)
    return frozenset(
        tuple(sorted((d.name, int(n)) for d, n in zip(dims, row, strict=True) if n))
        for row in distinct_rows(depths)[0]
    )


def _cube(release: Release, certificate: Certificate) -> CertifiedCube:
    names = {d.name for d in certificate.dims}
    axes = [i for i, d in enumerate(release.dims) if d.name in names]
    dims = tuple(release.dims[a] for a in axes)
    coords = release.coords[:, axes]
    roots = np.array([d.root for d in dims], dtype=np.int32)
    patterns, _, _ = distinct_rows((coords != roots).astype(np.int8))
    lattice = Lattice(dims, tuple(tuple(np.flatnonzero(p).tolist()) for p in patterns))
    cells = lattice.cells(coords)
    if lattice.size != len(cells) or len(np.unique(cells)) != len(cells):
        raise CertificateError("the cube does not have every cell of its tables")
    withheld = np.ones(lattice.size, dtype=np.bool_)
    values = np.full(lattice.size, -1, dtype=np.int64)
    withheld[cells], values[cells] = release.withheld, release.values
    withheld.flags.writeable = values.flags.writeable = False
    return CertifiedCube(
        release.dims, release.where, lattice, withheld, values, certificate, _MAKER, release.structural
    )


def _unpack(data: bytes | memoryview) -> tuple[Release, Certificate]:
    """Read release and certificate line by line: neither text is in memory whole, nor as JSON objects."""
    start = len(FORMAT)
    digest, packed = data[start : start + 32], data[start + 32 :]
    if data[:start] != FORMAT:
        raise CertificateError("this is not a protected cube")
    lines = CompressedLines(packed)
    try:
        first, second = json.loads(next(lines))
        head = lines.read
        release = release_from_lines(lines)
        middle = lines.read
        certificate = Certificate.read(lines, later=True)  # the digest tells whether it is whole
        whole = (middle - head, lines.read - middle) == (first, second) and lines.digest() == digest
    except (zlib.error, ValueError, TypeError, StopIteration, AnonymiserError):
        whole = False
    if not whole:
        raise CertificateError("the stored cube is damaged")
    return release, certificate
