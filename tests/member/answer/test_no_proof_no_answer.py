"""A node answers what is proved to be logged, once; whatever else a hub sends it, it does not look at."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from federation import Federation, Member, federation
from memory_log import MemoryStorage
from simulation import ORIGIN

from audit.events.events import decode, encode
from audit.events.question_events import Answered, Asked, Refused, Rejected
from audit.formats.checkpoint import Checkpoint
from audit.formats.note import Note, Signer
from audit.log.log import Log
from gateway.hub.asking import ask
from gateway.hub.model import AskedQuestion
from gateway.hub.releasing import release_due
from gateway.member.errors import LinkError
from gateway.question import ask as question_of
from gateway.wire.cells import Status
from gateway.wire.poll import Delivery, PollReply
from gateway.wire.release import Release


@pytest.fixture
def region(tmp_path: Path) -> Iterator[Federation]:
    with federation(tmp_path, "KH", "TH") as made:
        yield made


def put(
    region: Federation, *by: str, purpose: str = "regional-reporting", **where: list[str]
) -> AskedQuestion:
    question = question_of(region.hub.dictionary, measure="casualties", by=by, where=where, purpose=purpose)
    return ask(region.hub, region.analyst, question, timedelta(seconds=10))


def release(region: Federation, asked: AskedQuestion) -> Release:
    release_due(region.hub)
    with region.hub.store.reading() as view:
        found = view.release(asked.id)
    assert found is not None
    return found


def last_event(member: Member) -> object:
    return decode(member.log_entries()[-1])


def tampered(delivery: Delivery) -> Delivery:
    """The question with another purpose, under the receipt of the one that was logged."""
    event = decode(delivery.entry)
    assert isinstance(event, Asked)
    return replace(delivery, entry=encode(replace(event, purpose="treaty-reporting")))


def test_a_logged_question_is_answered_and_the_answer_logged(region: Federation) -> None:
    asked = put(region, "country", "outcome")

    for member in region.members.values():
        assert member.round().answered == 1

    cells = {cell.key: cell for cell in release(region, asked).cells}
    assert cells["KH", "I"].value == 106
    assert cells["Total", "I"].value == 212
    event = last_event(region.members["KH"])
    assert isinstance(event, Answered)
    assert event.asked.origin == ORIGIN
    assert event.asked.index == asked.asked_index


def test_small_cells_stay_withheld_and_nothing_on_the_wire_tells_them(region: Federation) -> None:
    asked = put(region, "country", "year", "sex", country=["KH"])
    region.members["KH"].round()

    cells = {cell.key: cell for cell in release(region, asked).cells}
    small = [key for key, cell in cells.items() if cell.status is Status.WITHHELD]
    assert small
    # 120 people, 11 of them women, over three years: 3 or 4 women a year, which nobody may learn.
    assert ("KH", "2022", "F") in small


@pytest.mark.parametrize("bend", ["altered", "unlogged", "receipt of another question", "not a receipt"])
def test_a_question_without_its_proof_is_not_looked_at(region: Federation, bend: str) -> None:
    kh = region.members["KH"]
    put(region, "country", "outcome")
    other = put(region, "country", "sex")

    def bent(reply: PollReply) -> PollReply:
        first, second = reply.deliveries
        changed = {
            "altered": tampered(first),
            "unlogged": replace(first, entry=first.entry.replace(b"ARMAC", b"OTHER")),
            "receipt of another question": replace(first, receipt=second.receipt),
            "not a receipt": replace(first, receipt="trust me\n"),
        }[bend]
        return replace(reply, deliveries=(changed,))

    kh.link.bend = bent
    assert kh.round() == kh.round()  # nothing answered, however often

    assert kh.link.sent == []
    entries = [decode(e) for e in kh.log_entries()]
    refused = [e for e in entries if isinstance(e, Rejected)]
    assert [e.reasons for e in refused] == [("no-proof",)]
    assert not any(isinstance(e, Answered) for e in entries)
    assert other.id


def test_a_question_put_to_others_is_not_ours(region: Federation) -> None:
    put(region, "country", "outcome", country=["TH"])
    th = region.members["TH"]
    elsewhere: list[PollReply] = []
    th.link.bend = lambda reply: elsewhere.append(reply) or reply
    th.round()
    kh = region.members["KH"]
    kh.link.bend = lambda reply: replace(reply, deliveries=elsewhere[0].deliveries)

    assert kh.round().answered == 0
    assert kh.link.sent == []


def test_a_repeated_question_is_answered_once(region: Federation) -> None:
    kh = region.members["KH"]
    put(region, "country", "outcome")
    kept: list[Delivery] = []

    def again(reply: PollReply) -> PollReply:
        kept.extend(reply.deliveries)
        return replace(reply, deliveries=tuple(kept[:1]))

    kh.link.bend = again
    rounds = [kh.round() for _ in range(3)]

    assert [r.answered for r in rounds] == [1, 0, 0]
    assert len(kh.link.sent) == 1
    answers = [e for e in map(decode, kh.log_entries()) if isinstance(e, Answered)]
    assert len(answers) == 1
    assert last_event(kh).reasons == ("repeated",)


def test_an_answer_lost_on_the_way_is_sent_again_not_made_again(region: Federation) -> None:
    kh = region.members["KH"]
    asked = put(region, "country", "outcome", country=["KH"])
    kh.link.cut = True
    with pytest.raises(LinkError):
        kh.round()
    logged = kh.log_entries()

    kh.link.cut = False
    kh.round()

    assert release(region, asked).coverage[0].answered
    assert [e for e in kh.log_entries() if b'"answered"' in e] == [e for e in logged if b'"answered"' in e]


def test_an_expired_question_is_refused(region: Federation) -> None:
    kh = region.members["KH"]
    put(region, "country", "outcome", country=["KH"])
    kept: list[PollReply] = []
    kh.link.bend = lambda reply: kept.append(reply) or replace(reply, deliveries=())
    kh.round()
    region.clock.move(days=8)  # after the time for late answers as well
    kh.link.bend = lambda reply: replace(reply, deliveries=kept[0].deliveries)

    kh.round()

    event = last_event(kh)
    assert isinstance(event, Refused)
    assert event.reasons == ("too-late",)


def forged_log(region: Federation, entries: list[bytes]) -> tuple[Log, MemoryStorage]:
    """Another history under the hub's own key: what a lying hub could sign."""
    log = Log(Signer.parse(region.hub.log._signer.secret()))
    storage = MemoryStorage(ORIGIN)
    log.append(storage, entries, 0)
    return log, storage


