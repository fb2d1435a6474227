"""Tables of counts and releases of them, as values, and the strict reading of their JSON forms.

A *table* is raw: the inner cells of a full cross of dimensions. It can be read, never written. A *release*
is what has left, or may leave, the state: cells at any level, some of them withheld.
"""

from array import array
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import takewhile
from types import MappingProxyType
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from anonymisers.errors import TableError
from anonymisers.tables.cell_names import CellName, cell_names_from_json, cell_positions, check_empty
from anonymisers.tables.hierarchy import ROOT, Hierarchy
from anonymisers.tables.strict_json import fields_of, parse_json, words_of

__all__ = [
    "ROOT",
    "Cell",
    "Hierarchy",
    "Release",
    "Table",
    "Where",
    "population",
]

Where: TypeAlias = Mapping[str, str | tuple[str, ...]]
"""The people that cells are about: dimension -> one code, or several of which any one fits."""
Cell: TypeAlias = tuple[str, ...]
"""A cell's codes, one for each dimension in order, `Total` where a dimension is not named."""

CELLS, END = '"cells": [', "]}"
"""Between what a written release is about and its cells, and after these."""

MAX_COUNT = 2**53
"""Counts beyond this are not exact in every reader's JSON."""


@dataclass(frozen=True, eq=False)
class Table:
    """Raw inner cells over the full cross of `dims`, of the people inside `where`. Cells not listed are 0.

    `by` names the dimensions that released tables are made of; the others only describe the people.
    `coords` (n, len(dims)) holds positions of leaf codes, `counts` (n,) the people: positive, no cell twice,
    in lexicographic order of `coords`.
    """

    dims: tuple[Hierarchy, ...]
    by: tuple[str, ...]
    where: Where
    coords: NDArray[np.int32]
    counts: NDArray[np.int64]
    beyond: tuple[NDArray[np.int32], NDArray[np.int64]] | None = None
    """Coordinates and counts of listed people outside `where`: never released, but part of the world."""
    structural: tuple[CellName, ...] = ()
    """Groups in which nobody can be, as everybody knows (`structural.with_structural` checks that)."""

    @classmethod
    def of(
        cls,
        dims: Iterable[Hierarchy],
        cells: Iterable[tuple[Cell, int]],
        *,
        by: Iterable[str] | None = None,
        where: Where | None = None,
        structural: Iterable[CellName] = (),
    ) -> "Table":
        """A table of cells given by their codes.

        Cells above the leaves may be listed too and must be the sums of the inner cells. Raises TableError,
        naming the cell, for unknown codes, duplicates, negative or fractional counts, sums that differ and
        people in structural zeros.
        """
        dims = _dimensions(dims)
        chosen = _by(dims, by)
        where = _where(dims, where or {})
        inner, margins = _split_cells(dims, cells)
        _check_margins(dims, inner, margins)
        listed = sorted((place, number) for place, number in inner.items() if number)
        coords = np.array([place for place, _ in listed], dtype=np.int32).reshape(len(listed), len(dims))
        counts = np.array([number for _, number in listed], dtype=np.int64)
        empty = tuple(structural)
        check_empty(dims, coords, empty, "the structural zeros")
        inside = np.ones(len(listed), dtype=np.bool_)
        for axis, mask in enumerate(population(dims, where)):
            inside &= mask[coords[:, axis]]
        beyond = (coords[~inside], counts[~inside])
        return cls(dims, chosen, where, coords[inside], counts[inside], beyond, empty)

    @classmethod
    def from_json(cls, document: object) -> "Table":
        """Read the form `{"dims": ..., "by": ..., "where": ..., "cells": [[code, ..., count], ...]}`.

        It may have `"structural"`, a list of keys.
        """
        optional = {"meta", "by", "where", "structural"}
        body = fields_of(document, "the table", required={"dims", "cells"}, optional=optional)
        dims = read_dims(body["dims"])
        return cls.of(
            dims,
            _read_rows(body["cells"], len(dims)),
            by=None if "by" not in body else words_of(body["by"], "by"),
            where=_read_where(body.get("where", {})),
            structural=cell_names_from_json(body.get("structural", []), "'structural'"),
        )

    def dim(self, name: str) -> Hierarchy:
        """The hierarchy of that name; TableError when there is none."""
        return _dim(self.dims, name)


