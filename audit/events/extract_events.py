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
    """Somebody prepared an extract of single records and asks for leave; `plan` commits to all of it."""

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
    """A person other than the one who asked gave leave for an extract."""

    TYPE: ClassVar[str] = "extract-approved"
    extract: str
    member: str
    signed_by: tuple[str, ...]
    at: datetime


@dataclass(frozen=True)
class ExtractRefused(Event):
    """A person refused an extract: it will never be sealed."""

    TYPE: ClassVar[str] = "extract-refused"
    extract: str
    member: str
    reason: Commitment
    signed_by: tuple[str, ...]
    at: datetime


@dataclass(frozen=True)
class ExtractSealed(Event):
    """An approved extract was sealed to its reader's public key; from now on it counts as given out.

    `content` commits to what was sealed, `canary` to what identifies this copy.
    """

    TYPE: ClassVar[str] = "extract-sealed"
    extract: str
    member: str
    recipient: str
    reader: str
    epoch: int
    content: Commitment
    canary: Commitment
    expires: datetime
    at: datetime


@dataclass(frozen=True)
class EpochMapSealed(Event):
    """A map of pseudonyms from a former epoch to a present one was sealed to a recipient's public key."""

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
    """A custodian asks to see who a pseudonym is. `subject` commits to it, `reason` to the reason given."""

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
class VaultCustodianExchanged(Event):
    """The custodians who took part agreed that one of them leaves and another joins; all by commitments.

    Written before the new key file takes the place of the former one.
    """

    TYPE: ClassVar[str] = "vault-custodian-exchanged"
    member: str
    present: Commitment
    leaves: Commitment
    joins: Commitment
    at: datetime


EXTRACT_EVENTS: Final = (
    *(ExtractRequested, ExtractApproved, ExtractRefused, ExtractSealed, EpochMapSealed),
    *(ReidentificationRequested, ReidentificationConfirmed, ReidentificationShown),
    VaultCustodianExchanged,
)
"""All of them, for the list of every event."""
