"""Regional totals of withheld cells are withdrawn: rounds and masked contributions go.

The bounds of withheld cells stay, under a name of their own. What rounds left in the log stays there, as
everything that was ever logged; so do the published totals in the releases.
"""

import json

import sqlalchemy as sa
from alembic import op

revision = "hub_0004"
down_revision = "hub_0003"


def upgrade() -> None:
    for table in ("received_contributions", "sum_rounds"):  # the last is what the first points at
        op.drop_table(table)
    op.create_table(
        "received_bounds",
        sa.Column("question_id", sa.String(length=40), nullable=False),
        sa.Column("member", sa.String(length=2), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["member"], ["enrolments.member"], name="fk_received_bounds_member_enrolments"
        ),
        sa.ForeignKeyConstraint(
            ["question_id"], ["questions.id"], name="fk_received_bounds_question_id_questions"
        ),
        sa.PrimaryKeyConstraint("question_id", "member", name="pk_received_bounds"),
    )
    columns = (sa.column(name, sa.Text) for name in ("question_id", "member", "body"))
    present = sa.table("received_bounds", *columns)
    connection = op.get_bind()
    for row in connection.execute(sa.text("SELECT question_id, member, body FROM received_offers")).all():
        body = json.dumps({**json.loads(row.body), "cells": [], "consent": "", "threshold": 0})
        values = {"question_id": row.question_id, "member": row.member, "body": body}
        connection.execute(sa.insert(present).values(values))
    op.drop_table("received_offers")
