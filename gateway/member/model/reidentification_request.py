"""Requests to re-identify a pseudonym, as a node keeps them, and the ports to the store."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True)
class Subject:
    """A pseudonym: its text, its recipient and purpose, and its kind (`person` or a field of the vault)."""

    pseudonym: str
    recipient: str
    purpose: str
    kind: str


@dataclass(frozen=True)
class ReidentificationRequest:
    """A request as kept in the store; the reason stays in the country."""

    id: str
    by: str
    subject: Subject
    reason: str
    expires: datetime
    reply_key: bytes
    wrapped_reply: bytes
    confirmer: str | None = None
    share: bytes | None = None
    shown: bool = False

    def request_text(self) -> str:
        """Requester, subject and reason, as JSON."""
        return json.dumps(
            {"by": self.by, "reason": self.reason, "subject": asdict(self.subject)}, sort_keys=True
        )


class Reidentifications(Protocol):
    """Reading requests."""

    def find(self, request: str) -> ReidentificationRequest | None: ...

    def all(self) -> list[ReidentificationRequest]:
        """Oldest first."""


class ReidentificationWriter(Reidentifications, Protocol):
    """Writing requests; `because` is the log entry that explains the write."""

    def add(self, asked: ReidentificationRequest, *, because: int) -> None: ...

    def confirm(self, request: str, confirmer: str, share: bytes, *, because: int) -> None: ...

    def show(self, request: str, *, because: int) -> None:
        """Mark the request as shown, and erase the share."""

    def end_open(self, at: datetime) -> None:
        """End every request that was not shown, and erase the shares lent to the requests."""
