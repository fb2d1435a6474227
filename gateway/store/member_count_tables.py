"""A node's tables of counting once. What a row means is said in `gateway.member.count_ports`."""

from sqlalchemy import Boolean, Column, Integer, LargeBinary, String, Table, Text

from gateway.store.schema import metadata

count_secrets = Table(
    "count_secrets",
    metadata,
    Column("run_id", String(64), primary_key=True),
    Column("secrets", Text, nullable=False),  # destroyed once the list is passed on
)

count_taken = Table(
    "count_taken",
    metadata,
    Column("run_id", String(64), primary_key=True),
    Column("step", String(10), primary_key=True),
    Column("note", Text, nullable=False),
    Column("entries", LargeBinary, nullable=False),  # encrypted; empty once the hub has it
    Column("acknowledged", Boolean, nullable=False, index=True),
    Column("because", Integer, nullable=False, unique=True),
)
