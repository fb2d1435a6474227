"""Attack: an extract under the newer policy, beside answers that a former policy gave.

The attacker kept the answers of the former policy (22 women in 2023), reads those of the newer policy, which
hides that number, and receives an extract with two of the provinces: 10 women each. Before extracts were
tried against everything ever shown, two women of a third province followed. The other way round, the extract
comes first, and a third policy shows what the first one showed.
"""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from extract_attacker import (
    COLUMNS,
    PEOPLE,
    answers,
    asked,
    cube_under,
    follows,
    groups_of,
    lone_state,
    policy,
    prepared,
    shown_by,
)

from gateway.member.errors import NotProtectedError
from gateway.member.node.context import Node

FINE = {("2023", "KH-1", "F"), ("2023", "KH-2", "F")}


def shows_women_of_a_year(version: int) -> str:
    return policy(version, "date: year, sex: sex", dims=2)


def hides_women_of_a_year(version: int) -> str:
    return policy(version, "date: year, place: province, sex: sex", dims=1)


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    with lone_state(tmp_path) as node:
        yield node


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Node]:
    """The same state, had it never had the former policy."""
    with lone_state(tmp_path / "other") as node:
        yield node


def test_a_number_that_only_a_former_policy_showed_gives_nobody_away(node: Node, other: Node) -> None:
    cubes = [answers(node, shows_women_of_a_year(1), PEOPLE), answers(node, hides_women_of_a_year(2))]
    alone = answers(other, hides_women_of_a_year(1), PEOPLE)
    without = prepared(other, *COLUMNS)
    assert groups_of(without) >= FINE
    assert not follows([alone], [shown_by(without)])
    assert follows(cubes, [shown_by(without)]), "the attack: two women follow from the former answer"

    extract = prepared(node, *COLUMNS)

    assert not groups_of(extract) >= FINE
    assert not follows(cubes, [shown_by(extract)])


def test_no_later_policy_shows_the_number_that_an_extract_has_made_dangerous(node: Node) -> None:
    hiding = answers(node, hides_women_of_a_year(1), PEOPLE)
    extract = shown_by(asked(node, prepared(node, *COLUMNS)))
    try:
        showing = cube_under(node, shows_women_of_a_year(2))
    except NotProtectedError:
        return
    assert not follows([hiding, showing], [extract])


def test_a_policy_that_comes_back_is_tried_beside_the_extract_made_meanwhile(node: Node) -> None:
    cubes = [answers(node, shows_women_of_a_year(1), PEOPLE), answers(node, hides_women_of_a_year(2))]
    extract = shown_by(asked(node, prepared(node, *COLUMNS)))
    with suppress(NotProtectedError):
        cubes.append(cube_under(node, policy(3, "date: year, sex: sex, place: province", dims=2)))
    assert not follows(cubes, [extract])
