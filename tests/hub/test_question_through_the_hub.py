"""The hub's part of a question's way: logged, delivered with proof, answered, released; or refused."""

from dataclasses import replace
from datetime import timedelta

import pytest
from simulation import HandClock, SimulatedMember, hand_in

from audit.errors import AuditError
from audit.events.event_values import EntryRef
from audit.events.events import decode
from audit.events.question_events import Asked, Denied, Released
from audit.formats.checkpoint import Checkpoint
from audit.formats.commitment import Opening
from audit.formats.merkle import verify_consistency
from audit.formats.note import Note, Verifier
from audit.log.policy import Policy
from audit.log.receipt import Receipt
from gateway.hub.asking import ask
from gateway.hub.context import Hub
from gateway.hub.errors import (
    AlreadyAnsweredError,
    AnswerRefusedError,
    NotPermittedError,
    PollRefusedError,
    TooLateError,
    UnknownQuestionError,
)
from gateway.hub.model import AskedQuestion, Principal, Role, State
from gateway.hub.receiving import receive
from gateway.hub.releasing import release_due, release_round
from gateway.question import Question
from gateway.question import ask as question_of
from gateway.wire.answer import AskedEntry, Refusal
from gateway.wire.answer_text import open_answer
from gateway.wire.cells import Status
from gateway.wire.poll import Delivery
from gateway.wire.release import RESULT, Release, release_text

Members = dict[str, SimulatedMember]
WITHIN = timedelta(seconds=10)


def question(hub: Hub, **where: list[str]) -> Question:
    return question_of(
        hub.dictionary,
        measure="casualties",
        by=["country", "outcome"],
        where=where,
        purpose="regional-reporting",
    )


def delivered(hub: Hub, member: SimulatedMember) -> Delivery:
    (delivery,) = member.poll(hub).deliveries
    return delivery


def released(hub: Hub, asked: AskedQuestion) -> Release:
    with hub.store.reading() as view:
        release = view.release(asked.id)
    assert release is not None
    return release


def log_size(hub: Hub) -> int:
    with hub.store.reading() as view:
        return Checkpoint.parse(hub.log.checkpoint(view.log).text).size


def test_a_question_is_logged_before_anybody_hears_of_it(
    hub: Hub, members: Members, analyst: Principal
) -> None:
    asked = ask(hub, analyst, question(hub), WITHIN)

    delivery = delivered(hub, members["KH"])
    event = decode(delivery.entry)
    assert isinstance(event, Asked)
    assert (event.question_id, event.members, event.purpose) == (asked.id, ("KH", "TH"), "regional-reporting")
    assert b"analyst@" not in delivery.entry


def test_the_receipt_proves_the_entry_under_the_checkpoint_of_the_same_reply(
    hub: Hub, members: Members, analyst: Principal
) -> None:
    ask(hub, analyst, question(hub), WITHIN)
    reply = members["KH"].poll(hub)
    receipt = Receipt.parse(reply.deliveries[0].receipt)

    from_key = Policy.of(Verifier(hub.log.key))
    assert receipt.verify(reply.deliveries[0].entry, from_key).checkpoint.size == log_size(hub)
    with pytest.raises(AuditError):
        receipt.verify(reply.deliveries[0].entry + b" ", from_key)


def test_a_poll_proves_that_the_log_only_grew(hub: Hub, members: Members, analyst: Principal) -> None:
    before = Checkpoint.parse(Note.parse(members["KH"].poll(hub).checkpoint).text)
    ask(hub, analyst, question(hub), WITHIN)

    reply = members["KH"].poll(hub, before.size)

    after = Checkpoint.parse(Note.parse(reply.checkpoint).text)
    verify_consistency(before.size, after.size, reply.consistency, before.root, after.root)


def test_everybody_answers_and_the_table_is_released_with_a_commitment(
    hub: Hub, members: Members, analyst: Principal
) -> None:
    asked = ask(hub, analyst, question(hub), WITHIN)
    hand_in(hub, members["KH"], members["KH"].answer(delivered(hub, members["KH"]), 7, 20, 0, 27))
    assert release_due(hub) == []
    hand_in(hub, members["TH"], members["TH"].answer(delivered(hub, members["TH"]), None, 6, 0, 9))

    assert release_due(hub) == [asked.id]
    assert release_due(hub) == []

    release = released(hub, asked)
    cells = {cell.key: cell for cell in release.cells}
    assert cells["KH", "K"].value == 7
    assert cells["Total", "K"].status is Status.WITHHELD
    assert cells["Total", "K"].at_least == 7
    with hub.store.reading() as view:
        question_now = view.question(asked.id)
        assert question_now is not None
        assert question_now.released_index is not None
        event = decode(hub.log.entry(view.log, question_now.released_index))
        opening = view.opening(RESULT, question_now.released_index)
    assert isinstance(event, Released)
    assert (event.asked_index, event.answered, event.missing) == (asked.asked_index, ("KH", "TH"), ())
    assert opening is not None
    Opening(RESULT, opening.salt, release_text(release).encode()).verify(event.result)


