"""The hub's state on SQLAlchemy: the ports of `gateway.hub.ports`."""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import Connection, Select, exists, insert, select, update

from audit.formats.commitment import Opening
from audit.log.checked_reading import CheckedReading
from audit.log.log import Storage
from gateway.dictionary import Dictionary
from gateway.hub.model import (
    AskedQuestion,
    EarlierAnswer,
    KeptRelease,
    LoggedAnswer,
    Presence,
    State,
    StatedSharing,
)
from gateway.question import parse
from gateway.store.accounts.reading import SqlPeople
from gateway.store.accounts.writing import SqlPeopleNotes, SqlPeopleWriter
from gateway.store.engine.database import Database
from gateway.store.engine.logs import SqlLogStorage
from gateway.store.engine.openings import find_opening, keep_opening, openings_between
from gateway.store.engine.recovery import SqlRecovery
from gateway.store.engine.sequencer import Sequencer
from gateway.store.engine.witnessed import SqlWitnessStorage
from gateway.store.hub.admissions import SqlAdmissions, enrolment_of, take_nonce
from gateway.store.hub.call_queries import (
    ANSWER,
    ANSWERS,
    ASKED,
    ENROLLED,
    HOLD,
    LATE,
    LOGGED,
    OPEN,
    PRESENCE,
    PRESENCES,
    QUESTION,
    RELEASED_IN,
    RELEASES,
    SEEN,
    UNDELIVERED,
    WAITING,
    WAITING_AT,
    presence_of,
)
from gateway.store.hub.decoded_releases import DecodedReleases
from gateway.store.hub.hub_tables import asked_members, presence, questions, refused_messages, releases
from gateway.store.hub.members_leaves import SqlMembersLeaves
from gateway.store.hub.own_groups import SqlGroups, SqlGroupsView, own_groups
from gateway.store.hub.received_bounds import keep_bounds, stated_bounds
from gateway.store.hub.reports import SqlReports, SqlReportsView, reports
from gateway.store.hub.saved_questions import SqlSaved, SqlSavedView, saved_questions
from gateway.store.hub.sharing import keep_sharing, stated_sharings
from gateway.store.watching.watching import SqlWatch, log_reconciled
from gateway.wire.answer_bounds import AnswerBounds
from gateway.wire.enrolment import Enrolment
from gateway.wire.poll import SignedAnswer
from gateway.wire.release import Release

AT_ONCE = 500
"""Values in a single list of a query."""
_RELEASES = DecodedReleases()


class HubStore:
    """Hands out views and units of work, each bound to a transaction of its own."""

    def __init__(self, database: Database, dictionary: Dictionary, sequencer: Sequencer, origin: str) -> None:
        self._database = database
        self._dictionary = dictionary
        self._sequencer = sequencer
        self._origin = origin

    @contextmanager
    def reading(self) -> Iterator["HubView"]:
        with self._database.reading() as connection:
            log = CheckedReading(SqlLogStorage(connection, self._origin))
            yield HubView(connection, self._dictionary, log, self._origin)

    @contextmanager
    def writing(self) -> Iterator["HubUnitOfWork"]:
        with self._sequencer.writing() as unit:
            yield HubUnitOfWork(unit.connection, self._dictionary, unit.log, self._origin)

    @contextmanager
    def notes(self) -> Iterator["HubNotes"]:
        # Members call at the same time: notes about members share a commit, as entries of the log do.
        with self._sequencer.writing() as unit:
            yield HubNotes(unit.connection, self._origin)


