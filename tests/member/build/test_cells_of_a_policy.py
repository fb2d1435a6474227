"""Cells that a policy always or never shows, and those in which nobody can be, as a node carries them out."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from federation import policy_text
from lone_node import lone_node
from register import Register, answered, two_years, withstands
from signing import known, put_in_force, signed

from anonymisers.cube.released_cells import Value, Withheld
from anonymisers.history.release_history import ReleaseHistory
from anonymisers.history.vintages import releases
from gateway.member.build.cube_building import build
from gateway.member.build.preview import make, measure
from gateway.member.errors import NotAcceptedError, NotProtectedError
from gateway.member.node.context import Node
from gateway.member.policy.policy_in_force import checked
from gateway.member.policy.publishing import hand_in, publish
from gateway.member.register.snapshot_loading import keep_snapshot

POLICY = policy_text("KH").replace("sex: sex, ", "sex: sex, place: province, ")


@pytest.fixture
def register() -> Register:
    return two_years()


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    with lone_node(tmp_path / "KH") as (made, clock):
        clock.move(days=200)
        yield made


def policy(more: str, version: int = 1) -> str:
    return f"{POLICY.replace('version: 1', f'version: {version}')}{more}\n"


def seen(node: Node, more: str, version: int = 1) -> ReleaseHistory:
    """The cube that a policy would answer from."""
    made = make(node, checked(node, policy(more, version)))
    assert made.hindrance is None
    assert isinstance(made.cube, ReleaseHistory)
    return made.cube


def test_what_is_never_shown_is_withheld_of_each_part_and_does_not_follow(
    node: Node, register: Register
) -> None:
    put_in_force(node, policy("never_show: [{place: KH-3}, {place: KH-1, date: 2024}]"))
    first = answered(node, register)
    register.add(2024, 130)
    register.add(2023, 9)
    second = answered(node, register)

    assert first.lookup({"place": "KH-3"}) == Withheld()
    assert isinstance(first.lookup({"place": "KH-1"}), Value)
    assert [part.kind for part in second.parts] == ["period", "added", "period"]
    assert second.lookup({"place": "KH-3"}) == Withheld()
    assert second.lookup({"place": "KH-1", "date": "2024"}) == Withheld()
    assert withstands(second)


def test_what_was_shown_before_is_lost_once_it_is_never_shown_and_nothing_else_comes_back(
    node: Node, register: Register
) -> None:
    put_in_force(node, policy(""))
    before = answered(node, register)
    after = seen(node, "never_show: [{place: KH-3}]", 2)

    changed = before.withheld != after.withheld
    assert isinstance(before.lookup({"place": "KH-3"}), Value)
    assert after.lookup({"place": "KH-3"}) == Withheld()
    assert int(changed.sum()) == int(after.lost.sum()) == 1
    assert [len(part.cubes) for part in after.parts] == [1]


def test_what_is_always_shown_from_now_on_is_sought_for_released_people_too(
    node: Node, register: Register
) -> None:
    put_in_force(node, policy("never_show: [{place: KH-3}]"))
    before = answered(node, register)

    now = seen(node, "always_show: [{place: KH-2}]", 2)
    stricter = seen(node, "never_show: [{place: KH-3}, {place: KH-2}]", 2)

    assert isinstance(now.lookup({"place": "KH-2"}), Value)
    assert [len(part.cubes) for part in now.parts] == [2]
    assert [len(part.cubes) for part in stricter.parts] == [1]
    assert not (before.withheld & ~now.withheld & before.lost).any()
    assert withstands(now)


def test_a_margin_is_kept_where_it_costs_no_rule_that_has_no_exception(
    node: Node, register: Register
) -> None:
    register.add(2023, 7, sex="X")
    keep_snapshot(node, register.snapshot())

    kept = seen(node, "keep: [total, {date: year}, {date: year, outcome: yes}]")

    for year in ("2022", "2023"):
        for outcome in ("K", "I"):
            assert isinstance(kept.lookup({"date": year, "outcome": outcome}), Value)
    assert withstands(kept)
    register.add(2023, 2, place=0, sex="U")
    keep_snapshot(node, register.snapshot())
    with pytest.raises(NotProtectedError, match="sex=U is to be shown always, and is so small"):
        seen(node, "keep: [{sex: sex}]")
    with pytest.raises(NotProtectedError, match="cannot always be shown"):
        seen(node, "keep: [{sex: sex}]\nnever_show: [{sex: U}]")


def test_what_stays_narrow_beside_it_is_accepted_by_signature_or_answers_nothing(node: Node) -> None:
    few = Register()
    few.add(2023, 60, place=0)
    for place in (1, 2, 3):
        few.add(2023, 1, place=place)
    keep_snapshot(node, few.snapshot())
    text = policy("always_show: {place: KH-1}").replace("first_year: 2022", "first_year: 2023")

    found = measure(node, make(node, checked(node, text)))
    known(node)
    hand_in(node, text, None)
    with pytest.raises(NotAcceptedError, match="withheld cells narrower than the rules ask for"):
        publish(node, signed(node, 1, text, accepts=False))
    publish(node, signed(node, 1, text, accepts=True))
    built = ReleaseHistory.from_bytes(build(node).cube)

    assert (("place", "KH-2"),) in [one.cell for one in found.insufficiently_protected]
    assert all(one.years == ("2023",) for one in found.insufficiently_protected)
    assert built.lookup({"place": "KH-1"}) == Value(60)
    assert built.lookup({"place": "KH-2"}) == Withheld()
    assert len(built.accepted) == len(found.insufficiently_protected)


def test_where_nobody_can_be_is_shown_and_no_alternative_puts_anybody_there(
    node: Node, register: Register
) -> None:
    keep_snapshot(node, register.snapshot())

    plain, known_empty = seen(node, ""), seen(node, "structural_zeros: [{place: KH-5}, {sex: X}]")

    assert isinstance(known_empty.lookup({"place": "KH-5"}), Value)
    assert known_empty.lookup({"place": "KH-5", "outcome": "K"}) == Value(0)
    reported = [release.structural for release in releases(known_empty.parts)]
    assert reported == [((("place", "KH-5"),), (("sex", "X"),))]
    assert withstands(known_empty)
    assert [release.structural for release in releases(plain.parts)] == [()]
    with pytest.raises(NotProtectedError, match="structural zero place=KH-1 has people in it"):
        seen(node, "structural_zeros: [{place: KH-1}]")


def test_a_stored_cube_remembers_its_marks(node: Node, register: Register) -> None:
    keep_snapshot(node, register.snapshot())
    marks = "never_show: [{place: KH-3}]\nstructural_zeros: [{place: KH-5}]\nkeep: [{date: year}]"

    made = seen(node, marks)

    again = ReleaseHistory.from_bytes(made.to_bytes())
    assert again.rules == made.rules
    assert again.rules.never == {(("place", "KH-3"),)}
    assert again.rules.always == {(("date", "2022"),), (("date", "2023"),)}
