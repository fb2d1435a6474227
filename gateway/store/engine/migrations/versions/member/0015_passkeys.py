"""People sign in with passkeys, and two operators together let somebody in again."""

from gateway.store.engine.migrations import means

revision = "member_0015"
down_revision = "member_0012"


def upgrade() -> None:
    means.upgrade()
