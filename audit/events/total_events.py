"""Events of former regional totals, secure sums of withheld cells: read, and not written any more."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from audit.events.event import Event
from audit.events.event_values import CoarseSize, EntryRef
from audit.formats.commitment import Commitment


@dataclass(frozen=True)
class TotalAsked(Event):
    """The hub is about to have cells summed that members withheld from a question.

    `roster` is the digest of the list of participants, their mask keys and the cells: the random keys make
    the digest uninformative.
    """

    TYPE: ClassVar[str] = "total-asked"
    question_id: str
    asked_index: int
    round: int
    members: tuple[str, ...]
    roster: bytes
    size: CoarseSize
    deadline: datetime
    at: datetime


@dataclass(frozen=True)
class Contributed(Event):
    """A member gave its masked part of some sums to the round begun by the entry `asked`."""

    TYPE: ClassVar[str] = "contributed"
    question_id: str
    member: str
    asked: EntryRef
    roster: bytes
    policy_version: str
    snapshot: str
    contribution: Commitment
    size: CoarseSize
    at: datetime


@dataclass(frozen=True)
class TotalReleased(Event):
    """The end of a round: the publishable sums are part of the question's result.

    `missing` gave nothing in time; every sum with a missing member stays withheld.
    """

    TYPE: ClassVar[str] = "total-released"
    question_id: str
    total_index: int
    contributed: tuple[str, ...]
    missing: tuple[str, ...]
    totals: Commitment
    size: CoarseSize
    at: datetime


@dataclass(frozen=True)
class TotalSpoiled(Event):
    """All contributions to some sums of a round came in, and gave numbers that these sums cannot be.

    A participant did not follow the protocol, and nobody learns which from the masked numbers: the entries of
    the participants' own logs commit each to its own.
    """

    TYPE: ClassVar[str] = "total-spoiled"
    question_id: str
    total_index: int
    members: tuple[str, ...]
    contributions: tuple[EntryRef, ...]
    size: CoarseSize
    at: datetime
