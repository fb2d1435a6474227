"""Odd input: registers of one person, one year, one household; odd thresholds; policies and keys in a hurry.

No input ends without an answer that says what happened, and none of the answers tells how few there are.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from federation import policy_text
from lone_node import lone_node
from register import Register, answered, withstands
from signing import put_in_force

from gateway.bootstrap.setup.controller_keys import back_up, create_key, person, restore
from gateway.errors import SafelaneError
from gateway.member.build.preview import make
from gateway.member.cube.cube_cache import CubeCache
from gateway.member.errors import KeyRefusedError
from gateway.member.model.signing_key import Duty
from gateway.member.node.context import Node
from gateway.member.policy.policy_in_force import checked

POLICY = policy_text("KH").replace("sex: sex, ", "sex: sex, place: province, ")


def one_person() -> Register:
    made = Register()
    made.add(2023, 1)
    return made


def twenty_in_a_year() -> Register:
    made = Register()
    made.add(2023, 20)
    return made


def one_household() -> Register:
    made = Register()
    for sex in ("M", "M", "F", "F", "F", "F"):
        made.add(2023, 1, place=2, sex=sex)
    for n, row in made.rows.items():
        made.rows[n] = ("2023-05", *row[1:3], "I", row[4])
    return made


def all_in_one_cell() -> Register:
    made = Register()
    made.add(2023, 60, place=1)
    for n, row in made.rows.items():
        made.rows[n] = ("2023-05", *row[1:3], "I", row[4])
    return made


@contextmanager
def node_of(place: Path, policy: str) -> Iterator[Node]:
    with lone_node(place / "KH") as (node, clock):
        clock.move(days=200)
        put_in_force(node, policy)
        yield node


@pytest.mark.parametrize("zeros", ["partner", "publish", "protect"])
@pytest.mark.parametrize("threshold", [2, 5, 30])
@pytest.mark.parametrize("made", [one_person, twenty_in_a_year, one_household, all_in_one_cell])
def test_an_odd_register_answers(tmp_path: Path, made: object, threshold: int, zeros: str) -> None:
    policy = POLICY.replace("threshold: 5", f"threshold: {threshold}") + f"zeros: {zeros}\n"
    if zeros == "protect" or threshold == 30:
        policy = policy.replace("reruns: accept\n", "")  # as of a policy that does not say
    register = made()  # type: ignore[operator]
    with node_of(tmp_path, policy) as node:
        reported = ""
        try:
            assert withstands(answered(node, register), threshold)
        except SafelaneError as error:
            reported = error.message
        ready = CubeCache(node.dictionary, node.member, node.store).refresh()
        assert ready is not None, reported
        total = ready.read({})
        assert total is None or total >= threshold or (total == 0 and zeros != "protect")
        assert reported or total in (None, len(register.rows))
        if len(register.rows) < threshold:
            assert total is None
            assert not reported, "few people are no fault"


def test_a_dimension_with_one_code(tmp_path: Path) -> None:
    register = twenty_in_a_year()
    policy = POLICY.replace("place: province", "victim_type: yes").replace(
        "max_dimensions: 2", "max_dimensions: 3"
    )
    with node_of(tmp_path, policy) as node:
        cube = answered(node, register)
        assert withstands(cube)


def test_a_policy_that_changes_five_times_a_day(tmp_path: Path) -> None:
    register = Register()
    register.add(2023, 60)
    register.add(2023, 9, sex="F")
    with node_of(tmp_path, POLICY) as node:
        cube = answered(node, register)
        for number, threshold in enumerate((7, 3, 5, 11, 5), start=2):
            text = POLICY.replace("version: 1", f"version: {number}")
            text = text.replace("threshold: 5", f"threshold: {threshold}")
            made = make(node, checked(node, text))
            assert made.hindrance is None
            put_in_force(node, text)
            cube = answered(node, register)
            ready = CubeCache(node.dictionary, node.member, node.store).refresh()
            assert ready is not None
            assert ready.policy_version == number
        assert withstands(cube, 3)


def test_the_key_file_of_another_member_opens_nothing(tmp_path: Path) -> None:
    phrase = "a passphrase for this test"
    with lone_node(tmp_path / "TH", "TH") as (other, _):
        create_key(tmp_path / "TH", other, "noy", Duty.CONTROLLER, phrase, by=None)
        back_up(tmp_path / "TH", other, "noy", phrase, tmp_path / "noy.key")
        theirs = person(tmp_path / "TH", other, "noy", phrase)
    with lone_node(tmp_path / "KH") as (node, _):
        create_key(tmp_path / "KH", node, "noy", Duty.CONTROLLER, phrase, by=None)
        with pytest.raises(KeyRefusedError, match="does not count at this node"):
            restore(tmp_path / "KH", node, tmp_path / "noy.key", phrase)
        own = person(tmp_path / "KH", node, "noy", phrase)
        assert own.holder.key != theirs.holder.key
