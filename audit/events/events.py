"""The entries of a log: one frozen dataclass for each kind of event, and its canonical bytes.

An event holds nothing that identifies a person and nothing that could be guessed: such values enter as salted
commitments (`audit.formats.commitment`). The leaf of the tree is exactly the output of `encode`.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, ClassVar, Final

from audit.errors import EntryTooLargeError, MalformedError
from audit.events.account_events import (
    AccessRefused,
    AccountChanged,
    AccountInvited,
    AccountOpened,
    HandedOver,
    SessionsEnded,
    SignedIn,
    TokenMade,
    TokensRevoked,
)
from audit.events.alert_events import AlertExplained
from audit.events.count_events import CountApproval, CountBegun, Counted, SetMixed, SetSealed
from audit.events.event import Event as Event  # noqa: PLC0414 - whoever needs events looks here for it
from audit.events.event import whole_second as whole_second  # noqa: PLC0414 - likewise
from audit.events.event_values import CoarseSize, ErasureGround, PolicyStep, ReadAction
from audit.events.extract_events import EXTRACT_EVENTS
from audit.events.former_events import FORMER_EVENTS
from audit.events.question_events import (
    Answered,
    ApprovalAwaited,
    ApprovalDecided,
    Asked,
    Denied,
    Refused,
    Rejected,
    Released,
    ReleasedAgain,
    ReleaseRead,
)
from audit.events.record_events import RECORD_EVENTS
from audit.events.recovery_events import LogRestored, RegionUnconfirmed
from audit.events.refusal_events import MessageRefused
from audit.events.total_events import Contributed, TotalAsked, TotalReleased, TotalSpoiled
from audit.formats.canonical import canonical_json, parse_json_object
from audit.formats.codec import record_of
from audit.formats.commitment import Commitment
from audit.formats.spelling import Spelling, exactly, object_of
from audit.formats.tiles import MAX_ENTRY_SIZE


@dataclass(frozen=True)
class CubeCertified(Event):
    """A member protected a snapshot under a policy and holds a valid certificate for the cube."""

    TYPE: ClassVar[str] = "cube-certified"
    member: str
    dataset: str
    snapshot: str
    policy_version: str
    shape: Commitment
    certificate: Commitment
    at: datetime


@dataclass(frozen=True)
class PolicySigned(Event):
    """A member's controller signed a version of its policy, valid from the day `begins` on."""

    TYPE: ClassVar[str] = "policy-signed"
    member: str
    policy_version: str
    text: Commitment
    effect: Commitment
    signed_by: tuple[str, ...]
    reviewed_by: tuple[str, ...]
    begins: str
    at: datetime


@dataclass(frozen=True)
class PolicyRevoked(Event):
    """A version of a member's policy ended at once; no policy is in force until another version begins."""

    TYPE: ClassVar[str] = "policy-revoked"
    member: str
    policy_version: str
    reason: Commitment
    signed_by: tuple[str, ...]
    at: datetime


@dataclass(frozen=True)
class PolicyInForce(Event):
    """A member's policy took effect."""

    TYPE: ClassVar[str] = "policy-in-force"
    member: str
    policy_version: str
    step: PolicyStep
    text: Commitment
    effect: Commitment
    at: datetime


@dataclass(frozen=True)
class SnapshotLoaded(Event):
    """A member loaded its records, up to the end of a closed period. The snapshot's name does not depend on
    the records."""

    TYPE: ClassVar[str] = "snapshot-loaded"
    member: str
    snapshot: str
    until: str
    at: datetime


@dataclass(frozen=True)
class MemberEnrolled(Event):
    """A member joined the region under these keys, compared by voice."""

    TYPE: ClassVar[str] = "member-enrolled"
    member: str
    answer_key: str
    log_key: str
    witness_key: str
    call_key: str
    at: datetime


@dataclass(frozen=True)
class MemberInvited(Event):
    """A member may apply for enrolment, once, up to `until`."""

    TYPE: ClassVar[str] = "member-invited"
    member: str
    until: datetime
    at: datetime


@dataclass(frozen=True)
class MemberApplied(Event):
    """An applicant showed the member's invitation, and these keys; the keys are untrusted until compared."""

    TYPE: ClassVar[str] = "member-applied"
    member: str
    answer_key: str
    log_key: str
    witness_key: str
    call_key: str
    at: datetime


@dataclass(frozen=True)
class MemberRevoked(Event):
    """A member's keys count no more."""

    TYPE: ClassVar[str] = "member-revoked"
    member: str
    reason: str
    at: datetime


@dataclass(frozen=True)
class RegionJoined(Event):
    """A member's own statement of the hub's keys, compared by voice.

    The first entry of the member's log; another entry follows when a new reply key of the hub was compared by
    voice.
    """

    TYPE: ClassVar[str] = "region-joined"
    member: str
    hub_log_key: str
    hub_call_key: str
    at: datetime


@dataclass(frozen=True)
class UserAdded(Event):
    """A person may sign in, in one role and for some purposes."""

    TYPE: ClassVar[str] = "user-added"
    actor: Commitment
    organisation: str
    role: str
    purposes: tuple[str, ...]
    at: datetime


