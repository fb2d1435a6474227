"""A register of few people, many of its tables nearly empty: a cube is made whatever the key is."""

from itertools import product
from pathlib import Path

import pytest

from anonymisers.cube.certified_cube import build_cube
from anonymisers.cube.released_cells import Value
from anonymisers.tables.count_table import Table
from anonymisers.tables.hierarchy import Hierarchy
from anonymisers.tables.rules import Rules, TableOf
from anonymisers.tables.strict_json import parse_json
from anonymisers.tables.table_reading import table_from_json

RULES = Rules(
    max_dims=3,
    sensitive=frozenset({"device", "outcome"}),
    priority=(
        TableOf.of(("date", "outcome"), date=2, outcome=1),
        TableOf.of(("age", "date", "sex"), age=1, date=2, sex=1),
        TableOf.of(("date", "device"), date=2, device=2),
        TableOf.of(("date", "place"), date=2, place=1),
    ),
    finer=None,
)


@pytest.fixture(scope="module")
def few() -> Table:
    """803 invented people of fourteen years, by six dimensions."""
    data = Path(__file__).parents[2] / "data" / "few-people.json"
    return table_from_json(parse_json(data.read_bytes()))


@pytest.mark.parametrize("key", [4, 7])
def test_whatever_the_key_a_safe_pattern_is_found(few: Table, key: int) -> None:
    """With 4 nobody near an empty cell could come to it, with 7 a large group was left to follow."""
    build_cube(few, RULES, key.to_bytes(32, "big"))


def test_cells_that_no_table_shows_tell_nothing_of_a_year_without_anybody() -> None:
    """22 people of two years, provinces in regions only: that nobody is of 2022 may be withheld as well."""
    years, outcomes = (_flat("year", "2022", "2023", "2024"), _flat("outcome", "K", "I", "U"))
    above = {"N": "Total", "S": "Total", "N1": "N", "N2": "N", "S1": "S", "S2": "S"}
    place = Hierarchy("place", ("Total", *above), above)
    inner = list(product(("2023", "2024"), "KI", ("N1", "N2", "S1", "S2")))
    counts = [1, 0, 0, 0, 1, 1, 2, 2, 1, 0, 0, 1, 3, 3, 4, 3]
    rules = Rules(
        max_dims=2,
        sensitive=frozenset({"outcome"}),
        priority=(TableOf.of(("year", "outcome")), TableOf.of(("year", "place"), place=1)),
        finer=None,
    )
    cube = build_cube(Table.of((years, outcomes, place), zip(inner, counts, strict=True)), rules, bytes(32))
    assert cube.lookup({}) == Value(22)


def _flat(name: str, *codes: str) -> Hierarchy:
    return Hierarchy(name, ("Total", *codes), dict.fromkeys(codes, "Total"))
