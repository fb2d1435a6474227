"""An upload with a node's next poll counts as if it had come with a call of its own."""

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from federation import Federation, federation

from gateway.hub import polling
from gateway.hub.asking import ask
from gateway.hub.model import AskedQuestion
from gateway.hub.polling import poll
from gateway.hub.releasing import release_due
from gateway.member.answer import outbox as outbox_module
from gateway.member.errors import LinkError
from gateway.question import ask as question_of
from gateway.wire.poll import Poll, PollReply
from gateway.wire.upload_batch import UploadBatch


@pytest.fixture
def region(tmp_path: Path) -> Iterator[Federation]:
    with federation(tmp_path, "KH", "LA") as running:
        for member in running.members.values():
            member.link.carries = True
        yield running


def put(region: Federation) -> AskedQuestion:
    question = question_of(
        region.hub.dictionary, measure="casualties", by=("outcome",), where={}, purpose="regional-reporting"
    )
    return ask(region.hub, region.analyst, question, timedelta(seconds=60))


def answered(region: Federation, asked: AskedQuestion) -> set[str]:
    with region.hub.store.reading() as view:
        return set(view.answers(asked.id))


def unsent(region: Federation, code: str) -> int:
    with region.members[code].node.store.reading() as view:
        return len(view.outbox())


def test_an_answer_comes_with_the_next_poll_and_no_call_of_its_own(region: Federation) -> None:
    asked = put(region)
    for member in region.members.values():
        member.round()
    assert answered(region, asked) == set()

    for member in region.members.values():
        member.round()

    assert release_due(region.hub) == [asked.id]
    assert all(member.link.sent == [] for member in region.members.values())
    assert (unsent(region, "KH"), unsent(region, "LA")) == (0, 0)


def test_a_reply_that_got_lost_loses_nothing_and_repeats_nothing(region: Federation) -> None:
    asked, member = put(region), region.members["KH"]
    member.round()

    def lost(_reply: PollReply) -> PollReply:
        raise LinkError("The reply was lost.")

    bend, member.link.bend, member.link.cut = member.link.bend, lost, True
    with pytest.raises(LinkError):
        member.round()
    assert (answered(region, asked), unsent(region, "KH")) == ({"KH"}, 1)  # kept, and not known to be

    member.link.bend, member.link.cut = bend, False
    member.round()

    assert (answered(region, asked), unsent(region, "KH")) == ({"KH"}, 0)


def test_a_piece_that_is_not_kept_keeps_no_other_out(region: Federation) -> None:
    """The answer of a member cannot come in the batch of another."""
    asked = put(region)
    laos = region.members["LA"]
    laos.round()
    own = region.members["KH"]
    own.round()
    with laos.node.store.reading() as view:
        foreign = outbox_module.outbox(laos.node, view).batch().answers
    own.link.twist = lambda call: replace(
        call,
        upload_batch=UploadBatch(answers=(*foreign, *call.upload_batch.answers, *call.upload_batch.answers)),
    )

    own.round()

    assert answered(region, asked) == {"KH"}


def test_an_answer_too_large_for_a_batch_has_a_call_of_its_own(
    region: Federation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox_module, "MOST_BYTES", 100)
    asked, member = put(region), region.members["KH"]
    member.round()
    member.round()

    assert answered(region, asked) == {"KH"}
    assert len(member.link.sent) == 1


def test_a_batch_that_a_hub_does_not_take_does_not_stop_a_node(region: Federation) -> None:
    asked, member = put(region), region.members["KH"]
    member.round()

    def refused(call: Poll) -> Poll:
        if call.upload_batch.answers:
            raise LinkError("The hub said 422.")
        return call

    member.link.twist = refused
    with pytest.raises(LinkError):
        member.round()

    assert answered(region, asked) == {"KH"}
    member.round()  # and goes on


def test_growth_of_the_log_is_told_a_little_later_and_a_question_at_once(
    region: Federation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(polling, "GROWTH_WAITS", 0.3)
    put(region)
    for member in [*region.members.values()] * 2:
        member.round()
    release_due(region.hub)
    with region.hub.store.reading() as view:
        head = view.log.latest_checkpoint()
    assert head is not None
    call = Poll(0, None, None, 20.0, copied=head.size - 1)

    began = time.monotonic()
    reply = poll(region.hub, region.members["KH"].link.enrolment, call)
    assert 0.3 <= time.monotonic() - began < 20
    assert (reply.deliveries, reply.excerpt is None) == ((), False)

    monkeypatch.setattr(polling, "GROWTH_WAITS", 20.0)
    put(region)
    began = time.monotonic()
    assert poll(region.hub, region.members["KH"].link.enrolment, call).deliveries
    assert time.monotonic() - began < 20
