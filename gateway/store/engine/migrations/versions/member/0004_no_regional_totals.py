"""Regional totals of withheld cells are withdrawn: contributions go, with the mask keys of unfinished rounds.

The bounds of withheld cells stay, under a name of their own. The cells that entered a total stay known:
nothing that is shown later can be tried beside a total. What rounds left in the log stays there, as
everything that was ever logged.
"""

import json

import sqlalchemy as sa
from alembic import op

revision = "member_0004"
down_revision = "member_0003"


def upgrade() -> None:
    op.create_table(
        "stated_bounds",
        sa.Column("question_id", sa.String(length=100), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("acknowledged", sa.Boolean(), nullable=False),
        sa.Column("because", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("question_id", name="pk_stated_bounds"),
    )
    op.create_index("ix_stated_bounds_acknowledged", "stated_bounds", ["acknowledged"], unique=False)
    op.create_table(
        "cells_in_totals",
        sa.Column("people", sa.Text(), nullable=False),
        sa.Column("because", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("people", name="pk_cells_in_totals"),
    )
    _keep_bounds()
    op.execute("INSERT INTO cells_in_totals (people, because) SELECT people, because FROM summed_cells")
    for table in ("sum_offers", "sum_contributions", "summed_cells"):
        op.drop_table(table)


def _keep_bounds() -> None:
    present = sa.table(
        "stated_bounds",
        sa.column("question_id", sa.String),
        sa.column("body", sa.Text),
        sa.column("acknowledged", sa.Boolean),
        sa.column("because", sa.Integer),
    )
    offers = sa.table(
        "sum_offers",
        sa.column("question_id", sa.String),
        sa.column("body", sa.Text),
        sa.column("acknowledged", sa.Boolean),
    )
    sent = sa.table("sent_answers", sa.column("question_id", sa.String), sa.column("entry_index", sa.Integer))
    connection = op.get_bind()
    both = sa.select(offers, sent.c.entry_index).join(sent, sent.c.question_id == offers.c.question_id)
    for row in connection.execute(both).all():
        values = {
            "question_id": row.question_id,
            "body": json.dumps({**json.loads(row.body), "cells": [], "consent": "", "threshold": 0}),
            "acknowledged": row.acknowledged,
            "because": row.entry_index,
        }
        connection.execute(sa.insert(present).values(values))
