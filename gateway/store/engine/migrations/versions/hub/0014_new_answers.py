"""A hub finds answers that are in no release yet, without a look at every question that ever was."""

import sqlalchemy as sa
from alembic import op

revision = "hub_0014"
down_revision = "hub_0013"

NEW = "answer IS NOT NULL AND released_in IS NULL"


def upgrade() -> None:
    op.create_index(
        "ix_asked_members_new",
        "asked_members",
        ["question_id"],
        unique=False,
        sqlite_where=sa.text(NEW),
        postgresql_where=sa.text(NEW),
    )
