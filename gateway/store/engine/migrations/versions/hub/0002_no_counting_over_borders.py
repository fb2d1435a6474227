"""Runs that counted people over borders are withdrawn: their tables go, and the token scope that began them.

What they left in the log stays there, as everything that was ever logged.
"""

import json

import sqlalchemy as sa
from alembic import op

revision = "hub_0002"
down_revision = "hub_0001"


def upgrade() -> None:
    for table in ("count_pieces", "count_steps", "count_runs"):  # the last is what the others point at
        op.drop_table(table)
    tokens = sa.table("tokens", sa.column("id", sa.String), sa.column("scopes", sa.Text))
    connection = op.get_bind()
    for row in connection.execute(sa.select(tokens)).all():
        left = [scope for scope in json.loads(row.scopes) if scope != "count"]
        changed = sa.update(tokens).where(tokens.c.id == row.id).values(scopes=json.dumps(left))
        connection.execute(changed)