class HubView:
    """Reads within the caller's transaction."""

    def __init__(self, connection: Connection, dictionary: Dictionary, log: Storage, origin: str) -> None:
        self._connection = connection
        self._dictionary = dictionary
        self.log = log
        self.witness = SqlWitnessStorage(connection)
        self.watch = SqlWatch(connection, origin)
        self.recovery = SqlRecovery(connection)
        self.leaves = SqlMembersLeaves(connection)
        self.admissions = SqlAdmissions(connection)
        self.saved = SqlSavedView(connection, dictionary)
        self.reports = SqlReportsView(connection)
        self.groups = SqlGroupsView(connection)

    def enrolments(self) -> Sequence[Enrolment]:
        return [enrolment_of(row) for row in self._connection.execute(ENROLLED)]

    @property
    def people(self) -> SqlPeople:
        return SqlPeople(self._connection)

    def question(self, question_id: str) -> AskedQuestion | None:
        found = self._questions(QUESTION, {"of": question_id})
        return found[0] if found else None

    def questions_of(self, user: str) -> Sequence[AskedQuestion]:
        return self._questions(
            select(questions).where(questions.c.user == user).order_by(questions.c.asked_index.desc())
        )

    def questions_of_organisation(self, organisation: str, since: datetime) -> Sequence[AskedQuestion]:
        return self._questions(
            select(questions)
            .where(questions.c.organisation == organisation, questions.c.asked_at >= since)
            .order_by(questions.c.asked_index.desc())
        )

    def open_questions(self) -> Sequence[AskedQuestion]:
        return self._questions(OPEN)

    def late_questions(self) -> Sequence[AskedQuestion]:
        return self._questions(LATE)

    def undelivered(self, member: str, now: datetime) -> Sequence[AskedQuestion]:
        return self._questions(UNDELIVERED, {"of": member, "moment": now})

    def answers(self, question_id: str) -> Mapping[str, str]:
        rows = self._connection.execute(ANSWERS, {"of": question_id})
        return {row.member: row.answer for row in rows}

    def waiting(self, question_id: str) -> list[str]:
        return list(self._connection.execute(WAITING, {"of": question_id}).scalars())

    def bounds(self, question_id: str) -> Mapping[str, AnswerBounds]:
        return stated_bounds(self._connection, question_id)

    def logged_answers(self, question_id: str) -> Mapping[str, LoggedAnswer]:
        rows = self._connection.execute(LOGGED, {"of": question_id})
        return {row.member: LoggedAnswer(row.entry, row.receipt) for row in rows}

    def released_in(self, question_id: str) -> Mapping[str, int | None]:
        rows = self._connection.execute(RELEASED_IN, {"of": question_id})
        return {row.member: row.released_in for row in rows}

    def releases(self, question_id: str) -> list[KeptRelease]:
        rows = self._connection.execute(RELEASES, {"of": question_id})
        return [KeptRelease(_RELEASES.read(row.release), row.because) for row in rows]

    def earlier_answer(self, asked: AskedQuestion, member: str) -> EarlierAnswer | None:
        row = self._connection.execute(
            select(asked_members)
            .join(questions, questions.c.id == asked_members.c.question_id)
            .where(
                questions.c.question == json.dumps(asked.question.as_json()),
                questions.c.organisation == asked.organisation,
                questions.c.asked_index < asked.asked_index,
                asked_members.c.member == member,
                asked_members.c.answer.is_not(None),
            )
            .order_by(asked_members.c.answered_at.desc())
            .limit(1)
        ).one_or_none()
        if row is None:
            return None
        logged = LoggedAnswer(row.entry, row.receipt)
        return EarlierAnswer(row.question_id, row.answer, logged, row.answered_at)

    def release(self, question_id: str) -> Release | None:
        kept = self.releases(question_id)
        return kept[-1].release if kept else None

    def unsettled(self, member: str, origin: str) -> list[int]:
        settled = exists().where(
            log_reconciled.c.origin == origin, log_reconciled.c.asked_index == questions.c.asked_index
        )
        rows = self._connection.execute(
            select(questions.c.asked_index)
            .join(asked_members, asked_members.c.question_id == questions.c.id)
            .where(asked_members.c.member == member, ~settled)
            .order_by(questions.c.asked_index)
        )
        return list(rows.scalars())

    def released_indexes(self, asked: Collection[int]) -> list[int]:
        found: list[int] = []
        numbers = sorted(asked)
        for start in range(0, len(numbers), AT_ONCE):
            some = numbers[start : start + AT_ONCE]
            rows = self._connection.execute(
                select(releases.c.because)
                .join(questions, questions.c.id == releases.c.question_id)
                .where(questions.c.asked_index.in_(some))
            )
            found += rows.scalars()
        return sorted(found)

    def refused_before(self, mark: bytes) -> bool:
        found = select(refused_messages.c.because).where(refused_messages.c.mark == mark)
        return self._connection.execute(found).scalar_one_or_none() is not None

    def opening(self, field: str, entry_index: int) -> Opening | None:
        return find_opening(self._connection, field, entry_index)

    def openings_between(self, start: int, end: int) -> Sequence[tuple[int, str, Opening | None]]:
        return openings_between(self._connection, start, end)

    def presence(self) -> Sequence[Presence]:
        rows = self._connection.execute(PRESENCES)
        return [presence_of(row) for row in rows]

    def sharings(self) -> Mapping[str, StatedSharing]:
        return stated_sharings(self._connection)

    def _questions(
        self, query: Select[tuple[object, ...]], values: Mapping[str, object] | None = None
    ) -> list[AskedQuestion]:
        rows = self._connection.execute(query, values).all()
        if not rows:
            return []
        ids = [row.id for row in rows]
        members: dict[str, list[str]] = {i: [] for i in ids}
        for row in self._connection.execute(ASKED, {"of": ids}):
            members[row.question_id].append(row.member)
        return [
            AskedQuestion(
                row.id,
                parse(self._dictionary, json.loads(row.question)),
                row.user,
                row.organisation,
                tuple(members[row.id]),
                row.asked_at,
                row.deadline,
                row.late_until,
                row.asked_index,
                State(row.state),
                row.released_index,
            )
            for row in rows
        ]


