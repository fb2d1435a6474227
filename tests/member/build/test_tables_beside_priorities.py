"""Tables beside those that come first are shown too, as far as all of them together are safe."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from federation import policy_text
from lone_node import lone_node
from register import Register, answered, two_years, withstands
from signing import put_in_force

from anonymisers.cube.released_cells import Value, Withheld
from gateway.member.build.revisions import revisions
from gateway.member.node.context import Node

POLICY = (
    policy_text("KH").replace("sex: sex, ", "sex: sex, place: province, ") + "priority: [outcome-by-year]\n"
)


@pytest.fixture
def register() -> Register:
    return two_years()


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    with lone_node(tmp_path / "KH") as (made, clock):
        clock.move(days=200)
        yield made


def test_what_is_safe_beside_the_priorities_is_shown_of_each_new_year(node: Node, register: Register) -> None:
    put_in_force(node, POLICY)
    first = answered(node, register)
    register.add(2024, 130)
    register.add(2024, 3, sex="F")
    second = answered(node, register)

    assert first.lookup({"date": "2022", "outcome": "K"}) == Value(23)
    assert first.lookup({"date": "2022", "place": "KH-1"}) == Value(40)
    assert first.lookup({"sex": "F", "outcome": "K"}) == Value(8)
    assert isinstance(second.lookup({"date": "2024", "place": "KH-1"}), Value)
    assert second.lookup({"date": "2024", "sex": "F"}) == Withheld()
    assert withstands(second)


def test_corrections_do_not_wait_longer_for_it(node: Node, register: Register) -> None:
    put_in_force(node, POLICY)
    answered(node, register)
    register.add(2023, 9, place=0)
    register.withdraw([n for n in range(60) if n % 4 in (0, 1)])

    after = answered(node, register)

    assert [part.kind for part in after.parts] == ["period", "added", "left"]
    assert revisions(node).people == 0
    assert withstands(after)


def test_where_a_cell_is_never_to_be_shown_no_table_is_shown_that_might_tell_it(
    node: Node, register: Register
) -> None:
    put_in_force(node, f"{POLICY}never_show: [{{date: 2022, place: KH-1}}]\n")
    cube = answered(node, register)

    assert cube.lookup({"date": "2022", "outcome": "K"}) == Value(23)
    assert cube.lookup({"date": "2022", "place": "KH-1"}) == Withheld()
    assert cube.lookup({"date": "2022", "place": "KH-2"}) == Withheld()
