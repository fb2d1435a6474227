"""A round of a node: call the hub with the outbox, witness the hub's log, answer the waiting questions."""

from dataclasses import dataclass, replace
from functools import partial

import structlog

from audit.formats.checkpoint import Checkpoint
from audit.formats.note import Note
from gateway.member.answer.answering import answer
from gateway.member.answer.outbox import Outbox, acknowledge, fits_a_call, outbox, send
from gateway.member.answer.stating_bounds import state_bounds
from gateway.member.cube.cube_cache import CubeCache, serves
from gateway.member.errors import LinkError, RepeatedError, ShorterLogError, UnprovenError
from gateway.member.model.witnessed import Witnessed
from gateway.member.node.context import Node
from gateway.member.node.ports import HubLink, View
from gateway.member.region.log_exchange import check_not_shorter, receive_reply, show
from gateway.member.region.public_log import compare_with_public
from gateway.member.region.sharing_statement import state
from gateway.member.region.taking_back import is_recovering, recover
from gateway.wire.poll import Delivery, Poll, PollReply

log = structlog.get_logger()

MOST_HELD = 200
"""Questions reported to the hub as waiting for approval; other questions are delivered again meanwhile."""


@dataclass(frozen=True)
class RoundResult:
    """The results of a round."""

    answered: int
    refused: int


def run_round(node: Node, cube_cache: CubeCache, link: HubLink, wait: float) -> RoundResult:
    """Run a round. Raises LinkError when the hub is away or lies; finished work stays done."""
    cube_cache.refresh()
    with node.store.reading() as view:
        recovering = is_recovering(view)
        made = None if recovering else _next_call(node, view, cube_cache, wait, batches=link.takes_batches())
    if made is None:
        recover(node, link)
        return RoundResult(0, 0)
    if made.staying:
        _hand_in(node, cube_cache, link)
        with node.store.reading() as view:
            made = _next_call(node, view, cube_cache, wait, batches=link.takes_batches())
    try:
        reply = link.poll(made.call)
    except ShorterLogError:
        public = link.public_checkpoint()
        check_not_shorter(node, made.call.seen_size, public)
        # A refusal that hides a fork: what everybody reads is compared at once, and not with the next cycle.
        compare_with_public(node, public, link.public_resource)
        raise
    except LinkError:
        if made.riding != Outbox():  # it may be one of the pieces that the hub does not take
            _hand_in(node, cube_cache, link)
        raise
    kept = made.riding if made.is_shown_by(reply) else Outbox()
    witnessed = receive_reply(node, made.call, reply, partial(acknowledge, kept))
    done = [_handle(node, cube_cache, delivery, witnessed) for delivery in reply.deliveries]
    if reply.deliveries and not link.takes_batches():
        _hand_in(node, cube_cache, link)  # to others the next round's call brings it
    return RoundResult(sum(done), len(done) - sum(done))


@dataclass(frozen=True)
class _Call:
    """A call, and uploads whose proofs are under the checkpoint that the call shows.

    `staying`: whether there are uploads that this call cannot take along.
    """

    call: Poll
    riding: Outbox
    staying: bool = False

    def is_shown_by(self, reply: PollReply) -> bool:
        """Whether the hub has witnessed the log that the call showed, and so keeps what is proved by it."""
        shown, seen = self.call.log, reply.seen_log
        if shown is None or seen is None:
            return False
        return seen.size == Checkpoint.parse(Note.parse(shown.checkpoint).text).size


def _next_call(node: Node, view: View, cube_cache: CubeCache, wait: float, *, batches: bool) -> _Call:
    call, waiting = _call(node, view, cube_cache, wait), outbox(node, view)
    riding = waiting if batches and fits_a_call(waiting) else Outbox()
    return _Call(replace(call, upload_batch=riding.batch()), riding, riding != waiting)


def _hand_in(node: Node, cube_cache: CubeCache, link: HubLink) -> None:
    """Show the hub the node's log as it is now, then upload everything with calls of their own.

    Questions that the hub delivers with these calls are delivered again with the next. A node that does not
    know how much of its log the hub has seen is reported, and shows it once more. Raises LinkError.
    """
    for _ in range(2):
        with node.store.reading() as view:
            made = _Call(_call(node, view, cube_cache, 0.0), outbox(node, view))
        reply = link.poll(made.call)
        receive_reply(node, made.call, reply)
        if made.is_shown_by(reply):
            send(node, link, made.riding)
            return


def _call(node: Node, view: View, cube_cache: CubeCache, wait: float) -> Poll:
    held = tuple(one.question_id for one in view.waiting_questions()[:MOST_HELD])
    shares, serving = state(node, view, cube_cache), serves(cube_cache, view)
    return replace(show(node, view, wait), waiting=held, sharing=shares, serves=serving)


def _handle(node: Node, cube_cache: CubeCache, delivery: Delivery, witnessed: Witnessed) -> bool:
    """True when the question was answered, refused or kept; False when rejected."""
    try:
        sent = answer(node, cube_cache, delivery, witnessed)
        if sent is not None:
            state_bounds(node, cube_cache, sent)
    except (UnprovenError, RepeatedError) as error:
        log.warning("question rejected", member=node.member, reason=error.message)
        return False
    return True
