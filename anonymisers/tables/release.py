"""A release: the cells that left a state, or may leave a state, and their written form."""

import json
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TextIO

import numpy as np
from numpy.typing import NDArray

from anonymisers.errors import TableError
from anonymisers.tables.cell_names import CellName, cell_names_to_json, cell_positions
from anonymisers.tables.count_table import (
    Cell,
    Where,
    checked_count,
    checked_dimensions,
    checked_where,
    code_positions,
    find_dimension,
    key_in_words,
)
from anonymisers.tables.hierarchy import ROOT, Hierarchy

CELLS_OPEN, CELLS_CLOSE = '"cells": [', "]}"
"""The ends of the two lines before the cells of a written release and after them."""

AT_ONCE = 4096
"""Cells that are written at once: their text is a bound on memory."""


@dataclass(frozen=True, eq=False)
class Release:
    """Cells of a release: `coords` (n, dims), positions of codes at any level, and `values` (n,).

    `withheld` (n,) marks cells without a shown count; their value is -1.
    """

    dims: tuple[Hierarchy, ...]
    where: Where
    coords: NDArray[np.int32]
    values: NDArray[np.int64]
    withheld: NDArray[np.bool_]
    structural: tuple[CellName, ...] = ()
    """Structural zeros: groups in which, as everybody knows, nobody can be, nor in any part of a group."""

    @classmethod
    def of(
        cls,
        dims: Iterable[Hierarchy],
        cells: Mapping[Cell, int | None],
        *,
        where: Where | None = None,
        structural: Iterable[CellName] = (),
    ) -> "Release":
        """A release of cells given by codes; None withholds a cell. Raises TableError as `of_pairs` does."""
        return cls.of_pairs(checked_dimensions(dims), cells.items(), where or {}, tuple(structural))

    @classmethod
    def of_pairs(
        cls,
        dims: tuple[Hierarchy, ...],
        cells: Iterable[tuple[Cell, int | None]],
        where: Where,
        structural: tuple[CellName, ...],
    ) -> "Release":
        """A release of pairs of a cell's codes and a count, None where withheld.

        Raises TableError, naming the cell, for unknown codes, repeated cells and wrong counts.
        """
        positions = ((code_positions(dims, key), value, key) for key, value in cells)
        checked = ((at, None if v is None else checked_count(v, key)) for at, v, key in positions)
        return cls.of_positions(dims, checked, where, structural)

    @classmethod
    def of_positions(
        cls,
        dims: tuple[Hierarchy, ...],
        cells: Iterable[tuple[Sequence[int], int | None]],
        where: Where,
        structural: tuple[CellName, ...],
    ) -> "Release":
        """A release of pairs of the positions of a cell's codes and a checked count, None where withheld.

        Raises TableError, naming the cell, for repeated cells.
        """
        cell_positions(dims, structural, "'structural'")
        # Arrays from the start: a large release as Python objects would take many times the memory.
        places, counts = array("i"), array("q")
        for place, value in cells:
            places.extend(place)
            counts.append(-1 if value is None else value)
        coords = np.array(places, dtype=np.int32).reshape(len(counts), len(dims))
        values = np.array(counts, dtype=np.int64)
        _check_once(dims, coords)
        return cls(dims, checked_where(dims, where), coords, values, values < 0, structural)

    @property
    def cells(self) -> Mapping[Cell, int | None]:
        """All cells by codes; None where withheld."""
        codes = [d.codes for d in self.dims]
        return MappingProxyType(
            {
                tuple(c[i] for c, i in zip(codes, row, strict=True)): None if withheld else value
                for row, value, withheld in zip(
                    self.coords.tolist(), self.values.tolist(), self.withheld.tolist(), strict=True
                )
            }
        )

    def dim(self, name: str) -> Hierarchy:
        """The hierarchy of a name. Raises TableError for an unknown name."""
        return find_dimension(self.dims, name)


def write_release(release: Release, stream: TextIO) -> None:
    """Write a release as JSON, one cell a line: the form that `table_reading.release_from_json` reads."""
    stream.writelines(written_release(release))


def written_release(release: Release) -> Iterator[str]:
    """The text that `write_release` writes, in pieces."""
    dims = {d.name: {"codes": list(d.codes), "parent": dict(d.parent)} for d in release.dims}
    where = {k: v if isinstance(v, str) else list(v) for k, v in release.where.items()}
    yield '{"dims": ' + json.dumps(dims, ensure_ascii=False)
    yield ',\n"where": ' + json.dumps(where, ensure_ascii=False)
    if release.structural:
        yield ',\n"structural": ' + json.dumps(cell_names_to_json(release.structural), ensure_ascii=False)
    yield ",\n" + CELLS_OPEN
    for start in range(0, len(release.values), AT_ONCE):
        yield (",\n" if start else "\n") + ",\n".join(_lines(release, slice(start, start + AT_ONCE)))
    yield f"\n{CELLS_CLOSE}\n"


def _lines(release: Release, cells: slice) -> Iterator[str]:
    """Some cells, each as a line."""
    withheld = release.withheld[cells].tolist()
    values = ["null" if w else str(v) for v, w in zip(release.values[cells].tolist(), withheld, strict=True)]
    columns = [[""] * len(values)]
    for dim, column in zip(release.dims, release.coords[cells].T.tolist(), strict=True):
        name = json.dumps(dim.name, ensure_ascii=False)
        words = [
            "" if code == ROOT else f", {name}: {json.dumps(code, ensure_ascii=False)}" for code in dim.codes
        ]
        columns.append([words[i] for i in column])
    for key, value in zip(map("".join, zip(*columns, strict=True)), values, strict=True):
        yield f'{{"key": {{{key[2:]}}}, "value": {value}}}'


def _check_once(dims: tuple[Hierarchy, ...], coords: NDArray[np.int32]) -> None:
    """Raise TableError for a repeated cell."""
    order = np.lexsort(coords.T)
    twice = (coords[order][1:] == coords[order][:-1]).all(axis=1)
    if twice.any():
        place = coords[order[1:][twice].min()].tolist()
        key = key_in_words(d.codes[p] for d, p in zip(dims, place, strict=True))
        msg = f"the cell {key} is listed twice in the release"
        raise TableError(msg)
