"""The bounds that members stated of the withheld cells of their answers."""

import json

from sqlalchemy import Column, Connection, ForeignKey, Table, Text, insert, select

from gateway.store.engine.schema import metadata
from gateway.wire.answer_bounds import AnswerBounds, answer_bounds_from_json

received_bounds = Table(
    "received_bounds",
    metadata,
    Column("question_id", ForeignKey("questions.id"), primary_key=True),
    Column("member", ForeignKey("enrolments.member"), primary_key=True),
    Column("body", Text, nullable=False),  # JSON
)


def stated_bounds(connection: Connection, question_id: str) -> dict[str, AnswerBounds]:
    """The bounds of a question's answers, by member."""
    rows = connection.execute(select(received_bounds).where(received_bounds.c.question_id == question_id))
    return {row.member: answer_bounds_from_json(json.loads(row.body)) for row in rows}


def keep_bounds(connection: Connection, member: str, bounds: AnswerBounds) -> None:
    """Keep a member's bounds; the first bounds of an answer stand."""
    if member not in stated_bounds(connection, bounds.question_id):
        values = {
            "question_id": bounds.question_id,
            "member": member,
            "body": json.dumps(bounds.as_json()),
        }
        connection.execute(insert(received_bounds).values(values))