@dataclass(frozen=True, eq=False)
class Release:
    """Cells that left the state, or may: `coords` (n, len(dims)) are positions of codes at any level.

    `values` (n,) are the counts shown; where `withheld` (n,) is true the value is -1 and means nothing.
    """

    dims: tuple[Hierarchy, ...]
    where: Where
    coords: NDArray[np.int32]
    values: NDArray[np.int64]
    withheld: NDArray[np.bool_]
    structural: tuple[CellName, ...] = ()
    """Groups in which nobody can be, as everybody knows, and with them all that is below them."""

    @classmethod
    def of(
        cls,
        dims: Iterable[Hierarchy],
        cells: Mapping[Cell, int | None],
        *,
        where: Where | None = None,
        structural: Iterable[CellName] = (),
    ) -> "Release":
        """A release of cells given by their codes. Raises TableError for unknown codes or bad counts."""
        return cls._of_pairs(_dimensions(dims), cells.items(), where or {}, tuple(structural))

    @classmethod
    def _of_pairs(
        cls,
        dims: tuple[Hierarchy, ...],
        cells: Iterable[tuple[Cell, int | None]],
        where: Where,
        structural: tuple[CellName, ...],
    ) -> "Release":
        cell_positions(dims, structural, "'structural'")
        # Arrays of numbers from the start: a large release in Python's own would take many times their room.
        places, counts = array("i"), array("q")
        for key, value in cells:
            places.extend(_positions(dims, key))
            counts.append(-1 if value is None else _count(value, key))
        coords = np.array(places, dtype=np.int32).reshape(len(counts), len(dims))
        values = np.array(counts, dtype=np.int64)
        _check_once(dims, coords)
        return cls(dims, _where(dims, where), coords, values, values < 0, structural)

    @classmethod
    def from_json(cls, document: object) -> "Release":
        """Read the form `{"dims": ..., "where": ..., "cells": [{"key": {dim: code}, "value": n|null}]}`.

        It may have `"structural"`, a list of keys.
        """
        body = fields_of(
            document, "the release", required={"dims", "cells"}, optional={"where", "structural"}
        )
        dims = read_dims(body["dims"])
        names = {d.name: i for i, d in enumerate(dims)}
        if not isinstance(body["cells"], list):
            raise TableError("the release: 'cells' is not a list")
        pairs = (_read_released(cell, names, n) for n, cell in enumerate(body["cells"], 1))
        structural = cell_names_from_json(body.get("structural", []), "'structural'")
        return cls._of_pairs(dims, pairs, _read_where(body.get("where", {})), structural)

    @classmethod
    def read(cls, lines: Iterator[str]) -> "Release":
        """Read what `written_release` wrote, line by line, and leave the lines that follow it."""
        head = []
        for line in lines:
            head.append(line)
            if line.endswith(CELLS):
                break
        whole = cls.from_json(parse_json("\n".join(head) + "]}"))
        names = {d.name: i for i, d in enumerate(whole.dims)}
        cells = (
            _read_released(parse_json(line.removesuffix(",")), names, number)
            for number, line in enumerate(takewhile(END.__ne__, lines), 1)
        )
        return cls._of_pairs(whole.dims, cells, whole.where, whole.structural)

    @property
    def cells(self) -> Mapping[Cell, int | None]:
        """All cells by their codes; None where withheld."""
        codes = [d.codes for d in self.dims]
        return MappingProxyType(
            {
                tuple(c[i] for c, i in zip(codes, row, strict=True)): None if hidden else value
                for row, value, hidden in zip(
                    self.coords.tolist(), self.values.tolist(), self.withheld.tolist(), strict=True
                )
            }
        )

    def dim(self, name: str) -> Hierarchy:
        """The hierarchy of that name; TableError when there is none."""
        return _dim(self.dims, name)


def population(dims: tuple[Hierarchy, ...], where: Where) -> tuple[NDArray[np.bool_], ...]:
    """For each dimension the mask over its positions of the leaves that the people of `where` may have."""
    masks = []
    for dim in dims:
        codes = where.get(dim.name, ROOT)
        mask = np.zeros(len(dim.codes), dtype=np.bool_)
        for code in (codes,) if isinstance(codes, str) else codes:
            mask |= dim.covered_leaves(dim.position(code))
        masks.append(mask)
    return tuple(masks)


def _dimensions(dims: Iterable[Hierarchy]) -> tuple[Hierarchy, ...]:
    dims = tuple(dims)
    if not dims:
        raise TableError("there is no dimension")
    names = [d.name for d in dims]
    for name in names:
        if names.count(name) > 1:
            msg = f"the dimension {name!r} stands twice"
            raise TableError(msg)
    return dims


def _dim(dims: tuple[Hierarchy, ...], name: str) -> Hierarchy:
    for dim in dims:
        if dim.name == name:
            return dim
    known = ", ".join(d.name for d in dims)
    msg = f"there is no dimension {name!r}"
    raise TableError(msg, remedy=f"The dimensions are: {known}.")


def _check_once(dims: tuple[Hierarchy, ...], coords: NDArray[np.int32]) -> None:
    """Raise TableError for a cell that stands twice in a release."""
    order = np.lexsort(coords.T)
    twice = (coords[order][1:] == coords[order][:-1]).all(axis=1)
    if twice.any():
        place = coords[order[1:][twice].min()].tolist()
        key = _label(d.codes[p] for d, p in zip(dims, place, strict=True))
        msg = f"the cell {key} stands twice in the release"
        raise TableError(msg)


def _by(dims: tuple[Hierarchy, ...], by: Iterable[str] | None) -> tuple[str, ...]:
    chosen = tuple(d.name for d in dims) if by is None else tuple(by)
    if not chosen:
        raise TableError("'by' names no dimension", remedy="Name at least one, or leave 'by' out for all.")
    for name in chosen:
        _dim(dims, name)
        if chosen.count(name) > 1:
            msg = f"'by' names the dimension {name!r} twice"
            raise TableError(msg)
    return chosen