class HubUnitOfWork(HubView):
    """Writes within the caller's transaction. `because` is the log entry that explains a write."""

    @property
    def people(self) -> SqlPeopleWriter:
        return SqlPeopleWriter(
            self._connection,
            belongings=(questions.c.user, saved_questions.c.owner, reports.c.owner, own_groups.c.owner),
            erased=(saved_questions.c.owner, reports.c.owner, own_groups.c.owner),
        )

    def add_question(self, question: AskedQuestion, *, because: int) -> None:
        self._connection.execute(
            insert(questions).values(
                id=question.id,
                question=json.dumps(question.question.as_json()),
                user=question.user,
                organisation=question.organisation,
                asked_at=question.asked_at,
                deadline=question.deadline,
                late_until=question.late_until,
                asked_index=because,
                state=question.state.value,
            )
        )
        if question.members:
            self._connection.execute(
                insert(asked_members),
                [{"question_id": question.id, "member": m, "waiting": False} for m in question.members],
            )

    def add_answer(
        self, question_id: str, member: str, sent: SignedAnswer, at: datetime, *, because: int
    ) -> None:
        del because  # the question's own entry explains its answers, and its row names that entry
        values = {"answer": sent.note, "entry": sent.entry, "receipt": sent.receipt, "answered_at": at}
        self._connection.execute(ANSWER, {"question": question_id, "of": member, **values})

    def add_bounds(self, member: str, bounds: AnswerBounds, *, because: int) -> None:
        del because  # the question's own entry, which its row names
        keep_bounds(self._connection, member, bounds)

    def add_release(self, release: Release, *, because: int) -> None:
        _RELEASES.keep(release, release.text)
        self._connection.execute(
            insert(releases).values(
                question_id=release.question_id,
                number=release.number,
                release=release.text,
                because=because,
            )
        )
        self._connection.execute(
            update(questions)
            .where(questions.c.id == release.question_id, questions.c.state == State.OPEN)
            .values(state=State.RELEASED.value, released_index=because)
        )
        self._connection.execute(
            update(asked_members)
            .where(
                asked_members.c.question_id == release.question_id,
                asked_members.c.answer.is_not(None),
                asked_members.c.released_in.is_(None),
            )
            .values(released_in=release.number)
        )

    def add_refused(self, mark: bytes, *, because: int) -> None:
        self._connection.execute(insert(refused_messages).values(mark=mark, because=because))

    def keep_opening(self, field: str, opening: Opening, *, because: int) -> None:
        keep_opening(self._connection, field, opening, because)


class HubNotes:
    """Bookkeeping: replaced, not explained."""

    def __init__(self, connection: Connection, origin: str) -> None:
        self._connection = connection
        self.log = SqlLogStorage(connection, origin)
        self.witness = SqlWitnessStorage(connection)
        self.watch = SqlWatch(connection, origin)
        self.recovery = SqlRecovery(connection)
        self.leaves = SqlMembersLeaves(connection)
        self.saved = SqlSaved(connection)
        self.reports = SqlReports(connection)
        self.groups = SqlGroups(connection)

    @property
    def people(self) -> SqlPeopleNotes:
        return SqlPeopleNotes(self._connection)

    def seen(self, seen: Presence) -> Presence | None:
        rows = self._connection.execute(PRESENCE, {"of": seen.member})
        before = [presence_of(row) for row in rows]
        values = {
            "last_seen": seen.last_seen,
            "checkpoint": seen.checkpoint,
            "witnessed_size": seen.witnessed_size,
            "call_ends": seen.call_ends,
            "policy": None if seen.serves is None else seen.serves[0],
            "snapshot": None if seen.serves is None else seen.serves[1],
        }
        changed = self._connection.execute(SEEN, {"of": seen.member, **values})
        if changed.rowcount == 0:
            self._connection.execute(insert(presence).values(member=seen.member, **values))
        return before[0] if before else None

    def states(self, member: str, note: str | None, at: datetime) -> None:
        keep_sharing(self._connection, member, note, at)

    def waits(self, member: str, question_ids: Collection[str]) -> bool:
        rows = self._connection.execute(WAITING_AT, {"of": member})
        before, now = set(rows.scalars()), set(question_ids)
        changed = 0
        for held, named in ((True, now - before), (False, before - now)):
            if named:
                done = self._connection.execute(HOLD, {"of": member, "ids": sorted(named), "held": held})
                changed += done.rowcount
        return changed > 0

    def first_time(self, key_id: str, nonce: str, *, until: datetime, now: datetime) -> None:
        take_nonce(self._connection, key_id, nonce, until, now)
