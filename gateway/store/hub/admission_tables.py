"""The hub's tables of who is invited and who has applied. What a row means is said in `gateway.hub.model`."""

from sqlalchemy import Column, Integer, String, Table, Text

from gateway.store.engine.schema import Moment, metadata

member_invitations = Table(
    "member_invitations",
    metadata,
    Column("member", String(2), primary_key=True),  # the newest one of a member: a new one ends the former
    Column("secret_hash", String(64), nullable=False, unique=True),
    Column("until", Moment, nullable=False),
    Column("because", Integer, nullable=False, unique=True),
)

member_applications = Table(
    "member_applications",
    metadata,
    Column("member", String(2), primary_key=True),
    Column("secret_hash", String(64), nullable=False),
    Column("answer_key", Text, nullable=False),
    Column("log_key", Text, nullable=False),
    Column("witness_key", Text, nullable=False),
    Column("call_key", Text, nullable=False),
    Column("because", Integer, nullable=False, unique=True),
)

nonces = Table(
    "nonces",
    metadata,
    Column("key_id", String(200), primary_key=True),
    Column("nonce", String(100), primary_key=True),
    Column("until", Moment, nullable=False, index=True),
)
"""Of calls that were taken, for as long as their signatures hold: a call counts once."""
