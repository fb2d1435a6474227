"""People sign in with passkeys, and two operators together let somebody in again."""

from gateway.store.engine.migrations import means

revision = "hub_0012"
down_revision = "hub_0011"


def upgrade() -> None:
    means.upgrade()
