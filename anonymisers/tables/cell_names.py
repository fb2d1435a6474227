"""Cells as somebody names them in a file: one code for each dimension that matters, the others at `Total`."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from anonymisers.errors import TableError
from anonymisers.tables.hierarchy import ROOT, Hierarchy

CellName: TypeAlias = tuple[tuple[str, str], ...]
"""Pairs of a dimension and a code below `Total`, in order of the dimensions' names."""


def cell_name(codes: Mapping[str, str]) -> CellName:
    """The place of a key; a dimension at `Total` limits nothing."""
    return tuple(sorted((name, code) for name, code in codes.items() if code != ROOT))


def name_in_words(place: CellName) -> str:
    """A place in words, for messages."""
    return ", ".join(f"{name}={code}" for name, code in place) or "the total"


def cell_names_from_json(document: object, what: str) -> tuple[CellName, ...]:
    """Read `[{dim: code, ...}, ...]`; `what` names the list in messages. Raises TableError."""
    if not isinstance(document, list):
        message = f"{what} is not a list of cells"
        raise TableError(message, remedy='Write, for example: [{"place": "North", "sex": "F"}]')
    places: dict[CellName, None] = {}
    for number, entry in enumerate(document, 1):
        if not isinstance(entry, dict) or not all(isinstance(code, str) for code in entry.values()):
            message = f"{what}: entry number {number} is not an object of dimensions with one code each"
            raise TableError(message)
        place = cell_name(entry)
        if place in places:
            message = f"{what}: {name_in_words(place)} stands twice"
            raise TableError(message)
        places[place] = None
    return tuple(places)


def cell_names_to_json(places: Iterable[CellName]) -> list[dict[str, str]]:
    """The form that `cell_names_from_json` reads."""
    return [dict(place) for place in places]


def existing_names(dims: Sequence[Hierarchy], places: Iterable[CellName]) -> tuple[CellName, ...]:
    """Those places whose codes all dimensions have, in order."""
    codes = {d.name: d.index for d in dims}
    return tuple(sorted(p for p in places if all(code in codes.get(name, ()) for name, code in p)))


def check_empty(
    dims: Sequence[Hierarchy], people: NDArray[np.int32], places: Sequence[CellName], what: str
) -> None:
    """Check that nobody is in any of the places; `people` are positions of leaves.

    Raises TableError, naming it, for a place that no dimension has, for everybody, and for one with people.
    """
    for place, row in zip(places, cell_positions(dims, places, what), strict=True):
        if not place:
            raise TableError(f"{what}: an entry names no code below 'Total', so nobody could be anywhere")
        inside = np.ones(len(people), dtype=np.bool_)
        for axis, (dim, position) in enumerate(zip(dims, row.tolist(), strict=True)):
            if position != dim.root:
                inside &= dim.covered_leaves(position)[people[:, axis]]
        if inside.any():
            message = f"the structural zero {name_in_words(place)} has people in it"
            raise TableError(message, remedy="Correct the records, or do not declare it.")


def cell_positions(dims: Sequence[Hierarchy], places: Sequence[CellName], what: str) -> NDArray[np.int32]:
    """(n, dims) positions of the codes of places. Raises TableError for what no dimension has."""
    coords = np.empty((len(places), len(dims)), dtype=np.int32)
    coords[:] = [d.root for d in dims]
    axes = {d.name: axis for axis, d in enumerate(dims)}
    for row, place in zip(coords, places, strict=True):
        for name, code in place:
            if name not in axes:
                message = f"{what}: there is no dimension {name!r}"
                raise TableError(message, remedy=f"The dimensions are: {', '.join(axes)}.")
            row[axes[name]] = dims[axes[name]].position(code)
    return coords
