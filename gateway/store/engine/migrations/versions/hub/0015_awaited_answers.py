"""A hub finds the questions that wait for a member without a look at every question that ever was."""

import sqlalchemy as sa
from alembic import op

revision = "hub_0015"
down_revision = "hub_0014"

AWAITED = "answer IS NULL"


def upgrade() -> None:
    op.create_index(
        "ix_asked_members_awaited",
        "asked_members",
        ["member"],
        unique=False,
        sqlite_where=sa.text(AWAITED),
        postgresql_where=sa.text(AWAITED),
    )