@dataclass(frozen=True)
class KeyChanged(Event):
    """A key replaces a former key, if any; both are valid until `overlap_until`."""

    TYPE: ClassVar[str] = "key-changed"
    use: str
    former: str | None
    present: str
    reason: str
    overlap_until: datetime
    at: datetime

    @property
    def is_theft(self) -> bool:
        """Whether the former key ended at once: its successor must be compared by voice."""
        return self.overlap_until <= self.at


@dataclass(frozen=True)
class KeyRevoked(Event):
    """Signatures of a key are invalid from now on. `signed`: signed by a person whose key is valid."""

    TYPE: ClassVar[str] = "key-revoked"
    use: str
    key: str
    reason: str
    signed: bool
    at: datetime


@dataclass(frozen=True)
class SignInFailed(Event):
    """Somebody failed to sign in."""

    TYPE: ClassVar[str] = "sign-in-failed"
    actor: Commitment
    reason: str
    at: datetime


@dataclass(frozen=True)
class LogRead(Event):
    """A person searched or exported the log; the purpose is committed to, since it may name a person.

    `organisation` is None for the operator reading the log on its own machine.
    """

    TYPE: ClassVar[str] = "log-read"
    actor: Commitment
    organisation: str | None
    role: str
    action: ReadAction
    search: Commitment
    at: datetime


@dataclass(frozen=True)
class OpeningsErased(Event):
    """Openings of commitments were erased. The entry never names the commitments: this would link entries of
    one person."""

    TYPE: ClassVar[str] = "openings-erased"
    field: str
    ground: ErasureGround
    size: CoarseSize
    at: datetime


EVENTS: Final = {
    (cls.TYPE, cls.VERSION): cls
    for cls in (
        *(
            Asked,
            Denied,
            Answered,
            Refused,
            ApprovalAwaited,
            ApprovalDecided,
            Rejected,
            Released,
            ReleasedAgain,
            ReleaseRead,
        ),
        *(TotalAsked, Contributed, TotalReleased, TotalSpoiled),
        *(CountBegun, CountApproval, SetSealed, SetMixed, Counted),
        *(CubeCertified, PolicySigned, PolicyInForce, PolicyRevoked, SnapshotLoaded),
        *(MemberInvited, MemberApplied, MemberEnrolled, MemberRevoked, RegionJoined),
        *(UserAdded, KeyChanged, KeyRevoked, SignInFailed, LogRead, OpeningsErased, LogRestored),
        *(RegionUnconfirmed, AlertExplained),
        *(AccountInvited, AccountOpened, AccountChanged, HandedOver, SignedIn, SessionsEnded),
        *(TokenMade, TokensRevoked, AccessRefused, MessageRefused),
        *EXTRACT_EVENTS,
        *RECORD_EVENTS,
        *FORMER_EVENTS,
    )
}
"""Every readable event, by type and version. A version once logged stays readable for ever."""


def encode(event: Event) -> bytes:
    """Canonical bytes of an event, the leaf of the log. Raises EntryTooLargeError."""
    held = record_of(type(event)).dump(event, event.TYPE)
    for name, former in event.FORMER_FIELDS.items():
        held[former] = held.pop(name)
    data = canonical_json({"type": event.TYPE, "version": event.VERSION, **held})
    if len(data) > MAX_ENTRY_SIZE:
        raise EntryTooLargeError(len(data), MAX_ENTRY_SIZE)
    return data


def decode(data: bytes) -> Event:
    """Read an entry. Raises MalformedError unless the bytes are exactly the output of `encode` for a known
    event."""
    if len(data) > MAX_ENTRY_SIZE:
        raise MalformedError("entry", f"longer than {MAX_ENTRY_SIZE} bytes")
    value = parse_json_object(data, "entry")
    cls = EVENTS.get(_kind(value))
    if cls is None:
        raise MalformedError("entry", "its type or version is not known here: a newer Safelane may read it")
    _spelling_of(cls).check(value, data, "entry")
    del value["type"], value["version"]
    for name, former in cls.FORMER_FIELDS.items():
        if name in value or former not in value:
            raise MalformedError(f"{cls.TYPE} entry", "not with the fields of its version")
        value[name] = value.pop(former)
    # Each JSON value has one meaning, each meaning one JSON value: what is read writes the same bytes again.
    # Checked by their types already: the check of a new event would take as long again.
    event: Event = record_of(cls).load_unchecked(value, f"{cls.TYPE} entry")
    return event


@cache
def _spelling_of(cls: type[Event]) -> Spelling:
    """The spelling of all entries of one type and version."""
    fields = {cls.FORMER_FIELDS.get(name, name): c.spelling for name, c in record_of(cls).items.items()}
    fields |= {"type": exactly(cls.TYPE), "version": exactly(cls.VERSION)}
    return Spelling(object_of(fields))


def kind_of(data: bytes) -> str:
    """The type of an entry, read no further than that: a million take seconds.

    What else the entry says is not checked. Raises MalformedError for an entry of no type that is known here.
    """
    cls = EVENTS.get(_kind(parse_json_object(data, "entry")))
    if cls is None:
        raise MalformedError("entry", "its type or version is not known here: a newer Safelane may read it")
    return cls.TYPE


def _kind(value: dict[str, Any]) -> tuple[str, int]:
    name, version = value.get("type"), value.get("version")
    if not isinstance(name, str) or type(version) is not int:
        raise MalformedError("entry", "no type and version")
    return name, version
