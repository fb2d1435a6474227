"""Numbers of accidents beside a cube leave its certificate valid: against every feasible table of both."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache, cached_property
from itertools import product

import numpy as np
import pytest
from numpy.typing import NDArray

from anonymisers.accidents.accident_search import protect_accidents
from anonymisers.accidents.accident_tables import (
    AccidentContext,
    Accidents,
    AccidentTable,
    cells_to_protect,
    check_accidents,
    singletons,
)
from anonymisers.cube.certified_cube import CertifiedCube, build_cube
from anonymisers.errors import CertificateError, ProtectionError
from anonymisers.tables.count_table import Table
from anonymisers.tables.hierarchy import Hierarchy
from anonymisers.tables.lattice import Lattice
from anonymisers.tables.linked_tables import LinkedTables, TableBlock
from anonymisers.tables.rules import Rules

KEY = bytes(range(32))
THRESHOLD = 3
PEOPLE = 10
DIMS = tuple(
    Hierarchy(name, ("Total", *codes), dict.fromkeys(codes, "Total"))
    for name, codes in (("date", "12"), ("place", "ab"), ("sex", "FM"))
)


@dataclass(frozen=True)
class Tiny:
    """A few casualties, the cube of them, and what is shown of their accidents."""

    cube: CertifiedCube
    accidents: Accidents
    table: AccidentTable

    @cached_property
    def context(self) -> AccidentContext:
        return AccidentContext.of(self.cube, self.accidents)

    @cached_property
    def leaves(self) -> list[tuple[int, ...]]:
        return list(product(DIMS[0].leaves.tolist(), DIMS[1].leaves.tolist()))


@cache
def tiny(seed: int) -> Tiny | None:
    """None where nothing can be shown. People come in small accidents, men more often than women."""
    dice = np.random.default_rng(seed)
    numbers = np.sort(dice.integers(0, 7, PEOPLE))
    where = np.column_stack((dice.integers(1, 3, 8), dice.choice([1, 2], 8, p=[0.6, 0.4])))[numbers]
    coords = np.column_stack((where, dice.choice([1, 2], PEOPLE, p=[0.25, 0.75]))).astype(np.int32)
    cells, counts = np.unique(coords, axis=0, return_counts=True)
    table = Table(DIMS, ("date", "place", "sex"), {}, cells.astype(np.int32), counts.astype(np.int64))
    try:
        cube = build_cube(table, Rules(threshold=THRESHOLD, max_dims=2), KEY)
        accidents = Accidents(frozenset({"date", "place"}), cube.lattice.dims, coords, numbers)
        return Tiny(cube, accidents, protect_accidents(cube, accidents, KEY, first="date"))
    except ProtectionError:
        return None


ALONE = (0, 7, 9)
"""Seeds of samples in which no accident has a size that must be protected."""
OF_SIZES = (1, 2, 3, 4, 5, 6, 10, 12, 14, 15)


def sample(seed: int) -> Tiny:
    """Made when a test needs it: every process that collects the tests would wait for what is made before."""
    made = tiny(seed)
    assert made is not None
    return made


def samples() -> list[Tiny]:
    return [sample(seed) for seed in sorted((*ALONE, *OF_SIZES))]


def worlds(made: Tiny) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Every feasible table of so many casualties: its cells, and its casualties by inner cell."""
    inner = list(product(*(d.leaves.tolist() for d in DIMS)))
    system = LinkedTables(made.cube.lattice.dims, (TableBlock.whole(made.cube.lattice),))
    above = system.above(np.array(inner, dtype=np.int32))
    counted = np.zeros((len(inner), made.cube.lattice.size), dtype=np.int64)
    for row, cells in enumerate(above):
        counted[row, cells[cells >= 0]] = 1
    ways = _all_ways(PEOPLE, len(inner))
    cells = ways @ counted
    agree = (cells == made.cube.values)[:, ~made.cube.withheld].all(axis=1)
    places = np.array([made.leaves.index(cell[:2]) for cell in inner])
    leaves = np.stack([ways[agree][:, places == n].sum(axis=1) for n in range(len(made.leaves))], axis=1)
    return cells[agree], leaves


