"""The table of losses of a log, and when a log was restored: the same for either side."""

import sqlalchemy as sa
from alembic import op


def upgrade() -> None:
    """Add both."""
    op.add_column("recovery", sa.Column("since", sa.DateTime(), nullable=True))
    op.add_column("recovery", sa.Column("lost_at", sa.DateTime(), nullable=True))
    op.create_table(
        "log_losses",
        sa.Column("start", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("stop", sa.BigInteger(), nullable=False),
        sa.Column("known", sa.BigInteger(), nullable=False),
        sa.Column("certain", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("because", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("start", name="pk_log_losses"),
    )
