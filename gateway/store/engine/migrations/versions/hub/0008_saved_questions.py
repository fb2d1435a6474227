"""A hub keeps questions that people save under a name."""

import sqlalchemy as sa
from alembic import op

revision = "hub_0008"
down_revision = "hub_0007"


def upgrade() -> None:
    op.create_table(
        "saved_questions",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("owner", sa.String(100), nullable=False),
        sa.Column("organisation", sa.String(100), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("arranged", sa.Text(), nullable=False),
        sa.Column("saved_at", sa.DateTime(), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner"], ["accounts.name"], name="fk_saved_questions_owner_accounts", onupdate="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_saved_questions"),
    )
    for column in ("owner", "organisation"):
        op.create_index(f"ix_saved_questions_{column}", "saved_questions", [column], unique=False)
