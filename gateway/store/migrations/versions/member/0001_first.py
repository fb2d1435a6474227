"""The first schema of the node.

Spelled out rather than made from the tables in the code: it must stay as it was released.
"""

import sqlalchemy as sa
from alembic import op

revision = "member_0001"
down_revision = None


def upgrade() -> None:
