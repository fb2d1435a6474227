"""A hub keeps what it has followed of members' logs, to give it back to a node that lost it."""

import sqlalchemy as sa
from alembic import op

from gateway.store.engine.migrations import losses

revision = "hub_0009"
down_revision = "hub_0008"


def upgrade() -> None:
    losses.upgrade()
    op.create_table(
        "members_leaves",
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("entry", sa.LargeBinary(), nullable=True),
        sa.Column("hashed", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("origin", "number", name="pk_members_leaves"),
    )
