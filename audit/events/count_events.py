"""Events of runs that counted distinct people over several members: only read, never written any more.

Such runs are withdrawn. A log that had one holds these entries for ever, and has to be read and verified.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from audit.events.event import Event
from audit.formats.commitment import Commitment


@dataclass(frozen=True)
class CountBegun(Event):
    """The hub began a run: the members in the order in which the merged list passes through them.

    `kind` says which identifier stands for a person, `size` how many entries every set is filled up to, and
    `threshold` below which overlap nothing is told.
    """

    TYPE: ClassVar[str] = "count-begun"
    epoch: str
    kind: str
    members: tuple[str, ...]
    size: int
    threshold: int
    at: datetime


@dataclass(frozen=True)
class CountLeave(Event):
    """Somebody at a member gave leave for its set to go into a run, or did not (`granted`)."""

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
    """A member put its set into a run. `sealed` is the digest of what it sent, which is encrypted."""

    TYPE: ClassVar[str] = "set-sealed"
    run: bytes
    epoch: str
    member: str
    sealed: bytes
    at: datetime


@dataclass(frozen=True)
class SetMixed(Event):
    """A member passed the merged list on: digests of what it was given and of what it gave."""

    TYPE: ClassVar[str] = "set-mixed"
    run: bytes
    member: str
    received: bytes
    passed: bytes
    at: datetime


@dataclass(frozen=True)
class Counted(Event):
    """The end of a run. The result is committed to; `told` says whether the rule let it out."""

    TYPE: ClassVar[str] = "counted"
    run: bytes
    epoch: str
    told: bool
    result: Commitment
    at: datetime
