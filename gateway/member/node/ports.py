"""What the use cases of a member node need from outside, handed in by bootstrap.

Each feature names its part of the store in a module of its own (`policy_ports`, `register_ports`,
`cube_ports`, `answer_ports`, `records_ports`); `View`, `UnitOfWork` and `Notes` join these parts.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from audit.log.log import Growth, Storage
from audit.witness.witness import WitnessStorage
from gateway.accounts.ports import People, PeopleNotes, PeopleWriter
from gateway.member.node.answer_ports import AnswerNotes, AnswerView, AnswerWriter
from gateway.member.node.cube_ports import CubeNotes, CubeView, CubeWriter
from gateway.member.node.policy_ports import PolicyNotes, PolicyView, PolicyWriter
from gateway.member.node.records_ports import RecordsView, RecordsWriter
from gateway.member.node.register_ports import RegisterView, RegisterWriter
from gateway.watching.ports import Watch, WatchView
from gateway.watching.recovering import Recovery, RecoveryNotes, RecoveryWriter
from gateway.wire.answer_bounds import AnswerBounds
from gateway.wire.poll import Poll, PollReply, SignedAnswer
from gateway.wire.returned_log import ReturnedLog


class Clock(Protocol):
    def now(self) -> datetime:
        """The time, in UTC."""


class OwnLog(Storage, Protocol):
    """The node's own log, which can be brought back to a state of before a loss."""

    def regrow(self, growth: Growth, entries: Sequence[tuple[int, bytes]]) -> None:
        """Keep what the log had grown by, with those of its entries that are known, by number."""


class HubLink(Protocol):
    """The way to the hub. The node calls, the hub never does. Raises LinkError."""

    def takes_batches(self) -> bool:
        """Whether the hub takes uploads with a poll; an older hub does not."""

    def poll(self, poll: Poll) -> PollReply: ...

    def send(self, answer: SignedAnswer) -> None:
        """Send an answer; returns once the hub has kept the answer, or has refused it for good."""

    def bounds(self, bounds: AnswerBounds) -> None:
        """Send an answer's bounds; returns once the hub has kept the bounds, or has refused them for good."""

    def own_log(self, start: int) -> ReturnedLog:
        """What the hub has followed of this node's log from entry `start` on, or the beginning of that."""

    def public_checkpoint(self) -> str:
        """The published checkpoint of the regional log."""

    def public_resource(self, path: str, limit: int) -> bytes:
        """A published tile of the regional log by its path, of at most `limit` bytes."""


class Unconfirmed(Protocol):
    """The word of a restored node's operator that nobody else can confirm the regional log."""

    def reason(self) -> str | None:
        """Return why, where the word was given and no entry records it yet."""

    def give(self, reason: str, at: datetime) -> None:
        """Keep the word until the log may record it."""

    def explain(self, *, because: int) -> None:
        """Keep the number of the entry that records it: from then on it counts no more."""


class View(PolicyView, RegisterView, CubeView, AnswerView, RecordsView, Protocol):
    """Reading: one state of the database throughout."""

    @property
    def log(self) -> Storage: ...

    @property
    def witness(self) -> WitnessStorage: ...

    @property
    def people(self) -> People:
        """Accounts, and what belongs to accounts."""

    @property
    def recovery(self) -> Recovery: ...

    @property
    def unconfirmed(self) -> Unconfirmed: ...

    @property
    def watch(self) -> WatchView:
        """What was seen of the regional log."""


class UnitOfWork(PolicyWriter, RegisterWriter, CubeWriter, AnswerWriter, RecordsWriter, View, Protocol):
    """Writing: all of it or nothing, in one transaction with the log entries that explain each write."""

    @property
    def watch(self) -> Watch: ...

    @property
    def recovery(self) -> RecoveryWriter: ...

    @property
    def people(self) -> PeopleWriter: ...


class Notes(PolicyNotes, CubeNotes, AnswerNotes, Protocol):
    """Bookkeeping that no decision about people rests on. Cosignatures are proofs of their own."""

    @property
    def log(self) -> OwnLog: ...

    @property
    def witness(self) -> WitnessStorage: ...

    @property
    def recovery(self) -> RecoveryNotes: ...

    @property
    def unconfirmed(self) -> Unconfirmed: ...

    @property
    def watch(self) -> Watch: ...

    @property
    def people(self) -> PeopleNotes: ...


class Store(Protocol):
    def reading(self) -> AbstractContextManager[View]: ...

    def writing(self) -> AbstractContextManager[UnitOfWork]: ...

    def notes(self) -> AbstractContextManager[Notes]: ...
