"""A policy in force that names a word of before: it answers nothing, and a new version replaces it."""

from dataclasses import replace
from pathlib import Path

import pytest
from federation import policy_text, snapshot
from lone_node import lone_node
from signing import known, put_in_force, review, signed

from audit.events.event_values import PolicyStep
from gateway.member.build.cube_building import build
from gateway.member.errors import PolicyRefusedError, SignatureRefusedError
from gateway.member.node.context import Node
from gateway.member.policy.policy_in_force import checked, trusted
from gateway.member.policy.publishing import add_review, hand_in, publish, step_to
from gateway.member.register.snapshot_loading import keep_snapshot
from policies import Vocabulary

FORMER = policy_text("KH").replace("outcome: yes", "outcome: yes, service.REH: yes")
NEW = policy_text("KH", 2)
REVIEWED = "review: second person\n"


def of_before(words: Vocabulary) -> Vocabulary:
    """The words of a version that still had yes-or-no services."""
    return replace(words, dimensions={**words.dimensions, "service.REH": ("service.REH",)}, replaced={})


def in_force_before(node: Node, text: str) -> None:
    put_in_force(replace(node, vocabulary=of_before(node.vocabulary)), text)
    keep_snapshot(node, snapshot("KH"))


def test_a_policy_of_former_words_answers_nothing_and_gives_way_to_a_new_version(tmp_path: Path) -> None:
    with lone_node(tmp_path / "KH") as (node, _):
        in_force_before(node, FORMER)
        with node.store.reading() as view:
            assert trusted(node, view) is None
        with pytest.raises(PolicyRefusedError, match=r"service.REH. is no longer known: status.REH replaces"):
            checked(node, FORMER)

        put_in_force(node, NEW)
        build(node)

        with node.store.reading() as view:
            found = trusted(node, view)
            assert found is not None
            assert found[0].version == 2
            assert view.cube() is not None


def test_what_changed_is_anything_where_the_former_version_cannot_be_read(tmp_path: Path) -> None:
    with lone_node(tmp_path / "KH") as (node, _):
        in_force_before(node, FORMER)
        with node.store.reading() as view:
            assert step_to(node, view, checked(node, NEW)) == (PolicyStep.BOTH, b"[]")


def test_a_second_person_whom_the_former_policy_asks_for_is_still_needed(tmp_path: Path) -> None:
    with lone_node(tmp_path / "KH") as (node, _):
        former = replace(node, vocabulary=of_before(node.vocabulary))
        text = FORMER + REVIEWED
        known(node)
        known(node, "second")
        hand_in(former, text, None)
        add_review(former, review(former, 1, text, "second"))
        publish(former, signed(former, 1, text))

        with pytest.raises(SignatureRefusedError, match="reviewed by a second person"):
            put_in_force(node, NEW)
