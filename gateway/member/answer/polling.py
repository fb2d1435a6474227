"""A round of a node: call the hub with the outbox, witness the hub's log, answer the waiting questions."""

from dataclasses import dataclass, replace
from functools import partial

import structlog

from gateway.member.answer.answering import answer
from gateway.member.answer.outbox import Outbox, acknowledge, outbox, packed, send
from gateway.member.cube.cube_cache import CubeCache, serves
from gateway.member.errors import LinkError, RepeatedError, ShorterLogError, UnprovenError
from gateway.member.model.witnessed import Witnessed
from gateway.member.node.context import Node
from gateway.member.node.ports import HubLink, RegionalWork, View
from gateway.member.region.log_exchange import check_not_shorter, receive_reply, show
from gateway.member.region.sharing_statement import state
from gateway.wire.poll import Delivery, Poll
from gateway.wire.sum_call import SumCall

log = structlog.get_logger()

MOST_HELD = 200
"""Questions reported to the hub as waiting for approval; other questions are delivered again meanwhile."""


@dataclass(frozen=True)
class RoundResult:
    """The results of a round."""

    answered: int
    refused: int


def run_round(
    node: Node, cube_cache: CubeCache, regional: RegionalWork, link: HubLink, wait: float
) -> RoundResult:
    """Run a round. Raises LinkError when the hub is away or lies; finished work stays done."""
    cube_cache.refresh()
    with node.store.reading() as view:
        waiting = outbox(node, view, regional)
    riding, alone = packed(waiting) if link.takes_batches() else (Outbox(), waiting)
    send(node, regional, link, alone)
    with node.store.reading() as view:
        call = replace(_call(node, view, cube_cache, wait), upload_batch=riding.batch())
    try:
        reply = link.poll(call)
    except ShorterLogError:
        check_not_shorter(node, call.seen_size, link.public_checkpoint())
        raise
    except LinkError:
        send(node, regional, link, riding)  # it may be one of the pieces that the hub does not take
        raise
    witnessed = receive_reply(node, call, reply, partial(acknowledge, riding, regional))
    done = [_handle(node, cube_cache, regional, delivery, witnessed) for delivery in reply.deliveries]
    for sum_call in reply.sum_calls:
        _contribute(node, regional, sum_call, witnessed)
    if not link.takes_batches():  # else the next round's call uploads the answers
        with node.store.reading() as view:
            waiting = outbox(node, view, regional)
        send(node, regional, link, waiting)
    return RoundResult(sum(done), len(done) - sum(done))


def _call(node: Node, view: View, cube_cache: CubeCache, wait: float) -> Poll:
    held = tuple(one.question_id for one in view.waiting_questions()[:MOST_HELD])
    shares, serving = state(node, view, cube_cache), serves(cube_cache, view)
    return replace(show(node, view, wait), waiting=held, sharing=shares, serves=serving)


def _handle(
    node: Node, cube_cache: CubeCache, regional: RegionalWork, delivery: Delivery, witnessed: Witnessed
) -> bool:
    """True when the question was answered, refused or kept; False when rejected."""
    try:
        sent = answer(node, cube_cache, delivery, witnessed)
        if sent is not None:
            regional.offer(sent)
    except (UnprovenError, RepeatedError) as error:
        log.warning("question rejected", member=node.member, reason=error.message)
        return False
    return True


def _contribute(node: Node, regional: RegionalWork, call: SumCall, witnessed: Witnessed) -> None:
    try:
        regional.contribute(call, witnessed)
    except (UnprovenError, RepeatedError) as error:
        log.warning("totals not contributed to", member=node.member, reason=error.message)
