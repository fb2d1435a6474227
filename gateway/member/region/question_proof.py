"""No proof, no answer: verifies that a delivered question was logged and is for this node. Pure."""

from dataclasses import dataclass

from audit.errors import AuditError
from audit.events.event_values import EntryRef
from audit.events.events import decode
from audit.events.question_events import Asked
from audit.formats.merkle import leaf_hash
from audit.log.policy import Policy
from audit.log.receipt import Receipt
from gateway.member.errors import UnprovenError
from gateway.member.model.witnessed import Witnessed
from gateway.wire.poll import Delivery


@dataclass(frozen=True)
class ProvenQuestion:
    """A question in the regional log, under a checkpoint that this node has witnessed."""

    event: Asked
    entry: EntryRef


def prove(delivery: Delivery, member: str, witnessed: Witnessed) -> ProvenQuestion:
    """Verify a delivery. Raises UnprovenError, naming the fault, unless every part of the proof holds."""
    try:
        receipt = Receipt.parse(delivery.receipt)
        checkpoint = receipt.verify(delivery.entry, Policy(witnessed.keys)).checkpoint
        event = decode(delivery.entry)
    except AuditError as error:
        raise UnprovenError(f"The question is not proved to stand in the regional log: {error}.") from None
    if (checkpoint.size, checkpoint.root) != (witnessed.checkpoint.size, witnessed.checkpoint.root):
        raise UnprovenError("The question's receipt is under a checkpoint that this node has not witnessed.")
    if not isinstance(event, Asked):
        raise UnprovenError("The log entry behind the receipt is not a question.")
    if event.question_id != delivery.question_id:
        raise UnprovenError("The receipt is that of another question.")
    if member not in event.members:
        raise UnprovenError(f"The logged question is not put to {member}.")
    return ProvenQuestion(event, EntryRef(checkpoint.origin, receipt.index, leaf_hash(delivery.entry)))
