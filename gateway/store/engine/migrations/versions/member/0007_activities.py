"""With each snapshot stands what its sheets of risk education and marking add up to."""

import sqlalchemy as sa
from alembic import op

revision = "member_0007"
down_revision = "member_0006"


def upgrade() -> None:
    op.add_column("snapshots", sa.Column("activities", sa.Text(), nullable=True))
