"""The findings and the progress of monitoring a log."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256

from audit.formats.evidence import Evidence, Finding


class Concern(StrEnum):
    """Why the operator should look; besides, every `audit.reading.reconcile.Gap` is a kind of alert."""

    CONTRADICTION = "contradiction"
    """A log does not extend its last observed state; the alert names the evidence."""
    BELOW_QUORUM = "below-quorum"
    """Too few witnesses have cosigned for too long: a split view would not be noticed soon."""
    BEHIND = "behind"
    """A member or the hub is still at an old checkpoint long after others saw a newer one."""
    SILENT = "silent"
    """No contact for too long."""
    WITNESS = "witness"
    """An external witness gave no cosignature on request."""
    CLOCK = "clock"
    """The clock jumped, or is before the last signed time: times in the log cannot be relied on."""
    CERTIFICATE = "certificate"
    """The certificate with which this side speaks TLS ends soon, or has ended."""
    SUPPRESSED = "suppressed"
    """Refused attempts are so many that they are counted, not logged one by one."""
    NEW_KEY = "new-key"
    """A log announced a new key."""


@dataclass(frozen=True)
class Alert:
    """A problem to review: the log, its subject, a description, and the entries as grounds.

    Two alerts are the same if `kind`, `origin` and `about` agree, even if the description has changed.
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
    """An alert, when the alert was raised, and when the problem was first found to be gone."""

    alert: Alert
    since: datetime
    ended: datetime | None


@dataclass(frozen=True)
class KeptEvidence:
    """A bundle of evidence (`audit.formats.evidence`) against the log `origin`, and when the bundle was
    found.
    """

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
    """What the hub has witnessed and copied of a node's log, as last reported to the node, with the time.

    `fresh_at` is when the regional log was last known to be up to date: the log had grown, or another member
    confirmed its checkpoint. A hub that keeps a node at an old checkpoint cannot make others confirm that
    checkpoint.
    """

    size: int
    copied: int
    heard_at: datetime
    fresh_at: datetime
