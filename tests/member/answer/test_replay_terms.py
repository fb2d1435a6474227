"""Quotas and approvals, replayed from a real node's log."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from federation import Federation, federation, policy_text
from signing import put_in_force, signer
from sqlalchemy import delete

from audit.events.events import decode, encode
from audit.events.question_events import Answered, Refused
from audit.formats.note import sign
from gateway.hub.asking import ask
from gateway.member.answer import approval
from gateway.member.answer.decision_replay import Replayed, replay
from gateway.member.build.cube_building import build
from gateway.member.cube.cube_cache import CubeCache
from gateway.member.node.context import Node
from gateway.question import ask as question_of
from gateway.store.engine.schema import openings

APPROVAL = "approval: one person\n"
TWICE = "quota: 2 a day\n"


@pytest.fixture
def region(tmp_path: Path) -> Iterator[Federation]:
    with federation(tmp_path, "KH") as made:
        yield made


@pytest.fixture
def node(region: Federation) -> Node:
    return region.members["KH"].node


def under(region: Federation, more: str) -> None:
    node = region.members["KH"].node
    put_in_force(node, policy_text("KH", version=2) + more)
    build(node)


def put(region: Federation, *by: str) -> str:
    question = question_of(
        region.hub.dictionary, measure="casualties", by=by, where={}, purpose="regional-reporting"
    )
    asked = ask(region.hub, region.analyst, question, timedelta(minutes=60))
    region.members["KH"].round()
    region.clock.move(seconds=1)
    return asked.id


def give_approval(node: Node, question: str, *, granted: bool = True) -> None:
    cube_cache = CubeCache(node.dictionary, node.member, node.store)
    if granted:
        pending = approval.find(node, cube_cache, question)
        note = str(sign(approval.approval(node, pending), signer(node)))
        approval.approve(node, cube_cache, question, note)
    else:
        note = str(sign(approval.refusal(node, question, "not now"), signer(node)))
        approval.refuse(node, cube_cache, question, note, "not now")


def decisions(node: Node) -> dict[int, Answered | Refused]:
    with node.store.reading() as view:
        head = view.log.latest_checkpoint()
        assert head is not None
        events = [decode(entry) for entry in view.log.read_entries(0, head.size)]
    return {i: event for i, event in enumerate(events) if isinstance(event, Answered | Refused)}


def again(node: Node, number: int) -> Replayed:
    with node.store.reading() as view:
        return replay(view, node.dictionary, node.vocabulary, number)


def all_again(node: Node) -> dict[str, tuple[str, ...]]:
    """Every decision by its outcome, and what differs."""
    return {
        ",".join(event.reasons) if isinstance(event, Refused) else f"answered {number}": again(
            node, number
        ).differences
        for number, event in decisions(node).items()
    }


def test_a_quota_that_was_used_up_is_counted_again(region: Federation, node: Node) -> None:
    under(region, TWICE)
    for _ in range(3):
        put(region, "sex")
    found = all_again(node)
    assert set(found.values()) == {()}
    assert "quota-used-up" in found


def test_a_quota_begins_anew_with_its_period(region: Federation, node: Node) -> None:
    under(region, TWICE)
    for _ in range(3):
        put(region, "sex")
    region.clock.move(days=1)
    put(region, "sex")
    assert isinstance([*decisions(node).values()][-1], Answered)
    assert set(all_again(node).values()) == {()}


def test_leave_that_was_given_is_found_in_the_log(region: Federation, node: Node) -> None:
    under(region, APPROVAL + TWICE)
    for granted in (True, False):
        give_approval(node, put(region, "sex"), granted=granted)
    put(region, "sex")
    found = all_again(node)
    assert set(found.values()) == {()}
    assert {"not-approved", "quota-used-up"} <= found.keys()


def _add(node: Node, event: Answered | Refused, like: int) -> int:
    """Put a false decision into the log, with the opening of another one."""
    with node.store.writing() as work:
        opening = work.opening("decision", like)
        number = node.log.append(work.log, [encode(event)], 1)[0]
        if opening is not None:
            work.keep_opening("decision", opening, because=number)
    return number


def test_an_answer_without_the_leave_that_it_needed_is_found(region: Federation, node: Node) -> None:
    under(region, APPROVAL)
    give_approval(node, put(region, "sex"))
    ((number, answered),) = decisions(node).items()
    false = _add(node, replace(answered, question_id="q-without-leave"), number)
    assert again(node, false).differences == ("it needed approval by a person, which the log does not have",)


def test_an_answer_beyond_the_quota_is_found(region: Federation, node: Node) -> None:
    under(region, TWICE)
    for _ in range(2):
        put(region, "sex")
    number, answered = [*decisions(node).items()][-1]
    false = _add(node, replace(answered, question_id="q-the-third"), number)
    assert again(node, false).differences == ("logged: answered; replayed: refused (quota-used-up)",)


def test_what_was_erased_of_earlier_decisions_is_said(region: Federation, node: Node) -> None:
    under(region, TWICE)
    for _ in range(2):
        put(region, "sex")
    first, second = decisions(node)
    _forget(node, first)
    found = again(node, second)
    assert found.differences == ()
    assert "the number of earlier questions is not known" in found.unchecked[0]


def _forget(node: Node, number: int) -> None:
    with node.store.writing() as work:
        assert work.opening("decision", number) is not None
        work._connection.execute(delete(openings).where(openings.c.entry_index == number))
