"""Attack: an extract under the newer policy, beside answers that a former policy gave.

The attacker kept the answers of the former policy (22 women in 2023), reads those of the newer policy, which
hides that number, and receives an extract with two of the provinces: 10 women each. Before extracts were
tried against everything ever shown, two women of a third province followed.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from extract_attacker import Groups, answers, follows, lone_state, policy, prepared, shown_by

from gateway.member.errors import ExtractRefusedError
from gateway.member.node.context import Node

PEOPLE: Groups = {
    ("2023-05", "KH-1", "F", "I", "REC"): 10,
    ("2023-05", "KH-2", "F", "I", "REC"): 10,
    ("2023-05", "KH-3", "F", "I", "REC"): 2,
    ("2022-05", "KH-1", "F", "I", "REC"): 30,
    ("2022-05", "KH-2", "F", "I", "REC"): 4,
    ("2022-05", "KH-3", "F", "I", "REC"): 4,
    ("2022-05", "KH-1", "M", "I", "REC"): 40,
    ("2022-05", "KH-2", "M", "I", "REC"): 3,
    ("2022-05", "KH-3", "M", "I", "REC"): 3,
    ("2023-05", "KH-1", "M", "I", "REC"): 40,
    ("2023-05", "KH-2", "M", "I", "REC"): 40,
    ("2023-05", "KH-3", "M", "I", "REC"): 3,
}
FORMER = policy(1, "date: year, sex: sex", dims=2)
NEWER = policy(2, "date: year, place: province, sex: sex", dims=1)


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    with lone_state(tmp_path) as node:
        yield node


def test_a_number_that_only_a_former_policy_showed_gives_nobody_away(node: Node) -> None:
    cubes = [answers(node, FORMER, PEOPLE), answers(node, NEWER)]
    before = follows(cubes)
    try:
        extract = shown_by(prepared(node, "date", "place", "sex"))
    except ExtractRefusedError:
        return
    assert follows(cubes, [extract]) <= before
