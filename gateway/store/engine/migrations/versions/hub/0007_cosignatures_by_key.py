"""Cosignatures are kept by the key that made them: lines of ML-DSA-44 do not fit into PostgreSQL's index."""

from gateway.store.engine.migrations import cosignatures_by_key

revision = "hub_0007"
down_revision = "hub_0006"


def upgrade() -> None:
    cosignatures_by_key.upgrade()
