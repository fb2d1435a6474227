"""Names of cells in files and messages: one code for each dimension below `Total`, no other dimension."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from anonymisers.errors import TableError
from anonymisers.tables.hierarchy import ROOT, Hierarchy

CellName: TypeAlias = tuple[tuple[str, str], ...]
"""Pairs of a dimension and a code below `Total`, in order of dimensions."""


def cell_name(codes: Mapping[str, str]) -> CellName:
    """The name of the cell at these codes; dimensions at `Total` are left out."""
    return tuple(sorted((name, code) for name, code in codes.items() if code != ROOT))


def name_in_words(cell: CellName) -> str:
    """The name of a cell as text, for messages."""
    return ", ".join(f"{name}={code}" for name, code in cell) or "the total"


def cell_names_from_json(document: object, what: str) -> tuple[CellName, ...]:
    """Read `[{dim: code, ...}, ...]`, without repetitions. Raises TableError; `what` names the list there."""
    if not isinstance(document, list):
        message = f"{what} is not a list of cells"
        raise TableError(message, remedy='Write, for example: [{"place": "North", "sex": "F"}]')
    cells: dict[CellName, None] = {}
    for number, entry in enumerate(document, 1):
        if not isinstance(entry, dict) or not all(isinstance(code, str) for code in entry.values()):
            message = f"{what}: entry number {number} is not an object of dimensions with one code each"
            raise TableError(message)
        cell = cell_name(entry)
        if cell in cells:
            message = f"{what}: {name_in_words(cell)} is listed twice"
            raise TableError(message)
        cells[cell] = None
    return tuple(cells)


def cell_names_to_json(cells: Iterable[CellName]) -> list[dict[str, str]]:
    """Write the form that `cell_names_from_json` reads."""
    return [dict(cell) for cell in cells]


def existing_names(dims: Sequence[Hierarchy], cells: Iterable[CellName]) -> tuple[CellName, ...]:
    """The names, sorted, all of whose dimensions and codes exist."""
    codes = {d.name: d.index for d in dims}
    return tuple(sorted(p for p in cells if all(code in codes.get(name, ()) for name, code in p)))


def check_empty(
    dims: Sequence[Hierarchy], people: NDArray[np.int32], cells: Sequence[CellName], what: str
) -> None:
    """Check that the named cells are empty; `people` (n, dims) are positions of leaf codes.

    Raises TableError, naming the cell, for a dimension or code that does not exist, for the total of all,
    and for a cell with people.
    """
    for cell, row in zip(cells, cell_positions(dims, cells, what), strict=True):
        if not cell:
            raise TableError(f"{what}: an entry names no code below 'Total', so nobody could be anywhere")
        inside = np.ones(len(people), dtype=np.bool_)
        for axis, (dim, position) in enumerate(zip(dims, row.tolist(), strict=True)):
            if position != dim.root:
                inside &= dim.covered_leaves(position)[people[:, axis]]
        if inside.any():
            message = f"the structural zero {name_in_words(cell)} has people in it"
            raise TableError(message, remedy="Correct the records, or do not declare it.")


def cell_positions(dims: Sequence[Hierarchy], cells: Sequence[CellName], what: str) -> NDArray[np.int32]:
    """The positions (n, dims) of the codes of named cells.

    Raises TableError for a dimension or code that does not exist; `what` names the list there.
    """
    coords = np.empty((len(cells), len(dims)), dtype=np.int32)
    coords[:] = [d.root for d in dims]
    axes = {d.name: axis for axis, d in enumerate(dims)}
    for row, cell in zip(coords, cells, strict=True):
        for name, code in cell:
            if name not in axes:
                message = f"{what}: there is no dimension {name!r}"
                raise TableError(message, remedy=f"The dimensions are: {', '.join(axes)}.")
            row[axes[name]] = dims[axes[name]].position(code)
    return coords
