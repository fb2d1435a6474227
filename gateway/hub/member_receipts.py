"""What a member hands in counts only if the member's log stands: proved under the checkpoint witnessed last.

A member's signature under *some* checkpoint is not enough. A log that has forked, or that is never shown,
would be found out with a later call only, and its answer would be released by then.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from audit.formats.checkpoint import Checkpoint
from audit.formats.evidence import Evidence
from audit.formats.evidence_errors import SizeConflictError
from audit.formats.note import Verifier
from audit.log.policy import Policy
from audit.log.receipt import Receipt
from gateway.hub.context import Hub
from gateway.hub.errors import AnswerRefusedError, NotWitnessedError
from gateway.hub.log_exchange import log_keys_of, origin_of
from gateway.hub.ports import View
from gateway.watching.keys import KnownKeys
from gateway.watching.witnessing import convicting
from gateway.wire.enrolment import Enrolment
from gateway.wire.signed_answer import SignedAnswer


def check_receipt(hub: Hub, view: View, member: Enrolment, sent: SignedAnswer) -> None:
    """Check that the member's log, as this hub has witnessed it last, holds the entry handed in.

    To be called in the transaction that keeps what is handed in, and within `keeping_evidence`. Raises:
        AuditError: the receipt proves nothing.
        SizeConflictError: the receipt's checkpoint contradicts the witnessed one; both are evidence.
        NotWitnessedError: the receipt's checkpoint is not the witnessed one. The member shows its log with
            its next call, and hands in again what was not kept.
    """
    receipt = Receipt.parse(sent.receipt)
    keys = log_keys_of(hub, view, member).valid
    checkpoint = receipt.verify(sent.entry, Policy(tuple(map(Verifier.parse, keys)))).checkpoint
    latest = view.witness.latest(origin_of(member))
    if latest is not None and latest.text == receipt.checkpoint.text:
        return
    if latest is not None and Checkpoint.parse(latest.text).size == checkpoint.size:
        message = f"two checkpoints of {checkpoint.origin} of size {checkpoint.size} differ"
        raise SizeConflictError(message, checkpoint.size, Evidence(latest, receipt.checkpoint))
    raise NotWitnessedError(
        f"The proof is under a checkpoint of the log of {member.member} that this hub has not witnessed "
        "last.",
        remedy="Nothing was kept. The member shows its log with a call, and hands it in again.",
    )


@contextmanager
def keeping_evidence(hub: Hub, member: Enrolment) -> Iterator[None]:
    """Around the transaction of `check_receipt`: a log that contradicts itself is refused, and convicted."""
    try:
        with convicting(hub.store.notes, lambda: _keys(hub, member), hub.clock.now()):
            yield
    except SizeConflictError as error:
        raise AnswerRefusedError(f"The log of {member.member} contradicts itself: {error}.") from None


def _keys(hub: Hub, member: Enrolment) -> KnownKeys:
    with hub.store.reading() as view:
        return log_keys_of(hub, view, member)