def test_a_member_that_is_away_does_not_hold_the_others_up(
    hub: Hub, members: Members, analyst: Principal, clock: HandClock
) -> None:
    asked = ask(hub, analyst, question(hub), WITHIN)
    hand_in(hub, members["KH"], members["KH"].answer(delivered(hub, members["KH"]), 7, 20, 0, 27))
    assert release_round(hub) == ([], asked.deadline)

    clock.move(seconds=12)

    assert release_due(hub) == [asked.id]
    cells = {cell.key: cell for cell in released(hub, asked).cells}
    assert cells["TH", "K"].status is Status.NO_ANSWER
    assert cells["Total", "K"].missing_members == ("TH",)
    assert members["TH"].poll(hub).deliveries  # it may still answer, late


def test_a_member_that_never_called_is_not_said_to_be_offline_since(
    hub: Hub, members: Members, analyst: Principal, clock: HandClock
) -> None:
    """Before, it was offline since the hub was founded, or began to serve."""
    hub = replace(hub, started=clock.now())
    asked = ask(hub, analyst, question(hub), WITHIN)
    hand_in(hub, members["KH"], members["KH"].answer(delivered(hub, members["KH"]), 7, 20, 0, 27))
    clock.move(seconds=60)
    assert release_due(hub) == [asked.id]

    said = {c.member: (c.offline_since, c.never_called) for c in released(hub, asked).coverage}

    assert said["TH"] == (None, True)


def test_a_member_that_called_at_a_time_to_come_is_missed_once_the_clock_is_right(
    hub: Hub, members: Members, analyst: Principal, clock: HandClock
) -> None:
    """The hub's clock was three years ahead: no question waits three years for a member that is away."""
    clock.move(days=3 * 365)
    hub = replace(hub, started=clock.now())
    for member in members.values():
        member.poll(hub)
    clock.move(days=-3 * 365)
    asked = ask(hub, analyst, question(hub), timedelta(days=30))
    hand_in(hub, members["KH"], members["KH"].answer(delivered(hub, members["KH"]), 7, 20, 0, 27))
    clock.move(minutes=2)

    assert release_due(hub) == [asked.id]
    assert {c.member for c in released(hub, asked).coverage if c.offline_since} == {"TH"}
    again = ask(hub, analyst, question(hub, sex=["F"]), timedelta(days=30))
    clock.move(minutes=2)
    assert release_due(hub) == [again.id], "nor for one that called since, and left"


def test_an_answer_after_the_end_is_refused(
    hub: Hub, members: Members, analyst: Principal, clock: HandClock
) -> None:
    asked = ask(hub, analyst, question(hub), WITHIN)
    late = members["TH"].answer(delivered(hub, members["TH"]), 1, 2, 3, 6)
    clock.move(seconds=12)
    release_due(hub)
    clock.move(days=7)

    with pytest.raises(TooLateError):
        hand_in(hub, members["TH"], late)
    assert released(hub, asked).coverage[1].answered is False


def test_the_first_answer_stands(hub: Hub, members: Members, analyst: Principal) -> None:
    ask(hub, analyst, question(hub), WITHIN)
    delivery = delivered(hub, members["KH"])
    hand_in(hub, members["KH"], members["KH"].answer(delivery, 7, 20, 0, 27))

    with pytest.raises(AlreadyAnsweredError):
        hand_in(hub, members["KH"], members["KH"].answer(delivery, 8, 20, 0, 28))


def test_nobody_answers_for_another_member(hub: Hub, members: Members, analyst: Principal) -> None:
    ask(hub, analyst, question(hub, country=["KH"]), WITHIN)
    delivery = delivered(hub, members["KH"])

    with pytest.raises(AnswerRefusedError):
        receive(hub, members["KH"].enrolment, members["TH"].answer(delivery, 1, 1, 1, 3))
    with pytest.raises(UnknownQuestionError):
        hand_in(hub, members["TH"], members["TH"].answer(delivery, 1, 1, 1, 3))


