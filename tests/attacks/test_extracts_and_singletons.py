"""Attack: an insider, the only person of a cell, reads an extract beside the tables.

The tables show 35 women; the extract shows 30 of them in two provinces. Outsiders learn that 5 women are in
other provinces, and no more. The only woman of one of these provinces takes herself away, and knew before how
many women the other province has: singletons were not thought of for extracts.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from extract_attacker import (
    Groups,
    answers,
    follows,
    groups_of,
    lone_state,
    policy,
    prepared,
    singletons,
    unread,
)

from anonymisers.history.release_history import ReleaseHistory
from anonymisers.tables.release import Release
from gateway.member.node.context import Node

PEOPLE: Groups = {
    **{("2023-05", place, "F", "I", "REC"): 15 for place in ("KH-1", "KH-15")},
    **{("2023-05", place, "M", "I", "REC"): 40 for place in ("KH-1", "KH-15")},
    ("2023-05", "KH-2", "F", "I", "REC"): 1,
    ("2023-05", "KH-24", "F", "I", "REC"): 4,
    ("2023-05", "KH-2", "M", "I", "REC"): 4,
    ("2023-05", "KH-24", "M", "I", "REC"): 3,
}


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    with lone_state(tmp_path) as node:
        yield node


def test_the_only_person_of_a_cell_computes_no_other_cell(node: Node) -> None:
    cube = answers(node, policy(1, "place: province, sex: sex", dims=1), PEOPLE)
    large = read_by_a_singleton(cube, {(place, sex) for (_, place, sex, *_), n in PEOPLE.items() if n >= 5})
    assert not follows([cube], [large])
    alone = singletons([cube], [unread(large)], PEOPLE)
    assert singletons([cube], [large], PEOPLE) > alone, (
        "the attack: the only woman of a province counts others"
    )

    made = prepared(node, "place", "sex")

    assert "what singletons can compute" not in made.figures
    assert singletons([cube], [read_by_a_singleton(cube, groups_of(made))], PEOPLE) <= alone


def read_by_a_singleton(cube: ReleaseHistory, shown: set[tuple[str, ...]]) -> Release:
    """An extract with these groups; all others are withheld from its reader."""
    dims = [dim for dim in cube.dims if dim.name in ("place", "sex")]
    cells = {(place, sex): many for (_, place, sex, *_), many in PEOPLE.items()}
    return Release.of(dims, {cell: many if cell in shown else None for cell, many in cells.items()})
