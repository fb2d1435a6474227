"""A node remembers who has had the tour of a desk."""

from gateway.store.engine.migrations import tours

revision = "member_0016"
down_revision = "member_0015"


def upgrade() -> None:
    tours.upgrade()
