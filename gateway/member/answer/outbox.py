"""A node's uploads to the hub: along with its next call, or with calls of their own to an older hub.

Bounds are sent before the answer that they belong to. Uploads without the hub's acknowledgement are sent
again. A hub keeps an answer only once it has witnessed the checkpoint of the node's log that the proof is
under: so each outbox is read together with the checkpoint that a call shows, and its pieces count as sent
only where the reply says that the hub has seen the log so far.
"""

from dataclasses import dataclass

from gateway.member.node.context import Node
from gateway.member.node.ports import HubLink, Notes, View
from gateway.wire.answer_bounds import AnswerBounds
from gateway.wire.signed_answer import SignedAnswer
from gateway.wire.upload_batch import MOST_PIECES, UploadBatch

MOST_BYTES = 512 * 1024
"""Bytes of answers in a batch: a hub takes no much larger call. Larger answers have calls of their own."""


@dataclass(frozen=True)
class Outbox:
    """Uploads; each answer with its question."""

    bounds: tuple[AnswerBounds, ...] = ()
    answers: tuple[tuple[str, SignedAnswer], ...] = ()

    def batch(self) -> UploadBatch:
        return UploadBatch(self.bounds, tuple(answer for _, answer in self.answers))


def outbox(node: Node, view: View) -> Outbox:
    """Uploads that the hub has not acknowledged, oldest first."""
    answers = [
        (sent.question_id, signed(node, view, sent.note, sent.entry_index, opening.salt if opening else b""))
        for sent, opening in view.outbox()
    ]
    return Outbox(tuple(view.bounds_to_send()), tuple(answers))


def fits_a_call(waiting: Outbox) -> bool:
    """Whether the uploads fit the next call; else all have calls of their own, to keep the order."""
    size = sum(len(one.note) + 2 * len(one.entry) + len(one.receipt) for _, one in waiting.answers)
    return size <= MOST_BYTES and max(len(waiting.bounds), len(waiting.answers)) <= MOST_PIECES


def send(node: Node, link: HubLink, waiting: Outbox) -> None:
    """Send each upload with a call of its own. Raises LinkError."""
    for stated in waiting.bounds:
        link.bounds(stated)
        with node.store.notes() as notes:
            notes.bounds_acknowledged(stated.question_id)
    for question_id, answer in waiting.answers:
        link.send(answer)
        with node.store.notes() as notes:
            notes.acknowledged(question_id)


def acknowledge(handed_in: Outbox, notes: Notes) -> None:
    """Note that the hub has kept all uploads, or has refused them for good."""
    for stated in handed_in.bounds:
        notes.bounds_acknowledged(stated.question_id)
    for question_id, _ in handed_in.answers:
        notes.acknowledged(question_id)


def signed(node: Node, view: View, note: str, index: int, salt: bytes) -> SignedAnswer:
    """A signed note ready for upload: with the entry of the node's own log about the note, and the proof."""
    return SignedAnswer(note, node.log.entry(view.log, index), str(node.log.receipt(view.log, index)), salt)
