"""What the use cases of the hub need from outside, handed in by bootstrap.

Every write of state names the entry of the regional log that explains the write: `because` is the index of
the entry. State that explains nothing to an auditor (such as the time of a member's last call) is a note,
kept by `Notes`.
"""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from audit.formats.commitment import Opening
from audit.log.excerpt import RevealedLeaf
from audit.log.log import Storage
from audit.witness.witness import WitnessStorage
from gateway.accounts.ports import People, PeopleNotes, PeopleWriter
from gateway.hub.model import (
    Application,
    AskedQuestion,
    EarlierAnswer,
    Invited,
    KeptRelease,
    LoggedAnswer,
    OwnGroup,
    Presence,
    Report,
    SavedQuestion,
    StatedSharing,
)
from gateway.question import Question
from gateway.watching.ports import Watch, WatchView
from gateway.watching.recovering import Recovery, RecoveryNotes
from gateway.wire.answer_bounds import AnswerBounds
from gateway.wire.enrolment import Enrolment
from gateway.wire.poll import SignedAnswer
from gateway.wire.release import Release


class Clock(Protocol):
    def now(self) -> datetime:
        """The time, in UTC."""


class Notifier(Protocol):
    """Wakes every thread of this process that waits for an event."""

    def notify(self) -> None: ...

    def ticket(self) -> int:
        """Count the notifications so far. Take a ticket before a look at the store, then wait with it."""

    def wait(self, ticket: int, seconds: float) -> None:
        """Return at the first notification after `ticket` was taken, or after `seconds`."""


class AdmissionsView(Protocol):
    """The invitations, and the applications that wait to be confirmed."""

    def invited(self, secret_hash: str) -> Invited | None: ...

    def application(self, member: str) -> Application | None: ...

    def applications(self) -> Sequence[Application]: ...

    def ever_enrolled(self) -> Sequence[Enrolment]:
        """The newest keys of every member, those of revoked members too."""

    def enrolled_by(self, member: str) -> int | None:
        """The entry that enrolled a member with valid keys."""


class Admissions(AdmissionsView, Protocol):
    """Lets members in and out."""

    def invite(self, member: str, secret_hash: str, until: datetime, *, because: int) -> None:
        """A former invitation of the member ends."""

    def apply(self, application: Application, *, because: int) -> None:
        """The invitation is used up; a former application of the member is replaced."""

    def admit(self, enrolment: Enrolment, *, because: int) -> None:
        """The application becomes the enrolment; former keys of the member end."""

    def revoke(self, member: str, *, because: int) -> None: ...


class LeavesView(Protocol):
    """The leaves of members' logs, as followed: kept to give them back."""

    def kept(self, origin: str, start: int) -> Sequence[RevealedLeaf]:
        """The leaves from number `start` on, as many as fit a reply; none where that number is missing."""


class MembersLeaves(LeavesView, Protocol):
    def keep(self, origin: str, start: int, leaves: Sequence[RevealedLeaf]) -> None:
        """Keep the leaves from number `start` on."""

    def forget(self, origin: str) -> None:
        """Forget a log whose name another log has taken over, as the operator decided."""


class SavedView(Protocol):
    """Questions that people saved under a name."""

    def of(self, owner: str) -> Sequence[SavedQuestion]:
        """A person's, the newest first."""

    def shared_in(self, organisation: str) -> Sequence[SavedQuestion]:
        """Those shared in an organisation, the newest first."""


class Saved(Protocol):
    """Keeps them. What is shared or deleted is the owner's: False where the owner has none of this number."""

    def names_of(self, owner: str) -> Sequence[str]: ...

    def keep(self, saved: SavedQuestion, question: Question) -> None: ...

    def share(self, saved_id: str, owner: str, *, shared: bool) -> bool: ...

    def delete(self, saved_id: str, owner: str) -> bool: ...


class ReportsView(Protocol):
    """Reports that people composed."""

    def find(self, report_id: str) -> Report | None: ...

    def of(self, owner: str) -> Sequence[Report]:
        """A person's, the newest year first."""

    def shared_in(self, organisation: str) -> Sequence[Report]:
        """Those shared in an organisation, the newest year first."""


class Reports(ReportsView, Protocol):
    def add(self, report: Report) -> None: ...

    def replace(self, before: Report, report: Report) -> bool:
        """Keep the report in place of what it was; False where it was changed in the meantime."""

    def delete(self, report_id: str) -> None: ...


class GroupsView(Protocol):
    """Codes that people put together under a name."""

    def of(self, owner: str) -> Sequence[OwnGroup]:
        """A person's, by name."""


class Groups(Protocol):
    """Keeps them. What is deleted is the owner's: False where the owner has none of this number."""

    def names_of(self, owner: str) -> Sequence[str]: ...

    def keep(self, group: OwnGroup) -> None: ...

    def delete(self, group_id: str, owner: str) -> bool: ...