@cache
def _all_ways(people: int, cells: int) -> NDArray[np.int64]:
    return np.array(list(_ways(people, cells)), dtype=np.int64)


def _ways(people: int, cells: int) -> Iterator[tuple[int, ...]]:
    if cells == 1:
        yield (people,)
        return
    for first in range(people + 1):
        for others in _ways(people - first, cells - 1):
            yield (first, *others)


def groupings(made: Tiny, table: AccidentTable) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """All numbers of accidents by inner cell that agree with the shown numbers, and their cells."""
    counted = np.zeros((len(made.leaves), made.context.lattice.size), dtype=np.int64)
    for row, cells in enumerate(made.context.cells(made.leaves)):
        counted[row, cells] = 1
    ways = np.concatenate([_all_ways(n, len(made.leaves)) for n in range(PEOPLE + 1)])
    cells = ways @ counted
    agree = (cells == table.values)[:, table.values >= 0].all(axis=1)
    return ways[agree], cells[agree]


def possible(people: NDArray[np.int64], ways: NDArray[np.int64]) -> NDArray[np.bool_]:
    """(worlds, groupings): an accident has one casualty or more, and a casualty one accident."""
    found, which = np.unique(people, axis=0, return_inverse=True)
    few, many = ways[None] >= (found > 0)[:, None], ways[None] <= found[:, None]
    return np.asarray((few & many).all(axis=2)[which.ravel()])


def of_his_own(people: NDArray[np.int64], ways: NDArray[np.int64], leaf: int, size: int) -> NDArray[np.bool_]:
    """The tables in which somebody at an inner cell is in an accident of `size` casualties."""
    others, rest = people[:, None, leaf] - size, ways[None, :, leaf] - 1
    return np.asarray((others >= rest) & (rest >= 0) & ((others > 0) == (rest > 0)))


def small(values: NDArray[np.int64]) -> bool:
    return bool(values.min() < THRESHOLD and values.max() >= 1)


def test_the_samples_withhold_and_show_numbers_of_accidents() -> None:
    shown = [int((made.table.values > 0).sum()) for made in samples()]
    withheld = [
        int(((made.table.values < 0) & (made.context.sums(made.context.accidents) > 0)).sum())
        for made in samples()
    ]
    made_of = {seed: made for seed in range(16) if (made := tiny(seed)) is not None}
    assert made_of.keys() == {*ALONE, *OF_SIZES}
    assert {seed for seed, made in made_of.items() if made.context.sizes} == set(OF_SIZES)
    assert sum(shown) > 20
    assert sum(withheld) > 20


@pytest.mark.parametrize("seed", sorted((*ALONE, *OF_SIZES)))
def test_withheld_casualties_reach_as_far_as_without_accidents(seed: int) -> None:
    made = sample(seed)
    cells, leaves = worlds(made)
    ways, numbers = groupings(made, made.table)
    fit = possible(leaves, ways)
    left = cells[fit.any(axis=1)]
    for cell in np.flatnonzero(made.cube.withheld):
        if not small(cells[:, cell]):
            continue
        low, high = int(left[:, cell].min()), int(left[:, cell].max())
        assert low < high
        assert (low == 0 and high >= THRESHOLD - 1) or high - low >= THRESHOLD
    for cell in np.flatnonzero(cells_to_protect(made.cube, made.context)):
        assert len(np.unique(numbers[fit.any(axis=0), cell])) > 1, "a withheld number of accidents follows"


