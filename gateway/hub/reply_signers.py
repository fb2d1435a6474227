"""What signs the hub's replies to members: the present key, and former ones as long as both are valid."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from audit.formats.note import Signer


@dataclass(frozen=True)
class FormerSigner:
    """A key that was replaced by entry `replaced_by` of the log, and signs for whoever asks `until` then."""

    signer: Signer
    until: datetime
    replaced_by: int


@dataclass(frozen=True)
class ReplySigners:
    """`former` are those that may be valid still, newest first; `statements` by the key that they lead to."""

    present: Signer
    former: tuple[FormerSigner, ...] = ()
    statements: Mapping[str, str] = field(default_factory=dict)

    def valid(self, now: datetime) -> tuple[Signer, ...]:
        """The present one first."""
        return (self.present, *(former.signer for former in self.former if former.until > now))

    def compared(self, enrolled_by: int | None, now: datetime) -> Signer:
        """The key that a member compared by voice when entry `enrolled_by` enrolled it; if it has ended, the
        present one.
        """
        if enrolled_by is not None:
            for former in reversed(self.former):
                if enrolled_by < former.replaced_by and former.until > now:
                    return former.signer
        return self.present
