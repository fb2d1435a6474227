"""What an entry of a log says: one frozen dataclass for each kind of event, and their canonical bytes.

An event holds nothing that identifies a person and nothing that could be guessed: these enter as salted
commitments (`audit.commitment`). The leaf of the tree is exactly the bytes that `encode` gives.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, ClassVar, Final

from audit.canonical import canonical_json, parse_json_object
from audit.codec import record_of
from audit.commitment import Commitment
from audit.errors import EntryTooLargeError, MalformedError
from audit.merkle import HASH_SIZE
from audit.tiles import MAX_ENTRY_SIZE


class CoarseSize(StrEnum):
    """How large an answer or a result was, in cells: too coarse to count anybody by."""

    NONE = "none"
    FEW = "1-9"
    TENS = "10-99"
    HUNDREDS = "100-999"
    MANY = "1000+"

    @classmethod
    def of(cls, count: int) -> "CoarseSize":
        """Size class of a number of cells."""
        if count < 0:
            raise MalformedError("size", "below zero")
        return [cls.NONE, cls.FEW, cls.TENS, cls.HUNDREDS, cls.MANY][min(len(str(count)), 4) if count else 0]


def whole_second(time: datetime) -> datetime:
    """An aware time as events keep it: UTC, fractions of a second cut off."""
    if time.tzinfo is None:
        raise MalformedError("time", "no time zone")
    return time.astimezone(UTC).replace(microsecond=0)


@dataclass(frozen=True)
class Event:
    """Base of all events: fields are checked against their types when one is made. Raises MalformedError."""

    TYPE: ClassVar[str]
    VERSION: ClassVar[int] = 1

    def __post_init__(self) -> None:
        record_of(type(self)).dump(self, self.TYPE)


@dataclass(frozen=True)
class Filter:
    """A condition of a question: the dimension's value is one of the codes."""

    dimension: str
    codes: tuple[str, ...]


@dataclass(frozen=True)
class EntryRef:
    """An entry of another log (or an earlier one of this): where it stands, and what it says, by its hash."""

    origin: str
    index: int
    leaf: bytes

    def __post_init__(self) -> None:
        if self.index < 0 or len(self.leaf) != HASH_SIZE:
            raise MalformedError("reference to an entry", "a negative index or a hash of the wrong length")


@dataclass(frozen=True)
class Asked(Event):
    """The hub is about to put a question to members."""

    TYPE: ClassVar[str] = "asked"
    question_id: str
    actor: Commitment
    organisation: str
    role: str
    purpose: str
    measure: str
    by: tuple[str, ...]
    where: tuple[Filter, ...]
    members: tuple[str, ...]
    asked_at: datetime
    deadline: datetime


@dataclass(frozen=True)
class Denied(Event):
    """The hub refused a question by its own policy, before any member was asked."""

    TYPE: ClassVar[str] = "denied"
    question_id: str
    actor: Commitment
    organisation: str
    role: str
    purpose: str
    measure: str
    by: tuple[str, ...]
    where: tuple[Filter, ...]
    reasons: tuple[str, ...]
    at: datetime


@dataclass(frozen=True)
class Answered(Event):
    """A member answered a question that was proven to stand in the hub's log."""

    TYPE: ClassVar[str] = "answered"
    question_id: str
    member: str
    asked: EntryRef
    policy_version: str
    snapshot: str
    reasons: tuple[str, ...]
    answer: Commitment
    size: CoarseSize
    at: datetime


@dataclass(frozen=True)
class Refused(Event):
    """A member refused a question, for reasons of a closed list. None where none was in force or proven."""

    TYPE: ClassVar[str] = "refused"
    question_id: str
    member: str
    asked: EntryRef | None
    policy_version: str | None
    snapshot: str | None
    reasons: tuple[str, ...]
    at: datetime


@dataclass(frozen=True)
class Released(Event):
    """The hub gave out the result of a question: the end of every question that was asked."""

    TYPE: ClassVar[str] = "released"
    question_id: str
    asked_index: int
    answered: tuple[str, ...]
    refused: tuple[str, ...]
    missing: tuple[str, ...]
    result: Commitment
    size: CoarseSize
    at: datetime


@dataclass(frozen=True)
class CubeCertified(Event):
    """A member protected a snapshot under a policy and holds a valid certificate for the cube."""

    TYPE: ClassVar[str] = "cube-certified"
    member: str
    dataset: str
    snapshot: str
    policy_version: str
    certificate: Commitment
    at: datetime


@dataclass(frozen=True)
class PolicyInForce(Event):
    """A member's policy took effect."""

    TYPE: ClassVar[str] = "policy-in-force"
    member: str
    policy_version: str
    text: Commitment
    at: datetime


@dataclass(frozen=True)
class SnapshotLoaded(Event):
    """A member loaded its records, up to the end of a closed period. Its name is not derived from them."""

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
    at: datetime


@dataclass(frozen=True)
class UserAdded(Event):
    """Somebody may sign in, in one role and for some purposes."""

    TYPE: ClassVar[str] = "user-added"
    actor: Commitment
    organisation: str
    role: str
    purposes: tuple[str, ...]
    at: datetime


@dataclass(frozen=True)
class KeyChanged(Event):
    """A key takes over from a former one, if any; both are valid until `overlap_until`."""

    TYPE: ClassVar[str] = "key-changed"
    use: str
    former: str | None
    present: str
    reason: str
    overlap_until: datetime
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
    """An auditor searched or exported the log; what for is committed to, since it may name a person."""

    TYPE: ClassVar[str] = "log-read"
    actor: Commitment
    organisation: str
    action: str
    search: Commitment
    at: datetime


EVENTS: Final = {
    (cls.TYPE, cls.VERSION): cls
    for cls in (
        *(Asked, Denied, Answered, Refused, Released),
        *(CubeCertified, PolicyInForce, SnapshotLoaded),
        *(MemberEnrolled, UserAdded, KeyChanged, SignInFailed, LogRead),
    )
}
"""Every event that can be read, by type and version. A version once logged stays readable for ever."""


def encode(event: Event) -> bytes:
    """Canonical bytes of an event, the leaf of the log. Raises EntryTooLargeError."""
    data = canonical_json(
        {"type": event.TYPE, "version": event.VERSION, **record_of(type(event)).dump(event, event.TYPE)}
    )
    if len(data) > MAX_ENTRY_SIZE:
        raise EntryTooLargeError(len(data), MAX_ENTRY_SIZE)
    return data


def decode(data: bytes) -> Event:
    """Read an entry. Raises MalformedError unless it is exactly what `encode` writes for a known event."""
    if len(data) > MAX_ENTRY_SIZE:
        raise MalformedError("entry", f"longer than {MAX_ENTRY_SIZE} bytes")
    value = parse_json_object(data, "entry")
    cls = EVENTS.get(_kind(value))
    if cls is None:
        raise MalformedError("entry", "its type or version is not known here: a newer Safelane may read it")
    del value["type"], value["version"]
    event: Event = record_of(cls).load(value, f"{cls.TYPE} entry")
    if encode(event) != data:
        raise MalformedError("entry", "not canonical JSON: sorted keys, no spaces, each key once")
    return event


def _kind(value: dict[str, Any]) -> tuple[str, int]:
    name, version = value.get("type"), value.get("version")
    if not isinstance(name, str) or type(version) is not int:
        raise MalformedError("entry", "no type and version")
    return name, version
