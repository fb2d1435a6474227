"""The table of the tours that people have begun or declined: the same for either side."""

import sqlalchemy as sa
from alembic import op


def upgrade() -> None:
    op.create_table(
        "tours",
        sa.Column("account", sa.String(100), nullable=False),
        sa.Column("tour", sa.String(40), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account"], ["accounts.name"], name="fk_tours_account_accounts", onupdate="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account", "tour", name="pk_tours"),
    )
