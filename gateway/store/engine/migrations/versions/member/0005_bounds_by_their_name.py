"""Bounds of withheld cells are kept in the form that they travel in: by their own names."""

import json

import sqlalchemy as sa
from alembic import op

revision = "member_0005"
down_revision = "member_0004"


def upgrade() -> None:
    keys = ("question_id",)
    table = sa.table("stated_bounds", *(sa.column(name, sa.Text) for name in (*keys, "body")))
    connection = op.get_bind()
    for row in connection.execute(sa.select(table)).all():
        former = json.loads(row.body)
        present = {
            "at_least": former["low"],
            "at_most": former["high"],
            "question_id": former["question_id"],
        }
        here = sa.and_(*(table.c[key] == row._mapping[key] for key in keys))
        connection.execute(sa.update(table).where(here).values(body=json.dumps(present)))
