"""Large snapshots are kept in pieces, each named by its content."""

import sqlalchemy as sa
from alembic import op

revision = "member_0010"
down_revision = "member_0009"


def upgrade() -> None:
    op.create_table(
        "pieces",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("piece", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_pieces"),
    )
