"""The signers of the hub's replies to members: the present key, and former keys as long as they are valid."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from audit.formats.note import Signer


@dataclass(frozen=True)
class FormerSigner:
    """A key that was replaced by entry `replaced_by` of the log, and still signs `until` then for members who
    ask.
    """

    signer: Signer
    until: datetime
    replaced_by: int


@dataclass(frozen=True)
class ReplySigners:
    """`former`: keys that may still be valid, newest first; `statements` by the key that begins."""

    present: Signer
    former: tuple[FormerSigner, ...] = ()
    statements: Mapping[str, str] = field(default_factory=dict)

    def valid(self, now: datetime) -> tuple[Signer, ...]:
        """The valid signers, the present signer first."""
        return (self.present, *(former.signer for former in self.former if former.until > now))

    def compared(self, enrolled_by: int | None, now: datetime) -> Signer:
        """The key that a member compared by voice when entry `enrolled_by` enrolled the member; if the key
        has ended, the present key.
        """
        if enrolled_by is not None:
            for former in reversed(self.former):
                if enrolled_by < former.replaced_by and former.until > now:
                    return former.signer
        return self.present
