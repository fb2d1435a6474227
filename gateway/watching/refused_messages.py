"""A refused message as an entry of the refusing side's log: what proves a lie is kept, and committed to."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from audit.errors import AuditError
from audit.events.event import whole_second
from audit.events.refusal_events import MessageFault, MessageKind, MessageRefused
from audit.formats.canonical import canonical_json
from audit.formats.commitment import Opening, commit
from audit.formats.evidence_errors import InconsistentError, SizeConflictError
from audit.reading.refused_message import LABEL


@dataclass(frozen=True)
class RefusedMessage:
    """A message as it came, and why it was refused.

    `question`: the question put to the sender that the message is about, if any.
    """

    sender: str
    kind: MessageKind
    fault: MessageFault
    message: Mapping[str, Any]
    question: str | None = None

    def mark(self, at: datetime) -> bytes:
        """Messages with the same mark are logged once: whoever lies all day does not fill the log."""
        about = self.question or at.date().isoformat()
        return hashlib.sha256(canonical_json([self.sender, self.kind, self.fault, about])).digest()

    def entry(self, at: datetime) -> tuple[MessageRefused, dict[str, Opening]]:
        """The entry, and the opening of its commitment, by field.

        Raises MalformedError for text that UTF-8 cannot hold.
        """
        opening = commit(LABEL, canonical_json(dict(self.message)))
        event = MessageRefused(self.sender, self.kind, self.fault, opening.commitment, whole_second(at))
        return event, {LABEL: opening}


def contradiction(sender: str, error: AuditError, shown: Mapping[str, Any]) -> RefusedMessage:
    """A log that does not extend what was witnessed of it: with both checkpoints, where both are signed."""
    evidence = error.evidence if isinstance(error, SizeConflictError | InconsistentError) else None
    if evidence is None:
        return RefusedMessage(sender, MessageKind.CHECKPOINT, MessageFault.UNPROVED, shown)
    message = {**shown, "evidence": {"first": str(evidence.first), "second": str(evidence.second)}}
    return RefusedMessage(sender, MessageKind.CHECKPOINT, MessageFault.CONTRADICTION, message)
