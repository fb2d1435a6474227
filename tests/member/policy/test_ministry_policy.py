"""A ministry-wide policy above the data set's: signed and logged likewise, and never loosening anything."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from federation import Federation, federation, policy_text, snapshot
from lone_node import lone_node
from signing import known, put_in_force, signed, signer
from sqlalchemy import update

from audit.events.event_values import PolicyStep
from audit.events.events import PolicyInForce, PolicyRevoked, PolicySigned, decode
from audit.events.question_events import Answered, Refused
from audit.formats.note import sign
from gateway.hub.asking import ask
from gateway.hub.releasing import release_due
from gateway.member.answer.decision_replay import replay
from gateway.member.build.cube_building import build
from gateway.member.build.preview import make, ready
from gateway.member.build.upkeep import begin
from gateway.member.errors import PolicyRefusedError
from gateway.member.node.context import Node
from gateway.member.policy.policy_in_force import trusted
from gateway.member.policy.publishing import hand_in, publish, revocation, revoke
from gateway.member.policy.rollback import former_text
from gateway.member.register.snapshot_loading import keep_snapshot
from gateway.question import ask as question_of
from gateway.store.member.policies import ministry_policies
from gateway.wire.release import Coverage
from policies import Policy, load_policy

MINISTRY = """\
member: KH
data_set: all
version: 1
valid_from: 2026-01-01
valid_for: 24 months
legal_basis: order 7
share:
  - {with: [ARMAC, public], for: [regional-reporting, research], measures: casualties}
