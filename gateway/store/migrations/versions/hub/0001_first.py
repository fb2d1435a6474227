"""The first schema of the hub.

Spelled out rather than made from the tables in the code: it must stay as it was released.
"""

import sqlalchemy as sa
from alembic import op

revision = "hub_0001"
down_revision = None


def upgrade() -> None:
