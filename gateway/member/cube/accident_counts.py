"""The number of accidents, a second measure of the same people: counting and reading.

An accident has a place, a date, a device and a use of the land; sex, age or activity belong to a person. An
accident counts where a casualty of the accident counts. `anonymisers.accidents.accident_tables` protects the
numbers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from anonymisers.accidents.accident_search import extensions_exist, protect_accidents
from anonymisers.accidents.accident_tables import Accidents, AccidentTable
from anonymisers.cube.certified_cube import CertifiedCube
from anonymisers.cube.released_cells import OutsideLattice, ReleasedCells, Value
from anonymisers.errors import CertificateError, ProtectionError
from anonymisers.history.accident_history import AccidentCells, compose_accidents
from anonymisers.history.release_history import ReleaseHistory
from anonymisers.history.release_parts import ReleasePart
from anonymisers.history.vintages import NAME
from anonymisers.tables.hierarchy import Hierarchy
from gateway.dictionary import OF_ACCIDENTS, Tree
from gateway.member.cube.cube_inputs import TIME, CubeInputs, levels_of
from gateway.member.cube.cube_reading import ExactNumbers
from gateway.member.errors import NotProtectedError
from gateway.member.model.snapshot import Snapshot, numbered
from gateway.member.model.snapshot_format import snapshot_from_bytes
from gateway.member.register.person_counts import placed

ACCIDENTS = "accidents"


@dataclass(frozen=True)
class AccidentsRead(ExactNumbers):
    """The accidents of a cube, as questions read the numbers."""

    cells: AccidentCells
    whole: Mapping[str, Tree]
    """All dimensions of the cube."""

    @classmethod
    def of(cls, cube: object, whole: Mapping[str, Tree]) -> "AccidentsRead | None":
        """None for a cube of another mechanism, and for a cube without a dimension of accidents.

        Whether accidents are counted at all follows from the plan. A cube of this plan for which no numbers
        could be certified withholds them all: a refusal would tell something about the people.
        """
        found = accidents_in(cube)
        return None if found is None else cls(found, whole)

    @property
    def trees(self) -> Mapping[str, Tree]:
        return of_accidents(self.whole)

    def read(self, key: Mapping[str, str]) -> int | None:
        """The number of a cell, None when withheld; KeyError outside the lattice."""
        found = self.cells.lookup(key)
        if isinstance(found, OutsideLattice):
            raise KeyError(", ".join(key))
        return found.count if isinstance(found, Value) else None


def accidents_in(cube: object) -> AccidentCells | None:
    """The numbers of accidents of a cube; None for a cube of another mechanism."""
    if not isinstance(cube, ReleaseHistory):
        return None
    return cube.accidents or compose_accidents(cube, cube.parts, cube.rules, OF_ACCIDENTS)


def of_accidents(trees: Mapping[str, Tree]) -> dict[str, Tree]:
    """The dimensions of accidents among the dimensions of a cube."""
    return {dimension: tree for dimension, tree in trees.items() if dimension in OF_ACCIDENTS}


def accidents_of(inputs: CubeInputs, rows: Snapshot, cube: CertifiedCube, key: bytes) -> AccidentTable | None:
    """The accidents of the people of a new part; None where the plan has none or none can be certified."""
    if not inputs.plan.accidents:
        return None
    try:
        return protect_accidents(cube, _grouped(inputs, rows, cube, inputs.plan.finest), key, first=TIME)
    except (CertificateError, ProtectionError):
        return None


def check_goes_on(inputs: CubeInputs, part: ReleasePart, number: int, cube: CertifiedCube) -> None:
    """Raise NotProtectedError where a later release about a part's people is not safe beside the part's
    accidents.

    `number`: the part's own number; a release about leavers knows its people by the number.
    """
    if part.accidents is None:
        return
    first, rows = part.cubes[0], snapshot_from_bytes(part.sealed)
    vintages = [code for d in cube.certificate.dims if d.name == NAME for code in d.codes]
    came = {code for code in vintages if _came(code) == number}
    try:
        accidents = _grouped(inputs, rows, first, levels_of(inputs, part, first))
        safe = extensions_exist(part.accidents, first, cube, accidents, {NAME: came} if came else {})
    except CertificateError:
        safe = False
    if not safe:
        raise NotProtectedError("Numbers of accidents that were released would tell more beside it.")


def _came(vintage: str) -> int:
    return int(first) if (first := vintage.partition(" ")[0]).isdigit() else -1


def _grouped(inputs: CubeInputs, rows: Snapshot, cube: ReleasedCells, levels: Mapping[str, str]) -> Accidents:
    """The casualties of some rows by the dimensions of a cube, with their accidents."""
    names = [d.name for d in cube.lattice.dims]
    finest = {name: levels[name] for name in names if name in levels}
    everybody: NDArray[np.bool_] = np.ones(len(rows), dtype=np.bool_)
    dims, coords, inside = placed(rows, inputs.dictionary, finest, everybody, rows.years)
    if tuple(d.name for d in dims) != tuple(names) or not inside.all():
        raise CertificateError("the rows are not described by the dimensions of the cube")
    return Accidents(
        OF_ACCIDENTS,
        cube.lattice.dims,
        _positions(dims, cube, coords),
        numbered(rows.links["accident"]).astype(np.int64),
    )


def _positions(
    dims: Sequence[Hierarchy], cube: ReleasedCells, coords: NDArray[np.int32]
) -> NDArray[np.int32]:
    """Positions in the cube's own hierarchies: the years of the two may differ."""
    columns = []
    for axis, (own, other) in enumerate(zip(dims, cube.lattice.dims, strict=True)):
        places = np.array([other.index.get(code, -1) for code in own.codes], dtype=np.int32)
        columns.append(places[coords[:, axis]])
    found = np.column_stack(columns).astype(np.int32)
    if (found < 0).any():
        raise CertificateError("the rows have codes that the cube has not")
    return found
