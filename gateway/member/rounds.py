"""One round of a node: call the hub, witness its log, answer what waits, send what is in the outbox."""

import json
from dataclasses import dataclass, replace

import structlog

from gateway.member.answering import answer
from gateway.member.context import Node
from gateway.member.contributing import contribute
from gateway.member.cubes import CubeShelf, serves
from gateway.member.errors import RepeatedError, ShorterLogError, UnprovenError
from gateway.member.offering import offer
from gateway.member.ports import HubLink, View
from gateway.member.proving import Witnessed
from gateway.member.seeing import convict_shorter, show, take_in
from gateway.member.sharing import state
from gateway.wire.calls import TotalsCall
from gateway.wire.exchange import Delivery, SignedAnswer
from gateway.wire.totals import CONTRIBUTION, offer_from_json

log = structlog.get_logger()

MOST_HELD = 200
"""Questions that wait for a person and that the hub is told of; others come again until they are."""


@dataclass(frozen=True)
class Round:
    """What a round did. `counts`: runs of counting once in which it is this node's turn."""

    answered: int
    refused: int
    counts: tuple[str, ...] = ()


def run_round(
    node: Node, shelf: CubeShelf, link: HubLink, wait: float, counting: tuple[str, ...] = ()
) -> Round:
    """Raises LinkError when the hub is away or lies; what was done until then stays done.

    `counting`: runs of counting once that the node is busy with.
    """
    shelf.refresh()
    send_outbox(node, link)
    with node.store.reading() as view:
        held = tuple(one.question_id for one in view.waiting_questions()[:MOST_HELD])
        shares, serving = state(node, view, shelf), serves(shelf, view)
        call = replace(
            show(node, view, wait), waiting=held, sharing=shares, serves=serving, counting=counting
        )
    try:
        reply = link.poll(call)
    except ShorterLogError:
        convict_shorter(node, call.seen_size, link.head())
        raise
    witnessed = take_in(node, call, reply)
    done = [_handle(node, shelf, delivery, witnessed) for delivery in reply.deliveries]
    for totals in reply.totals:
        _contribute(node, shelf, totals, witnessed)
    send_outbox(node, link)
    with node.store.reading() as view:
        unsent = tuple(kept.run_id for kept in view.counts.to_send())
    return Round(sum(done), len(done) - sum(done), reply.counts + unsent)


def send_outbox(node: Node, link: HubLink) -> None:
    """Send what the hub has not acknowledged, oldest first. Raises LinkError.

    An offer goes before the answer that it belongs to: once all answers are there, the hub waits for nothing.
    """
    _send_offers(node, link)
    with node.store.reading() as view:
        waiting = [
            (
                sent.question_id,
                _signed(node, view, sent.note, sent.entry_index, opening.salt if opening else b""),
            )
            for sent, opening in view.outbox()
        ]
    for question_id, signed in waiting:
        link.send(signed)
        with node.store.notes() as notes:
            notes.acknowledged(question_id)
    _send_given(node, link)


def _send_offers(node: Node, link: HubLink) -> None:
    with node.store.reading() as view:
        offers = view.totals.offers_to_send()
    for made in offers:
        link.offer(offer_from_json(json.loads(made.body)))
        with node.store.notes() as notes:
            notes.totals.offer_acknowledged(made.question_id)


def _send_given(node: Node, link: HubLink) -> None:
    with node.store.reading() as view:
        waiting = []
        for given in view.totals.given_to_send():
            opening = view.opening(CONTRIBUTION, given.entry_index)
            salt = opening.salt if opening else b""
            waiting.append((given.question_id, _signed(node, view, given.note, given.entry_index, salt)))
    for question_id, signed in waiting:
        link.contribute(signed)
        with node.store.notes() as notes:
            notes.totals.given_acknowledged(question_id)


def _signed(node: Node, view: View, note: str, index: int, salt: bytes) -> SignedAnswer:
    return SignedAnswer(note, node.log.entry(view.log, index), str(node.log.receipt(view.log, index)), salt)


def _handle(node: Node, shelf: CubeShelf, delivery: Delivery, witnessed: Witnessed) -> bool:
    """True when the question was answered, refused or kept; False when it was not one to look at."""
    try:
        sent = answer(node, shelf, delivery, witnessed)
        if sent is not None:
            offer(node, shelf, sent)
    except (UnprovenError, RepeatedError) as error:
        log.warning("question rejected", member=node.member, reason=error.message)
        return False
    return True


def _contribute(node: Node, shelf: CubeShelf, call: TotalsCall, witnessed: Witnessed) -> None:
    try:
        contribute(node, shelf, call, witnessed)
    except (UnprovenError, RepeatedError) as error:
        log.warning("totals not contributed to", member=node.member, reason=error.message)
