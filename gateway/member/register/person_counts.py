"""Counts a snapshot's people into the inner cells of a table."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anonymisers.tables.contributors import misleading_rows
from anonymisers.tables.count_table import Table
from anonymisers.tables.distinct_rows import distinct_rows
from anonymisers.tables.hierarchy import Hierarchy
from anonymisers.tables.rules import Rules
from gateway.dictionary import Dictionary
from gateway.member.model.snapshot import Column, Snapshot


def count_people(
    snapshot: Snapshot,
    dictionary: Dictionary,
    finest: Mapping[str, str],
    *,
    rows: NDArray[np.bool_],
    years: Iterable[int],
) -> Table:
    """The people in every inner cell over the dimensions of `finest` (dimension -> finest level).

    Only `rows` (see `population`) of accidents in `years` are counted. A cell holds distinct people: a person
    hurt twice within a cell counts once there, a person hurt in two cells counts in each.

    Raises SnapshotError for a dimension that the source does not have, DictionaryError for a level that the
    member does not have.
    """
    dims, coords, inside = placed(snapshot, dictionary, finest, rows, years)
    cells, counts = _distinct_people(coords, snapshot.people[inside])
    return Table(dims, tuple(finest), MappingProxyType({}), cells, counts)


def rows_not_misleading(
    snapshot: Snapshot,
    dictionary: Dictionary,
    finest: Mapping[str, str],
    *,
    rows: NDArray[np.bool_],
    years: Iterable[int],
    rules: Rules,
) -> NDArray[np.bool_]:
    """The `rows` that make no cell of a table of the `rules` look as if it held enough people.

    A person hurt twice counts twice, except where counting twice would hide how few people there are
    (`anonymisers.tables.contributors`). Raises as `count_people` does.
    """
    alone = dict(rules.apart)
    together = [name for name in finest if name not in alone]
    tables = [(tuple(together), rules.max_dims or len(together))]
    tables += [((name, *others), 1 + len(others)) for name, others in rules.apart]
    kept, before = rows.copy(), -1
    while before != (left := int(kept.sum())):
        before = left
        for names, most in tables:
            levels = {name: finest[name] for name in names}
            dims, coords, inside = placed(snapshot, dictionary, levels, kept, years)
            misleading = misleading_rows(
                dims, coords, snapshot.people[inside], max_dims=most, threshold=rules.threshold
            )
            kept[np.flatnonzero(inside)[misleading]] = False
        if not alone:
            break
    return _frozen(kept)


def placed(
    snapshot: Snapshot,
    dictionary: Dictionary,
    finest: Mapping[str, str],
    rows: NDArray[np.bool_],
    years: Iterable[int],
) -> tuple[tuple[Hierarchy, ...], NDArray[np.int32], NDArray[np.bool_]]:
    """The hierarchies, the positions of every counted row in each, and the mask of the rows counted.

    Raises as `count_people` does.
    """
    years = sorted(set(years))
    inside = rows & _in_years(snapshot.column("date"), years)
    dims = tuple(
        _hierarchy(dictionary, name, level, snapshot.member, years) for name, level in finest.items()
    )
    places = [
        _positions(dictionary, snapshot.column(dim.name), dim, level)[
            snapshot.column(dim.name).indices[inside]
        ]
        for dim, level in zip(dims, finest.values(), strict=True)
    ]
    coords = np.column_stack(places) if places else np.zeros((int(inside.sum()), 0), dtype=np.int32)
    return dims, coords.astype(np.int32), inside


def _hierarchy(
    dictionary: Dictionary, dimension: str, level: str, member: str, years: Iterable[int]
) -> Hierarchy:
    tree = dictionary.hierarchy(dimension, level, member, years=years)
    return Hierarchy(dimension, tree.codes, tree.parent)


def _in_years(dates: Column, years: Iterable[int]) -> NDArray[np.bool_]:
    wanted = set(years)
    return np.array([int(code[:4]) in wanted for code in dates.codes], dtype=np.bool_)[dates.indices]


def _positions(dictionary: Dictionary, column: Column, dim: Hierarchy, level: str) -> NDArray[np.int32]:
    """The position in the hierarchy of each code of a column; -1 for codes outside the counted years."""
    return np.array([dim.index.get(dictionary.lift(c, level), -1) for c in column.codes], dtype=np.int32)


def _distinct_people(
    coords: NDArray[np.int32], people: NDArray[np.int64]
) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Cells in lexicographic order, without repetition, with the number of distinct people in each."""
    cells, cell, _ = distinct_rows(coords)
    person = np.unique(people, return_inverse=True)[1]
    seen, _, _ = distinct_rows(np.column_stack((cell, person)))
    counts = np.bincount(seen[:, 0], minlength=len(cells)).astype(np.int64)
    return _frozen(cells.astype(np.int32)), _frozen(counts)


def _frozen(array: NDArray[Any]) -> NDArray[Any]:
    array.flags.writeable = False
    return array
