"""One round of a node: call the hub, witness its log, answer what waits, send what is in the outbox."""

from dataclasses import dataclass, replace

import structlog

from gateway.member.answering import answer
from gateway.member.context import Node
from gateway.member.cubes import CubeShelf
from gateway.member.errors import RepeatedError, ShorterLogError, UnprovenError
from gateway.member.ports import HubLink, View
from gateway.member.proving import Witnessed
from gateway.member.seeing import follow_regional, show, witness_regional
from gateway.wire.exchange import Delivery, SignedAnswer

log = structlog.get_logger()

MOST_HELD = 200
"""Questions that wait for a person and that the hub is told of; others come again until they are."""


@dataclass(frozen=True)
class Round:
    """What a round did."""

    answered: int
    refused: int


def run_round(node: Node, shelf: CubeShelf, link: HubLink, wait: float) -> Round:
    """Raises LinkError when the hub is away or lies; what was done until then stays done."""
    shelf.refresh()
    send_outbox(node, link)
    with node.store.reading() as view:
        held = tuple(one.question_id for one in view.waiting_questions()[:MOST_HELD])
        call = replace(show(node, view, wait), waiting=held)
    try:
        reply = link.poll(call)
    except ShorterLogError:
        # It says so itself; its own signed head is the evidence.
        witness_regional(node, call.seen_size, link.head(), ())
        raise
    witnessed = witness_regional(node, call.seen_size, reply.checkpoint, reply.consistency)
    follow_regional(node, call, reply, witnessed)
    done = [_handle(node, shelf, delivery, witnessed) for delivery in reply.deliveries]
    send_outbox(node, link)
    return Round(sum(done), len(done) - sum(done))


def send_outbox(node: Node, link: HubLink) -> None:
    """Send what the hub has not acknowledged, oldest first. Raises LinkError."""
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


def _signed(node: Node, view: View, note: str, index: int, salt: bytes) -> SignedAnswer:
    return SignedAnswer(note, node.log.entry(view.log, index), str(node.log.receipt(view.log, index)), salt)


def _handle(node: Node, shelf: CubeShelf, delivery: Delivery, witnessed: Witnessed) -> bool:
    """True when the question was answered, refused or kept; False when it was not one to look at."""
    try:
        answer(node, shelf, delivery, witnessed)
    except (UnprovenError, RepeatedError) as error:
        log.warning("question rejected", member=node.member, reason=error.message)
        return False
    return True
