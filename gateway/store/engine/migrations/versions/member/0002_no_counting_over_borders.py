"""Runs that counted people over borders are withdrawn: their tables go, with the secrets of unfinished ones.

What they left in the log stays there, as everything that was ever logged.
"""

from alembic import op

revision = "member_0002"
down_revision = "member_0001"


def upgrade() -> None:
    for table in ("count_secrets", "count_taken"):
        op.drop_table(table)
