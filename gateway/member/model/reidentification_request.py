"""Requests to see who a pseudonym is, as a node keeps them, and the ports to them."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True)
class Subject:
    """Whose pseudonym: the text, whom and what it was for, and its kind (`person` or a vault's field)."""

    pseudonym: str
    recipient: str
    purpose: str
    kind: str


@dataclass(frozen=True)
class ReidentificationRequest:
    """A request as it is kept; the reason stays in the state."""

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
        """Who asks, about whom and why, as JSON."""
        return json.dumps(
            {"by": self.by, "reason": self.reason, "subject": asdict(self.subject)}, sort_keys=True
        )


class Reidentifications(Protocol):
    """Reading requests."""

    def find(self, request: str) -> ReidentificationRequest | None: ...

    def all(self) -> list[ReidentificationRequest]:
        """Oldest first."""


class ReidentificationWriter(Reidentifications, Protocol):
    """Writing them; `because` is the log entry that explains it."""

    def add(self, asked: ReidentificationRequest, *, because: int) -> None: ...

    def confirm(self, request: str, confirmer: str, share: bytes, *, because: int) -> None: ...

    def show(self, request: str, *, because: int) -> None:
        """Mark it as shown, and erase the share."""

    def end_open(self, at: datetime) -> None:
        """End every request that was not shown, at that moment, and erase the shares lent to them."""