finest: {date: year, sex: sex}
threshold: 7
"""


@pytest.fixture
def region(tmp_path: Path) -> Iterator[Federation]:
    with federation(tmp_path, "KH") as made:
        yield made


@pytest.fixture
def node(region: Federation) -> Node:
    return region.members["KH"].node


def publish_above(node: Node, text: str = MINISTRY) -> None:
    known(node)
    draft = hand_in(node, text, None)
    publish(node, signed(node, draft.version, draft.text), ministry=True)


def revoke_above(node: Node, version: int = 1) -> None:
    note = str(sign(revocation(node, version, "asked for", ministry=True), signer(node)))
    revoke(node, note, "asked for", ministry=True)


def asked(region: Federation, *by: str) -> Coverage:
    question = question_of(
        region.hub.dictionary, measure="casualties", by=by, where={}, purpose="regional-reporting"
    )
    put = ask(region.hub, region.analyst, question, timedelta(seconds=10))
    region.members["KH"].round()
    release_due(region.hub)
    with region.hub.store.reading() as view:
        found = view.release(put.id)
    assert found is not None
    return found.coverage[0]


def logged(node: Node, kind: type) -> list[object]:
    with node.store.reading() as view:
        head = view.log.latest_checkpoint()
        assert head is not None
        entries = [decode(entry) for entry in view.log.read_entries(0, head.size)]
    return [entry for entry in entries if isinstance(entry, kind)]


def test_it_is_signed_and_logged_as_any_policy_and_leaves_the_data_sets_as_it_is(node: Node) -> None:
    publish_above(node)
    with node.store.reading() as view:
        found, above = view.policy(), view.ministry.policy()
    assert found is not None
    assert above is not None
    assert (found.version, above.version) == (1, 1)
    entry = logged(node, PolicySigned)[-1]
    assert isinstance(entry, PolicySigned)
    assert entry.policy_version == "all/1"
    assert "controller" in entry.signed_by[0]
    began = logged(node, PolicyInForce)[-1]
    assert isinstance(began, PolicyInForce)
    # it tightens what the data set's said by itself, though it is the first of its kind
    assert (began.policy_version, began.step) == ("all/1", PolicyStep.TIGHTENED)


def test_together_they_permit_what_both_permit_and_answers_name_both(region: Federation, node: Node) -> None:
    assert asked(region, "outcome").answered
    make(node, node_policy(node, MINISTRY))  # protected beside what was given out, before it counts
    publish_above(node)
    refused, answered = asked(region, "outcome"), asked(region, "year", "sex")
    assert not refused.answered
    assert answered.answered
    assert answered.policy == "1 with all/1"


def test_the_cube_is_that_of_both(region: Federation, node: Node) -> None:
    before = make(node, node_policy(node, policy_text("KH")))
    above = make(node, node_policy(node, MINISTRY))
    assert set(before.plan.finest) == {"date", "sex", "outcome"}
    assert set(above.plan.finest) == {"date", "sex"}
    assert above.policy.scope.threshold == 7
    publish_above(node)
    build(node)
    with node.store.reading() as view:
        answers = view.cube()
    assert answers is not None
    assert answers.cube == above.bytes
    assert answers.label == ready(node, above).label == "1 with all/1"


def test_a_document_of_the_data_set_is_looked_at_below_it(node: Node) -> None:
    publish_above(node)
    seen = make(node, node_policy(node, policy_text("KH", 2)))
    assert set(seen.plan.finest) == {"date", "sex"}
    assert seen.above == 1


def test_revoked_it_stops_everything_until_another_follows(region: Federation, node: Node) -> None:
    publish_above(node)
    build(node)
    revoke_above(node)
    entry = logged(node, PolicyRevoked)[-1]
    assert isinstance(entry, PolicyRevoked)
    assert entry.policy_version == "all/1"
    assert trusted_label(node) is None
    assert not asked(region, "year").answered
    with pytest.raises(PolicyRefusedError, match="none follows it"):
        make(node, node_policy(node, policy_text("KH", 2)))
    publish_above(node, MINISTRY.replace("version: 1", "version: 2"))
    assert trusted_label(node) == "1 with all/2"
    assert asked(region, "year").answered


def test_a_revocation_of_the_one_is_no_revocation_of_the_other(node: Node) -> None:
    publish_above(node)
    assert revocation(node, 1, "why") != revocation(node, 1, "why", ministry=True)


def test_edited_in_the_database_nothing_is_answered(region: Federation, node: Node) -> None:
    publish_above(node)
    build(node)
    with node.store.writing() as work:
        looser = MINISTRY.replace("threshold: 7", "threshold: 3")
        work._connection.execute(update(ministry_policies).values(text=looser))  # type: ignore[attr-defined]
    assert trusted_label(node) is None
    assert not asked(region, "year").answered


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("version: 1", "version: 2"), "the next version here is 1"),
        (("threshold: 7", "threshold: 7\nmechanism: cell-key"), "mechanism"),
        (("valid_from: 2026-01-01", "valid_from: 2028-06-01"), "never in force on the same day"),
        (("consent", "consent"), ""),
    ],
)
def test_what_cannot_stand_above_is_refused_and_what_is_in_force_stays(
    node: Node, change: tuple[str, str], words: str
) -> None:
    text = MINISTRY.replace(*change)
    if not words:
        text += "population: {consent: REC, victims: FAM}\n"
        words = "Nobody is counted by both"
    with pytest.raises(PolicyRefusedError, match=words):
        publish_above(node, text)
    assert trusted_label(node) == "1"


def test_a_signature_on_the_data_sets_draft_does_not_publish_the_ministrys(node: Node) -> None:
    hand_in(node, policy_text("KH", 2), None)
    with pytest.raises(PolicyRefusedError, match="no draft"):
        publish(node, signed(node, 2, policy_text("KH", 2)), ministry=True)


def test_it_may_come_first_and_waits_for_its_day(tmp_path: Path) -> None:
    with lone_node(tmp_path / "KH") as (node, clock):
        publish_above(node, MINISTRY.replace("valid_from: 2026-01-01", "valid_from: 2026-04-01"))
        put_in_force(node, policy_text("KH"))
        keep_snapshot(node, snapshot("KH"))
        build(node)
        assert trusted_label(node) == "1"
        clock.move(days=40)
        assert begin(node) == ["all/1"]
        assert trusted_label(node) == "1 with all/1"
        with node.store.reading() as view:
            cube = view.cube()
        assert cube is not None
        assert cube.label == "1 with all/1"


def test_it_rolls_back_like_any_other(node: Node) -> None:
    publish_above(node)
    publish_above(node, MINISTRY.replace("version: 1", "version: 2").replace("threshold: 7", "threshold: 9"))
    with node.store.reading() as view:
        again = former_text(node, view.ministry, 1)
    publish_above(node, again)
    assert trusted_label(node) == "1 with all/3"


def test_decisions_below_it_are_made_again_from_the_log(region: Federation, node: Node) -> None:
    asked(region, "year")
    make(node, node_policy(node, MINISTRY))
    publish_above(node)
    asked(region, "outcome")
    asked(region, "year", "sex")
    with node.store.reading() as view:
        head = view.log.latest_checkpoint()
        assert head is not None
        events = enumerate(map(decode, view.log.read_entries(0, head.size)))
        numbers = [n for n, event in events if isinstance(event, Answered | Refused)]
        again = [replay(view, node.dictionary, node.vocabulary, number) for number in numbers]
    assert [each.event.policy_version for each in again] == ["1", "1 with all/1", "1 with all/1"]
    assert [each.differences for each in again] == [(), (), ()]


def node_policy(node: Node, text: str) -> Policy:
    return load_policy(text, node.vocabulary)


def trusted_label(node: Node) -> str | None:
    with node.store.reading() as view:
        found = trusted(node, view)
    return None if found is None else found[0].label
