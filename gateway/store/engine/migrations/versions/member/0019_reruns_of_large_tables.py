"""Policies signed before large tables withstood reruns keep their numbers: of them, small tables alone do."""

import sqlalchemy as sa
from alembic import op

revision = "member_0019"
down_revision = "member_0016"


def upgrade() -> None:
    for name in ("policies", "ministry_policies"):
        op.add_column(name, sa.Column("reruns", sa.String(20), nullable=True))
        op.execute(sa.text(f"UPDATE {name} SET reruns = 'small-tables'"))  # noqa: S608 - a name from above
