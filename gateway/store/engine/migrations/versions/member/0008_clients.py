"""With each snapshot stand its clients of assistance, a row for each person and year of service."""

import sqlalchemy as sa
from alembic import op

revision = "member_0008"
down_revision = "member_0007"


def upgrade() -> None:
    op.add_column("snapshots", sa.Column("clients", sa.LargeBinary(), nullable=True))
