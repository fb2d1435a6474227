"""One round of a node: call the hub with what is in the outbox, witness its log, answer what waits."""

from dataclasses import dataclass, replace
from functools import partial

import structlog

from gateway.member.answer.answering import answer
from gateway.member.answer.outbox import Outbox, acknowledge, outbox, packed, send
from gateway.member.cube.cube_cache import CubeShelf, serves
from gateway.member.errors import LinkError, RepeatedError, ShorterLogError, UnprovenError
from gateway.member.model.witnessed import Witnessed
from gateway.member.node.context import Node
from gateway.member.node.ports import HubLink, RegionalWork, View
from gateway.member.region.log_exchange import convict_shorter, show, take_in
from gateway.member.region.sharing_statement import state
from gateway.wire.poll import Delivery, Poll
from gateway.wire.sum_call import TotalsCall

log = structlog.get_logger()

MOST_HELD = 200
"""Questions that wait for a person and that the hub is told of; others come again until they are."""


@dataclass(frozen=True)
class Round:
    """What a round did."""

    answered: int
    refused: int


def run_round(node: Node, shelf: CubeShelf, regional: RegionalWork, link: HubLink, wait: float) -> Round:
    """Raises LinkError when the hub is away or lies; what was done until then stays done."""
    shelf.refresh()
    with node.store.reading() as view:
        waiting = outbox(node, view, regional)
    riding, alone = packed(waiting) if link.takes_parcels() else (Outbox(), waiting)
    send(node, regional, link, alone)
    with node.store.reading() as view:
        call = replace(_call(node, view, shelf, wait), parcel=riding.parcel())
    try:
        reply = link.poll(call)
    except ShorterLogError:
        convict_shorter(node, call.seen_size, link.head())
        raise
    except LinkError:
        send(node, regional, link, riding)  # it may be one of the pieces that the hub does not take
        raise
    witnessed = take_in(node, call, reply, partial(acknowledge, riding, regional))
    done = [_handle(node, shelf, regional, delivery, witnessed) for delivery in reply.deliveries]
    for totals in reply.totals:
        _contribute(node, regional, totals, witnessed)
    if not link.takes_parcels():  # else the next round's call takes along what was made
        with node.store.reading() as view:
            waiting = outbox(node, view, regional)
        send(node, regional, link, waiting)
    return Round(sum(done), len(done) - sum(done))


def _call(node: Node, view: View, shelf: CubeShelf, wait: float) -> Poll:
    held = tuple(one.question_id for one in view.waiting_questions()[:MOST_HELD])
    shares, serving = state(node, view, shelf), serves(shelf, view)
    return replace(show(node, view, wait), waiting=held, sharing=shares, serves=serving)


def _handle(
    node: Node, shelf: CubeShelf, regional: RegionalWork, delivery: Delivery, witnessed: Witnessed
) -> bool:
    """True when the question was answered, refused or kept; False when it was not one to look at."""
    try:
        sent = answer(node, shelf, delivery, witnessed)
        if sent is not None:
            regional.offer(sent)
    except (UnprovenError, RepeatedError) as error:
        log.warning("question rejected", member=node.member, reason=error.message)
        return False
    return True


def _contribute(node: Node, regional: RegionalWork, call: TotalsCall, witnessed: Witnessed) -> None:
    try:
        regional.contribute(call, witnessed)
    except (UnprovenError, RepeatedError) as error:
        log.warning("totals not contributed to", member=node.member, reason=error.message)
