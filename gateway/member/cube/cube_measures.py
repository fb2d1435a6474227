"""Measures of a cube for the controller: shown and withheld cells, exposure of people, items to accept. Pure.

All measures reveal facts about people who are withheld: they stay in the country.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from anonymisers.cube.released_cells import ReleasedCells
from anonymisers.history.release_history import ReleaseHistory
from anonymisers.records.reidentification_risk import Risk, assess
from anonymisers.tables.count_table import Table
from gateway.member.cube.cube_formats import Released


@dataclass(frozen=True)
class TableShown:
    """A table of a cube: `dims` by name (none: the total), and the number of its withheld cells.

    `people_withheld`: people whose cell at the finest levels of this table is withheld.
    """

    dims: tuple[str, ...]
    cells: int
    withheld: int
    people_withheld: int


@dataclass(frozen=True)
class SharedValue:
    """A visible group whose people all visibly have the same value of a sensitive dimension."""

    group: tuple[tuple[str, str], ...]
    dimension: str
    value: str
    people: int


@dataclass(frozen=True)
class InsufficientlyProtected:
    """A withheld cell whose feasibility interval, given the cells always shown, is narrower than the rules
    ask for, of some years.
    """

    years: tuple[str, ...]
    cell: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Exposure:
    """`smallest`: people in the smallest visible group. `highest`, `expected`: the chance of an intruder who
    knows all breakdown values to identify the worst-protected person, and an average person.
    """

    smallest: int
    highest: float
    expected: float


def tables(cube: ReleasedCells, people: Table) -> tuple[TableShown, ...]:
    """Every table of the cube, coarse tables first. `people`: the people counted in the cube."""
    values = cube.true_values(people)
    table_of, finest = cube.lattice.table_of(), _finest(cube)
    found = []
    for number, dims in enumerate(cube.tables):
        inside = table_of == number
        withheld = inside & cube.withheld
        names = tuple(dim.name for dim in cube.dims if dim.name in dims)
        found.append(
            TableShown(names, int(inside.sum()), int(withheld.sum()), int(values[withheld & finest].sum()))
        )
    return tuple(found)


def _finest(cube: ReleasedCells) -> NDArray[np.bool_]:
    """The cells at the finest level of every dimension of their table."""
    keys = cube.lattice.keys()
    finest = np.ones(len(keys), dtype=np.bool_)
    for axis, dim in enumerate(cube.lattice.dims):
        finest &= dim.is_leaf[keys[:, axis]] | (keys[:, axis] == dim.root)
    return finest


def refused(cube: ReleasedCells) -> tuple[tuple[tuple[str, int], ...], ...]:
    """Tables withheld whole, as they could not be protected beside the others: dimensions and depths."""
    return tuple(sorted(cube.refused))


def shared_values(cube: ReleasedCells, sensitive: frozenset[str]) -> tuple[SharedValue, ...]:
    """Visible groups whose people all visibly share a sensitive value.

    None with perturbed counts: two equal numbers may be different counts.
    """
    if cube.mechanism is not None:
        return ()
    lattice = cube.lattice
    keys = lattice.keys()
    axes = [a for a, dim in enumerate(lattice.dims) if dim.name in sensitive]
    shown = ~cube.withheld & (cube.values > 0)
    found = []
    for axis in axes:
        dim = lattice.dims[axis]
        others = [a for a in axes if a != axis]
        plain = np.all(keys[:, others] == [lattice.dims[a].root for a in others], axis=1)
        cells = np.flatnonzero(shown & plain & (keys[:, axis] != dim.root) & dim.is_leaf[keys[:, axis]])
        above = keys[cells].copy()
        above[:, axis] = dim.root
        groups = lattice.cells(above)
        # the total itself shows nothing of a group
        alike = (groups > 0) & shown[groups] & (cube.values[groups] == cube.values[cells])
        for cell, group in zip(cells[alike].tolist(), groups[alike].tolist(), strict=True):
            named = tuple(
                (d.name, d.codes[p])
                for d, p in zip(lattice.dims, keys[group].tolist(), strict=True)
                if p != d.root
            )
            value = dim.codes[int(keys[cell, axis])]
            found.append(SharedValue(named, dim.name, value, int(cube.values[cell])))
    return tuple(found)


def insufficiently_protected_cells(cube: Released) -> tuple[InsufficientlyProtected, ...]:
    """The withheld cells listed as accepted in the certificate, for the controller to answer for."""
    return (
        tuple(InsufficientlyProtected(*each) for each in cube.accepted)
        if isinstance(cube, ReleaseHistory)
        else ()
    )


def exposure(cube: ReleasedCells, people: Table) -> Exposure:
    """How small the smallest visible group around each person is."""
    smallest = np.full(len(people.counts), float(people.counts.sum()))
    for column in columns(cube, people):
        shown = (column >= 0) & ~cube.withheld[column]
        smallest = np.where(shown, np.minimum(smallest, cube.values[column]), smallest)
    if not len(smallest):
        return Exposure(0, 0.0, 0.0)
    chance = 1 / np.maximum(smallest, 1.0)
    mean = float((chance * people.counts).sum() / people.counts.sum())
    return Exposure(int(smallest.min()), float(chance.max()), mean)


def columns(cube: ReleasedCells, people: Table) -> Iterator[NDArray[np.int64]]:
    """For every table and combination of levels, the cube's cell around each inner cell, -1 for none."""
    lattice = cube.lattice
    names = [dim.name for dim in people.dims]
    coords = people.coords[:, [names.index(dim.name) for dim in lattice.dims]]
    starts, addends = lattice.lookup(range(len(lattice.tables)))
    for number, start in enumerate(starts.tolist()):
        cells = np.full(len(coords), start, dtype=np.int64)
        for axis, part in addends.items():
            if (addend := part[:, number]).any():
                cells += addend[coords[:, axis]]
        yield np.maximum(cells, -1)


def records(people: Table, sensitive: frozenset[str]) -> Risk | None:
    """The disclosure risk of the records at the finest levels, if released; None without people."""
    rows = np.repeat(people.coords, people.counts, axis=0)
    if not len(rows):
        return None
    codes: Mapping[str, Sequence[str]] = {
        dim.name: [dim.codes[p] for p in rows[:, axis].tolist()] for axis, dim in enumerate(people.dims)
    }
    return assess(
        [values for name, values in codes.items() if name not in sensitive],
        {name: values for name, values in codes.items() if name in sensitive},
    )
