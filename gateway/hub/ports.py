"""What the use cases of the hub need from outside, handed in by bootstrap.

Every write of state says which entry of the regional log explains it: `because` is that entry's index. What
explains nothing to an auditor (when a member was last heard of) is a note, kept by `Notes`.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from audit.commitment import Opening
from audit.log import Storage
from gateway.hub.model import AskedQuestion, Enrolment, Presence, Principal, Role
from gateway.wire.release import Release


class Clock(Protocol):
    def now(self) -> datetime:
        """The time, in UTC."""


class Bell(Protocol):
    """Wakes whoever waits for something to happen in this process."""

    def ring(self) -> None: ...

    def ticket(self) -> int:
        """How often the bell has rung. Take it before looking, then wait for the next ring."""

    def wait(self, ticket: int, seconds: float) -> None:
        """Return once the bell has rung after `ticket` was taken, or after `seconds`."""


class View(Protocol):
    """Reading. One state of the database throughout."""

    @property
    def log(self) -> Storage: ...

    def principal(self, token_hash: str) -> Principal | None: ...

    def member_of_token(self, token_hash: str) -> Enrolment | None: ...

    def enrolments(self) -> Sequence[Enrolment]: ...

    def question(self, question_id: str) -> AskedQuestion | None: ...

    def questions_of(self, user: str) -> Sequence[AskedQuestion]: ...

    def open_questions(self) -> Sequence[AskedQuestion]: ...

    def undelivered(self, member: str) -> Sequence[AskedQuestion]:
        """Open questions that `member` is asked and has not answered, oldest first."""

    def answers(self, question_id: str) -> Mapping[str, str]:
        """Signed answer notes by member."""

    def release(self, question_id: str) -> Release | None: ...

    def opening(self, field: str, entry_index: int) -> Opening | None:
        """What opens a commitment, or None once it has been erased."""

    def presence(self) -> Sequence[Presence]: ...


class UnitOfWork(View, Protocol):
    """Writing: all of it or nothing, in one transaction with the log entries that explain it."""

    def add_user(
        self,
        user: str,
        organisation: str,
        role: Role,
        purposes: Iterable[str],
        token_hash: str,
        *,
        because: int,
    ) -> None: ...

    def enrol(self, enrolment: Enrolment, token_hash: str, *, because: int) -> None: ...

    def add_question(self, question: AskedQuestion, *, because: int) -> None: ...

    def add_answer(self, question_id: str, member: str, note: str, at: datetime, *, because: int) -> None: ...

    def add_release(self, release: Release, *, because: int) -> None: ...

    def keep_opening(self, field: str, opening: Opening, *, because: int) -> None:
        """Keep what opens a commitment of entry `because`, apart from the log, where it can be erased."""


class Notes(Protocol):
    """Bookkeeping that no decision about people rests on. Cosignatures are proofs of their own."""

    @property
    def log(self) -> Storage: ...

    def seen(self, seen: Presence) -> None: ...


class Store(Protocol):
    def reading(self) -> AbstractContextManager[View]: ...

    def writing(self) -> AbstractContextManager[UnitOfWork]: ...

    def notes(self) -> AbstractContextManager[Notes]: ...