def _where(dims: tuple[Hierarchy, ...], where: Where) -> Where:
    for name, codes in where.items():
        dim = _dim(dims, name)
        several = (codes,) if isinstance(codes, str) else tuple(codes)
        if not several:
            msg = f"'where' names no code of {name!r}"
            raise TableError(msg)
        for code in several:
            dim.position(code)
        if len(set(several)) < len(several):
            msg = f"'where' names a code of {name!r} twice"
            raise TableError(msg)
    return MappingProxyType({k: v if isinstance(v, str) else tuple(v) for k, v in where.items()})


def _split_cells(
    dims: tuple[Hierarchy, ...], cells: Iterable[tuple[Cell, int]]
) -> tuple[dict[tuple[int, ...], int], dict[tuple[int, ...], int]]:
    inner: dict[tuple[int, ...], int] = {}
    margins: dict[tuple[int, ...], int] = {}
    leaf = [d.is_leaf.tolist() for d in dims]
    for key, value in cells:
        place = _positions(dims, key)
        target = inner if all(m[c] for m, c in zip(leaf, place, strict=True)) else margins
        if place in target:
            msg = f"the cell {_label(key)} stands twice"
            raise TableError(msg)
        target[place] = _count(value, key)
    return inner, margins


def _check_margins(
    dims: tuple[Hierarchy, ...], inner: Mapping[tuple[int, ...], int], margins: Mapping[tuple[int, ...], int]
) -> None:
    if not margins:
        return
    coords = np.array(list(inner), dtype=np.int32).reshape(len(inner), len(dims))
    counts = np.array(list(inner.values()), dtype=np.int64)
    for place, value in margins.items():
        inside = np.ones(len(inner), dtype=np.bool_)
        for axis, (dim, position) in enumerate(zip(dims, place, strict=True)):
            if position != dim.root:
                inside &= dim.covered_leaves(position)[coords[:, axis]]
        if int(counts[inside].sum()) != value:
            key = _label(tuple(d.codes[c] for d, c in zip(dims, place, strict=True)))
            message = f"the table is not additive: the cell {key} is not the sum of its inner cells"
            raise TableError(message, remedy="List inner cells only, or correct the sum.")


def _positions(dims: tuple[Hierarchy, ...], key: tuple[Any, ...]) -> tuple[int, ...]:
    if len(key) != len(dims):
        msg = f"the cell {_label(key)} must have {len(dims)} codes, one for each dimension"
        raise TableError(msg)
    try:
        return tuple(d.index[c] for d, c in zip(dims, key, strict=True))
    except (KeyError, TypeError):
        for dim, code in zip(dims, key, strict=True):
            if not isinstance(code, str):
                msg = f"the cell {_label(key)}: its {dim.name!r} is not a word"
                raise TableError(msg) from None
            dim.position(code)
        raise


def _count(value: object, key: Cell) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        msg = f"the count of the cell {_label(key)} is not a whole number"
        raise TableError(msg)
    if value < 0:
        msg = f"the count of the cell {_label(key)} is negative"
        raise TableError(msg)
    if value > MAX_COUNT:
        msg = f"the count of the cell {_label(key)} is too large to be exact"
        raise TableError(msg)
    return value


def _label(key: Iterable[object]) -> str:
    return "(" + ", ".join(str(c) for c in key) + ")"


def read_dims(value: object) -> tuple[Hierarchy, ...]:
    if not isinstance(value, dict):
        raise TableError("'dims' is not an object of dimensions")
    dims = []
    for name, body in value.items():
        fields = fields_of(body, f"dimension {name!r}", required={"codes", "parent"}, optional=set())
        if not isinstance(fields["parent"], dict):
            msg = f"dimension {name!r}: 'parent' is not an object"
            raise TableError(msg)
        dims.append(Hierarchy(name, words_of(fields["codes"], f"codes of {name}"), fields["parent"]))
    return _dimensions(dims)


def _read_where(value: object) -> Where:
    if not isinstance(value, dict):
        raise TableError("'where' is not an object")
    return {k: v if isinstance(v, str) else words_of(v, f"where {k}") for k, v in value.items()}


def _read_rows(value: object, width: int) -> Iterator[tuple[Cell, int]]:
    if not isinstance(value, list):
        raise TableError("'cells' is not a list")
    for number, row in enumerate(value, 1):
        if not isinstance(row, list) or len(row) != width + 1:
            msg = f"cell number {number} is not a list of {width} codes and a count"
            raise TableError(msg)
        yield tuple(row[:-1]), row[-1]


def _read_released(cell: object, names: Mapping[str, int], number: int) -> tuple[Cell, int | None]:
    body = fields_of(cell, f"cell number {number}", required={"key", "value"}, optional=set())
    if not isinstance(body["key"], dict):
        msg = f"cell number {number}: 'key' is not an object"
        raise TableError(msg)
    key = [ROOT] * len(names)
    for name, code in body["key"].items():
        if name not in names:
            msg = f"cell number {number}: there is no dimension {name!r}"
            raise TableError(msg)
        key[names[name]] = code
    return tuple(key), body["value"]
