"""With each snapshot stands the percent of its register's rows that its controller demanded to count."""

import sqlalchemy as sa
from alembic import op

revision = "member_0006"
down_revision = "member_0005"


def upgrade() -> None:
    op.add_column("snapshots", sa.Column("least_counted", sa.Integer(), nullable=True))
