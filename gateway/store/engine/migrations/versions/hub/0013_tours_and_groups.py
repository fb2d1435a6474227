"""A hub remembers who has had the tour of a desk, and keeps people's own groups of codes."""

import sqlalchemy as sa
from alembic import op

from gateway.store.engine.migrations import tours

revision = "hub_0013"
down_revision = "hub_0012"


def upgrade() -> None:
    tours.upgrade()
    op.create_table(
        "own_groups",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("owner", sa.String(100), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("level", sa.String(100), nullable=False),
        sa.Column("codes", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner"], ["accounts.name"], name="fk_own_groups_owner_accounts", onupdate="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_own_groups"),
    )
    op.create_index("ix_own_groups_owner", "own_groups", ["owner"], unique=False)
