"""Record extracts: chosen columns, generalised until every equivalence class has at least k people.

An extract gives away every table over its columns, sensitive columns included, so that k applies to the full
cross of all columns: a record stays only if at least k people share its codes in every column (k-anonymity).
Columns are generalised as a whole (P. Samarati, Protecting respondents' identities in microdata release,
2001), one step at a time, and the records of smaller equivalence classes are left out. The information of an
extract is the entropy of its columns (C. Shannon, A mathematical theory of communication, 1948) over the
remaining records: a coarser grain and fewer records both mean less information. Records that agree in all
columns but the sensitive columns must show at least l values of each sensitive column (A. Machanavajjhala and
others, l-diversity, 2007).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product
from math import prod
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from anonymisers.errors import RecordsError
from anonymisers.records.reidentification_risk import Risk, assess
from anonymisers.tables.arrays import Bools, Ints
from anonymisers.tables.count_table import Where
from anonymisers.tables.hierarchy import Hierarchy
from anonymisers.tables.release import Release

MOST_GROUPS = 5_000
"""Combinations of codes of an extract whose release names them all, at most."""


@dataclass(frozen=True, eq=False)
class Records:
    """Records to extract from: `coords` (n, dims) are leaf positions, `people` (n,) numbers of persons.

    `columns` names the dimensions shown by the extract; the remaining dimensions only locate the inner cell
    of the released tables in which a record is counted. `sensitive` names the columns that nobody may learn.
    """

    dims: tuple[Hierarchy, ...]
    coords: NDArray[np.int32]
    people: Ints
    columns: tuple[str, ...]
    sensitive: frozenset[str]

    def __post_init__(self) -> None:
        names = [dim.name for dim in self.dims]
        unknown = sorted(set(self.columns) - set(names)) or sorted(self.sensitive - set(self.columns))
        if unknown or not self.columns or len(set(self.columns)) < len(self.columns):
            raise RecordsError(
                "an extract needs different columns of the records",
                remedy=f"Choose among: {', '.join(names)}.",
            )
        if self.coords.shape != (len(self.people), len(self.dims)):
            raise RecordsError("the columns of the records differ in length")

    @property
    def chosen(self) -> tuple[Hierarchy, ...]:
        """The hierarchies of the columns, in column order."""
        return tuple(self.dims[a] for a in self.axes)

    @property
    def axes(self) -> tuple[int, ...]:
        """Where the columns stand among the dimensions."""
        names = [dim.name for dim in self.dims]
        return tuple(names.index(column) for column in self.columns)


@dataclass(frozen=True, eq=False)
class Extract:
    """Records at one grain, where only records of large equivalence classes stay: made by `generalised`.

    `depths`: steps from `Total`, by column; `kept` marks the remaining records. `k`: least number of people
    of an equivalence class; `diversity`: least number of values of each sensitive column in a class of all
    other columns. `names_all`: whether the release names every combination of codes, so that a group of
    nobody looks like one that is left out.
    """

    records: Records
    depths: tuple[int, ...]
    kept: Bools
    k: int
    diversity: int
    names_all: bool = False

    @property
    def grain(self) -> Mapping[str, int]:
        """Column -> steps from `Total`; 0 shows nothing."""
        return MappingProxyType(dict(zip(self.records.columns, self.depths, strict=True)))

    @property
    def positions(self) -> NDArray[np.int32]:
        """(n, columns): the position of every record at the grain."""
        return _lifted(self.records, self.depths)

    @property
    def shown(self) -> tuple[int, ...]:
        """Places of the informative columns."""
        return tuple(i for i, depth in enumerate(self.depths) if depth)

    def table(self) -> dict[str, list[str]]:
        """The codes of the remaining records, by column; uninformative columns are left out."""
        positions = self.positions[self.kept]
        chosen = self.records.chosen
        return {chosen[i].name: [chosen[i].codes[p] for p in positions[:, i].tolist()] for i in self.shown}

    def risk(self) -> Risk:
        """The risk of the remaining records, a person counted once in each class."""
        quasi, sensitive = _split(self)
        positions = self.positions
        rows = np.column_stack((positions, self.records.people))[self.kept]
        rows = np.unique(rows, axis=0)[:, :-1]
        columns = {i: rows[:, i].astype(str).tolist() for i in self.shown}
        names = self.records.columns
        return assess([columns[i] for i in quasi], {names[i]: columns[i] for i in sensitive})

    @property
    def information(self) -> float:
        """The information of the extract in bits: of all remaining records and columns together."""
        positions = self.positions[self.kept]
        return len(positions) * sum(_entropy(positions[:, i]) for i in self.shown)

    def without(self, groups: Bools) -> "Extract":
        """Leave out further groups (a mask over the records), and all records of classes that become too
        small."""
        return _in_large_classes(replace(self, kept=self.kept & ~groups))

    def release(self, where: Where, beside: tuple[Hierarchy, ...] = ()) -> Release:
        """The counts given away by the extract: every group of the base table of its columns.

        Groups that are left out are withheld cells. `where` describes the people of the records, by
        dimensions shown by the extract or by `beside`. Counts have the unit of the released tables: people in
        each inner cell.
        """
        inner = np.column_stack((self.positions, self.records.coords, self.records.people))
        _, once = np.unique(inner, axis=0, return_index=True)
        own = self.positions[once]
        every = self._combinations() if self.names_all else own[:0]
        groups, group = np.unique(np.concatenate([own, every]), axis=0, return_inverse=True)
        group = group.reshape(-1)[: len(own)]
        counts = np.bincount(group, minlength=len(groups)).astype(np.int64)
        shown = np.bincount(group, weights=self.kept[once], minlength=len(groups)) > 0
        named = {dim.name for dim in self.records.chosen}
        beside = tuple(dim for dim in beside if dim.name not in named)
        dims = (*self.records.chosen, *beside)
        coords = np.empty((len(groups), len(dims)), dtype=np.int32)
        coords[:, : groups.shape[1]] = groups
        coords[:, groups.shape[1] :] = [dim.root for dim in beside]
        return Release(dims, where, coords, np.where(shown, counts, -1), ~shown)

    def _combinations(self) -> NDArray[np.int32]:
        """(n, columns): every combination of codes at the grain."""
        codes = [np.unique(lifted) for lifted in self._lifted_leaves()]
        return np.array(list(product(*(each.tolist() for each in codes))), dtype=np.int32)

    def _lifted_leaves(self) -> Iterator[NDArray[np.int32]]:
        for dim, depth in zip(self.records.chosen, self.depths, strict=True):
            yield _at_depth(dim, depth)[dim.leaves]


def as_asked(records: Records, *, k: int, diversity: int) -> list[Extract]:
    """Return the extract at the finest grain, without the records of small equivalence classes.

    The grain follows from the columns alone. So of a register whose large classes are the same the extract is
    the same, however many people the small ones have, nobody among them. Raises RecordsError for k below 2
    or l below 1, where no record stays, and for more than MOST_GROUPS combinations of codes.
    """
    everybody = _checked(records, k, diversity)
    depths = tuple(int(dim.depth.max()) for dim in records.chosen)
    if prod(len(dim.leaves) for dim in records.chosen) > MOST_GROUPS:
        raise RecordsError(
            f"these columns have more than {MOST_GROUPS:,} combinations of codes",
            remedy="Choose fewer columns, or coarser levels in the policy.",
        )
    extract = _in_large_classes(Extract(records, depths, everybody, k, diversity, names_all=True))
    if not extract.kept.any():
        raise RecordsError(
            f"no group of these columns has {k} people who differ enough",
            remedy="Choose fewer columns, or coarser levels in the policy.",
        )
    return [extract]


def generalised(records: Records, *, k: int, diversity: int) -> list[Extract]:
    """Yield extracts whose equivalence classes are large enough, the most informative first.

    The search tries all single steps from the finest grain on, and continues from the most informative step.
    `diversity` is l of l-diversity. Raises RecordsError for k below 2 or l below 1, and when there are fewer
    than k people at all.
    """
    everybody = _checked(records, k, diversity)

    def at(depths: tuple[int, ...]) -> Extract:
        return _in_large_classes(Extract(records, depths, everybody, k, diversity))

    extract = at(tuple(int(dim.depth.max()) for dim in records.chosen))
    tried = [extract]
    while any(extract.depths):
        steps = [at(depths) for depths in _coarser(extract.depths)]
        tried += steps
        extract = max(steps, key=_information)
    return sorted((e for e in tried if e.information > 0), key=_information, reverse=True)


def _checked(records: Records, k: int, diversity: int) -> Bools:
    """Return a mask over all records. Raises RecordsError."""
    if k < 2 or diversity < 1:
        raise RecordsError("k is at least 2 and l at least 1", remedy="Take them from the policy.")
    if len(np.unique(records.people)) < k:
        raise RecordsError(
            "there are too few people for any extract", remedy="Wait for more, or share tables instead."
        )
    return np.ones(len(records.people), dtype=np.bool_)


def _information(extract: Extract) -> tuple[float, int, tuple[int, ...]]:
    """Sort key of extracts: information; then records in large classes; then grain."""
    group = _numbered(extract.positions)
    class_sizes = _people_in(group, extract.records.people, len(group))[group]
    return extract.information, int(np.minimum(class_sizes, extract.k).sum()), extract.depths


def _coarser(depths: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    for i, depth in enumerate(depths):
        if depth:
            yield (*depths[:i], depth - 1, *depths[i + 1 :])


def _in_large_classes(extract: Extract) -> Extract:
    """Leave out the records of classes that are too small or whose class reveals its sensitive value."""
    kept, positions = extract.kept, extract.positions
    group = _numbered(positions)
    kept = kept & (_people_in(group[kept], extract.records.people[kept], len(group))[group] >= extract.k)
    quasi, sensitive = _split(extract)
    group = _numbered(positions[:, list(quasi)]) if quasi else np.zeros(len(kept), dtype=np.int64)
    diverse = kept.copy()
    for column in sensitive:
        values = _people_in(group[kept], positions[kept, column].astype(np.int64), len(group))
        diverse &= values[group] >= extract.diversity
    return replace(extract, kept=diverse)


def _split(extract: Extract) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the places of the informative columns: columns an attacker may know, and sensitive columns."""
    names, sensitive = extract.records.columns, extract.records.sensitive
    return (
        tuple(i for i in extract.shown if names[i] not in sensitive),
        tuple(i for i in extract.shown if names[i] in sensitive),
    )


