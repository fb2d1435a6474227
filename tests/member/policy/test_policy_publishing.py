"""A policy comes into force by signature, on its day; whatever is refused leaves the former one in force."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from federation import policy_text, snapshot
from lone_node import lone_node
from signing import known, put_in_force, review, signed, signer
from simulation import HandClock
from sqlalchemy import update

from audit.events.event_values import PolicyStep
from audit.events.events import PolicyInForce, PolicyRevoked, PolicySigned, decode
from audit.formats.commitment import Opening
from audit.formats.note import Signer, sign
from gateway.member.build.cube_building import build
from gateway.member.build.upkeep import begin, due
from gateway.member.errors import PolicyRefusedError, SignatureRefusedError
from gateway.member.model.policy_version import Ending
from gateway.member.model.signing_key import Duty
from gateway.member.node.context import Node
from gateway.member.node.signing_keys import holder_of, revocation
from gateway.member.node.signing_keys import revoke as revoke_key
from gateway.member.policy.cube_adoption import existing
from gateway.member.policy.policy_in_force import publication, trusted
from gateway.member.policy.publishing import add_review, come_into_force, hand_in, publish, revoke
from gateway.member.policy.publishing import revocation as policy_revocation
from gateway.member.policy.rollback import former_text
from gateway.member.register.snapshot_loading import keep_snapshot
from gateway.store.member.policies import policies

LATER = "2026-05-01"


@pytest.fixture
def lone(tmp_path: Path) -> Iterator[tuple[Node, HandClock]]:
    with lone_node(tmp_path / "KH") as made:
        yield made


@pytest.fixture
def node(lone: tuple[Node, HandClock]) -> Node:
    return lone[0]


@pytest.fixture
def clock(lone: tuple[Node, HandClock]) -> HandClock:
    return lone[1]


def text(version: int, more: str = "", begins: str = "2026-01-01") -> str:
    return policy_text("KH", version).replace("2026-01-01", begins) + more


def in_force(node: Node) -> int | None:
    with node.store.reading() as view:
        found = trusted(node, view)
    return None if found is None else found[0].version


def events(node: Node) -> list[object]:
    with node.store.reading() as view:
        head = view.log.latest_checkpoint()
        return [] if head is None else [decode(entry) for entry in view.log.read_entries(0, head.size)]


def test_a_signed_policy_is_in_force_and_the_log_says_who_signed(node: Node) -> None:
    done = put_in_force(node, text(1))

    assert in_force(node) == 1
    *_, signing, beginning = events(node)
    assert isinstance(signing, PolicySigned)
    assert signing.signed_by == (str(signer(node).key),)
    assert signing.reviewed_by == ()
    assert isinstance(beginning, PolicyInForce)
    assert (beginning.policy_version, beginning.step) == ("1", PolicyStep.FIRST)
    with node.store.reading() as view:
        opening = view.opening("text", done.index)
    assert opening is not None
    assert opening.value.decode() == text(1)
    opening.verify(signing.text)


def test_the_step_is_logged_and_its_sentences_are_only_committed_to(node: Node) -> None:
    put_in_force(node, text(1))
    done = put_in_force(node, text(2).replace("threshold: 5", "threshold: 3"))

    beginning = events(node)[-1]
    assert isinstance(beginning, PolicyInForce)
    assert beginning.step is PolicyStep.LOOSENED
    with node.store.reading() as view:
        opening = view.opening("effect", done.in_force_index or 0)
    assert isinstance(opening, Opening)
    assert b"below 3 people, was 5" in opening.value


@pytest.mark.parametrize("version", [1, 3, 7])
def test_a_version_that_is_reused_or_skipped_is_refused(node: Node, version: int) -> None:
    put_in_force(node, text(1))

    with pytest.raises(PolicyRefusedError, match="next version here is 2"):
        hand_in(node, text(version), None)

    assert in_force(node) == 1


def test_a_draft_that_was_edited_after_signing_is_refused(node: Node) -> None:
    put_in_force(node, text(1))
    before = events(node)
    hand_in(node, text(2), None)
    note = signed(node, 2, text(2))
    hand_in(node, text(2, "embargo: none\n"), None)

    with pytest.raises(SignatureRefusedError, match="something else"):
        publish(node, note)

    assert in_force(node) == 1
    assert events(node) == before


def test_a_signature_of_another_key_is_refused(node: Node) -> None:
    known(node)
    hand_in(node, text(1), None)
    stranger = Signer.generate("test.example/kh/controller")

    with pytest.raises(SignatureRefusedError, match="not by any key that counts"):
        publish(node, str(sign(publication(node, 1, text(1), accepts=False), stranger)))

    assert in_force(node) is None


def test_a_second_person_does_not_sign_as_a_controller(node: Node) -> None:
    known(node)
    known(node, "second", Duty.SECOND)
    hand_in(node, text(1), None)

    with pytest.raises(SignatureRefusedError):
        publish(node, signed(node, 1, text(1), "second"))


def test_a_text_edited_in_the_database_counts_for_nothing(node: Node) -> None:
    put_in_force(node, text(1))
    edited = text(1).replace("threshold: 5", "threshold: 3")
    with node.store.notes() as notes:
        notes._connection.execute(update(policies).values(text=edited))  # type: ignore[attr-defined]

    assert in_force(node) is None


def test_a_review_is_needed_where_the_new_or_the_present_policy_asks_for_it(node: Node) -> None:
    known(node)
    known(node, "second", Duty.SECOND)
    hand_in(node, text(1, "review: second person\n"), None)
    note = signed(node, 1, text(1, "review: second person\n"))

    with pytest.raises(SignatureRefusedError, match="reviewed by a second person"):
        publish(node, note)
    add_review(node, review(node, 1, text(1, "review: second person\n"), "second"))
    publish(node, note)
    assert in_force(node) == 1
    signing = events(node)[-2]
    assert isinstance(signing, PolicySigned)
    assert signing.reviewed_by == (str(signer(node, "second").key),)

    # Leaving the word out of the next version does not do away with the second person.
    hand_in(node, text(2), None)
    with pytest.raises(SignatureRefusedError, match="reviewed by a second person"):
        publish(node, signed(node, 2, text(2)))


def test_nobody_is_a_second_person_to_himself(node: Node) -> None:
    known(node)
    hand_in(node, text(1, "review: second person\n"), None)
    add_review(node, review(node, 1, text(1, "review: second person\n"), "controller"))

    with pytest.raises(SignatureRefusedError, match="same"):
        publish(node, signed(node, 1, text(1, "review: second person\n")))


def test_a_later_policy_begins_on_its_day_by_itself(node: Node, clock: HandClock) -> None:
    put_in_force(node, text(1))
    put_in_force(node, text(2, begins=LATER))

    assert in_force(node) == 1
    assert come_into_force(node) is None
    clock.move(days=(date(2026, 5, 1) - date(2026, 3, 1)).days)

    assert come_into_force(node) == 2
    assert in_force(node) == 2
    with node.store.reading() as view:
        former = view.signed_policies()[0]
    assert former.ending is Ending.REPLACED


def test_a_later_version_withdraws_one_that_has_not_begun(node: Node, clock: HandClock) -> None:
    put_in_force(node, text(1))
    put_in_force(node, text(2, begins=LATER))
    put_in_force(node, text(3))

    clock.move(days=100)

    assert come_into_force(node) is None
    assert in_force(node) == 3


def test_a_policy_does_not_begin_when_the_key_that_signed_it_was_revoked(
    node: Node, clock: HandClock
) -> None:
    put_in_force(node, text(1))
    known(node, "other")
    put_in_force_later = text(2, begins=LATER)
    hand_in(node, put_in_force_later, None)
    publish(node, signed(node, 2, put_in_force_later, "other"))
    with node.store.reading() as view:
        other = holder_of(view, "other")
    revoke_key(node, other, "stolen", str(sign(revocation(node, other.key, "stolen"), signer(node))))
    clock.move(days=100)

    with pytest.raises(SignatureRefusedError):
        come_into_force(node)

    assert in_force(node) == 1


def test_revoking_ends_a_policy_at_once_and_no_former_one_comes_back(node: Node) -> None:
    put_in_force(node, text(1))
    put_in_force(node, text(2))

    revoke(
        node,
        str(sign(policy_revocation(node, 2, "asked for by the ministry"), signer(node))),
        "asked for by the ministry",
    )

    assert in_force(node) is None
    assert isinstance(events(node)[-1], PolicyRevoked)
    with pytest.raises(PolicyRefusedError, match="No policy is in force"):
        revoke(node, "", "again")
    put_in_force(node, text(3))
    assert in_force(node) == 3


def test_a_revocation_is_signed_for_this_version_and_this_reason(node: Node) -> None:
    put_in_force(node, text(1))
    note = str(sign(policy_revocation(node, 2, "why"), signer(node)))

    with pytest.raises(SignatureRefusedError):
        revoke(node, note, "why")

    assert in_force(node) == 1


def test_a_rollback_is_a_new_version_with_the_old_text(node: Node) -> None:
    put_in_force(node, text(1))
    put_in_force(node, text(2).replace("threshold: 5", "threshold: 7"))
    with node.store.reading() as view:
        again = former_text(node, view, 1)
        with pytest.raises(PolicyRefusedError, match="never was a version 9"):
            former_text(node, view, 9)

    put_in_force(node, again)

    assert again == text(3)
    assert in_force(node) == 3


def test_questions_beside_the_policy_are_run_before_it_can_be_handed_in(node: Node) -> None:
    known(node)
    questions = (
        "questions:\n  - {name: months, recipient: ARMAC, purpose: regional-reporting, measure: casualties, "
        "by: {date: month}, expect: permit}\n"
    )

    with pytest.raises(PolicyRefusedError, match="'months'"):
        hand_in(node, text(1), questions)

    hand_in(node, text(1), questions.replace("permit", "deny"))


def test_a_policy_with_an_error_that_lint_finds_is_refused(node: Node) -> None:
    known(node)

    with pytest.raises(PolicyRefusedError, match="overlap"):
        hand_in(node, text(1, "pooled_years: [2015-2017, 2017-2019]\n"), None)


def test_words_only_keep_the_cube_and_it_answers_at_once(node: Node) -> None:
    put_in_force(node, text(1))
    keep_snapshot(node, snapshot("KH"))
    first = build(node)

    put_in_force(node, text(2, "redistribution: no\n"))

    with node.store.reading() as view:
        now = view.cube()
        assert now is not None
        assert existing(view, first.snapshot.id, first.plan) == first.cube
    assert (now.policy_version, now.cube) == (2, first.cube)
    assert replace(now, policy_version=1, index=first.index) == first


def test_a_policy_that_begins_by_itself_makes_its_own_cube(node: Node, clock: HandClock) -> None:
    put_in_force(node, text(1))
    keep_snapshot(node, snapshot("KH"))
    build(node)
    put_in_force(node, text(2, begins=LATER).replace("threshold: 5", "threshold: 7"))

    assert not due(node)
    assert begin(node) == []
    clock.move(days=100)
    assert due(node)
    assert begin(node) == ["2"]

    assert not due(node)
    assert in_force(node) == 2
    with node.store.reading() as view:
        cube = view.cube()
    assert cube is not None
    assert cube.policy_version == 2
