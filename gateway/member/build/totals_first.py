"""Tables of clients by sex and age of which nothing would be shown: their totals by sex are sought first.

Where men are shown and one to three of them are children or of unknown age, the adults cannot be shown, and
a search that wants the whole table may end with nothing of it. With the table by sex alone before it, its
totals are mostly found. Elsewhere these totals would take ages along that can be shown, so that they come
first only where less than half of the people can be read, and only where that helps.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace

from anonymisers.cube.certified_cube import CertifiedCube
from anonymisers.cube.released_cells import Value
from anonymisers.tables.count_table import Table
from anonymisers.tables.rules import Rules, TableOf
from gateway.member.cube.clients_counts import SEX_AND_AGE

_FEW = 0.5
"""Below this share of its people a table counts as withheld."""


def with_totals_first(
    cube: CertifiedCube, table: Table, rules: Rules, build: Callable[[Rules], CertifiedCube | None]
) -> tuple[CertifiedCube, Rules]:
    """The cube and its rules, or those with totals by sex first where these tell of more people.

    `build` makes a cube by other rules; None where it finds none.
    """
    wanted = [each for each in rules.priority if _by_age(each)]
    before = [_readable(cube, table, each) for each in wanted]
    people = int(table.counts.sum())
    if not people or all(number >= _FEW * people for number in before):
        return cube, rules
    priority = tuple(dict.fromkeys(each for one in rules.priority for each in _totals_first(one)))
    others = replace(rules, priority=priority)
    made = None if priority == rules.priority else build(others)
    if made is None or sum(_readable(made, table, each) for each in wanted) <= sum(before):
        return cube, rules
    return made, others


def _by_age(table: TableOf) -> bool:
    """Whether a table is by sex, age and something else."""
    return SEX_AND_AGE in table.dims and len(table.dims) > 1 and SEX_AND_AGE not in dict(table.levels)


def _totals_first(table: TableOf) -> Iterator[TableOf]:
    if _by_age(table):
        yield TableOf.of(table.dims, **{**dict(table.levels), SEX_AND_AGE: 1})
    yield table


def _readable(cube: CertifiedCube, table: Table, wanted: TableOf) -> int:
    """How many people stand in a shown cell of a table, or in its shown total of all ages."""
    axes = [(axis, dim) for axis, dim in enumerate(table.dims) if dim.name in wanted.dims]
    people: Counter[tuple[str, ...]] = Counter()
    for row, count in zip(table.coords.tolist(), table.counts.tolist(), strict=True):
        people[tuple(dim.codes[row[axis]] for axis, dim in axes)] += count
    names = [dim.name for _, dim in axes]

    def shown(codes: tuple[str, ...]) -> bool:
        cell = dict(zip(names, codes, strict=True))
        total = cell | {SEX_AND_AGE: cell[SEX_AND_AGE].partition(" ")[0]}
        return any(isinstance(cube.lookup(each), Value) for each in (cell, total))

    return sum(count for codes, count in people.items() if shown(codes))
