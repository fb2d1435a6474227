"""The hub's state on SQLAlchemy: the ports of `gateway.hub.ports`."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import Connection, Row, Select, insert, select, update

from audit.commitment import Opening
from audit.log import Storage
from gateway.dictionary import Dictionary
from gateway.hub.model import AskedQuestion, Enrolment, Presence, Principal, Role, State
from gateway.question import parse
from gateway.store.database import Database
from gateway.store.hub_tables import asked_members, enrolments, presence, questions, releases, users
from gateway.store.logs import SqlLogStorage
from gateway.store.openings import find_opening, keep_opening
from gateway.store.sequencer import Sequencer
from gateway.wire.release import Release, release_from_json


class HubStore:
    """Hands out views and units of work, each bound to one transaction."""

    def __init__(self, database: Database, dictionary: Dictionary, sequencer: Sequencer, origin: str) -> None:
        self._database = database
        self._dictionary = dictionary
        self._sequencer = sequencer
        self._origin = origin

    @contextmanager
    def reading(self) -> Iterator["HubView"]:
        with self._database.reading() as connection:
            yield HubView(connection, self._dictionary, SqlLogStorage(connection, self._origin))

    @contextmanager
    def writing(self) -> Iterator["HubUnitOfWork"]:
        with self._sequencer.writing() as unit:
            yield HubUnitOfWork(unit.connection, self._dictionary, unit.log)

    @contextmanager
    def notes(self) -> Iterator["HubNotes"]:
        with self._database.writing() as connection:
            yield HubNotes(connection, self._origin)


class HubView:
    """Reads within one transaction."""

    def __init__(self, connection: Connection, dictionary: Dictionary, log: Storage) -> None:
        self._connection = connection
        self._dictionary = dictionary
        self.log = log

    def principal(self, token_hash: str) -> Principal | None:
        row = self._connection.execute(select(users).where(users.c.token_hash == token_hash)).one_or_none()
        if row is None:
            return None
        return Principal(row.user, row.organisation, Role(row.role), frozenset(json.loads(row.purposes)))

    def member_of_token(self, token_hash: str) -> Enrolment | None:
        row = self._connection.execute(
            select(enrolments).where(enrolments.c.token_hash == token_hash)
        ).one_or_none()
        return None if row is None else _enrolment(row)

    def enrolments(self) -> Sequence[Enrolment]:
        rows = self._connection.execute(select(enrolments).order_by(enrolments.c.member))
        return [_enrolment(row) for row in rows]

    def question(self, question_id: str) -> AskedQuestion | None:
        found = self._questions(select(questions).where(questions.c.id == question_id))
        return found[0] if found else None

    def questions_of(self, user: str) -> Sequence[AskedQuestion]:
        return self._questions(
            select(questions).where(questions.c.user == user).order_by(questions.c.asked_index.desc())
        )

    def open_questions(self) -> Sequence[AskedQuestion]:
        return self._questions(
            select(questions).where(questions.c.state == State.OPEN).order_by(questions.c.asked_index)
        )

    def undelivered(self, member: str) -> Sequence[AskedQuestion]:
        return self._questions(
            select(questions)
            .join(asked_members, asked_members.c.question_id == questions.c.id)
            .where(
                questions.c.state == State.OPEN,
                asked_members.c.member == member,
                asked_members.c.answer.is_(None),
            )
            .order_by(questions.c.asked_index)
        )

    def answers(self, question_id: str) -> Mapping[str, str]:
        rows = self._connection.execute(
            select(asked_members.c.member, asked_members.c.answer).where(
                asked_members.c.question_id == question_id, asked_members.c.answer.is_not(None)
            )
        )
        return {row.member: row.answer for row in rows}

    def release(self, question_id: str) -> Release | None:
        row = self._connection.execute(
            select(releases.c.release).where(releases.c.question_id == question_id)
        ).one_or_none()
        return None if row is None else release_from_json(json.loads(row.release))

    def opening(self, field: str, entry_index: int) -> Opening | None:
        return find_opening(self._connection, field, entry_index)

    def presence(self) -> Sequence[Presence]:
        rows = self._connection.execute(select(presence).order_by(presence.c.member))
        return [Presence(row.member, row.last_seen, row.log_head, row.witnessed_size) for row in rows]

    def _questions(self, query: Select[tuple[object, ...]]) -> list[AskedQuestion]:
        rows = self._connection.execute(query).all()
        ids = [row.id for row in rows]
        members: dict[str, list[str]] = {i: [] for i in ids}
        for row in self._connection.execute(
            select(asked_members.c.question_id, asked_members.c.member)
            .where(asked_members.c.question_id.in_(ids))
            .order_by(asked_members.c.member)
        ):
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
                row.asked_index,
                State(row.state),
                row.released_index,
            )
            for row in rows
        ]


class HubUnitOfWork(HubView):
    """Writes within one transaction. `because` is the log entry that explains a write."""

    def add_user(
        self,
        user: str,
        organisation: str,
        role: Role,
        purposes: Iterable[str],
        token_hash: str,
        *,
        because: int,
    ) -> None:
        self._connection.execute(
            insert(users).values(
                user=user,
                organisation=organisation,
                role=role.value,
                purposes=json.dumps(sorted(purposes)),
                token_hash=token_hash,
                because=because,
            )
        )

    def enrol(self, enrolment: Enrolment, token_hash: str, *, because: int) -> None:
        self._connection.execute(
            insert(enrolments).values(
                member=enrolment.member,
                answer_key=enrolment.answer_key,
                log_key=enrolment.log_key,
                witness_key=enrolment.witness_key,
                token_hash=token_hash,
                because=because,
            )
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
                asked_index=because,
                state=question.state.value,
            )
        )
        if question.members:
            self._connection.execute(
                insert(asked_members), [{"question_id": question.id, "member": m} for m in question.members]
            )

    def add_answer(self, question_id: str, member: str, note: str, at: datetime, *, because: int) -> None:
        del because  # the question's own entry explains its answers, and its row names that entry
        self._connection.execute(
            update(asked_members)
            .where(asked_members.c.question_id == question_id, asked_members.c.member == member)
            .values(answer=note, answered_at=at)
        )

    def add_release(self, release: Release, *, because: int) -> None:
        self._connection.execute(
            insert(releases).values(
                question_id=release.question_id, release=json.dumps(release.as_json()), because=because
            )
        )
        self._connection.execute(
            update(questions)
            .where(questions.c.id == release.question_id)
            .values(state=State.RELEASED.value, released_index=because)
        )

    def keep_opening(self, field: str, opening: Opening, *, because: int) -> None:
        keep_opening(self._connection, field, opening, because)


class HubNotes:
    """Bookkeeping: replaced, not explained."""

    def __init__(self, connection: Connection, origin: str) -> None:
        self._connection = connection
        self.log = SqlLogStorage(connection, origin)

    def seen(self, seen: Presence) -> None:
        values = {
            "last_seen": seen.last_seen,
            "log_head": seen.log_head,
            "witnessed_size": seen.witnessed_size,
        }
        changed = self._connection.execute(
            update(presence).where(presence.c.member == seen.member).values(**values)
        )
        if changed.rowcount == 0:
            self._connection.execute(insert(presence).values(member=seen.member, **values))


def _enrolment(row: Row[tuple[object, ...]]) -> Enrolment:
    return Enrolment(row.member, row.answer_key, row.log_key, row.witness_key)
