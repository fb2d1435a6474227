"""Attack: an insider, the only person of a cell, reads an extract beside the tables.

The tables show 24 women; the extract shows the 20 women of one province. Outsiders learn that 4 women are in
other provinces, and no more. The only woman of one of these provinces takes herself away, and knew before how
many women the other province has: insiders were not thought of for extracts.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from extract_attacker import Groups, answers, follows, insiders, lone_state, policy, prepared, shown_by

from anonymisers.tables.release import Release
from gateway.member.node.context import Node

PEOPLE: Groups = {
    ("2023-05", "KH-1", "F", "I", "REC"): 20,
    ("2023-05", "KH-2", "F", "I", "REC"): 1,
    ("2023-05", "KH-3", "F", "I", "REC"): 4,
    ("2023-05", "KH-1", "M", "I", "REC"): 40,
    ("2023-05", "KH-2", "M", "I", "REC"): 4,
    ("2023-05", "KH-3", "M", "I", "REC"): 3,
}


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    with lone_state(tmp_path) as node:
        yield node


def test_the_only_person_of_a_cell_computes_no_other_cell(node: Node) -> None:
    cube = answers(node, policy(1, "place: province, sex: sex", dims=1), PEOPLE)
    attack = Release.of(
        [dim for dim in cube.dims if dim.name in ("place", "sex")],
        {(place, sex): many if many >= 5 else None for (_, place, sex, *_), many in PEOPLE.items()},
    )
    assert not follows([cube], [attack])
    assert insiders([cube], [attack], PEOPLE), "the attack: the only woman of a province counts the others"

    made = prepared(node, "place", "sex")

    assert "what insiders can compute" not in made.figures
    assert not insiders([cube], [shown_by(made)], PEOPLE)
