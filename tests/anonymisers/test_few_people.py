"""A register of few people, many of its tables nearly empty: a cube is made whatever the key is."""

from pathlib import Path

import pytest

from anonymisers.cube import build_cube
from anonymisers.rules import Rules, TableOf
from anonymisers.strict_json import parse_json
from anonymisers.table import Table

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
    data = Path(__file__).parents[1] / "data" / "few-people.json"
    return Table.from_json(parse_json(data.read_bytes()))


@pytest.mark.parametrize("key", [4, 5, 7])
def test_whatever_the_key_a_safe_pattern_is_found(few: Table, key: int) -> None:
    """With 4 nobody near an empty cell could come to it, with the others a large group was left to follow."""
    build_cube(few, RULES, key.to_bytes(32, "big"))
