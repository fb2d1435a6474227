"""Events of runs counting distinct people over several members: read, but no longer written.

Such runs are withdrawn. A log of such a run holds these entries for ever, and must stay readable and
verifiable.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from audit.events.event import Event
from audit.formats.commitment import Commitment


@dataclass(frozen=True)
class CountBegun(Event):
    """The hub began a run: the members in the order of the merged list's path.

    `kind` names the identifier of a person, `size` is the padded number of entries of every set, and no
    overlap below `threshold` is disclosed.
    """

    TYPE: ClassVar[str] = "count-begun"
    epoch: str
    kind: str
    members: tuple[str, ...]
    size: int
    threshold: int
    at: datetime


@dataclass(frozen=True)
class CountApproval(Event):
    """A person at a member approved (`granted`) or refused the use of the member's set in a run."""

    TYPE: ClassVar[str] = "count-leave"
    run: bytes
    epoch: str
    member: str
    signed_by: str
    granted: bool
    reason: Commitment | None
    at: datetime


@dataclass(frozen=True)
class SetSealed(Event):
    """A member put its set into a run. `sealed` is the digest of the encrypted set."""

    TYPE: ClassVar[str] = "set-sealed"
    run: bytes
    epoch: str
    member: str
    sealed: bytes
    at: datetime


@dataclass(frozen=True)
class SetMixed(Event):
    """A member passed the merged list on: digests of the received and of the sent list."""

    TYPE: ClassVar[str] = "set-mixed"
    run: bytes
    member: str
    received: bytes
    passed: bytes
    at: datetime


@dataclass(frozen=True)
class Counted(Event):
    """The end of a run. The result is committed to; `told` states whether the rule permitted disclosure."""

    TYPE: ClassVar[str] = "counted"
    run: bytes
    epoch: str
    told: bool
    result: Commitment
    at: datetime
