"""One round of a node: call the hub, witness its log, answer what waits, send what is in the outbox."""

from dataclasses import dataclass

import structlog

from audit.checkpoint import Checkpoint
from audit.errors import AuditError
from audit.note import Note
from audit.witness import Witness
from gateway.member.answering import answer
from gateway.member.context import Node
from gateway.member.cubes import CubeShelf
from gateway.member.errors import LinkError, RepeatedError, UnprovenError
from gateway.member.ports import HubLink, View
from gateway.wire.exchange import Delivery, Poll, PollReply, SignedAnswer

log = structlog.get_logger()


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
        call = _call(node, view, wait)
    reply = link.poll(call)
    witnessed = witness(node, call.seen_size, reply)
    done = [_handle(node, shelf, delivery, witnessed) for delivery in reply.deliveries]
    send_outbox(node, link)
    return Round(sum(done), len(done) - sum(done))


def witness(node: Node, seen_size: int, reply: PollReply) -> Checkpoint:
    """Cosign the hub's checkpoint if it extends what this node has seen; durable once this returns.

    Raises LinkError for a log that was rolled back, forked or rewritten: nothing under it is answered.
    """
    try:
        note = Note.parse(reply.checkpoint)
        with node.store.writing() as work:
            watch = Witness(node.cosigner, [node.hub_log], work.witness)
            watch.update(seen_size, reply.consistency, note, int(node.clock.now().timestamp()))
        return Checkpoint.parse(note.text)
    except AuditError as error:
        raise LinkError(
            f"The regional log does not extend what {node.member} has seen of it: {error}.",
            remedy="No question is answered until it does. Tell the hub's operator and the other members.",
        ) from None


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


def _call(node: Node, view: View, wait: float) -> Poll:
    latest = view.witness.latest(node.hub_log.key.name)
    head = view.log.head()
    return Poll(
        seen_size=0 if latest is None else Checkpoint.parse(latest.text).size,
        cosignature=None if latest is None else str(latest),
        log_head=None if head is None else head.note,
        wait=wait,
    )


def _signed(node: Node, view: View, note: str, index: int, salt: bytes) -> SignedAnswer:
    return SignedAnswer(note, node.log.entry(view.log, index), str(node.log.receipt(view.log, index)), salt)


def _handle(node: Node, shelf: CubeShelf, delivery: Delivery, witnessed: Checkpoint) -> bool:
    """True when the question was answered or refused by policy, False when it was not one to look at."""
    try:
        answer(node, shelf, delivery, witnessed)
    except (UnprovenError, RepeatedError) as error:
        log.warning("question rejected", member=node.member, reason=error.message)
        return False
    return True
