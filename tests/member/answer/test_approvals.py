"""A question that needs a person waits with the very answer; quotas are charged before anything is read."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from federation import Federation, federation, policy_text
from hypothesis import given
from hypothesis import strategies as st
from signing import known, put_in_force, signer

from audit.events.events import decode
from audit.events.question_events import Answered, ApprovalAwaited, ApprovalDecided
from audit.formats.note import sign
from gateway.hub.asking import ask
from gateway.hub.releasing import release_due
from gateway.member.answer import approval
from gateway.member.answer.quotas import start_of
from gateway.member.build.cube_building import build
from gateway.member.cube.cube_cache import CubeCache
from gateway.member.errors import NotWaitingError, SignatureRefusedError
from gateway.member.model.sent_answer import SentAnswer
from gateway.member.model.signing_key import Duty
from gateway.member.node.context import Node
from gateway.member.policy.publishing import revocation, revoke
from gateway.question import ask as question_of
from gateway.wire.answer import Quota, Refusal
from gateway.wire.release import Coverage
from policies.model.terms import Period

APPROVED = "approval: {ready_made: automatic, others: one person}\n"


@pytest.fixture
def region(tmp_path: Path) -> Iterator[Federation]:
    with federation(tmp_path, "KH") as made:
        yield made


@pytest.fixture
def node(region: Federation) -> Node:
    return region.members["KH"].node


def under(region: Federation, more: str) -> None:
    """Let a policy with these further terms be in force."""
    node = region.members["KH"].node
    put_in_force(node, policy_text("KH", version=2) + more)
    build(node)


def put(region: Federation, *by: str, minutes: float = 60, where: dict[str, list[str]] | None = None) -> str:
    question = question_of(
        region.hub.dictionary, measure="casualties", by=by, where=where or {}, purpose="regional-reporting"
    )
    asked = ask(region.hub, region.analyst, question, timedelta(minutes=minutes))
    region.members["KH"].round()
    return asked.id


def coverage(region: Federation, question: str) -> Coverage | None:
    release_due(region.hub)
    with region.hub.store.reading() as view:
        found = view.release(question)
    return None if found is None else found.coverage[0]


def cube_cache(node: Node) -> CubeCache:
    return CubeCache(node.dictionary, node.member, node.store)


def approve(node: Node, question: str, name: str = "controller") -> SentAnswer | None:
    pending = approval.find(node, cube_cache(node), question)
    note = str(sign(approval.approval(node, pending), signer(node, name)))
    cubes = cube_cache(node)
    return approval.approve(node, cubes, question, note)


def refuse(node: Node, question: str, reason: str) -> SentAnswer:
    note = str(sign(approval.refusal(node, question, reason), signer(node)))
    return approval.refuse(node, cube_cache(node), question, note, reason)


def logged(region: Federation) -> list[object]:
    return [decode(entry) for entry in region.members["KH"].log_entries()]


def test_a_question_waits_and_is_answered_once_somebody_has_approved(region: Federation, node: Node) -> None:
    under(region, APPROVED)
    question = put(region, "year", "sex")

    assert coverage(region, question) is None
    (pending,) = approval.queue(node, cube_cache(node))
    assert pending.waiting.question_id == question
    assert pending.answer.cells

    assert approve(node, question) is not None
    region.members["KH"].round()

    found = coverage(region, question)
    assert found is not None
    assert found.answered
    assert found.policy == "2"
    waits, entry, answered = logged(region)[-3:]
    assert isinstance(waits, ApprovalAwaited)
    assert isinstance(entry, ApprovalDecided)
    assert entry.granted
    assert isinstance(answered, Answered)
    assert approval.queue(node, cube_cache(node)) == []


def test_what_is_approved_is_the_very_answer_that_goes_out(region: Federation, node: Node) -> None:
    under(region, APPROVED)
    question = put(region, "year", "sex")
    seen = approval.find(node, cube_cache(node), question).answer

    approve(node, question)
    region.members["KH"].round()

    with region.hub.store.reading() as view:
        from_hub = view.answers(question)["KH"]
    assert approval.answer_text(seen) == from_hub.partition("\n\n")[0] + "\n"


def test_ready_made_questions_go_out_by_themselves_where_the_policy_says_so(region: Federation) -> None:
    under(region, APPROVED)

    found = coverage(region, put(region, "year", "outcome"))

    assert found is not None
    assert found.answered


def test_the_hub_says_that_a_person_is_awaited_and_asks_no_second_time(region: Federation) -> None:
    under(region, APPROVED)
    question = put(region, "year", "sex")
    member = region.members["KH"]

    member.round()

    with region.hub.store.reading() as view:
        assert view.waiting(question) == ["KH"]
        assert view.undelivered("KH", region.hub.clock.now()) == []
    assert member.round().answered == 0


def test_two_persons_are_two_persons(region: Federation, node: Node) -> None:
    known(node, "second", Duty.SECOND)
    under(region, "approval: two persons\n")
    question = put(region, "year", "sex")

    assert approve(node, question) is None
    assert approve(node, question) is None  # the same person again
    assert approval.find(node, cube_cache(node), question).approved_by == ("controller",)
    assert approve(node, question, "second") is not None


def test_a_refusal_shows_the_analyst_only_that_approval_was_refused(region: Federation, node: Node) -> None:
    under(region, APPROVED)
    question = put(region, "year", "sex")

    refuse(node, question, "the ministry asks first")
    region.members["KH"].round()

    found = coverage(region, question)
    assert found is not None
    assert found.refusals == (Refusal.NOT_APPROVED,)
    *_, entry, _ = logged(region)
    assert isinstance(entry, ApprovalDecided)
    assert not entry.granted
    with pytest.raises(NotWaitingError):
        approve(node, question)


def test_an_approval_of_another_answer_is_no_approval(region: Federation, node: Node) -> None:
    under(region, APPROVED)
    question, other = put(region, "year", "sex"), put(region, "sex")
    pending = approval.find(node, cube_cache(node), other)
    note = str(sign(approval.approval(node, pending), signer(node)))

    with pytest.raises(SignatureRefusedError, match="something else"):
        approval.approve(node, cube_cache(node), question, note)

    assert len(approval.queue(node, cube_cache(node))) == 2


def test_a_policy_revoked_meanwhile_is_judged_again_at_the_approval(region: Federation, node: Node) -> None:
    under(region, APPROVED)
    question = put(region, "year", "sex")
    revoke(node, str(sign(revocation(node, 2, "why"), signer(node))), "why")

    approve(node, question)
    region.members["KH"].round()

    found = coverage(region, question)
    assert found is not None
    assert found.refusals == (Refusal.NOT_IN_FORCE,)


def test_a_question_under_way_is_refused_once_its_policy_is_revoked(region: Federation, node: Node) -> None:
    under(region, "")
    question = question_of(
        region.hub.dictionary, measure="casualties", by=["year"], where={}, purpose="regional-reporting"
    )
    asked = ask(region.hub, region.analyst, question, timedelta(minutes=60))
    revoke(node, str(sign(revocation(node, 2, "why"), signer(node))), "why")
    region.members["KH"].round()

    found = coverage(region, asked.id)
    assert found is not None
    assert found.refusals == (Refusal.NOT_IN_FORCE,)


def test_nobody_in_time_is_named_in_the_release_and_ends_as_late(region: Federation, node: Node) -> None:
    under(region, APPROVED)
    question = put(region, "year", "sex")
    region.members["KH"].round()
    region.clock.move(hours=2)

    found = coverage(region, question)
    assert found is not None
    assert found.waiting
    assert not found.answered
    region.clock.move(days=8)  # the time for late answers is over as well
    approval.end_late(node, cube_cache(node))
    assert approval.queue(node, cube_cache(node)) == []
    assert logged(region)[-1].reasons == ("too-late",)  # type: ignore[attr-defined]


def test_quotas_are_charged_per_organisation_and_named_in_every_answer(
    region: Federation, node: Node
) -> None:
    under(region, "quota: 2 a month\n")

    first, second, third = (coverage(region, put(region, "year")) for _ in range(3))

    assert first is not None
    assert second is not None
    assert third is not None
    assert first.quotas == (Quota("month", 2, 1),)
    assert second.quotas == (Quota("month", 2, 2),)
    assert third.refusals == (Refusal.QUOTA_USED_UP,)
    assert third.quotas == (Quota("month", 2, 2),)
    region.clock.move(days=31)
    fourth = coverage(region, put(region, "year"))
    assert fourth is not None
    assert fourth.answered


def test_a_question_that_the_policy_denies_is_not_charged(region: Federation, node: Node) -> None:
    under(region, "quota: 2 a month\n")

    put(region, "device_type")

    with node.store.reading() as view:
        assert view.charges("ARMAC", datetime(2000, 1, 1, tzinfo=UTC)) == []


def test_a_question_that_waits_is_charged_when_it_comes_not_again_when_it_goes(
    region: Federation, node: Node
) -> None:
    under(region, APPROVED + "quota: 3 a month\n")
    waiting = put(region, "year", "sex")
    after = put(region, "year", "outcome")
    approve(node, waiting)
    region.members["KH"].round()

    one, other = coverage(region, waiting), coverage(region, after)

    assert one is not None
    assert other is not None
    assert (one.quotas, other.quotas) == ((Quota("month", 3, 1),), (Quota("month", 3, 2),))


MOMENTS = st.integers(0, 10**10).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))


@given(MOMENTS, st.sampled_from(Period))
def test_a_period_begins_before_its_moments_and_holds_them(at: datetime, period: Period) -> None:
    start = start_of(period, at)

    longest = {Period.DAY: 1, Period.WEEK: 7, Period.MONTH: 31, Period.YEAR: 366}
    assert start <= at < start + timedelta(days=longest[period])
    assert start_of(period, start) == start
