"""What watching a log finds, and how far it has come."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256

from audit.formats.evidence import Evidence, Finding


class Concern(StrEnum):
    """Why the operator should look; beside these, every `audit.reading.reconcile.Gap` is a kind of alert as
    well.
    """

    CONTRADICTION = "contradiction"
    """A log does not extend what was seen of it; the alert names the evidence."""
    BELOW_QUORUM = "below-quorum"
    """Too few witnesses have cosigned for too long: a split view would not be noticed soon."""
    BEHIND = "behind"
    """Somebody is still at an old head long after others saw a newer one."""
    SILENT = "silent"
    """Nothing was heard for long."""
    WITNESS = "witness"
    """An external witness gave no cosignature when it was asked."""
    CLOCK = "clock"
    """The clock jumped, or stands before what was signed already: times in the log cannot be relied on."""
    NEW_KEY = "new-key"
    """A log announced a new key."""


@dataclass(frozen=True)
class Alert:
    """Something to look at: which log and who or what it concerns, in words, and the entries it rests on.

    Two alerts are one if `kind`, `origin` and `about` agree, however their words have changed meanwhile.
    """

    kind: str
    origin: str
    about: str
    message: str
    entries: tuple[int, ...] = ()
    evidence: str | None = None

    @property
    def key(self) -> tuple[str, str, str]:
        return self.kind, self.origin, self.about


@dataclass(frozen=True)
class KeptAlert:
    """An alert since when it has stood, and when it was first found no longer to hold."""

    alert: Alert
    since: datetime
    ended: datetime | None


@dataclass(frozen=True)
class KeptEvidence:
    """A bundle of evidence (`audit.formats.evidence`) against the log `origin`, and when it was found."""

    origin: str
    finding: Finding
    found_at: datetime
    bundle: str

    @property
    def id(self) -> str:
        """Name of the bundle, by its content: the same contradiction is kept once."""
        return sha256(self.bundle.encode()).hexdigest()[:16]

    @classmethod
    def of(cls, evidence: Evidence, origin: str, finding: Finding, found_at: datetime) -> "KeptEvidence":
        return cls(origin, finding, found_at, str(evidence))


@dataclass(frozen=True)
class SeenByHub:
    """A node's memory of what the hub has witnessed and copied of its log, and when the hub said so.

    `fresh_at` is when the regional log was last known to be shown as it is: it had grown, or another member
    confirmed its head. A hub that keeps a node at an old head cannot make the others confirm that.
    """

    size: int
    copied: int
    heard_at: datetime
    fresh_at: datetime
