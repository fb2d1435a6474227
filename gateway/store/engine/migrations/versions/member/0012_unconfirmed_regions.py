"""A restored node goes on without another member's word only where its operator says why."""

import sqlalchemy as sa
from alembic import op

revision = "member_0012"
down_revision = "member_0011"


def upgrade() -> None:
    op.create_table(
        "unconfirmed_regions",
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("because", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("at", name="pk_unconfirmed_regions"),
    )
