"""The bounds of withheld cells that a node has stated, and the cells that entered former regional totals."""

import json

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Integer,
    String,
    Table,
    Text,
    bindparam,
    insert,
    select,
    update,
)

from gateway.store.engine.schema import metadata
from gateway.wire.answer_bounds import AnswerBounds, answer_bounds_from_json

stated_bounds = Table(
    "stated_bounds",
    metadata,
    Column("question_id", String(100), primary_key=True),
    Column("body", Text, nullable=False),  # JSON
    Column("acknowledged", Boolean, nullable=False, index=True),
    Column("because", Integer, nullable=False),
)

cells_in_totals = Table(
    "cells_in_totals",
    metadata,
    Column("people", Text, primary_key=True),  # JSON
    Column("because", Integer, nullable=False),
)
"""Totals are withdrawn, and their numbers stay known: nothing writes here any more."""

_OF = select(stated_bounds.c.body).where(stated_bounds.c.question_id == bindparam("question"))
_TO_SEND = (
    select(stated_bounds.c.body)
    .where(stated_bounds.c.acknowledged.is_(False))
    .order_by(stated_bounds.c.because)
)
_ACKNOWLEDGE = (
    update(stated_bounds)
    .where(stated_bounds.c.question_id == bindparam("question"))
    .values(acknowledged=True)
)


class BoundsView:
    """Reads within the caller's transaction."""

    _connection: Connection

    def bounds(self, question_id: str) -> AnswerBounds | None:
        body = self._connection.execute(_OF, {"question": question_id}).scalar_one_or_none()
        return None if body is None else answer_bounds_from_json(json.loads(body))

    def bounds_to_send(self) -> list[AnswerBounds]:
        return [answer_bounds_from_json(json.loads(b)) for b in self._connection.execute(_TO_SEND).scalars()]

    def cells_in_totals(self) -> list[dict[str, str]]:
        query = select(cells_in_totals.c.people).order_by(cells_in_totals.c.people)
        entered = self._connection.execute(query).scalars()
        return [{dimension: codes[0] for dimension, codes in json.loads(people)} for people in entered]


class BoundsWrites(BoundsView):
    """Writes within the caller's transaction."""

    def add_bounds(self, made: AnswerBounds, *, because: int) -> None:
        body = json.dumps(made.as_json())
        values = {"question_id": made.question_id, "body": body, "acknowledged": False, "because": because}
        self._connection.execute(insert(stated_bounds).values(values))


class BoundsNotes:
    """Bookkeeping."""

    _connection: Connection

    def bounds_acknowledged(self, question_id: str) -> None:
        self._connection.execute(_ACKNOWLEDGE, {"question": question_id})
