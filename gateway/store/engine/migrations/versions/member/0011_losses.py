"""A restored node takes back what it had signed after the backup, and keeps what it lost."""

from gateway.store.engine.migrations import losses

revision = "member_0011"
down_revision = "member_0010"


def upgrade() -> None:
    losses.upgrade()