def test_a_forked_log_is_refused_and_nothing_under_it_answered(region: Federation) -> None:
    kh = region.members["KH"]
    put(region, "country", "outcome")
    kh.round()
    sent = len(kh.link.sent)
    with region.hub.store.reading() as view:
        size = Checkpoint.parse(region.hub.log.checkpoint(view.log).text).size
        genuine = list(view.log.read_entries(0, size))
    question = put(region, "country", "sex")
    log, storage = forged_log(region, [b"{}", *genuine[1:], genuine[-1]])

    def fork(reply: PollReply) -> PollReply:
        (delivery,) = reply.deliveries
        index = log.append(storage, [delivery.entry], 0)[0]
        return PollReply(
            str(log.checkpoint(storage)),
            tuple(log.consistency(storage, size, index + 1)),
            (replace(delivery, receipt=str(log.receipt(storage, index))),),
        )

    kh.link.bend = fork
    with pytest.raises(LinkError, match="does not extend"):
        kh.round()
    assert len(kh.link.sent) == sent
    assert question.id


def test_a_log_signed_by_another_key_is_refused(region: Federation) -> None:
    kh = region.members["KH"]
    put(region, "country", "outcome")
    stranger, storage = Log(Signer.generate(ORIGIN)), MemoryStorage(ORIGIN)

    def replaced(reply: PollReply) -> PollReply:
        (delivery,) = reply.deliveries
        stranger.append(storage, [delivery.entry], 0)
        return PollReply(
            str(stranger.checkpoint(storage)),
            (),
            (replace(delivery, receipt=str(stranger.receipt(storage, 0))),),
        )

    kh.link.bend = replaced
    with pytest.raises(LinkError):
        kh.round()
    assert kh.link.sent == []


def test_a_log_that_was_rolled_back_is_refused(region: Federation) -> None:
    kh = region.members["KH"]
    early: list[PollReply] = []
    kh.link.bend = lambda reply: early.append(reply) or reply
    kh.round()
    put(region, "country", "outcome")
    kh.link.bend = lambda reply: reply
    kh.round()

    kh.link.bend = lambda _: early[0]
    with pytest.raises(LinkError, match="does not extend"):
        kh.round()


def test_members_cosign_what_they_have_seen(region: Federation) -> None:
    kh = region.members["KH"]
    kh.round()
    kh.round()  # a cosignature travels with the next call

    with region.hub.store.reading() as view:
        note = region.hub.log.checkpoint(view.log)
    assert any(s.name == "test.example/kh/witness" for s in Note.parse(str(note)).signatures)