def _lifted(records: Records, depths: tuple[int, ...]) -> NDArray[np.int32]:
    axes = zip(records.chosen, records.axes, depths, strict=True)
    return np.stack([_at_depth(dim, depth)[records.coords[:, axis]] for dim, axis, depth in axes], axis=1)


def _at_depth(dim: Hierarchy, depth: int) -> NDArray[np.int32]:
    """Return for each position of a dimension the one at this depth that it is part of."""
    place = np.arange(len(dim.codes), dtype=np.int32)
    while (deep := dim.depth[place] > depth).any():
        place = np.where(deep, dim.parents[place], place).astype(np.int32)
    return place


def _numbered(rows: NDArray[np.int32]) -> Ints:
    if not len(rows):
        return np.zeros(0, dtype=np.int64)
    return np.unique(rows, axis=0, return_inverse=True)[1].reshape(-1).astype(np.int64)


def _people_in(group: Ints, people: Ints, groups: int) -> Ints:
    """Distinct people (or values) in each group."""
    pairs = np.unique(np.column_stack((group, people)), axis=0)
    return np.bincount(pairs[:, 0], minlength=groups).astype(np.int64)


def _entropy(values: NDArray[np.int32]) -> float:
    """Return the bits of information of one value."""
    shares = np.unique(values, return_counts=True)[1] / max(len(values), 1)
    return float(-(shares * np.log2(shares)).sum())
