"""A table of counts: the inner cells of a full cross-classification of people.

A table is raw data of a state: there are readers of tables and no writer. Cells that may leave the state are
a `release.Release`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from anonymisers.errors import TableError
from anonymisers.tables.cell_names import CellName, check_empty
from anonymisers.tables.hierarchy import ROOT, Hierarchy

Where: TypeAlias = Mapping[str, str | tuple[str, ...]]
"""A population: for each dimension one code, or several codes of which any fits."""
Cell: TypeAlias = tuple[str, ...]
"""The codes of a cell, one for each dimension in order; `Total` where the cell does not name a dimension."""

MAX_COUNT = 2**53
"""The largest count: larger integers are not exact in every reader of JSON (RFC 8259, section 6)."""


@dataclass(frozen=True, eq=False)
class Table:
    """Counts of the people inside `where`, by inner cells of `dims`. Inner cells not listed hold nobody.

    Released tables are made of the dimensions in `by`; the other dimensions only describe people. `coords`
    (n, dims) are positions of leaf codes, each row once and in lexicographic order; `counts` (n,) are
    positive.
    """

    dims: tuple[Hierarchy, ...]
    by: tuple[str, ...]
    where: Where
    coords: NDArray[np.int32]
    counts: NDArray[np.int64]
    beyond: tuple[NDArray[np.int32], NDArray[np.int64]] | None = None
    """Coordinates and counts of listed people outside `where`: never released, but in the base table."""
    structural: tuple[CellName, ...] = ()
    """Structural zeros: groups in which, as everybody knows, nobody can be."""

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

        Margins may be listed too, and must be the sums of the inner cells. Raises TableError, naming the
        cell, for unknown codes, repeated cells, negative or fractional counts, wrong sums, and people in
        structural zeros.
        """
        dims = checked_dimensions(dims)
        chosen = _by(dims, by)
        where = checked_where(dims, where or {})
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

    def dim(self, name: str) -> Hierarchy:
        """The hierarchy of a name. Raises TableError for an unknown name."""
        return find_dimension(self.dims, name)


def population(dims: tuple[Hierarchy, ...], where: Where) -> tuple[NDArray[np.bool_], ...]:
    """For each dimension a mask (codes,) over the leaf codes that the people of `where` may have."""
    masks = []
    for dim in dims:
        codes = where.get(dim.name, ROOT)
        mask = np.zeros(len(dim.codes), dtype=np.bool_)
        for code in (codes,) if isinstance(codes, str) else codes:
            mask |= dim.covered_leaves(dim.position(code))
        masks.append(mask)
    return tuple(masks)


def checked_dimensions(dims: Iterable[Hierarchy]) -> tuple[Hierarchy, ...]:
    """The dimensions as a tuple. Raises TableError for no dimension at all, and for two of one name."""
    dims = tuple(dims)
    if not dims:
        raise TableError("there is no dimension")
    names = [d.name for d in dims]
    for name in names:
        if names.count(name) > 1:
            msg = f"the dimension {name!r} is listed twice"
            raise TableError(msg)
    return dims


def find_dimension(dims: tuple[Hierarchy, ...], name: str) -> Hierarchy:
    """The dimension of a name. Raises TableError, listing the dimensions, for an unknown name."""
    for dim in dims:
        if dim.name == name:
            return dim
    known = ", ".join(d.name for d in dims)
    msg = f"there is no dimension {name!r}"
    raise TableError(msg, remedy=f"The dimensions are: {known}.")


def checked_where(dims: tuple[Hierarchy, ...], where: Where) -> Where:
    """A read-only copy of `where`. Raises TableError for unknown dimensions and codes, and repeated codes."""
    for name, codes in where.items():
        dim = find_dimension(dims, name)
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


def code_positions(dims: tuple[Hierarchy, ...], key: tuple[Any, ...]) -> tuple[int, ...]:
    """The positions of a cell's codes. Raises TableError, naming the cell, for missing or unknown codes."""
    if len(key) != len(dims):
        msg = f"the cell {key_in_words(key)} must have {len(dims)} codes, one for each dimension"
        raise TableError(msg)
    try:
        return tuple(d.index[c] for d, c in zip(dims, key, strict=True))
    except (KeyError, TypeError):
        for dim, code in zip(dims, key, strict=True):
            if not isinstance(code, str):
                msg = f"the cell {key_in_words(key)}: its {dim.name!r} is not a word"
                raise TableError(msg) from None
            dim.position(code)
        raise


def checked_count(value: object, key: Cell) -> int:
    """The value as a count. Raises TableError, naming the cell, for any value but 0 to MAX_COUNT."""
    if not isinstance(value, int) or isinstance(value, bool):
        msg = f"the count of the cell {key_in_words(key)} is not a whole number"
        raise TableError(msg)
    if value < 0:
        msg = f"the count of the cell {key_in_words(key)} is negative"
        raise TableError(msg)
    if value > MAX_COUNT:
        msg = f"the count of the cell {key_in_words(key)} is too large to be exact"
        raise TableError(msg)
    return value


def key_in_words(key: Iterable[object]) -> str:
    """The codes of a cell in parentheses, for messages."""
    return "(" + ", ".join(str(c) for c in key) + ")"


def _by(dims: tuple[Hierarchy, ...], by: Iterable[str] | None) -> tuple[str, ...]:
    chosen = tuple(d.name for d in dims) if by is None else tuple(by)
    if not chosen:
        raise TableError("'by' names no dimension", remedy="Name at least one, or leave 'by' out for all.")
    for name in chosen:
        find_dimension(dims, name)
        if chosen.count(name) > 1:
            msg = f"'by' names the dimension {name!r} twice"
            raise TableError(msg)
    return chosen


def _split_cells(
    dims: tuple[Hierarchy, ...], cells: Iterable[tuple[Cell, int]]
) -> tuple[dict[tuple[int, ...], int], dict[tuple[int, ...], int]]:
    inner: dict[tuple[int, ...], int] = {}
    margins: dict[tuple[int, ...], int] = {}
    leaf = [d.is_leaf.tolist() for d in dims]
    for key, value in cells:
        place = code_positions(dims, key)
        target = inner if all(m[c] for m, c in zip(leaf, place, strict=True)) else margins
        if place in target:
            msg = f"the cell {key_in_words(key)} is listed twice"
            raise TableError(msg)
        target[place] = checked_count(value, key)
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
            key = key_in_words(tuple(d.codes[c] for d, c in zip(dims, place, strict=True)))
            message = f"the table is not additive: the cell {key} is not the sum of its inner cells"
            raise TableError(message, remedy="List inner cells only, or correct the sum.")
