"""Saved questions on SQLAlchemy."""

import json
from collections.abc import Sequence

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Connection,
    ForeignKey,
    Select,
    String,
    Table,
    Text,
    insert,
    select,
    update,
)
from sqlalchemy import delete as delete_from

from gateway.dictionary import Dictionary
from gateway.hub.model import SavedQuestion
from gateway.question import Question, QuestionError, parse
from gateway.store.engine.schema import Moment, metadata

saved_questions = Table(
    "saved_questions",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("owner", ForeignKey("accounts.name", onupdate="CASCADE"), nullable=False, index=True),
    Column("organisation", String(100), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("question", Text, nullable=False),  # JSON
    Column("arranged", Text, nullable=False),
    Column("saved_at", Moment, nullable=False),
    Column("shared", Boolean, nullable=False),
)


class SqlSavedView:
    """Reads within the caller's transaction."""

    def __init__(self, connection: Connection, dictionary: Dictionary) -> None:
        self._connection = connection
        self._dictionary = dictionary

    def of(self, owner: str) -> Sequence[SavedQuestion]:
        """A person's saved questions, the newest first."""
        return self._found(select(saved_questions).where(saved_questions.c.owner == owner))

    def shared_in(self, organisation: str) -> Sequence[SavedQuestion]:
        """What is shared in an organisation, the newest first."""
        where = (saved_questions.c.organisation == organisation, saved_questions.c.shared)
        return self._found(select(saved_questions).where(*where))

    def _found(self, query: Select[tuple[object, ...]]) -> list[SavedQuestion]:
        newest_first = query.order_by(saved_questions.c.saved_at.desc(), saved_questions.c.id)
        return [
            SavedQuestion(
                row.id,
                row.owner,
                row.organisation,
                row.name,
                self._question(row.question),
                row.arranged,
                row.saved_at,
                row.shared,
            )
            for row in self._connection.execute(newest_first)
        ]

    def _question(self, text: str) -> Question | None:
        try:
            return parse(self._dictionary, json.loads(text))
        except QuestionError:
            return None


class SqlSaved:
    """Writes within the caller's transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def names_of(self, owner: str) -> Sequence[str]:
        """The names of a person's saved questions."""
        query = select(saved_questions.c.name).where(saved_questions.c.owner == owner)
        return list(self._connection.execute(query).scalars())

    def keep(self, saved: SavedQuestion, question: Question) -> None:
        """Keep a new saved question."""
        self._connection.execute(
            insert(saved_questions).values(
                id=saved.id,
                owner=saved.owner,
                organisation=saved.organisation,
                name=saved.name,
                question=json.dumps(question.as_json()),
                arranged=saved.arranged,
                saved_at=saved.saved_at,
                shared=saved.shared,
            )
        )

    def share(self, saved_id: str, owner: str, *, shared: bool) -> bool:
        """Whether there was such a saved question of the owner."""
        query = update(saved_questions).where(*_own(saved_id, owner)).values(shared=shared)
        return self._connection.execute(query).rowcount > 0

    def delete(self, saved_id: str, owner: str) -> bool:
        """Whether there was such a saved question of the owner."""
        query = delete_from(saved_questions).where(*_own(saved_id, owner))
        return self._connection.execute(query).rowcount > 0


def _own(saved_id: str, owner: str) -> tuple[ColumnElement[bool], ...]:
    return saved_questions.c.id == saved_id, saved_questions.c.owner == owner
