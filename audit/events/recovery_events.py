"""Events about a log that was restored from a backup."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from audit.events.event import Event


@dataclass(frozen=True)
class LogRestored(Event):
    """A member's log was restored from a backup, and goes on after all that it had signed since the backup.

    `first`: number of the first entry that the backup did not hold; `entries`: how many there were, of which
    `known` were given back in full, and the others by their hashes. `certain`: only refusals and answers from
    tables that the backup held; otherwise policies were signed anew before the member answered.
    """

    TYPE: ClassVar[str] = "log-restored"
    member: str
    first: int
    entries: int
    known: int
    certain: bool
    at: datetime


@dataclass(frozen=True)
class RegionUnconfirmed(Event):
    """A member's node was restored, and its operator let it cosign the regional log though no other member
    had confirmed that log since.

    `reason` is the operator's, such as that the whole region was restored. From the restore on, the node's
    cosignature was no check of the regional log until another member confirmed it.
    """

    TYPE: ClassVar[str] = "region-unconfirmed"
    member: str
    reason: str
    at: datetime
