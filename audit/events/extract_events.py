"""Events about single people's data at a member: extracts, maps of pseudonyms, re-identification.

What an extract holds, whom a request is about and why enter as salted commitments; no entry counts anybody.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final

from audit.events.event import Event
from audit.formats.commitment import Commitment


@dataclass(frozen=True)
class ExtractRequested(Event):
    """A person prepared an extract of single records and requests approval; `plan` commits to the
    whole plan."""

    TYPE: ClassVar[str] = "extract-requested"
    extract: str
    member: str
    recipient: str
    purpose: str
    policy_version: str
    snapshot: str
    plan: Commitment
    signed_by: tuple[str, ...]
    at: datetime


@dataclass(frozen=True)
class ExtractApproved(Event):
    """A person other than the requester approved an extract."""

    TYPE: ClassVar[str] = "extract-approved"
    extract: str
    member: str
    signed_by: tuple[str, ...]
    at: datetime


@dataclass(frozen=True)
class ExtractRefused(Event):
    """A person refused an extract, which will never be sealed."""

    TYPE: ClassVar[str] = "extract-refused"
    extract: str
    member: str
    reason: Commitment
    signed_by: tuple[str, ...]
    at: datetime


@dataclass(frozen=True)
class ExtractSealed(Event):
    """An approved extract was sealed to its reader's public key, and counts as released from now on.

    `content` commits to the sealed content, `fingerprint` to the key of the fingerprint of this copy.
    """

    TYPE: ClassVar[str] = "extract-sealed"
    VERSION: ClassVar[int] = 2
    extract: str
    member: str
    recipient: str
    reader: str
    epoch: int
    content: Commitment
    fingerprint: Commitment
    expires: datetime
    at: datetime


@dataclass(frozen=True)
class EpochMapSealed(Event):
    """A map of pseudonyms from a former epoch to a present epoch was sealed to a recipient's public key."""

    TYPE: ClassVar[str] = "epoch-map-sealed"
    member: str
    recipient: str
    purpose: str
    former: int
    present: int
    reader: str
    content: Commitment
    at: datetime


@dataclass(frozen=True)
class ReidentificationRequested(Event):
    """A custodian requests the identity behind a pseudonym. `subject` commits to the pseudonym, `reason` to
    the reason."""

    TYPE: ClassVar[str] = "reidentification-requested"
    request: str
    member: str
    custodian: Commitment
    subject: Commitment
    reason: Commitment
    expires: datetime
    at: datetime


@dataclass(frozen=True)
class ReidentificationConfirmed(Event):
    """A second custodian confirmed a request, with a key of his or her own."""

    TYPE: ClassVar[str] = "reidentification-confirmed"
    request: str
    member: str
    custodian: Commitment
    at: datetime


@dataclass(frozen=True)
class ReidentificationShown(Event):
    """The vault was opened for a confirmed request, once."""

    TYPE: ClassVar[str] = "reidentification-shown"
    request: str
    member: str
    custodian: Commitment
    at: datetime


@dataclass(frozen=True)
class VaultCustodianReplaced(Event):
    """The participating custodians agreed to replace one custodian by another; all by commitments.

    Written before the new key file replaces the former: a stop between the two leaves an entry without an
    effect, and another entry follows when the replacement is repeated.
    """

    TYPE: ClassVar[str] = "vault-custodian-replaced"
    member: str
    present: Commitment
    leaves: Commitment
    joins: Commitment
    at: datetime


EXTRACT_EVENTS: Final = (
    *(ExtractRequested, ExtractApproved, ExtractRefused, ExtractSealed, EpochMapSealed),
    *(ReidentificationRequested, ReidentificationConfirmed, ReidentificationShown),
    VaultCustodianReplaced,
)
"""All events of this module, for the list of every event."""
