"""The release history of a data set: all releases over the years, and the cube that answers now.

A new closed period is protected by itself and shown beside the earlier periods. Sums over several periods are
shown where every period is shown, so that the difference of two years' cubes is always a shown cell.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from itertools import islice, pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anonymisers.accidents.accident_tables import AccidentTable
from anonymisers.cube.certified_cube import CertifiedCube
from anonymisers.cube.released_cells import Answer, Key, OutsideLattice, ReleasedCells, Withheld
from anonymisers.errors import AnonymiserError, CertificateError
from anonymisers.history.accident_history import AccidentCells, compose_accidents
from anonymisers.history.release_parts import ReleasePart, compose
from anonymisers.tables.cell_names import CellName
from anonymisers.tables.compressed_lines import CompressedLines
from anonymisers.tables.cube_header import (
    dimension_from_json,
    dimension_to_json,
    rules_from_json,
    rules_to_json,
)
from anonymisers.tables.hierarchy import Hierarchy
from anonymisers.tables.packed_bytes import DIGEST_BYTES, packed, unpacked
from anonymisers.tables.remainder import Remainder
from anonymisers.tables.rules import Level, Rules

FORMAT = b"safelane chronicle 1\n"


@dataclass(frozen=True, eq=False)
class ReleaseHistory(ReleasedCells):
    """The cube that the release parts make under the rules, built by `of` and `from_bytes`.

    Stored histories stay in the state. Cells are never stored, but computed from the parts.
    """

    rules: Rules
    parts: tuple[ReleasePart, ...]
    lost: NDArray[np.bool_] = field(repr=False)
    """A mask (size,) over cells that the rules withhold although earlier releases disclosed them."""

    @classmethod
    def of(cls, dims: Iterable[Hierarchy], rules: Rules, parts: Sequence[ReleasePart]) -> "ReleaseHistory":
        """The tables of these dimensions that the rules allow, computed from the parts.

        Raises LatticeTooLargeError, and RulesError for rules that name other dimensions.
        """
        dims = tuple(dims)
        rules.check_names(dims)
        lattice = rules.lattice(dims)
        withheld, values, lost = compose(parts, lattice, rules)
        for array in (withheld, values, lost):
            array.flags.writeable = False
        return cls(dims, {}, lattice, withheld, values, rules, tuple(parts), lost)

    def under(self, dims: Iterable[Hierarchy], rules: Rules) -> "ReleaseHistory":
        """The same releases under other rules and dimensions: no cell is shown that no release showed."""
        return ReleaseHistory.of(dims, rules, self.parts)

    @property
    def refused(self) -> frozenset[Level]:
        """Levels of tables without protection in some period, where every cell is withheld."""
        return frozenset().union(*(p.cubes[-1].refused for p in self.parts if p.kind == "period" and p.cubes))

    @property
    def least(self) -> int:
        """The least value that a withheld cell can have: 0 once any release may have withheld a zero.

        A period of which nothing is released withholds its zeros with everything else.
        """
        if any(part.kind == "period" and not part.cubes for part in self.parts):
            return 0
        return min([self.rules.least, *(cube.certificate.least for _, cube in self._cubes())])

    @property
    def accepted(self) -> tuple[tuple[tuple[str, ...], CellName], ...]:
        """Accepted cells (`Certificate.accepted`) of all parts, each after the periods of its part."""
        cubes = [(tuple(sorted(part.period)), cube) for part, cube in self._cubes()]
        return tuple(sorted({(when, place) for when, cube in cubes for place in cube.certificate.accepted}))

    def _cubes(self) -> Iterator[tuple[ReleasePart, CertifiedCube]]:
        """Every certified cube of every part."""
        return ((part, cube) for part in self.parts for cube in (*part.cubes, *part.apart))

    def lookup(self, key: Key) -> Answer:
        """The content of the cell at these codes; of tables that the rules allow in number of dimensions and
        that are not made beside a dimension apart, every cell is withheld."""
        found = super().lookup(key)
        if not self.rules.apart or not isinstance(found, OutsideLattice):
            return found
        dims, most = {dim.name: dim for dim in self.lattice.dims}, self.rules.max_dims or len(self.dims)
        known = all(name in dims and code in dims[name].index for name, code in key.items())
        return Withheld() if known and len(key) <= most else found

    @cached_property
    def accidents(self) -> AccidentCells | None:
        """The numbers of accidents; None if no part has accidents."""
        return compose_accidents(self, self.parts, self.rules)

    @property
    def certificate_digest(self) -> bytes:
        """SHA-256 over the certificates of all parts. The digest can be guessed: log a salted commitment."""
        digests = [cube.certificate_digest for _, cube in self._cubes()]
        digests += [p.accidents.digest() for p in self.parts if p.accidents is not None]
        return hashlib.sha256(_header(self).encode() + b"".join(digests)).digest()

    def to_bytes(self) -> bytes:
        """Rules, and parts with their certificates, in one stored form for use inside the state only."""
        blobs = [blob for part in self.parts for blob in _blobs(part)]
        header = _header(self).encode() + b"\n" + json.dumps([len(b) for b in blobs]).encode() + b"\n"
        return packed(FORMAT, header + b"".join(blobs))

    @classmethod
    def from_bytes(cls, data: bytes) -> "ReleaseHistory":
        """Read the stored form of `to_bytes`. Raises CertificateError if a byte was changed or is missing."""
        whole = unpacked(FORMAT, data, "cube")
        try:
            first = whole.index(b"\n")
            second = whole.index(b"\n", first + 1)
            header, lengths = json.loads(whole[:first]), json.loads(whole[first:second])
            return _read(header, lengths, memoryview(whole)[second + 1 :])
        except (ValueError, TypeError, KeyError, StopIteration):
            raise CertificateError("the stored cube is damaged") from None
        except CertificateError:
            raise
        except AnonymiserError as error:
            raise CertificateError(f"the stored cube is damaged: {error.message}") from None


def periods_without_cubes(data: bytes) -> list[tuple[tuple[str, ...], bool]]:
    """The periods of which a stored history shows nothing, each with whether its people are kept: then none
    will be shown. Reads the first lines only; a cube of another mechanism has no such periods.
    """
    if not data.startswith(FORMAT):
        return []
    parts, lengths = _first_lines(data)
    found = []
    for part in parts:
        beside = bool(part.get("accidents")) + part.get("apart", 0)
        blobs = list(islice(lengths, part["cubes"] + 1 + beside))
        if not part["cubes"]:
            found.append((tuple(part["period"]), blobs[0] > 0))
    return found


def periods_with_fewer_tables(data: bytes) -> list[tuple[tuple[str, ...], Remainder]]:
    """The periods of which a stored history shows fewer tables than the rules asked for, each with what is
    left. Reads the first lines only; a cube of another mechanism has no such periods.
    """
    if not data.startswith(FORMAT):
        return []
    parts, _ = _first_lines(data)
    return [
        (tuple(part["period"]), Remainder(**part["remainder"])) for part in parts if part.get("remainder")
    ]


def rerun_odds_of_periods(data: bytes) -> list[tuple[tuple[str, ...], int | None]]:
    """The periods of which a stored history shows something, each with `ReleasePart.rerun_odds`. None where
    somebody left the part since: what was withheld of those who left was chosen by their counts.

    Reads the first lines only; a cube of another mechanism has no such periods.
    """
    if not data.startswith(FORMAT):
        return []
    parts, _ = _first_lines(data)
    left = {source for part in parts for source in part["sources"]}
    return [
        (tuple(part["period"]), None if number in left else part.get("reruns"))
        for number, part in enumerate(parts)
        if part["kind"] != "left" and part["cubes"]
    ]


def _first_lines(data: bytes) -> tuple[list[dict[str, Any]], Iterator[int]]:
    """The parts of a stored history as its header describes them, and the lengths of what belongs to them."""
    lines = CompressedLines(memoryview(data)[len(FORMAT) + DIGEST_BYTES :])
    header = json.loads(next(lines))
    return header["parts"], iter(json.loads(next(lines)))


def _blobs(part: ReleasePart) -> list[bytes]:
    accidents = [] if part.accidents is None else [part.accidents.to_bytes()]
    return [
        *(cube.to_bytes() for cube in part.cubes),
        part.sealed,
        *accidents,
        *(cube.to_bytes() for cube in part.apart),
    ]


def _header(history: ReleaseHistory) -> str:
    body = {
        "dims": [dimension_to_json(d) for d in history.dims],
        "rules": rules_to_json(history.rules),
        "parts": [
            {
                "kind": part.kind,
                "period": sorted(part.period),
                "time": None if part.time is None else dimension_to_json(part.time),
                "cubes": len(part.cubes),
                "sources": list(part.sources),
                **({} if part.accidents is None else {"accidents": True}),
                **({} if part.remainder is None else {"remainder": asdict(part.remainder)}),
                **({"apart": len(part.apart)} if part.apart else {}),
                **({} if part.rerun_odds is None else {"reruns": part.rerun_odds}),
            }
            for part in history.parts
        ],
    }
    return json.dumps(body, ensure_ascii=True)


def _read(body: dict[str, Any], lengths: list[int], data: memoryview) -> ReleaseHistory:
    if sum(lengths) != len(data):
        raise ValueError
    ends = np.cumsum([0, *lengths]).tolist()
    blobs = iter([data[start:end] for start, end in pairwise(ends)])
    parts = [_part(part, blobs) for part in body["parts"]]
    return ReleaseHistory.of(
        [dimension_from_json(d) for d in body["dims"]], rules_from_json(body["rules"]), parts
    )


def _part(part: dict[str, Any], blobs: Iterator[memoryview]) -> ReleasePart:
    cubes = tuple(CertifiedCube.from_bytes(next(blobs)) for _ in range(part["cubes"]))
    sealed = bytes(next(blobs))
    accidents = AccidentTable.from_bytes(bytes(next(blobs)), cubes[0]) if part.get("accidents") else None
    apart = tuple(CertifiedCube.from_bytes(next(blobs)) for _ in range(part.get("apart", 0)))
    time = None if part["time"] is None else dimension_from_json(part["time"])
    remainder = Remainder(**part["remainder"]) if "remainder" in part else None
    return ReleasePart(
        part["kind"],
        frozenset(part["period"]),
        time,
        cubes,
        tuple(part["sources"]),
        sealed,
        accidents,
        remainder,
        apart,
        part.get("reruns"),
    )
