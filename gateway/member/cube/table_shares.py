"""The share of each table that can be read: people in shown inner cells, of those who could be shown.

    share = people in shown inner cells of k or more people / people in inner cells of k or more people

k is the threshold. Inner cells are the cells at the levels of the table, without margins. The denominator is
the ceiling: no method of suppression shows anybody else. Pure; for the controller only, as these numbers tell
of withheld people.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from anonymisers.cube.released_cells import ReleasedCells
from anonymisers.history.accident_history import AccidentCells
from anonymisers.tables.arrays import Bools, Ints, Positions
from anonymisers.tables.count_table import Table
from anonymisers.tables.hierarchy import Hierarchy

Codes = Mapping[str, tuple[str, ...]]
"""For each dimension of a table the codes of its level; finer codes are counted in the code above."""


@dataclass(frozen=True)
class ReadTable:
    """A table as people read it: by dimension and level.

    `question`: the name of the ready-made table, empty for any other. `of_accidents`: the cells show numbers
    of accidents, and the people are their casualties.
    """

    levels: tuple[tuple[str, str], ...]
    question: str = ""
    of_accidents: bool = False


@dataclass(frozen=True)
class TableShare:
    """The number of people who are shown in a table at the inner cells, and the ceiling of that number."""

    table: ReadTable
    people_shown: int
    ceiling: int

    @property
    def share(self) -> float:
        """The share of the ceiling that is shown; 1 where the ceiling is 0, as nothing more can be shown."""
        return self.people_shown / self.ceiling if self.ceiling else 1.0

    @property
    def percent(self) -> int:
        """The share in whole per cent, rounded down: 100 stands for the whole ceiling only."""
        return 100 * self.people_shown // self.ceiling if self.ceiling else 100

    @property
    def shows_nobody(self) -> bool:
        """Whether no inner cell of enough people is shown, for whatever reason."""
        return self.people_shown == 0

    def as_json(self) -> dict[str, Any]:
        """The share in JSON, for output to the controller."""
        return {
            "question": self.table.question,
            "levels": dict(self.table.levels),
            "of_accidents": self.table.of_accidents,
            "people_shown": self.people_shown,
            "ceiling": self.ceiling,
            "share": self.share,
            "percent": self.percent,
        }


@dataclass(frozen=True)
class ShareChange:
    """The share of one table before and after a change; None where the table is not shared."""

    table: ReadTable
    before: TableShare | None
    after: TableShare | None

    @property
    def people(self) -> int:
        """The number of people more, or fewer, who are shown in the inner cells of this table."""
        return _shown(self.after) - _shown(self.before)

    def as_json(self) -> dict[str, Any]:
        """The change in JSON, for output to the controller."""
        before, after = (None if one is None else one.as_json() for one in (self.before, self.after))
        return {"before": before, "after": after, "people": self.people}


def table_shares(
    cube: ReleasedCells,
    people: Table,
    threshold: int,
    tables: Mapping[ReadTable, Codes],
    accidents: AccidentCells | None = None,
) -> tuple[TableShare, ...]:
    """The share of each of the tables that the cube has, the worst first.

    `people`: the people who are counted in the cube. `accidents`: the numbers of accidents, if they are
    counted.
    """
    found = []
    for table, codes in tables.items():
        inner = inner_cells(cube, people, codes)
        if inner is None or (table.of_accidents and accidents is None):
            continue
        places, inside = inner
        enough, shown = inside >= threshold, ~cube.withheld[cube.lattice.cells(places)]
        if table.of_accidents and accidents is not None:
            shown &= _accidents_shown(cube, accidents, places)
        found.append(TableShare(table, int(inside[enough & shown].sum()), int(inside[enough].sum())))
    return worst_first(found)


def inner_cells(cube: ReleasedCells, people: Table, codes: Codes) -> tuple[Positions, Ints] | None:
    """The inner cells (n, dims) of a table with anybody in them, as positions of the cube's lattice, and the
    people (n,) of each; None where the cube has no such table."""
    at = _places(cube, people, codes)
    if at is None:
        return None
    cells, first, which = np.unique(cube.lattice.cells(at), return_index=True, return_inverse=True)
    return at[first], np.bincount(which, weights=people.counts, minlength=len(cells)).astype(np.int64)


def worst_first(shares: Iterable[TableShare]) -> tuple[TableShare, ...]:
    """Tables that show nobody first, then by share; among equals, those with more people withheld first."""
    return tuple(
        sorted(
            shares,
            key=lambda one: (
                not one.shows_nobody,
                one.share,
                one.people_shown - one.ceiling,
                one.table.question,
                one.table.levels,
            ),
        )
    )


def share_changes(before: Iterable[TableShare], after: Iterable[TableShare]) -> tuple[ShareChange, ...]:
    """The tables of which other people are shown, or could be; those that lose most people first."""
    old, new = ({one.table: one for one in shares} for shares in (before, after))
    changes = (ShareChange(table, old.get(table), new.get(table)) for table in {**old, **new})
    differing = (one for one in changes if one.before != one.after)
    return tuple(sorted(differing, key=lambda one: (one.people, one.table.question, one.table.levels)))


def _shown(share: TableShare | None) -> int:
    return 0 if share is None else share.people_shown


def _places(cube: ReleasedCells, people: Table, codes: Codes) -> Positions | None:
    """For each inner cell of `people` the positions of the table's cell; None where the cube has no such
    table.
    """
    own = {dim.name: axis for axis, dim in enumerate(people.dims)}
    dims = {dim.name: axis for axis, dim in enumerate(cube.lattice.dims)}
    if not codes.keys() <= own.keys() & dims.keys():
        return None
    if tuple(sorted(dims[name] for name in codes)) not in cube.lattice.tables:
        return None
    at = np.empty((len(people.counts), len(dims)), dtype=np.int32)
    at[:] = [dim.root for dim in cube.lattice.dims]
    for name, level in codes.items():
        dim, target = people.dims[own[name]], cube.lattice.dims[dims[name]]
        if not set(level) <= target.index.keys():
            return None
        at[:, dims[name]] = _lifted(dim, target, level)[people.coords[:, own[name]]]
    return at


def _lifted(dim: Hierarchy, target: Hierarchy, codes: Iterable[str]) -> Positions:
    """For each position the nearest of `codes` at or above the position, as a position of `target`.

    A position below none of the codes stays as it is: a leaf above the level.
    """
    wanted = {dim.index[code] for code in codes if code in dim.index}
    found = []
    for position in range(len(dim.codes)):
        nearest = next((p for p in dim.ancestors(position) if p in wanted), position)
        found.append(target.index.get(dim.codes[nearest], target.root))
    return np.array(found, dtype=np.int32)


def _accidents_shown(cube: ReleasedCells, accidents: AccidentCells, places: Positions) -> Bools:
    """Whether the number of accidents is shown in the cell at each row of positions of the cube."""
    names = [dim.name for dim in cube.lattice.dims]
    own = [names.index(dim.name) for dim in accidents.lattice.dims]
    beside = np.delete(np.arange(len(names)), own)
    roots = np.array([cube.lattice.dims[axis].root for axis in beside], dtype=np.int32)
    cells = accidents.lattice.cells(places[:, own])
    counted: Bools = (cells >= 0) & (places[:, beside] == roots).all(axis=1)
    return counted & (accidents.values[cells] >= 0)
