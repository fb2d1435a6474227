"""A node's uploads to the hub: along with its next call, or with calls of their own to an older hub.

An offer is sent before the answer that the offer belongs to. Uploads without the hub's acknowledgement are
sent again. A hub keeps an answer or a contribution only once it has witnessed the checkpoint of the node's
log that the proof is under: so each outbox is read together with the checkpoint that a call shows, and its
pieces count as sent only where the reply says that the hub has seen the log so far.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from gateway.member.node.context import Node
from gateway.member.node.ports import HubLink, Notes, RegionalWork, View
from gateway.wire.signed_answer import SignedAnswer
from gateway.wire.sum_messages import Offer, SignedContribution
from gateway.wire.upload_batch import MOST_PIECES, UploadBatch

MOST_BYTES = 512 * 1024
"""Bytes of answers in a batch: a hub takes no much larger call. Larger answers have calls of their own."""


@dataclass(frozen=True)
class Outbox:
    """Uploads, each with its question."""

    offers: tuple[tuple[str, Offer], ...] = ()
    answers: tuple[tuple[str, SignedAnswer], ...] = ()
    contributions: tuple[tuple[str, SignedContribution], ...] = ()

    def batch(self) -> UploadBatch:
        return UploadBatch(
            tuple(offer for _, offer in self.offers),
            tuple(answer for _, answer in self.answers),
            tuple(part for _, part in self.contributions),
        )


def outbox(node: Node, view: View, regional: RegionalWork) -> Outbox:
    """Uploads that the hub has not acknowledged, oldest first."""
    offers = regional.offers(view)
    answers = [
        (sent.question_id, signed(node, view, sent.note, sent.entry_index, opening.salt if opening else b""))
        for sent, opening in view.outbox()
    ]
    return Outbox(tuple(offers), tuple(answers), tuple(regional.contributions(view)))


def fits_a_call(waiting: Outbox) -> bool:
    """Whether the uploads fit the next call; else all have calls of their own, to keep the order."""
    pieces = (*waiting.answers, *waiting.contributions)
    size = sum(len(one.note) + 2 * len(one.entry) + len(one.receipt) for _, one in pieces)
    most = max(len(waiting.offers), len(waiting.answers), len(waiting.contributions))
    return size <= MOST_BYTES and most <= MOST_PIECES


def send(node: Node, regional: RegionalWork, link: HubLink, waiting: Outbox) -> None:
    """Send each upload with a call of its own. Raises LinkError."""

    def each(
        pieces: Iterable[tuple[str, object]],
        hand_in: Callable[..., None],
        done: Callable[[Notes, str], None],
    ) -> None:
        for question_id, piece in pieces:
            hand_in(piece)
            with node.store.notes() as notes:
                done(notes, question_id)

    each(waiting.offers, link.offer, regional.offer_acknowledged)
    each(waiting.answers, link.send, _answered)
    each(waiting.contributions, link.contribute, regional.contribution_acknowledged)


def acknowledge(handed_in: Outbox, regional: RegionalWork, notes: Notes) -> None:
    """Note that the hub has kept all uploads, or has refused them for good."""
    for question_id, _ in handed_in.offers:
        regional.offer_acknowledged(notes, question_id)
    for question_id, _ in handed_in.answers:
        _answered(notes, question_id)
    for question_id, _ in handed_in.contributions:
        regional.contribution_acknowledged(notes, question_id)


def _answered(notes: Notes, question_id: str) -> None:
    notes.acknowledged(question_id)


def signed(node: Node, view: View, note: str, index: int, salt: bytes) -> SignedAnswer:
    """A signed note ready for upload: with the entry of the node's own log about the note, and the proof."""
    return SignedAnswer(note, node.log.entry(view.log, index), str(node.log.receipt(view.log, index)), salt)