@pytest.mark.parametrize("seed", OF_SIZES)
def test_a_singleton_who_knows_the_size_of_his_accident_learns_nothing_about_others(seed: int) -> None:
    made = sample(seed)
    cells, leaves = worlds(made)
    ways, _ = groupings(made, made.table)
    free, _ = groupings(made, replace(made.table, values=np.full_like(made.table.values, -1)))
    before, after = possible(leaves, free), possible(leaves, ways)
    system = LinkedTables(made.cube.lattice.dims, (TableBlock.whole(made.cube.lattice),))
    true = system.sums(made.accidents.coords, np.ones(PEOPLE, dtype=np.int64))
    others = np.flatnonzero(made.cube.withheld & (true > 0) & (true < THRESHOLD))
    for place, companions in singletons_of(made):
        leaf = made.leaves.index(place[:2])
        with_him = before & of_his_own(leaves, free, leaf, companions)
        with_accidents = after & of_his_own(leaves, ways, leaf, companions)
        above = system.above(np.array([place], dtype=np.int32))[0]
        for cell in (c for c in above if made.cube.withheld[c] and true[c] == 1):
            same = cells[:, cell] == 1
            could = cells[same & with_him.any(axis=1)][:, others]
            can = cells[same & with_accidents.any(axis=1)][:, others]
            assert (differs(can) | ~differs(could)).all()


def singletons_of(made: Tiny) -> set[tuple[tuple[int, ...], int]]:
    """Where each singleton was, and how many of the same accident were hurt there, himself included."""
    coords, numbers = made.accidents.coords, made.accidents.numbers
    found = set()
    for n in np.flatnonzero(singletons(made.cube, coords)):
        companions = (numbers == numbers[n]) & (coords[:, :2] == coords[n, :2]).all(axis=1)
        found.add((tuple(coords[n].tolist()), int(companions.sum())))
    return found


def differs(values: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Of each column whether it has more than one value."""
    return np.asarray((values != values[:1]).any(axis=0))


def test_showing_all_numbers_would_narrow_withheld_casualties() -> None:
    """The search is there for a reason: all numbers beside shown casualties are more than the check takes."""
    refused = 0
    for made in samples():
        every = np.where(
            made.cube.withheld[made.context.above_casualties], -1, made.context.sums(made.context.accidents)
        )
        try:
            check_accidents(replace(made.table, values=every), made.cube, made.accidents)
        except CertificateError:
            refused += 1
    assert refused


def test_what_is_stored_is_what_is_read_back_and_nothing_else_is_read() -> None:
    made = sample(0)
    stored = made.table.to_bytes()
    again = AccidentTable.from_bytes(stored, made.cube)
    assert again.to_bytes() == stored
    check_accidents(again, made.cube, made.accidents)
    for damaged in (stored[:-1], stored.replace(b'"values":[', b'"values":[7,'), b"{}"):
        with pytest.raises(CertificateError):
            AccidentTable.from_bytes(damaged, made.cube)


@pytest.mark.parametrize("fault", ["untrue", "not withheld", "no extension", "impossible"])
def test_a_table_with_a_fault_is_refused(fault: str) -> None:
    made = next(m for m in samples() if len(m.table.extensions) > 1 and (m.table.values > 0).any())
    values, extensions = made.table.values.copy(), made.table.extensions
    if fault == "untrue":
        values[np.argmax(values > 0)] += 1
    elif fault == "not withheld":
        suppressed = made.cube.withheld[made.context.above_casualties]
        values[suppressed] = made.context.sums(made.context.accidents)[suppressed]
    elif fault == "no extension":
        extensions = ()
    else:
        change = extensions[0].change
        extensions = (
            replace(extensions[0], change=replace(change, change=change.change * 9)),
            *extensions[1:],
        )
    with pytest.raises(CertificateError):
        check_accidents(replace(made.table, values=values, extensions=extensions), made.cube, made.accidents)


def test_the_same_key_withholds_the_same_on_every_run() -> None:
    made = sample(1)
    assert protect_accidents(made.cube, made.accidents, KEY, first="date").to_bytes() == made.table.to_bytes()


def test_an_accident_needs_a_dimension_of_its_own() -> None:
    cube = sample(0).cube
    nowhere = replace(sample(0).accidents, names=frozenset({"device"}))
    with pytest.raises(CertificateError):
        AccidentContext.of(cube, nowhere)
    assert isinstance(sample(0).context.lattice, Lattice)