class View(Protocol):
    """Reading: one state of the database throughout."""

    @property
    def log(self) -> Storage: ...

    @property
    def witness(self) -> WitnessStorage:
        """The checkpoints of members' logs that this hub has cosigned."""

    @property
    def recovery(self) -> Recovery: ...

    @property
    def watch(self) -> WatchView:
        """The parts of members' logs seen so far."""

    @property
    def leaves(self) -> LeavesView: ...

    @property
    def admissions(self) -> AdmissionsView: ...

    @property
    def saved(self) -> SavedView: ...

    @property
    def reports(self) -> ReportsView: ...

    @property
    def groups(self) -> GroupsView: ...

    @property
    def people(self) -> People:
        """Accounts, and what belongs to accounts."""

    def enrolments(self) -> Sequence[Enrolment]:
        """The members with valid keys."""

    def question(self, question_id: str) -> AskedQuestion | None: ...

    def questions_of(self, user: str) -> Sequence[AskedQuestion]: ...

    def questions_of_organisation(self, organisation: str, since: datetime) -> Sequence[AskedQuestion]:
        """All questions of an organisation's people, newest first: for counting quotas and repetitions."""

    def open_questions(self) -> Sequence[AskedQuestion]: ...

    def late_questions(self) -> Sequence[AskedQuestion]:
        """Released questions with an answer that no release holds yet, oldest first."""

    def undelivered(self, member: str, now: datetime) -> Sequence[AskedQuestion]:
        """Questions that `member` is asked, has not answered and may still answer, oldest first."""

    def answers(self, question_id: str) -> Mapping[str, str]:
        """Signed answer notes by member."""

    def bounds(self, question_id: str) -> Mapping[str, AnswerBounds]:
        """What the withheld cells of answers can be, by member."""

    def logged_answers(self, question_id: str) -> Mapping[str, LoggedAnswer]:
        """The entries of members' own logs about their answers, by member."""

    def waiting(self, question_id: str) -> list[str]:
        """Members at which this question waits for approval, sorted."""

    def released_in(self, question_id: str) -> Mapping[str, int | None]:
        """The number of the first release with a member's answer, by member; None without such a release."""

    def earlier_answer(self, asked: AskedQuestion, member: str) -> EarlierAnswer | None:
        """The newest answer of a member to the same question, put before by the same organisation."""

    def release(self, question_id: str) -> Release | None:
        """The newest of a question."""

    def releases(self, question_id: str) -> Sequence[KeptRelease]:
        """All releases of a question, the first release first."""

    def unsettled(self, member: str, origin: str) -> Sequence[int]:
        """Entries of questions not yet settled with the member's log `origin`."""

    def released_indexes(self, asked: Collection[int]) -> Sequence[int]:
        """The entries of the releases of these questions, in order."""

    def refused_before(self, mark: bytes) -> bool:
        """Whether a refused message with this mark is in the log."""

    def opening(self, field: str, entry_index: int) -> Opening | None:
        """The opening of a commitment, or None once the opening was erased."""

    def openings_between(self, start: int, end: int) -> Sequence[tuple[int, str, Opening | None]]:
        """The openings of entries `[start, end)`, each with its entry's number and its field.

        None for an opening that is damaged.
        """

    def presence(self) -> Sequence[Presence]: ...

    def sharings(self) -> Mapping[str, StatedSharing]:
        """The sharing statements of enrolled members; members without a statement are left out."""


class UnitOfWork(View, Protocol):
    """Writing: all of it or nothing, in one transaction with the log entries that explain each write."""

    @property
    def admissions(self) -> Admissions: ...

    @property
    def watch(self) -> Watch: ...

    @property
    def people(self) -> PeopleWriter: ...

    def add_question(self, question: AskedQuestion, *, because: int) -> None: ...

    def add_answer(
        self, question_id: str, member: str, sent: SignedAnswer, at: datetime, *, because: int
    ) -> None: ...

    def add_bounds(self, member: str, bounds: AnswerBounds, *, because: int) -> None:
        """In place of none: the first bounds stand."""

    def add_release(self, release: Release, *, because: int) -> None:
        """Keep a release; the release holds every answer that has come until now."""

    def add_refused(self, mark: bytes, *, because: int) -> None:
        """Keep the mark of a refused message."""

    def keep_opening(self, field: str, opening: Opening, *, because: int) -> None:
        """Keep the opening of a commitment of entry `because`, apart from the log, so that the opening can be
        erased.
        """


class Notes(Protocol):
    """Bookkeeping that no decision about people rests on. Cosignatures are proofs of their own."""

    @property
    def log(self) -> Storage: ...

    @property
    def witness(self) -> WitnessStorage: ...

    @property
    def recovery(self) -> RecoveryNotes: ...

    @property
    def watch(self) -> Watch: ...

    @property
    def leaves(self) -> MembersLeaves: ...

    @property
    def people(self) -> PeopleNotes: ...

    @property
    def saved(self) -> Saved: ...

    @property
    def reports(self) -> Reports: ...

    @property
    def groups(self) -> Groups: ...

    def seen(self, seen: Presence) -> Presence | None:
        """Keep a member's presence; returns the former presence."""

    def states(self, member: str, note: str | None, at: datetime) -> None:
        """Replace the member's sharing statement; None: the member states nothing."""

    def waits(self, member: str, question_ids: Collection[str]) -> bool:
        """Keep the questions that wait for approval at a member; returns whether anything changed."""

    def first_time(self, key_id: str, nonce: str, *, until: datetime, now: datetime) -> None:
        """Take a call that is valid up to `until`. Raises ReplayedError for a replayed call."""


class Store(Protocol):
    def reading(self) -> AbstractContextManager[View]: ...

    def writing(self) -> AbstractContextManager[UnitOfWork]: ...

    def notes(self) -> AbstractContextManager[Notes]: ...