def test_an_answer_cannot_be_moved_to_another_question(
    hub: Hub, members: Members, analyst: Principal
) -> None:
    kh = members["KH"]
    first = ask(hub, analyst, question(hub), WITHIN)
    sent = kh.answer(delivered(hub, kh), 7, 20, 0, 27)
    second = ask(hub, analyst, question(hub), WITHIN)
    made = open_answer(sent.note, kh.signer.verifier)

    moved = replace(made, question_id=second.id)
    asked = EntryRef(made.asked.origin, made.asked.index, bytes.fromhex(made.asked.leaf))
    with pytest.raises(AnswerRefusedError, match="another entry"):
        hand_in(hub, kh, kh.logged(moved, asked))
    elsewhere = replace(made, asked=AskedEntry("other.example/log", made.asked.index, made.asked.leaf))
    with pytest.raises(AnswerRefusedError, match="another entry"):
        hand_in(hub, kh, kh.logged(elsewhere, asked))
    assert first.id != second.id


def test_an_answer_that_the_member_did_not_log_is_refused(
    hub: Hub, members: Members, analyst: Principal
) -> None:
    kh = members["KH"]
    ask(hub, analyst, question(hub), WITHIN)
    delivery = delivered(hub, kh)
    other, logged = kh.answer(delivery, 8, 20, 0, 28), kh.answer(delivery, 7, 20, 0, 27)
    kh.show(hub)

    for sent in (
        replace(logged, entry=other.entry),
        replace(logged, receipt=other.receipt),
        replace(logged, note=other.note),
        replace(logged, salt=bytes(32)),
        replace(logged, entry=delivery.entry, receipt=delivery.receipt),
    ):
        with pytest.raises(AnswerRefusedError):
            receive(hub, kh.enrolment, sent)
    with hub.store.reading() as view:
        assert all(view.answers(q.id) == {} for q in view.open_questions())


def test_a_refusal_is_an_answer_and_says_why(hub: Hub, members: Members, analyst: Principal) -> None:
    asked = ask(hub, analyst, question(hub, country=["KH"]), WITHIN)
    kh = members["KH"]

    hand_in(hub, kh, kh.answer(delivered(hub, kh), refusals=(Refusal.TOO_DETAILED,)))
    release_due(hub)

    (coverage,) = released(hub, asked).coverage
    assert coverage.refusals == (Refusal.TOO_DETAILED,)


def test_a_question_about_nobody_enrolled_is_released_empty(hub: Hub, analyst: Principal) -> None:
    asked = ask(hub, analyst, question(hub), WITHIN)

    assert release_due(hub) == [asked.id]
    assert released(hub, asked).coverage == ()


@pytest.mark.parametrize(
    ("role", "purposes", "reason"),
    [
        (Role.AUDITOR, {"regional-reporting"}, "role-may-not-ask"),
        (Role.ANALYST, {"treaty-reporting"}, "purpose-not-held"),
    ],
)
def test_who_may_not_ask_is_refused_and_the_attempt_logged(
    hub: Hub, members: Members, role: Role, purposes: set[str], reason: str
) -> None:
    nosy = Principal("nosy", "ARMAC", role, frozenset(purposes))

    with pytest.raises(NotPermittedError):
        ask(hub, nosy, question(hub), WITHIN)

    with hub.store.reading() as view:
        event = decode(hub.log.entry(view.log, log_size(hub) - 1))
        assert view.open_questions() == []
    assert isinstance(event, Denied)
    assert event.reasons == (reason,)
    assert members["KH"].poll(hub).deliveries == ()


def test_a_member_that_has_seen_more_stops_a_hub_that_was_rolled_back(hub: Hub, members: Members) -> None:
    with pytest.raises(PollRefusedError, match="only"):
        members["KH"].poll(hub, seen_size=log_size(hub) + 1)


def test_states_of_a_question(hub: Hub, members: Members, analyst: Principal, clock: HandClock) -> None:
    asked = ask(hub, analyst, question(hub), WITHIN)
    with hub.store.reading() as view:
        assert [q.state for q in view.questions_of("analyst")] == [State.OPEN]
        assert view.questions_of("somebody else") == []
    clock.move(minutes=1)
    release_due(hub)
    with hub.store.reading() as view:
        found = view.question(asked.id)
    assert found is not None
    assert found.state is State.RELEASED
