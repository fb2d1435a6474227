"""The share of a table: people in shown inner cells, of those in inner cells of enough people."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anonymisers.cube.released_cells import ReleasedCells
from anonymisers.history.accident_history import AccidentCells
from anonymisers.tables.count_table import Table
from anonymisers.tables.hierarchy import Hierarchy
from anonymisers.tables.lattice import Lattice
from anonymisers.tables.rules import Level
from gateway.member.cube.table_shares import (
    Codes,
    ReadTable,
    TableShare,
    share_changes,
    table_shares,
    worst_first,
)

DIMS = (
    Hierarchy("place", ("Total", "N", "S", "n1", "n2", "s1"),
              {"N": "Total", "S": "Total", "n1": "N", "n2": "N", "s1": "S"}),
    Hierarchy("sex", ("Total", "F", "M"), {"F": "Total", "M": "Total"}),
)  # fmt: skip
CELLS = [(place, sex) for place in ("n1", "n2", "s1") for sex in ("F", "M")]
LATTICE = Lattice.of(DIMS, ["place", "sex"], 2)
K = 5

PLACES = ReadTable((("place", "district"),))
SEXES = ReadTable((("sex", "sex"),))
BOTH = ReadTable((("place", "district"), ("sex", "sex")))
REGIONS = ReadTable((("place", "region"), ("sex", "sex")), "women-and-men")
ACCIDENTS = ReadTable((("place", "region"),), "accidents", of_accidents=True)
DISTRICTS, SEX = ("n1", "n2", "s1"), ("F", "M")
TABLES: dict[ReadTable, Codes] = {
    PLACES: {"place": DISTRICTS},
    SEXES: {"sex": SEX},
    BOTH: {"place": DISTRICTS, "sex": SEX},
    REGIONS: {"place": ("N", "S"), "sex": SEX},
}


@dataclass(frozen=True, eq=False)
class Pattern(ReleasedCells):
    """A pattern that nobody made safe."""

    @property
    def refused(self) -> frozenset[Level]:
        return frozenset()

    @property
    def certificate_digest(self) -> bytes:
        return b""


def people_of(counts: Iterable[int]) -> Table:
    return Table.of(DIMS, zip(CELLS, counts, strict=True))


def pattern(people: Table, withheld: np.ndarray) -> Pattern:
    values = values_of(people)
    return Pattern(DIMS, {}, LATTICE, withheld, np.where(withheld, -1, values))


def values_of(people: Table) -> np.ndarray:
    none = np.zeros(LATTICE.size, dtype=np.bool_)
    return Pattern(DIMS, {}, LATTICE, none, np.zeros(LATTICE.size, dtype=np.int64)).true_values(people)


def cell(place: str, sex: str) -> int:
    coords = [[dim.position(code) for dim, code in zip(DIMS, (place, sex), strict=True)]]
    return int(LATTICE.cells(np.array(coords, dtype=np.int32))[0])


def withheld(*cells: tuple[str, str]) -> np.ndarray:
    found = np.zeros(LATTICE.size, dtype=np.bool_)
    found[[cell(*each) for each in cells]] = True
    return found


PEOPLE = people_of([20, 3, 7, 10, 2, 8])
"""n1: 20 and 3, n2: 7 and 10, s1: 2 and 8."""


def by_table(shares: Iterable[TableShare]) -> dict[ReadTable, tuple[int, int]]:
    return {one.table: (one.people_shown, one.ceiling) for one in shares}


def test_people_are_counted_in_the_cells_of_the_level_of_each_table() -> None:
    small = withheld(("n1", "M"), ("s1", "F"), ("S", "F"))

    found = by_table(table_shares(pattern(PEOPLE, small), PEOPLE, K, TABLES))

    assert found == {PLACES: (50, 50), SEXES: (50, 50), BOTH: (45, 45), REGIONS: (48, 48)}


def test_what_is_withheld_beyond_small_cells_is_missing_from_the_share() -> None:
    beside = withheld(("n1", "M"), ("n2", "M"), ("n1", "F"), ("s1", "F"), ("S", "F"), ("Total", "F"))

    shares = {one.table: one for one in table_shares(pattern(PEOPLE, beside), PEOPLE, K, TABLES)}

    assert by_table(shares.values()) == {PLACES: (50, 50), SEXES: (21, 50), BOTH: (15, 45), REGIONS: (48, 48)}
    assert shares[BOTH].share == pytest.approx(1 / 3)


def test_a_small_cell_that_is_always_shown_does_not_raise_the_share() -> None:
    everything = pattern(PEOPLE, withheld())

    assert {one.share for one in table_shares(everything, PEOPLE, K, TABLES)} == {1.0}


def test_the_worst_comes_first_and_what_shows_nobody_before_all() -> None:
    def share(shown: int, ceiling: int, question: str) -> TableShare:
        return TableShare(ReadTable((), question), shown, ceiling)

    none, few, half, more, small = (
        share(0, 90, "none"), share(1, 90, "few"), share(5, 10, "half"), share(50, 100, "more"),
        share(0, 0, "small"),
    )  # fmt: skip

    assert worst_first([half, few, small, more, none]) == (none, small, few, more, half)
    assert [one.shows_nobody for one in (none, small, few)] == [True, True, False]
    assert small.share == 1.0, "no method of suppression shows anybody there"


def test_a_table_that_the_cube_does_not_have_is_left_out() -> None:
    one_dimension = Lattice.of(DIMS, ["place", "sex"], 1)
    none = np.zeros(one_dimension.size, dtype=np.bool_)
    cube = Pattern(DIMS, {}, one_dimension, none, np.zeros(one_dimension.size, dtype=np.int64))
    unknown: dict[ReadTable, Codes] = {
        ReadTable((("age", "age"),)): {"age": ("child",)},
        ReadTable((("place", "village"),)): {"place": ("v1",)},
    }

    assert by_table(table_shares(cube, PEOPLE, K, TABLES | unknown)).keys() == {PLACES, SEXES}
    nobody = people_of([0] * len(CELLS))
    assert by_table(table_shares(cube, nobody, K, TABLES)) == {PLACES: (0, 0), SEXES: (0, 0)}


def test_of_accidents_only_cells_count_whose_number_of_accidents_is_shown() -> None:
    lattice = Lattice.of(DIMS[:1], ["place"], 1)
    north = int(lattice.cells(np.array([[DIMS[0].position("N")]], dtype=np.int32))[0])
    numbers = np.ones(lattice.size, dtype=np.int64)
    numbers[north] = -1
    cube, asked = pattern(PEOPLE, withheld()), {ACCIDENTS: {"place": ("N", "S")}}

    assert by_table(table_shares(cube, PEOPLE, K, asked, AccidentCells(lattice, numbers))) == {
        ACCIDENTS: (10, 50)
    }
    assert table_shares(cube, PEOPLE, K, asked) == ()
    south = pattern(PEOPLE, withheld(("S", "Total")))
    assert by_table(table_shares(south, PEOPLE, K, asked, AccidentCells(lattice, numbers))) == {
        ACCIDENTS: (0, 50)
    }


def test_a_change_names_the_tables_that_differ_and_those_that_lose_most_first() -> None:
    before = [TableShare(PLACES, 50, 50), TableShare(SEXES, 50, 50), TableShare(BOTH, 10, 45)]
    after = [TableShare(PLACES, 50, 50), TableShare(BOTH, 30, 45), TableShare(REGIONS, 0, 48)]

    found = share_changes(before, after)

    assert [(one.table, one.people) for one in found] == [(SEXES, -50), (REGIONS, 0), (BOTH, 20)]
    assert (found[0].after, found[1].before) == (None, None)
    assert share_changes(before, before) == ()


COUNTS = st.lists(st.integers(0, 12), min_size=len(CELLS), max_size=len(CELLS))
MASKS = st.lists(st.booleans(), min_size=LATTICE.size, max_size=LATTICE.size).map(np.array)


@given(COUNTS, MASKS, MASKS)
@settings(max_examples=100, deadline=None)
def test_a_pattern_that_withholds_more_never_has_a_higher_share(
    counts: list[int], less: np.ndarray, more: np.ndarray
) -> None:
    people = people_of(counts)

    few = {one.table: one for one in table_shares(pattern(people, less), people, K, TABLES)}
    many = {one.table: one for one in table_shares(pattern(people, less | more), people, K, TABLES)}

    assert few.keys() == many.keys() == TABLES.keys()
    for table, one in few.items():
        assert many[table].ceiling == one.ceiling
        assert 0 <= many[table].share <= one.share <= 1


@given(COUNTS)
@settings(max_examples=100, deadline=None)
def test_where_only_small_cells_are_withheld_the_whole_ceiling_is_shown(counts: list[int]) -> None:
    people = people_of(counts)
    values = values_of(people)

    found = table_shares(pattern(people, (values > 0) & (values < K)), people, K, TABLES)

    assert [one.share for one in found] == [1.0] * len(TABLES)


@given(COUNTS, MASKS)
@settings(max_examples=100, deadline=None)
def test_the_numbers_are_what_their_definition_says(counts: list[int], mask: np.ndarray) -> None:
    people = people_of(counts)
    values = values_of(people)

    found = by_table(table_shares(pattern(people, mask), people, K, TABLES))

    for table, codes in TABLES.items():
        cells = [
            cell(place, sex)
            for place in codes.get("place", ("Total",))
            for sex in codes.get("sex", ("Total",))
        ]
        enough = [c for c in cells if values[c] >= K]
        assert found[table] == (sum(values[c] for c in enough if not mask[c]), sum(values[c] for c in enough))
