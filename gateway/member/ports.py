"""What the use cases of a member node need from outside, handed in by bootstrap.

As on the hub, `because` is the entry of the node's own log that explains a write.
"""

from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from audit.commitment import Opening
from audit.log import Storage
from audit.witness import WitnessStorage
from gateway.accounts.ports import People, PeopleNotes, PeopleWriter
from gateway.member.model import LoadedSnapshot, PolicyInForce, Sent, StoredCube
from gateway.member.snapshot import Snapshot
from gateway.wire.exchange import Poll, PollReply, SignedAnswer


class Clock(Protocol):
    def now(self) -> datetime:
        """The time, in UTC."""


class HubLink(Protocol):
    """The way to the hub. The node calls, the hub never does. Raises LinkError."""

    def poll(self, poll: Poll) -> PollReply: ...

    def send(self, answer: SignedAnswer) -> None:
        """Returns once the hub has kept the answer, or has said that it never will."""


class View(Protocol):
    """Reading. One state of the database throughout."""

    @property
    def log(self) -> Storage: ...

    @property
    def witness(self) -> WitnessStorage: ...

    @property
    def people(self) -> People:
        """Accounts, and what belongs to them."""

    def policy(self) -> PolicyInForce | None: ...

    def policies(self) -> list[PolicyInForce]: ...

    def snapshot(self) -> tuple[LoadedSnapshot, Snapshot] | None:
        """The newest one."""

    def cube(self) -> StoredCube | None:
        """The newest one."""

    def released_cubes(self) -> list[bytes]:
        """Every cube that has ever answered, oldest first: what it could show is known for ever."""

    def cube_entry(self) -> int | None:
        """The log entry of the newest cube: enough to see whether it is the one in memory."""

    def sent(self, question_id: str, asked_index: int) -> Sent | None:
        """What was answered to this question or to this log entry."""

    def outbox(self) -> list[tuple[Sent, Opening | None]]:
        """Answers that the hub has not acknowledged, oldest first."""

    def rejected(self, leaf: bytes) -> bool: ...

    def opening(self, field: str, entry_index: int) -> Opening | None: ...


class UnitOfWork(View, Protocol):
    """Writing: all of it or nothing, in one transaction with the log entries that explain it."""

    def put_in_force(self, policy: PolicyInForce, *, because: int) -> None: ...

    @property
    def people(self) -> PeopleWriter: ...

    def add_snapshot(self, loaded: LoadedSnapshot, snapshot: Snapshot, *, because: int) -> None: ...

    def add_cube(self, cube: StoredCube, *, because: int) -> None: ...

    def add_sent(self, made: Sent, *, because: int) -> None: ...

    def add_rejected(self, leaf: bytes, *, because: int) -> None: ...

    def keep_opening(self, field: str, opening: Opening, *, because: int) -> None: ...


class Notes(Protocol):
    """Bookkeeping that no decision about people rests on."""

    @property
    def people(self) -> PeopleNotes: ...

    def acknowledged(self, question_id: str) -> None: ...


class Store(Protocol):
    def reading(self) -> AbstractContextManager[View]: ...

    def writing(self) -> AbstractContextManager[UnitOfWork]: ...

    def notes(self) -> AbstractContextManager[Notes]: ...
