"""Replies to a member's poll: the growth of the log, and the questions that wait for the member."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from audit.errors import AuditError
from audit.log.checked_reading import as_stored
from audit.log.excerpt import MOST_LEAVES, excerpt
from audit.log.log import Storage
from audit.log.reading_once import ReadOnce
from gateway.hub.absence import due
from gateway.hub.context import Hub
from gateway.hub.entries import keep_refused
from gateway.hub.errors import PollRefusedError
from gateway.hub.log_exchange import about, contradicted, present_log_keys, witness_member_log
from gateway.hub.model import AskedQuestion, Presence
from gateway.hub.ports import Notes, View
from gateway.hub.sharing_statements import readable
from gateway.hub.upload_batches import take
from gateway.hub.witnessing import confirmed_by_another, cosignature_of, keep_objection
from gateway.watching.refused_messages import contradiction
from gateway.watching.witnessing import convicting
from gateway.wire.enrolment import Enrolment
from gateway.wire.log_exchange import SeenLog
from gateway.wire.poll import Delivery, Poll, PollReply

LONGEST_WAIT = 25.0
"""Seconds. Shorter than the usual limit of proxies on the way."""

GROWTH_WAITS = 1.0
"""Seconds. The growth of a log is not urgent: a question within this time takes the news along."""

MOST_DELIVERIES = 20


@dataclass(frozen=True)
class _Waiting:
    """Everything that waits for a member at one moment; `size`: the size of the log."""

    size: int
    questions: Sequence[AskedQuestion]


def poll(
    hub: Hub, member: Enrolment, call: Poll, once: Callable[[Notes], None] = lambda _: None
) -> PollReply:
    """Reply at once when questions wait, soon when the log has grown, else at the end of the wait.

    `once` takes the nonce of the call, in the transaction that keeps the call, and raises for a replayed
    call. Raises PollRefusedError when the member has witnessed a longer or another log than this hub has, so
    that the hub was rolled back and must not be relied on; or when the member's own log contradicts itself.
    """
    seen_log = _hear(hub, member, call, once)
    take(hub, member, call.upload_batch)
    begin = time.monotonic()
    end, soon = begin + min(call.wait, LONGEST_WAIT), begin + GROWTH_WAITS
    while True:
        # Taken before looking, so that a question that comes in between is not slept through.
        ticket = hub.notifier.ticket()
        now = time.monotonic()
        with hub.store.reading() as view:
            log = ReadOnce(as_stored(view.log))
            found = _look(hub, view, log, member, call)
            grown = found.size > call.seen_size or found.size > call.copied
            until = min(end, soon) if grown else end
            if now >= until or found.questions or _is_behind(found, call):
                others = [each for each in view.enrolments() if each.member != member.member]
                reply = _reply(hub, log, member, call, found)
                checkpoint = confirmed_by_another(hub.log.checkpoint(log), others)
                return replace(reply, checkpoint=str(checkpoint), seen_log=seen_log)
        hub.notifier.wait(ticket, until - now)


def _is_behind(found: _Waiting, call: Poll) -> bool:
    """Whether the member has yet to catch up with the log: the member gets excerpt after excerpt, without
    waits.
    """
    return found.size - call.copied > (MOST_LEAVES if call.copied else 0)


def _hear(hub: Hub, member: Enrolment, call: Poll, once: Callable[[Notes], None]) -> SeenLog:
    """Keep the contents of a call, in one transaction; returns how much of the member's log the hub has
    seen.
    """
    sharing = readable(member, call.sharing)
    try:
        with (
            convicting(hub.store.notes, lambda: present_log_keys(hub, member), hub.clock.now()),
            hub.store.notes() as notes,
        ):
            once(notes)
            gathered = (
                None if call.cosignature is None else cosignature_of(hub, notes, member, call.cosignature)
            )
            news = _note(hub, notes, member, call, sharing)
            if gathered is not None:
                size, cosignature = gathered
                notes.log.add_cosignatures(size, [cosignature])
            _recover(notes, member, call)
            seen_log = witness_member_log(hub, notes, member, call.log)
    except PollRefusedError:
        # What it has witnessed is not this log: it is there all the same, and what it shows is kept.
        with hub.store.notes() as notes:
            once(notes)
            _note(hub, notes, member, call, sharing)
        if call.cosignature is not None:
            keep_objection(hub, member, call.cosignature)
        raise
    except AuditError as error:
        with hub.store.notes() as notes:  # its log does not hold, but it is there
            once(notes)
            _note(hub, notes, member, call, sharing)
        if call.log is not None:
            keep_refused(hub, contradiction(member.member, error, call.log.as_json()))
        raise contradicted(member, error) from None
    if news:
        hub.notifier.notify()
    return seen_log


def _note(hub: Hub, notes: Notes, member: Enrolment, call: Poll, sharing: str | None) -> bool:
    """Keep the time of the call, the waiting questions and the sharing statement; True when requesters should
    know.
    """
    now = hub.clock.now()
    checkpoint = None if call.log is None else call.log.checkpoint
    news = notes.waits(member.member, call.waiting)
    notes.states(member.member, sharing, now)
    ends = now + timedelta(seconds=min(call.wait, LONGEST_WAIT))
    before = notes.seen(Presence(member.member, now, checkpoint, call.seen_size, ends, call.serves))
    return news or (before is not None and now > due(before, hub.started))


def _recover(notes: Notes, member: Enrolment, call: Poll) -> None:
    """A restored log waits for every member to show that its witnessed size is within the restored log."""
    if member.member not in notes.recovery.awaited():
        return
    shown = call.seen_size == 0 or call.cosignature is not None  # which has been compared with our log
    if shown and call.seen_size <= _size(notes.log):
        notes.recovery.heard(member.member)


def _look(hub: Hub, view: View, log: Storage, member: Enrolment, call: Poll) -> _Waiting:
    size = _size(log)
    if call.seen_size > size:
        raise PollRefusedError(
            f"{member.member} has witnessed {call.seen_size} log entries, this hub has only {size}.",
            remedy="The hub must not go on: restore its newest backup and compare it with its witnesses.",
        )
    return _Waiting(size, view.undelivered(member.member, hub.clock.now())[:MOST_DELIVERIES])


def _size(log: Storage) -> int:
    checkpoint = log.latest_checkpoint()
    return 0 if checkpoint is None else checkpoint.size


def _reply(hub: Hub, log: Storage, member: Enrolment, call: Poll, found: _Waiting) -> PollReply:
    return PollReply(
        checkpoint=str(hub.log.checkpoint(log)),
        consistency=tuple(hub.log.consistency(log, call.seen_size, found.size)),
        deliveries=_deliveries(hub, log, found.questions),
        excerpt=excerpt(hub.log, log, call.copied, found.size, about(member.member)),
    )


def _deliveries(hub: Hub, log: Storage, waiting: Sequence[AskedQuestion]) -> tuple[Delivery, ...]:
    receipts = hub.log.receipts(log, [q.asked_index for q in waiting])
    return tuple(
        Delivery(q.id, hub.log.entry(log, q.asked_index), str(receipt))
        for q, receipt in zip(waiting, receipts, strict=True)
    )
