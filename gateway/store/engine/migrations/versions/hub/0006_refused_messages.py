"""A hub keeps which refused messages it has logged: a sender's alike are logged once."""

import sqlalchemy as sa
from alembic import op

revision = "hub_0006"
down_revision = "hub_0005"


def upgrade() -> None:
    op.create_table(
        "refused_messages",
        sa.Column("mark", sa.LargeBinary(), nullable=False),
        sa.Column("because", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("mark", name="pk_refused_messages"),
    )
