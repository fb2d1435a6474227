"""A member calls: it is told how the log has grown, and gets the questions that wait for it."""

import time
from datetime import timedelta

from audit.checkpoint import Checkpoint
from audit.excerpt import excerpt
from audit.note import Note
from gateway.hub.absence import due
from gateway.hub.context import Hub
from gateway.hub.count_rounds import waiting_for
from gateway.hub.errors import PollRefusedError
from gateway.hub.model import AskedQuestion, Presence
from gateway.hub.ports import View
from gateway.hub.seeing import about, see
from gateway.hub.sharing import readable
from gateway.hub.totalling import calls
from gateway.hub.witnessing import cosignature_of
from gateway.wire.enrolling import Enrolment
from gateway.wire.exchange import Delivery, Poll, PollReply
from gateway.wire.shown import Sight

LONGEST_WAIT = 25.0
"""Seconds. Shorter than what proxies on the way commonly allow."""

MOST_DELIVERIES = 20


def poll(hub: Hub, member: Enrolment, call: Poll) -> PollReply:
    """Reply at once when questions wait or the log has grown, else when that happens or the wait is over.

    Raises PollRefusedError when the member has witnessed a longer or another log than this hub has, so that
    the hub was rolled back and nothing may be built on it; or when the member's own log contradicts itself.
    """
    _note(hub, member, call)
    _recover(hub, member, call)
    sight = see(hub, member, call.log)
    end = time.monotonic() + min(call.wait, LONGEST_WAIT)
    while True:
        # Taken before looking, so that a question that comes in between is not slept through.
        ticket = hub.bell.ticket()
        with hub.store.reading() as view:
            reply = _reply(hub, view, member, call, sight)
        left = end - time.monotonic()
        # A log that has grown is news as well: members witness it at once, not at their next question.
        news = reply.deliveries or reply.totals or reply.counts or reply.excerpt
        if news or _size(reply) > call.seen_size or left <= 0:
            return reply
        hub.bell.wait(ticket, left)


def _note(hub: Hub, member: Enrolment, call: Poll) -> None:
    """Keep when the member called, what waits there, what it shares, and its cosignature of our log."""
    gathered = None
    sharing = readable(member, call.sharing)
    if call.cosignature is not None:
        with hub.store.reading() as view:
            gathered = cosignature_of(hub, view, member, call.cosignature)
    with hub.store.notes() as notes:
        head = None if call.log is None else call.log.head
        news = notes.waits(member.member, call.waiting)
        notes.states(member.member, sharing, hub.clock.now())
        now = hub.clock.now()
        ends = now + timedelta(seconds=min(call.wait, LONGEST_WAIT))
        before = notes.seen(Presence(member.member, now, head, call.seen_size, ends, call.serves))
        news = news or (before is not None and now > due(before, hub.started))
        if gathered is not None:
            size, cosignature = gathered
            notes.log.add_cosignatures(size, [cosignature])
    if news:
        hub.bell.ring()


def _recover(hub: Hub, member: Enrolment, call: Poll) -> None:
    """A log that was restored waits for every member to show that it has seen no more than there is."""
    shown = call.seen_size == 0 or call.cosignature is not None  # which `_note` has compared with our log
    with hub.store.reading() as view:
        size = Checkpoint.parse(hub.log.checkpoint(view.log).text).size
        awaited = member.member in view.recovery.awaited()
    if awaited and shown and call.seen_size <= size:
        with hub.store.notes() as notes:
            notes.recovery.heard(member.member)


def _reply(hub: Hub, view: View, member: Enrolment, call: Poll, sight: Sight) -> PollReply:
    seen_size = call.seen_size
    note = hub.log.checkpoint(view.log)
    size = Checkpoint.parse(note.text).size
    if seen_size > size:
        raise PollRefusedError(
            f"{member.member} has witnessed {seen_size} log entries, this hub has only {size}.",
            remedy="The hub must not go on: restore its newest backup and compare it with its witnesses.",
        )
    waiting = list(view.undelivered(member.member, hub.clock.now()))[:MOST_DELIVERIES]
    return PollReply(
        checkpoint=str(note),
        consistency=tuple(hub.log.consistency(view.log, seen_size, size)),
        deliveries=_deliveries(hub, view, waiting),
        excerpt=excerpt(hub.log, view.log, call.copied, size, about(member.member)),
        sight=sight,
        totals=calls(hub, view, member.member),
        counts=tuple(run for run in waiting_for(view, member.member) if run not in call.counting),
    )


def _size(reply: PollReply) -> int:
    return Checkpoint.parse(Note.parse(reply.checkpoint).text).size


def _deliveries(hub: Hub, view: View, waiting: list[AskedQuestion]) -> tuple[Delivery, ...]:
    receipts = hub.log.receipts(view.log, [q.asked_index for q in waiting])
    return tuple(
        Delivery(q.id, hub.log.entry(view.log, q.asked_index), str(receipt))
        for q, receipt in zip(waiting, receipts, strict=True)
    )
