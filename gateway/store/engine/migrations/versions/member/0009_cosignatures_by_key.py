"""Cosignatures are kept by the key that made them: lines of ML-DSA-44 do not fit into PostgreSQL's index."""

from gateway.store.engine.migrations import cosignatures_by_key

revision = "member_0009"
down_revision = "member_0008"


def upgrade() -> None:
    cosignatures_by_key.upgrade()
